/** Fields that are octets, written in hexadecimal, base64 or base32 (RFC 4648). */
import { quantity } from '../../../lab/kit/quantity.ts'
import { takeJoined, takePlain, WordError, type Field, type Mistake, type Token } from './fields.ts'
import { parseCode } from './numbers.ts'

/** The octets of pairs of hexadecimal digits; throws a `PresentationError`. */
function parseHex(token: Token): Buffer {
  if (/^(?:[\da-f]{2})+$/i.test(token.text)) return Buffer.from(token.text, 'hex')
  throw new WordError(
    token,
    'is not hexadecimal: two digits from 0 to F for each octet',
    'no es hexadecimal: dos cifras de 0 a F por octeto',
  )
}

/** The octets of base64 with its padding (RFC 4648 §4); throws a `PresentationError`. */
export function parseBase64(token: Token): Buffer {
  const octets = Buffer.from(token.text, 'base64')
  // What differs when written again had characters left out or bits set that mean nothing.
  if (octets.length > 0 && octets.toString('base64') === token.text) return octets
  throw new WordError(
    token,
    'is not base64: letters, digits, + and /, filled up with = to a multiple of four',
    'no es base64: letras, cifras, + y /, completado con = hasta un múltiplo de cuatro',
  )
}

/** Octets to the end of the data, one at least, in hexadecimal that may be spread over words. */
export const hex: Field = {
  shape: 'rest',
  parse: (words) => parseHex(takeJoined(words)),
  print: (octets) => (octets.length > 0 ? printHex(octets) : undefined),
}

function printHex(octets: Buffer): string {
  return octets.toString('hex').toUpperCase()
}

/** Octets to the end of the data, one at least, in base64 that may be spread over words. */
export const base64: Field = {
  shape: 'rest',
  parse: (words) => parseBase64(takeJoined(words)),
  print: (octets) => (octets.length > 0 ? octets.toString('base64') : undefined),
}

/** A fixed number of octets in hexadecimal, pairs joined by hyphens (RFC 7043 §3.2, §4.2). */
export function hyphenated(count: number): Field {
  return {
    shape: count,
    parse(words) {
      const token = takePlain(words)
      const pairs = token.text.split('-')
      if (pairs.length === count && pairs.every((pair) => /^[\da-f]{2}$/i.test(pair)))
        return Buffer.from(pairs.join(''), 'hex')
      throw new WordError(
        token,
        `is not ${count} pairs of hexadecimal digits joined by hyphens`,
        `no son ${count} pares de cifras hexadecimales unidos por guiones`,
      )
    },
    print: (octets) => Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('-'),
  }
}

/** What a digest's type says of its length. */
interface DigestTypes {
  readonly codes?: Readonly<Record<string, number>>
  /** Octets by type. */
  readonly lengths: ReadonlyMap<number, number>
  /** Octets of a digest of any other type at least. */
  readonly least?: number
}

/** The type of a digest, then the digest itself, in hexadecimal and of the length of its type. */
export function digest(types: DigestTypes): Field {
  return {
    shape: 'rest',
    parse(words) {
      const type = parseCode(takePlain(words), types.codes ?? {}, 0xff)
      return Buffer.concat([Buffer.from([type]), hex.parse(words)])
    },
    print: (octets) => (octets.length > 1 ? `${octets[0]} ${printHex(octets.subarray(1))}` : undefined),
    check: (octets) => checkDigest(octets, types),
  }
}

function checkDigest(octets: Buffer, { lengths, least = 0 }: DigestTypes): Mistake | undefined {
  const [type = 0] = octets
  const due = lengths.get(type)
  const found = octets.length - 1
  if (found < 0) return { en: 'the type of the digest is missing', es: 'falta el tipo del resumen' }
  if (due === undefined ? found >= least : found === due) return undefined
  const count = due ?? least
  return {
    en: `a digest of type ${type} has ${count} octets, ${count * 2} hexadecimal digits, not ${quantity(found, 'octet', 'octets')}`,
    es: `un resumen de tipo ${type} tiene ${count} octetos, ${count * 2} cifras hexadecimales, no ${quantity(found, 'octeto', 'octetos')}`,
  }
}

/** The salt of NSEC3: hexadecimal in one word, or a hyphen for none (RFC 5155 §3.3). */
export const salt: Field = {
  shape: 'string',
  parse(words) {
    const token = takePlain(words)
    const octets = token.text === '-' ? Buffer.alloc(0) : parseHex(token)
    return amount(octets, token)
  },
  print: (octets) => (octets.length > 1 ? printHex(octets.subarray(1)) : '-'),
}

const BASE32 = '0123456789ABCDEFGHIJKLMNOPQRSTUV'

/** The next hashed owner of NSEC3: base32 with the extended hex alphabet, unpadded, in one word (RFC 5155 §3.3). */
export const hashedOwner: Field = {
  shape: 'string',
  parse(words) {
    const token = takePlain(words)
    const octets = parseBase32(token.text)
    if (octets !== undefined) return amount(octets, token)
    throw new WordError(
      token,
      'is not base32 with the digits 0 to 9 and A to V, without padding',
      'no es base32 con las cifras 0 a 9 y A a V, sin relleno',
    )
  },
  print: (octets) => (octets.length > 1 ? printBase32(octets.subarray(1)) : undefined),
}

function amount(octets: Buffer, token: Token): Buffer {
  if (octets.length <= 255) return Buffer.concat([Buffer.from([octets.length]), octets])
  throw new WordError(
    token,
    `is ${octets.length} octets long; at most 255 are allowed`,
    `ocupa ${octets.length} octetos; se permiten como mucho 255`,
  )
}

function parseBase32(text: string): Buffer | undefined {
  const octets: number[] = []
  let bits = 0
  let value = 0
  for (const digit of text.toUpperCase()) {
    const index = BASE32.indexOf(digit)
    if (index < 0) return undefined
    value = ((value << 5) | index) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      octets.push((value >> bits) & 0xff)
    }
  }
  // Left over may be fewer bits than one digit holds, all of them zero (RFC 4648 §3.5).
  const isWhole = bits < 5 && (value & ((1 << bits) - 1)) === 0
  return isWhole && octets.length > 0 ? Buffer.from(octets) : undefined
}

function printBase32(octets: Buffer): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const octet of octets) {
    value = ((value << 8) | octet) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32.charAt((value >> bits) & 0x1f)
    }
  }
  return bits > 0 ? text + BASE32.charAt((value << (5 - bits)) & 0x1f) : text
}
