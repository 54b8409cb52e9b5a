/** Fields that are numbers: plain ones, times in seconds, and codes with mnemonics. */
import { takePlain, TTL_LIMIT, WordError, type Field, type Token } from './fields.ts'

/** A whole number in decimal from 0 to `high`; throws a `PresentationError`. */
export function parseNumber(token: Token, high: number): number {
  if (!/^\d+$/.test(token.text)) throw new WordError(token, 'is not a whole number', 'no es un número entero')
  const value = Number(token.text)
  if (value > high)
    throw new WordError(token, `is out of range: at most ${high}`, `está fuera de rango: como mucho ${high}`)
  return value
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
/** Seconds of a field of four octets at most. */
const INTERVAL_LIMIT = 0xffffffff

/** Whether the word is a number of seconds or a time with units, as in `1h30m`. */
export function isDuration(token: Token): boolean {
  return !token.quoted && /^(?:\d+|(?:\d+[smhdw])+)$/i.test(token.text)
}

/** Seconds, as a number or with BIND's units s, m, h, d and w; throws a `PresentationError`. */
export function parseDuration(token: Token, high = TTL_LIMIT): number {
  if (!isDuration(token)) {
    throw new WordError(
      token,
      'is not a time: write seconds, or units as in 1h30m',
      'no es un tiempo: escribe segundos, o unidades como en 1h30m',
    )
  }
  let seconds = 0
  for (const [, digits = '0', unit = 's'] of token.text.matchAll(/(\d+)([smhdw]?)/gi)) {
    seconds += Number(digits) * (UNIT_SECONDS[unit.toLowerCase()] ?? 1)
  }
  if (seconds > high)
    throw new WordError(
      token,
      `is out of range: at most ${high} seconds`,
      `está fuera de rango: como mucho ${high} segundos`,
    )
  return seconds
}

function unsigned(size: 1 | 2 | 4, parse: (token: Token) => number): Field {
  return {
    shape: size,
    parse(words) {
      const octets = Buffer.alloc(size)
      octets.writeUIntBE(parse(takePlain(words)), 0, size)
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
export const interval = unsigned(4, (token) => parseDuration(token, INTERVAL_LIMIT))

/** The code that a mnemonic stands for, letter case ignored, or a number up to `high`; throws a `PresentationError`. */
export function parseCode(token: Token, codes: Readonly<Record<string, number>>, high: number): number {
  const upper = token.text.toUpperCase()
  return Object.hasOwn(codes, upper) ? (codes[upper] ?? 0) : parseNumber(token, high)
}

/** A number of one or two octets that may be written as a mnemonic. */
export function code(size: 1 | 2, codes: Readonly<Record<string, number>>): Field {
  return unsigned(size, (token) => parseCode(token, codes, 256 ** size - 1))
}
