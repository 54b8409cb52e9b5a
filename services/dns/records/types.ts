/** Record types: their codes and, for those that zone files may name, the fields of their data. */
import * as field from './fields.ts'
import type { Field, FieldShape } from './fields.ts'
import { nameLength, nameOf, PresentationError, WireError, type Name } from '../wire/name.ts'

/** A record type; adding one is adding its line to the table. */
export interface RecordType {
  readonly code: number
  readonly mnemonic: string
  /** Missing for types whose data is kept as octets (RFC 3597). */
  readonly fields?: readonly Field[]
  /** Where in the data stands the name that leads on: an alias's target, or a host whose addresses go in the additional section (RFC 1035 §3.3, RFC 2782). */
  readonly target?: number
}

/** Octets of one record's data at most (RFC 1035 §3.2.1). */
const RDATA_LIMIT = 65_535

const { compressibleName, plainName, byte, short, long, duration } = field

const TYPES: readonly RecordType[] = [
  { code: 1, mnemonic: 'A', fields: [field.ipv4] },
  { code: 2, mnemonic: 'NS', fields: [compressibleName], target: 0 },
  { code: 5, mnemonic: 'CNAME', fields: [compressibleName], target: 0 },
  {
    code: 6,
    mnemonic: 'SOA',
    fields: [compressibleName, compressibleName, long, duration, duration, duration, duration],
  },
  { code: 12, mnemonic: 'PTR', fields: [compressibleName] },
  { code: 15, mnemonic: 'MX', fields: [short, compressibleName], target: 2 },
  { code: 16, mnemonic: 'TXT', fields: [field.strings] },
  { code: 28, mnemonic: 'AAAA', fields: [field.ipv6] },
  { code: 33, mnemonic: 'SRV', fields: [short, short, short, plainName], target: 6 },
  { code: 257, mnemonic: 'CAA', fields: [byte, field.tag, field.remainingText] },
  { code: 13, mnemonic: 'HINFO' },
  { code: 17, mnemonic: 'RP' },
  { code: 29, mnemonic: 'LOC' },
  { code: 35, mnemonic: 'NAPTR' },
  { code: 39, mnemonic: 'DNAME' },
  { code: 41, mnemonic: 'OPT' },
  { code: 43, mnemonic: 'DS' },
  { code: 44, mnemonic: 'SSHFP' },
  { code: 46, mnemonic: 'RRSIG' },
  { code: 47, mnemonic: 'NSEC' },
  { code: 48, mnemonic: 'DNSKEY' },
  { code: 50, mnemonic: 'NSEC3' },
  { code: 52, mnemonic: 'TLSA' },
  { code: 64, mnemonic: 'SVCB' },
  { code: 65, mnemonic: 'HTTPS' },
  { code: 99, mnemonic: 'SPF' },
  { code: 251, mnemonic: 'IXFR' },
  { code: 252, mnemonic: 'AXFR' },
  { code: 253, mnemonic: 'MAILB' },
  { code: 254, mnemonic: 'MAILA' },
  { code: 255, mnemonic: 'ANY' },
]

const BY_CODE: ReadonlyMap<number, RecordType> = new Map(TYPES.map((type) => [type.code, type]))
const BY_MNEMONIC: ReadonlyMap<string, RecordType> = new Map(TYPES.map((type) => [type.mnemonic, type]))

/** The codes that the service itself treats apart. */
export const TYPE = {
  a: 1,
  ns: 2,
  cname: 5,
  soa: 6,
  aaaa: 28,
  opt: 41,
  ds: 43,
  rrsig: 46,
  nsec: 47,
  nsec3: 50,
  ixfr: 251,
  axfr: 252,
  mailb: 253,
  maila: 254,
  any: 255,
} as const

/** The mnemonics that a zone file may use with their own presentation format. */
export const MNEMONICS: readonly string[] = TYPES.flatMap((type) =>
  type.fields === undefined ? [] : [type.mnemonic],
)

/** The type of a mnemonic or of `TYPEn` (RFC 3597 §5), letter case ignored; undefined for neither. */
export function findType(text: string): RecordType | undefined {
  const upper = text.toUpperCase()
  const known = BY_MNEMONIC.get(upper)
  if (known !== undefined) return known
  const digits = /^TYPE(\d{1,5})$/.exec(upper)?.[1]
  const code = Number(digits)
  if (digits === undefined || code > 0xffff) return undefined
  return BY_CODE.get(code) ?? { code, mnemonic: `TYPE${code}` }
}

/** The type's mnemonic, or `TYPEn` (RFC 3597 §5). */
export function typeName(code: number): string {
  return BY_CODE.get(code)?.mnemonic ?? `TYPE${code}`
}

/** The fields of a type's data; undefined where the data is opaque. */
export function fieldsOf(code: number): readonly Field[] | undefined {
  return BY_CODE.get(code)?.fields
}

/** The name that the data leads on to, if its type has one. */
export function targetOf(code: number, data: Buffer): Name | undefined {
  const at = BY_CODE.get(code)?.target
  return at === undefined ? undefined : nameOf(data.subarray(at, at + nameLength(data, at)))
}

/** Where the field that starts at `at` ends in data whose names are not compressed; throws a `WireError` if it does not fit. */
export function fieldEnd(shape: FieldShape, octets: Buffer, at: number): number {
  const end = shapeEnd(shape, octets, at)
  if (end > octets.length) throw new WireError('the data of a record is cut short')
  return end
}

function shapeEnd(shape: FieldShape, octets: Buffer, at: number): number {
  switch (shape) {
    case 'name':
    case 'compressible':
      return at + nameLength(octets, at)
    case 'string':
      return at + 1 + (octets[at] ?? 0)
    case 'strings':
      return stringsEnd(octets, at)
    case 'rest':
      return octets.length
    default:
      return at + shape
  }
}

// TXT holds one string at least (RFC 1035 §3.3.14), which may be empty.
function stringsEnd(octets: Buffer, at: number): number {
  let end = at
  do end += 1 + (octets[end] ?? 0)
  while (end < octets.length)
  return end
}

/** Throws a `WireError` unless the uncompressed data is well formed for its type. */
export function checkData(code: number, data: Buffer): void {
  const fields = fieldsOf(code)
  if (fields === undefined) return
  let at = 0
  for (const { shape } of fields) at = fieldEnd(shape, data, at)
  if (at !== data.length) throw new WireError(`the data of a ${typeName(code)} record has octets too many`)
}

/** Reads one record's data in its type's own form or as `\# length hex` (RFC 3597 §5); throws a `PresentationError` about the last word taken. */
export function parseData(type: RecordType, words: field.Words, first: field.Token | undefined): Buffer {
  if (first !== undefined && !first.quoted && first.text === String.raw`\#`) {
    words.take()
    return parseGeneric(type, words)
  }
  if (type.fields === undefined) {
    if (first !== undefined) words.take()
    throw new PresentationError({
      en: String.raw`data of type ${type.mnemonic} is written as octets: \# LENGTH HEX (RFC 3597)`,
      es: String.raw`los datos de tipo ${type.mnemonic} se escriben como octetos: \# LONGITUD HEX (RFC 3597)`,
    })
  }
  const data = Buffer.concat(type.fields.map((each) => each.parse(words)))
  if (data.length > RDATA_LIMIT) throw tooLong(data.length)
  return data
}

function tooLong(length: number): PresentationError {
  return new PresentationError({
    en: `the data is ${length} octets long; a record holds at most ${RDATA_LIMIT}`,
    es: `los datos ocupan ${length} octetos; un registro admite como mucho ${RDATA_LIMIT}`,
  })
}

function parseGeneric(type: RecordType, words: field.Words): Buffer {
  const length = field.parseNumber(words.take(), RDATA_LIMIT)
  let hex = ''
  while (words.hasMore()) hex += words.take().text
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex) || hex.length !== length * 2) {
    throw new PresentationError({
      en: `expected ${length} octets as ${length * 2} hexadecimal digits, found ${hex.length} characters`,
      es: `se esperaban ${length} octetos en ${length * 2} cifras hexadecimales, hay ${hex.length} caracteres`,
    })
  }
  const data = Buffer.from(hex, 'hex')
  try {
    checkData(type.code, data)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    throw new PresentationError({
      en: `these octets are no data of type ${type.mnemonic}`,
      es: `estos octetos no son datos de tipo ${type.mnemonic}`,
    })
  }
  return data
}

/** Presentation format; data of unknown types as `\# length hex` (RFC 3597 §5). */
export function printData(code: number, data: Buffer): string {
  const fields = fieldsOf(code)
  if (fields === undefined)
    return String.raw`\# ${data.length}${data.length > 0 ? ` ${data.toString('hex')}` : ''}`
  let at = 0
  const parts: string[] = []
  for (const each of fields) {
    const end = fieldEnd(each.shape, data, at)
    parts.push(each.print(data.subarray(at, end)))
    at = end
  }
  return parts.join(' ')
}
