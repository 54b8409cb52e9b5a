/** Random data of every record type, for property tests. */
import * as fc from 'fast-check'
import { encodeBitmap } from '../../../services/dns/records/security.ts'
import { nameArbitrary } from './name-arbitrary.ts'

/** A type's code with well-formed data of that type. */
export interface TypedData {
  readonly type: number
  readonly data: Buffer
}

function fixed(count: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength: count, maxLength: count }).map((octets) => Buffer.from(octets))
}

function some(least: number, most = 80): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength: least, maxLength: most }).map((octets) => Buffer.from(octets))
}

function counted(octets: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return octets.map((each) => Buffer.concat([Buffer.of(each.length), each]))
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}

function joined(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts)
}

const name = nameArbitrary.map((each) => each.wire)
const byte = fixed(1)
const short = fixed(2)
const long = fixed(4)
const string = counted(some(0, 255))
const code = fc.integer({ min: 0, max: 0xffff })
const bitmap = (least: number): fc.Arbitrary<Buffer> =>
  fc.uniqueArray(code, { minLength: least, maxLength: 30 }).map(encodeBitmap)
const text = (pattern: RegExp): fc.Arbitrary<Buffer> =>
  fc.stringMatching(pattern).map((each) => Buffer.from(each))

function digest(lengths: readonly (readonly [number, number])[], others: number): fc.Arbitrary<Buffer> {
  const known = fc
    .constantFrom(...lengths)
    .chain(([type, length]) => fixed(length).map((octets) => joined([Buffer.of(type), octets])))
  const unknown = fc
    .tuple(fc.integer({ min: 100, max: 255 }), some(others))
    .map(([type, octets]) => joined([Buffer.of(type), octets]))
  return fc.oneof(known, unknown)
}

const keyDigest = digest(
  [
    [1, 20],
    [2, 32],
    [4, 48],
  ],
  0,
)

/** The octet that stands for a size in LOC (RFC 1876 §2). */
const size = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([digit, exponent]) => (digit === 0 ? 0 : (digit << 4) | exponent))

function angle(degrees: number): fc.Arbitrary<Buffer> {
  return fc.integer({ min: -degrees * 3_600_000, max: degrees * 3_600_000 }).map((value) => {
    const octets = Buffer.alloc(4)
    octets.writeUInt32BE(2 ** 31 + value)
    return octets
  })
}

const location = fc
  .tuple(size, size, size, angle(90), angle(180), long)
  .map(([one, two, three, ...rest]) => joined([Buffer.of(0, one, two, three), ...rest]))
const laterLocation = fc
  .tuple(fc.integer({ min: 1, max: 255 }), some(0))
  .map(([version, octets]) => joined([Buffer.of(version), octets]))

const protocols = fc.array(counted(some(1, 255)), { minLength: 1, maxLength: 4 }).map((each) => joined(each))

const parameters = fc
  .record(
    {
      protocols,
      noDefault: fc.constant(Buffer.alloc(0)),
      port: short,
      ipv4: fc.array(fixed(4), { minLength: 1, maxLength: 3 }).map(joined),
      ech: some(1),
      ipv6: fc.array(fixed(16), { minLength: 1, maxLength: 3 }).map(joined),
      path: fc.string({ unit: 'grapheme', maxLength: 20 }).map((each) => Buffer.from(`/${each}/{?dns}`)),
      others: fc.dictionary(fc.integer({ min: 8, max: 65_534 }).map(String), some(0), { maxKeys: 4 }),
      isMandatory: fc.boolean(),
    },
    { requiredKeys: ['others', 'isMandatory'] },
  )
  .map(({ others, isMandatory, ...known }) => {
    const values: (readonly [number, Buffer | undefined])[] = [
      [1, known.protocols],
      [2, known.protocols === undefined ? undefined : known.noDefault],
      [3, known.port],
      [4, known.ipv4],
      [5, known.ech],
      [6, known.ipv6],
      [7, known.path],
      ...Object.entries(others).map(([key, octets]) => [Number(key), octets] as const),
    ]
    const present = values
      .flatMap(([key, octets]) => (octets === undefined ? [] : [{ key, octets }]))
      .toSorted((one, other) => one.key - other.key)
    const mandatory = { key: 0, octets: joined(present.map(({ key }) => uint16(key))) }
    const all = isMandatory && present.length > 0 ? [mandatory, ...present] : present
    return joined(all.flatMap(({ key, octets }) => [uint16(key), uint16(octets.length), octets]))
  })

const tag = fc.oneof(text(/^[A-Za-z0-9]{1,15}$/), some(0, 255))
const substitution = fc
  .constantFrom('', String.raw`!^(.*)@(.+)$!sip:\2\1!i`, '/a/b/')
  .map((each) => Buffer.from(each))
const key = [short, byte, byte, some(0, 300)]

const TYPES: Readonly<Record<number, readonly fc.Arbitrary<Buffer>[]>> = {
  1: [fixed(4)],
  2: [name],
  5: [name],
  6: [name, name, long, long, long, long, long],
  7: [name],
  8: [name],
  9: [name],
  12: [name],
  13: [string, string],
  14: [name, name],
  15: [short, name],
  16: [string, string, string],
  17: [name, name],
  18: [short, name],
  21: [short, name],
  26: [short, name, name],
  28: [fixed(16)],
  29: [fc.oneof(location, laterLocation)],
  33: [short, short, short, name],
  35: [short, short, string, string, counted(substitution), name],
  36: [short, name],
  37: [short, short, byte, some(0, 300)],
  39: [name],
  43: [short, byte, keyDigest],
  44: [byte, digest([[1, 20]], 0)],
  46: [short, byte, byte, long, long, long, short, name, some(0, 300)],
  47: [name, bitmap(1)],
  48: key,
  49: [some(0)],
  50: [byte, byte, short, string, string, bitmap(0)],
  51: [byte, byte, short, string],
  52: [byte, byte, byte, some(0, 300)],
  53: [byte, byte, byte, some(0, 300)],
  59: [short, byte, keyDigest],
  60: key,
  61: [some(0, 300)],
  62: [long, short, bitmap(0)],
  63: [long, byte, digest([[1, 48]], 12)],
  64: [short, name, parameters],
  65: [short, name, parameters],
  99: [string],
  108: [fixed(6)],
  109: [fixed(8)],
  256: [short, short, some(1, 300)],
  257: [byte, counted(tag), some(0, 300)],
  65_280: [some(0, 300)],
}

/** The codes of the types that there is random data of. */
export const TYPE_CODES: readonly number[] = Object.keys(TYPES).map(Number)

/** Well-formed data of one type. */
export function dataOf(type: number): fc.Arbitrary<TypedData> {
  return fc.tuple(...(TYPES[type] ?? [])).map((parts) => ({ type, data: Buffer.concat(parts) }))
}

/** Well-formed data of any type. */
export const typedArbitrary: fc.Arbitrary<TypedData> = fc.oneof(...TYPE_CODES.map(dataOf))
