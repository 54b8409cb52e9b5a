/** The data of a LOC record: a place on the Earth and its size and precision (RFC 1876). */
import { takePlain, WordError, type Field, type Mistake, type Token, type Words } from './fields.ts'

/** Thousandths of a second of arc in a degree. */
const DEGREE = 3_600_000
/** The equator and the prime meridian (RFC 1876 §2). */
const ORIGIN = 2 ** 31
/** Centimetres from the lowest altitude to the reference spheroid (RFC 1876 §2). */
const SEA_LEVEL = 10_000_000

/** Size, horizontal and vertical precision where they are left out: 1 m, 10 km and 10 m (RFC 1876 §3). */
const SIZES = [0x12, 0x16, 0x13] as const

interface Axis {
  readonly positive: string
  readonly negative: string
  readonly degrees: number
}

const LATITUDE: Axis = { positive: 'N', negative: 'S', degrees: 90 }
const LONGITUDE: Axis = { positive: 'E', negative: 'W', degrees: 180 }

/** All of the data, sixteen octets in version 0. */
export const location: Field = {
  shape: 'rest',
  parse(words) {
    const octets = Buffer.alloc(16)
    octets.writeUInt32BE(parseAngle(words, LATITUDE), 4)
    octets.writeUInt32BE(parseAngle(words, LONGITUDE), 8)
    octets.writeUInt32BE(parseMetres(takePlain(words), -SEA_LEVEL, 0xffffffff - SEA_LEVEL) + SEA_LEVEL, 12)
    for (const [index, size] of SIZES.entries())
      octets[index + 1] = words.hasMore() ? encodeSize(parseMetres(takePlain(words), 0, 9e9)) : size
    return octets
  },
  // The format of other versions is not known (RFC 1876 §2).
  print: (octets) => (octets[0] === 0 ? print(octets) : undefined),
  check,
}

/** `d [m [s]] {N|S}` or the same with E and W, as thousandths of a second. */
function parseAngle(words: Words, axis: Axis): number {
  let total = 0
  let last: Token | undefined
  for (const unit of [DEGREE, 60_000, 1000]) {
    const token = takePlain(words)
    if (last !== undefined && isDirection(token, axis)) return directed(token, total, axis)
    total += parseArc(token, unit, axis) * unit
    last = token
    if (total > axis.degrees * DEGREE) throw notAngle(token, axis)
  }
  const token = takePlain(words)
  if (!isDirection(token, axis)) throw notAngle(token, axis)
  return directed(token, total, axis)
}

function isDirection(token: Token, { positive, negative }: Axis): boolean {
  return [positive, negative].includes(token.text.toUpperCase())
}

function directed(token: Token, total: number, { positive }: Axis): number {
  return ORIGIN + (token.text.toUpperCase() === positive ? total : -total)
}

function parseArc(token: Token, unit: number, axis: Axis): number {
  const isWhole = unit > 1000
  const value = Number(token.text)
  const pattern = isWhole ? /^\d{1,3}$/ : /^\d{1,2}(?:\.\d{1,3})?$/
  if (!pattern.test(token.text) || value > axis.degrees || (unit < DEGREE && value >= 60))
    throw notAngle(token, axis)
  return isWhole ? value : Math.round(value * 1000) / 1000
}

function notAngle(token: Token, { degrees, positive, negative }: Axis): WordError {
  return new WordError(
    token,
    `is wrong here: write degrees up to ${degrees}, minutes and seconds below 60 if wanted, then ${positive} or ${negative}, as in 4 53 32.5 ${positive}`,
    `no vale aquí: escribe grados hasta ${degrees}, minutos y segundos menores de 60 si quieres, y ${positive} o ${negative}, como en 4 53 32.5 ${positive}`,
  )
}

/** Centimetres. */
function parseMetres(token: Token, low: number, high: number): number {
  const match = /^(-?)(\d{1,10})(?:\.(\d{1,2}))?m?$/i.exec(token.text)
  const [, sign, metres = '', fraction = ''] = match ?? []
  const size = Number(metres) * 100 + Number(fraction.padEnd(2, '0'))
  const value = sign === '-' ? -size : size
  if (match !== null && value >= low && value <= high) return value
  const range = `${(low / 100).toFixed(2)} to ${(high / 100).toFixed(2)}`
  throw new WordError(
    token,
    `is not a number of metres from ${range}, as in 12.50m`,
    `no es un número de metros de ${range.replace('to', 'a')}, como 12.50m`,
  )
}

/** One digit and a power of ten, four bits each, in centimetres (RFC 1876 §2). */
function encodeSize(centimetres: number): number {
  let digit = centimetres
  let exponent = 0
  while (digit >= 10) {
    digit = Math.floor(digit / 10)
    exponent += 1
  }
  return (digit << 4) | exponent
}

function print(octets: Buffer): string {
  const altitude = octets.readUInt32BE(12) - SEA_LEVEL
  return [
    printAngle(octets.readUInt32BE(4), LATITUDE),
    printAngle(octets.readUInt32BE(8), LONGITUDE),
    `${(altitude / 100).toFixed(2)}m`,
    ...Array.from(octets.subarray(1, 4), printSize),
  ].join(' ')
}

function printAngle(value: number, { positive, negative }: Axis): string {
  const total = Math.abs(value - ORIGIN)
  const degrees = Math.floor(total / DEGREE)
  const minutes = Math.floor((total % DEGREE) / 60_000)
  const seconds = ((total % 60_000) / 1000).toFixed(3)
  return `${degrees} ${minutes} ${seconds} ${value < ORIGIN ? negative : positive}`
}

function printSize(octet: number): string {
  const centimetres = (octet >> 4) * 10 ** (octet & 0xf)
  return centimetres >= 100 ? `${centimetres / 100}m` : `${(centimetres / 100).toFixed(2)}m`
}

function check(octets: Buffer): Mistake | undefined {
  if (octets.length === 0 || octets[0] !== 0) return undefined
  const isSound =
    octets.length === 16 &&
    octets.subarray(1, 4).every(isSize) &&
    Math.abs(octets.readUInt32BE(4) - ORIGIN) <= LATITUDE.degrees * DEGREE &&
    Math.abs(octets.readUInt32BE(8) - ORIGIN) <= LONGITUDE.degrees * DEGREE
  return isSound ? undefined : { en: 'these octets are no location', es: 'estos octetos no son un lugar' }
}

function isSize(octet: number): boolean {
  return octet === 0 || (octet >> 4 >= 1 && octet >> 4 <= 9 && (octet & 0xf) <= 9)
}
