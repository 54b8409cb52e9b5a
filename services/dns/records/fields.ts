/** The kinds of field that record data is made of, each with its presentation and its wire format. */
import { isIPv4, isIPv6 } from 'node:net'
import {
  escapeQuoted,
  nameOf,
  parseName,
  PresentationError,
  printName,
  unescape,
  type Name,
} from '../wire/name.ts'

/** One word of a zone file; line and column count from 1. */
export interface Token {
  /** As written, escapes included, quotes left out. */
  readonly text: string
  readonly quoted: boolean
  readonly line: number
  readonly column: number
}

/** The words of one record's data, taken one after the other. */
export interface Words {
  /** What completes relative names. */
  readonly origin: Name
  /** Throws a `PresentationError` when there is no word left. */
  take(): Token
  hasMore(): boolean
}

/** Octets on the wire: a fixed count, a name (`compressible` where RFC 1035 itself defined the type, RFC 3597 §4), one or many character strings, or all that is left. */
export type FieldShape = number | 'name' | 'compressible' | 'string' | 'strings' | 'rest'

/** One field of a type's data. */
export interface Field {
  readonly shape: FieldShape
  /** Takes the words it needs; throws a `PresentationError` about the last one taken. */
  parse(words: Words): Buffer
  /** Prints the octets of this one field, names uncompressed. */
  print(octets: Buffer): string
}

function wrong(token: Token, en: string, es: string): PresentationError {
  const text = token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text
  return new PresentationError({ en: `"${text}" ${en}`, es: `"${text}" ${es}` })
}

/** A whole number in decimal from 0 to `high`; throws a `PresentationError`. */
export function parseNumber(token: Token, high: number): number {
  if (!/^\d+$/.test(token.text)) throw wrong(token, 'is not a whole number', 'no es un número entero')
  const value = Number(token.text)
  if (value > high)
    throw wrong(token, `is out of range: at most ${high}`, `está fuera de rango: como mucho ${high}`)
  return value
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
/** Seconds of a time to live at most (RFC 2181 §8). */
export const TTL_LIMIT = 0x7fffffff

/** Whether the text is a number of seconds or a time with units, as in `1h30m`. */
export function isDuration(text: string): boolean {
  return /^(?:\d+|(?:\d+[smhdw])+)$/i.test(text)
}

/** Seconds, as a number or with BIND's units s, m, h, d and w; throws a `PresentationError`. */
export function parseDuration(token: Token): number {
  if (!isDuration(token.text)) {
    throw wrong(
      token,
      'is not a time: write seconds, or units as in 1h30m',
      'no es un tiempo: escribe segundos, o unidades como en 1h30m',
    )
  }
  let seconds = 0
  for (const [, digits = '0', unit = 's'] of token.text.matchAll(/(\d+)([smhdw]?)/gi)) {
    seconds += Number(digits) * (UNIT_SECONDS[unit.toLowerCase()] ?? 1)
  }
  if (seconds > TTL_LIMIT)
    throw wrong(
      token,
      `is out of range: at most ${TTL_LIMIT} seconds`,
      `está fuera de rango: como mucho ${TTL_LIMIT} segundos`,
    )
  return seconds
}

function unsigned(size: 1 | 2 | 4, parse: (token: Token) => number): Field {
  return {
    shape: size,
    parse(words) {
      const octets = Buffer.alloc(size)
      octets.writeUIntBE(parse(words.take()), 0, size)
      return octets
    },
    print: (octets) => octets.readUIntBE(0, size).toString(),
  }
}

/** A number of one octet. */
export const byte = unsigned(1, (token) => parseNumber(token, 0xff))
/** A number of two octets. */
export const short = unsigned(2, (token) => parseNumber(token, 0xffff))
/** A number of four octets. */
export const long = unsigned(4, (token) => parseNumber(token, 0xffffffff))
/** A time in seconds, which may be written with units. */
export const duration = unsigned(4, parseDuration)

function domainName(shape: 'name' | 'compressible'): Field {
  return {
    shape,
    parse(words) {
      const token = words.take()
      if (token.quoted)
        throw wrong(
          token,
          'is in quotes, but a name has none',
          'está entre comillas, pero un nombre no las lleva',
        )
      return parseName(token.text, words.origin).wire
    },
    print: (octets) => printName(nameOf(octets)),
  }
}

/** A name that other names of a message may point into, and that may point itself. */
export const compressibleName = domainName('compressible')
/** A name that is always written out (RFC 3597 §4). */
export const plainName = domainName('name')

/** An IPv4 address, four decimal numbers (RFC 1035 §3.4.1). */
export const ipv4: Field = {
  shape: 4,
  parse(words) {
    const token = words.take()
    if (!isIPv4(token.text)) {
      throw wrong(
        token,
        'is not an IPv4 address: four numbers from 0 to 255, as in 192.168.56.102',
        'no es una dirección IPv4: cuatro números de 0 a 255, como en 192.168.56.102',
      )
    }
    return Buffer.from(token.text.split('.').map(Number))
  },
  print: (octets) => octets.join('.'),
}

/** An IPv6 address, printed in the short form of RFC 5952 (RFC 3596 §2.2). */
export const ipv6: Field = {
  shape: 16,
  parse(words) {
    const token = words.take()
    if (!isIPv6(token.text) || token.text.includes('%')) {
      throw wrong(
        token,
        'is not an IPv6 address, as in 2001:db8::1',
        'no es una dirección IPv6, como 2001:db8::1',
      )
    }
    return parseIpv6(token.text)
  },
  print: printIpv6,
}

function parseIpv6(text: string): Buffer {
  const [head = '', tail] = text.split('::')
  const front = ipv6Groups(head)
  const back = ipv6Groups(tail ?? '')
  const octets = Buffer.alloc(16)
  for (const [index, group] of front.entries()) octets.writeUInt16BE(group, index * 2)
  for (const [index, group] of back.entries()) octets.writeUInt16BE(group, 16 - (back.length - index) * 2)
  return octets
}

function ipv6Groups(text: string): readonly number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

function printIpv6(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(index * 2).toString(16))
  let best = { at: 0, length: 1 }
  for (let at = 0; at < 8; at += 1) {
    let length = 0
    while (groups[at + length] === '0') length += 1
    // The first of the longest runs of at least two zero groups is shortened (RFC 5952 §4.2).
    if (length > best.length) best = { at, length }
  }
  if (best.length === 1) return groups.join(':')
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`
}

function textOctets(token: Token): Buffer {
  const pieces: Buffer[] = []
  for (const piece of unescape(token.text)) pieces.push(piece === '.' ? Buffer.from('.') : piece)
  return Buffer.concat(pieces)
}

function characterString(token: Token): Buffer {
  const octets = textOctets(token)
  if (octets.length > 255) {
    throw wrong(
      token,
      `is ${octets.length} octets long; one string holds at most 255: split it in several`,
      `ocupa ${octets.length} octetos; una cadena tiene como mucho 255: divídela en varias`,
    )
  }
  return Buffer.concat([Buffer.from([octets.length]), octets])
}

function quote(octets: Buffer): string {
  return `"${escapeQuoted(octets.toString('latin1'))}"`
}

/** One or more character strings (RFC 1035 §3.3.14). */
export const strings: Field = {
  shape: 'strings',
  parse(words) {
    const parts = [characterString(words.take())]
    while (words.hasMore()) parts.push(characterString(words.take()))
    return Buffer.concat(parts)
  },
  print(octets) {
    const parts: string[] = []
    for (let at = 0; at < octets.length; at += 1 + (octets[at] ?? 0)) {
      parts.push(quote(octets.subarray(at + 1, at + 1 + (octets[at] ?? 0))))
    }
    return parts.join(' ')
  },
}

/** The tag of a CAA record: letters and digits (RFC 8659 §4.1). */
export const tag: Field = {
  shape: 'string',
  parse(words) {
    const token = words.take()
    if (!/^[a-z0-9]{1,15}$/i.test(token.text)) {
      throw wrong(
        token,
        'is not a CAA tag such as issue, issuewild or iodef',
        'no es una etiqueta CAA como issue, issuewild o iodef',
      )
    }
    return characterString(token)
  },
  print: (octets) => octets.toString('latin1', 1),
}

/** Text that runs to the end of the data (RFC 8659 §4.1.1). */
export const remainingText: Field = {
  shape: 'rest',
  parse: (words) => textOctets(words.take()),
  print: quote,
}
