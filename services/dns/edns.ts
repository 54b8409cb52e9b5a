/** The EDNS options that a query may bring and an answer carries; all others are ignored (RFC 6891 §6.1.2). */
import { NO_OPTIONS, OPTION, optionsOf } from './wire/options.ts'

/** What the options of a query ask for. */
export interface QueryOptions {
  /** The data of the COOKIE option, whatever its length. */
  readonly cookie: Buffer | undefined
  readonly wantsIdentity: boolean
  readonly wantsKeepalive: boolean
}

/** A query that has no options, as most. */
const NONE: QueryOptions = { cookie: undefined, wantsIdentity: false, wantsKeepalive: false }

/** Reads options that the codec has found whole; of several equal ones the first counts. */
export function readOptions(options: Buffer = NO_OPTIONS): QueryOptions {
  if (options.length === 0) return NONE
  const found = optionsOf(options)
  const has = (code: number): boolean => found.some((each) => each.code === code)
  return {
    cookie: found.find(({ code }) => code === OPTION.cookie)?.data,
    wantsIdentity: has(OPTION.nsid),
    wantsKeepalive: has(OPTION.keepalive),
  }
}

/** The options of an answer, each of them only if it is given. */
export function writeOptions(content: {
  readonly cookie?: Buffer | undefined
  readonly identity?: Buffer | undefined
  /** Milliseconds. */
  readonly keepalive?: number | undefined
}): Buffer {
  const { cookie, identity, keepalive } = content
  const options: Buffer[] = []
  if (cookie !== undefined) options.push(option(OPTION.cookie, cookie))
  if (identity !== undefined) options.push(option(OPTION.nsid, identity))
  if (keepalive !== undefined) {
    const units = Buffer.alloc(2)
    // In units of 100 milliseconds (RFC 7828 §3.1).
    units.writeUInt16BE(Math.trunc(keepalive / 100))
    options.push(option(OPTION.keepalive, units))
  }
  return options.length === 0 ? NO_OPTIONS : Buffer.concat(options)
}

function option(code: number, data: Buffer): Buffer {
  const head = Buffer.allocUnsafe(4)
  head.writeUInt16BE(code, 0)
  head.writeUInt16BE(data.length, 2)
  return Buffer.concat([head, data])
}
