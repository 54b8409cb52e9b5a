/** The options of an OPT record as they stand on the wire (RFC 6891 §6.1.2). */
import { WireError } from './name.ts'

/** The numbers of the options that are known: RFC 5001, 7871, 7314, 7873, 7828, 7830, 8914. */
export const OPTION = {
  nsid: 3,
  clientSubnet: 8,
  expire: 9,
  cookie: 10,
  keepalive: 11,
  padding: 12,
  extendedError: 15,
} as const

/** One option without its length, which `data` has. */
export interface Option {
  readonly code: number
  readonly data: Buffer
}

/** The options of an OPT record that has none. */
export const NO_OPTIONS: Buffer = Buffer.alloc(0)

/** Throws a `WireError` unless the octets are whole options. */
export function checkOptions(octets: Buffer): void {
  let at = 0
  while (at < octets.length) at = optionEnd(octets, at)
  if (at !== octets.length) throw new WireError('an EDNS option is cut short')
}

function optionEnd(octets: Buffer, at: number): number {
  const start = at + 4
  return start > octets.length ? start : start + octets.readUInt16BE(at + 2)
}

/** The options in their order, of octets that hold whole ones. */
export function optionsOf(octets: Buffer): readonly Option[] {
  const options: Option[] = []
  for (let at = 0; at < octets.length;) {
    const end = optionEnd(octets, at)
    options.push({ code: octets.readUInt16BE(at), data: octets.subarray(at + 4, end) })
    at = end
  }
  return options
}
