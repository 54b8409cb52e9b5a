/** Values with parameters, as Content-Type has them (RFC 2045 §5.1), also in the form for other charsets (RFC 2231). */
import { decodeValue } from './fields.ts'
import { TextReader } from './text-reader.ts'

/** A value with its parameters. */
export interface Parametrized {
  /** In lower case. */
  readonly value: string
  /** A parameter by its name in lower case; decoded when it is asked for, as few are. */
  parameter(name: string): string | undefined
}

/** Parameters that are read. */
const MOST = 100

/** Takes a value apart; what is no parameter is passed over. */
export function readParameters(text: string, reader = new TextReader()): Parametrized {
  const [value = ''] = text.split(';', 1)
  const found = new Map<string, string>()
  // RFC 2045 §5.1: a token or a quoted string.
  const pattern = /;[ \t]*([!#$%&'*+.^_`|~\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/g
  for (const [, name = '', quoted, token = ''] of text.matchAll(pattern)) {
    if (found.size >= MOST) break
    const key = name.toLowerCase()
    if (!found.has(key)) found.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? token.trim())
  }
  return { value: value.trim().toLowerCase(), parameter: (name) => decoded(found, name, reader) }
}

/** RFC 2231 §3 and §4: pieces of a value behind numbers, and values with a charset, marked by a star. */
function decoded(found: ReadonlyMap<string, string>, name: string, reader: TextReader): string | undefined {
  if (['*', '*0', '*0*'].some((mark) => found.has(`${name}${mark}`))) return extended(found, name, reader)
  const value = found.get(name)
  // Not as RFC 2047 §5 has it, but as many programs write names of files.
  return value && decodeValue(value, reader)
}

function extended(found: ReadonlyMap<string, string>, name: string, reader: TextReader): string {
  const pieces: Buffer[] = []
  let charset = 'utf-8'
  for (let number = 0; number < MOST; number += 1) {
    const plain = found.get(`${name}*${number}`)
    const coded = found.get(`${name}*${number}*`) ?? (number === 0 ? found.get(`${name}*`) : undefined)
    const value = coded ?? plain
    if (value === undefined) break
    const [, label, rest] = (number === 0 && coded !== undefined && /^([^']*)'[^']*'(.*)$/.exec(coded)) || []
    charset = label || charset
    pieces.push(coded === undefined ? Buffer.from(value, 'latin1') : percentDecoded(rest ?? value))
  }
  return reader.read(Buffer.concat(pieces), charset)
}

function percentDecoded(text: string): Buffer {
  return Buffer.from(
    text.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  )
}
