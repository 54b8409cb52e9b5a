/** Fields of the records of DNSSEC (RFC 4034, RFC 5155). */
import { digest } from './binary.ts'
import { takePlain, WordError, type Field, type Mistake, type Token, type Words } from './fields.ts'
import { code, parseNumber } from './numbers.ts'

/** The algorithm of a key, by number or mnemonic (RFC 4034 §2.2, Appendix A.1; IANA's registry). */
export const algorithm = code(1, {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  'DSA-NSEC3-SHA1': 6,
  NSEC3DSA: 6,
  'RSASHA1-NSEC3-SHA1': 7,
  NSEC3RSASHA1: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  'ECC-GOST': 12,
  ECCGOST: 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
})

/** The digest of a key (RFC 4034 §5.1, RFC 4509 §2, RFC 6605 §2). */
export const keyDigest = digest({
  codes: { 'SHA-1': 1, 'SHA-256': 2, GOST: 3, 'SHA-384': 4 },
  lengths: new Map([
    [1, 20],
    [2, 32],
    [3, 32],
    [4, 48],
  ]),
})

/** The fingerprint of a host key (RFC 4255 §3.1, RFC 6594 §3.1). */
export const fingerprint = digest({
  lengths: new Map([
    [1, 20],
    [2, 32],
  ]),
})

/** The digest of a zone (RFC 8976 §2.2.3, §2.2.4). */
export const zoneDigest = digest({
  lengths: new Map([
    [1, 48],
    [2, 64],
  ]),
  least: 12,
})

/** The format of a certificate (RFC 4398 §2.1). */
export const certificateType = code(2, {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
})

/** A moment: seconds since 1970, written as such or as YYYYMMDDHHmmSS in UTC (RFC 4034 §3.2). */
export const moment: Field = {
  shape: 4,
  parse(words) {
    const token = takePlain(words)
    const octets = Buffer.alloc(4)
    octets.writeUInt32BE(token.text.length === 14 ? parseDate(token) : parseNumber(token, 0xffffffff))
    return octets
  },
  print: (octets) =>
    new Date(octets.readUInt32BE(0) * 1000).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14),
}

function parseDate(token: Token): number {
  const iso = token.text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6.000Z')
  const milliseconds = Date.parse(iso)
  // A day that is not in the calendar comes back as another one.
  if (Number.isFinite(milliseconds) && new Date(milliseconds).toISOString() === iso)
    // Only the lower 32 bits count, before 1970 and after 2106 too (RFC 4034 §3.1.5).
    return (milliseconds / 1000) >>> 0
  throw new WordError(
    token,
    'is not a moment, as in 20260131235959: year, month, day, hour, minute, second',
    'no es un momento, como 20260131235959: año, mes, día, hora, minuto, segundo',
  )
}

/** From mnemonics of record types to their codes and back. */
export interface TypeNames {
  code(text: string): number | undefined
  name(code: number): string
}

/** The type that a signature covers (RFC 4034 §3.2). */
export function coveredType(names: TypeNames): Field {
  return {
    shape: 2,
    parse(words) {
      const octets = Buffer.alloc(2)
      octets.writeUInt16BE(takeType(words, names))
      return octets
    },
    print: (octets) => names.name(octets.readUInt16BE(0)),
  }
}

function takeType(words: Words, names: TypeNames): number {
  const token = takePlain(words)
  const found = names.code(token.text)
  if (found !== undefined) return found
  throw new WordError(
    token,
    'is not a record type such as A, MX or TYPE65280',
    'no es un tipo de registro como A, MX o TYPE65280',
  )
}

/** The types that exist at a name, as a bit map by blocks of 256 types, at least `least` octets long (RFC 4034 §4.1.2). */
export function typeBitmap(names: TypeNames, least: number): Field {
  return {
    shape: 'rest',
    parse(words) {
      const codes = new Set<number>()
      while (words.hasMore()) codes.add(takeType(words, names))
      return encodeBitmap(codes)
    },
    print: (octets) =>
      bitmapTypes(octets)
        .map((each) => names.name(each))
        .join(' '),
    check: (octets) =>
      octets.length < least
        ? { en: 'at least one type must follow', es: 'debe seguir al menos un tipo' }
        : checkBitmap(octets),
  }
}

/** The bit map of the codes (RFC 4034 §4.1.2). */
export function encodeBitmap(codes: Iterable<number>): Buffer {
  const blocks = new Map<number, Buffer>()
  const sorted = Array.from(codes).toSorted((a, b) => a - b)
  for (const each of sorted) {
    const block = each >> 8
    const octet = (each & 0xff) >> 3
    const old = blocks.get(block) ?? Buffer.of(block, 0)
    // Zero octets at the end of a block are left out.
    const bits = old.length >= octet + 3 ? old : Buffer.concat([old], octet + 3)
    bits[1] = bits.length - 2
    bits[octet + 2] = (bits[octet + 2] ?? 0) | (0x80 >> (each & 7))
    blocks.set(block, bits)
  }
  return Buffer.concat([...blocks.values()])
}

function bitmapTypes(octets: Buffer): readonly number[] {
  const codes: number[] = []
  for (let at = 0; at < octets.length; at += 2 + (octets[at + 1] ?? 0)) {
    const block = octets[at] ?? 0
    const bits = octets.subarray(at + 2, at + 2 + (octets[at + 1] ?? 0))
    for (const [index, octet] of bits.entries()) {
      for (let bit = 0; bit < 8; bit += 1)
        if ((octet & (0x80 >> bit)) !== 0) codes.push(block * 256 + index * 8 + bit)
    }
  }
  return codes
}

// Blocks in rising order, each of 1 to 32 octets, the last of them not zero (RFC 4034 §4.1.2).
function checkBitmap(octets: Buffer): Mistake | undefined {
  let last = -1
  for (let at = 0; at < octets.length;) {
    const block = octets[at] ?? 0
    const length = octets[at + 1] ?? 0
    const end = at + 2 + length
    if (block <= last || length === 0 || length > 32 || end > octets.length || octets[end - 1] === 0)
      return { en: 'the bit map of types is malformed', es: 'el mapa de bits de tipos está mal formado' }
    last = block
    at = end
  }
  return undefined
}
