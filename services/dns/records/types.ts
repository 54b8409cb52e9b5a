/** Record types: their codes, the fields of their data, and where it leads. */
import { ipv4, ipv6 } from './address.ts'
import { base64, hashedOwner, hex, hyphenated, salt } from './binary.ts'
import { compressibleName, literalName, plainName } from './domain-name.ts'
import type { Field } from './fields.ts'
import { location } from './location.ts'
import { byte, interval, long, short } from './numbers.ts'
import {
  algorithm,
  certificateType,
  coveredType,
  fingerprint,
  keyDigest,
  moment,
  typeBitmap,
  type TypeNames,
  zoneDigest,
} from './security.ts'
import { serviceParameters } from './service-parameters.ts'
import { nameAt, naptrTarget, serviceTarget, type Target } from './targets.ts'
import { remainingText, string, strings, substitution, tag, uri } from './text.ts'
import type { Name } from '../wire/name.ts'

/** A record type; adding one is adding its line to the table. */
export interface RecordType {
  readonly code: number
  readonly mnemonic: string
  /** Missing for types whose data is kept as octets (RFC 3597). */
  readonly fields?: readonly Field[]
  /** Finds the name that leads on: an alias's target, or a host whose addresses go in the additional section. */
  readonly target?: Target
}

/** The codes that the service itself treats apart. */
export const TYPE = {
  a: 1,
  ns: 2,
  cname: 5,
  soa: 6,
  ptr: 12,
  mx: 15,
  txt: 16,
  rp: 17,
  aaaa: 28,
  srv: 33,
  naptr: 35,
  dname: 39,
  opt: 41,
  ds: 43,
  rrsig: 46,
  nsec: 47,
  dnskey: 48,
  nsec3: 50,
  nsec3param: 51,
  cds: 59,
  cdnskey: 60,
  svcb: 64,
  https: 65,
  spf: 99,
  ixfr: 251,
  axfr: 252,
  mailb: 253,
  maila: 254,
  any: 255,
} as const

const typeNames: TypeNames = { code: (text) => findType(text)?.code, name: (code) => typeName(code) }
const types = typeBitmap(typeNames, 0)
const key = [short, byte, algorithm, base64]

/** The types that have a mnemonic. */
export const TYPES: readonly RecordType[] = [
  { code: 1, mnemonic: 'A', fields: [ipv4] },
  { code: 2, mnemonic: 'NS', fields: [compressibleName], target: nameAt(0) },
  { code: 5, mnemonic: 'CNAME', fields: [compressibleName], target: nameAt(0) },
  {
    code: 6,
    mnemonic: 'SOA',
    fields: [compressibleName, compressibleName, long, interval, interval, interval, interval],
  },
  { code: 7, mnemonic: 'MB', fields: [compressibleName] },
  { code: 8, mnemonic: 'MG', fields: [compressibleName] },
  { code: 9, mnemonic: 'MR', fields: [compressibleName] },
  { code: 12, mnemonic: 'PTR', fields: [compressibleName] },
  { code: 13, mnemonic: 'HINFO', fields: [string, string] },
  { code: 14, mnemonic: 'MINFO', fields: [compressibleName, compressibleName] },
  { code: 15, mnemonic: 'MX', fields: [short, compressibleName], target: nameAt(2) },
  { code: 16, mnemonic: 'TXT', fields: [strings] },
  { code: 17, mnemonic: 'RP', fields: [plainName, plainName] },
  { code: 18, mnemonic: 'AFSDB', fields: [short, plainName], target: nameAt(2) },
  { code: 21, mnemonic: 'RT', fields: [short, plainName], target: nameAt(2) },
  { code: 26, mnemonic: 'PX', fields: [short, plainName, plainName] },
  { code: 28, mnemonic: 'AAAA', fields: [ipv6] },
  { code: 29, mnemonic: 'LOC', fields: [location] },
  { code: 33, mnemonic: 'SRV', fields: [short, short, short, plainName], target: nameAt(6) },
  {
    code: 35,
    mnemonic: 'NAPTR',
    fields: [short, short, string, string, substitution, plainName],
    target: naptrTarget,
  },
  { code: 36, mnemonic: 'KX', fields: [short, plainName], target: nameAt(2) },
  { code: 37, mnemonic: 'CERT', fields: [certificateType, short, algorithm, base64] },
  { code: 39, mnemonic: 'DNAME', fields: [plainName], target: nameAt(0) },
  { code: 41, mnemonic: 'OPT' },
  { code: 43, mnemonic: 'DS', fields: [short, algorithm, keyDigest] },
  { code: 44, mnemonic: 'SSHFP', fields: [byte, fingerprint] },
  {
    code: 46,
    mnemonic: 'RRSIG',
    fields: [coveredType(typeNames), algorithm, byte, long, moment, moment, short, plainName, base64],
  },
  { code: 47, mnemonic: 'NSEC', fields: [literalName, typeBitmap(typeNames, 1)] },
  { code: 48, mnemonic: 'DNSKEY', fields: key },
  { code: 49, mnemonic: 'DHCID', fields: [base64] },
  { code: 50, mnemonic: 'NSEC3', fields: [byte, byte, short, salt, hashedOwner, types] },
  { code: 51, mnemonic: 'NSEC3PARAM', fields: [byte, byte, short, salt] },
  { code: 52, mnemonic: 'TLSA', fields: [byte, byte, byte, hex] },
  { code: 53, mnemonic: 'SMIMEA', fields: [byte, byte, byte, hex] },
  { code: 59, mnemonic: 'CDS', fields: [short, algorithm, keyDigest] },
  { code: 60, mnemonic: 'CDNSKEY', fields: key },
  { code: 61, mnemonic: 'OPENPGPKEY', fields: [base64] },
  { code: 62, mnemonic: 'CSYNC', fields: [long, short, types] },
  { code: 63, mnemonic: 'ZONEMD', fields: [long, byte, zoneDigest] },
  { code: 64, mnemonic: 'SVCB', fields: [short, literalName, serviceParameters], target: serviceTarget },
  { code: 65, mnemonic: 'HTTPS', fields: [short, literalName, serviceParameters], target: serviceTarget },
  { code: 99, mnemonic: 'SPF', fields: [strings] },
  { code: 108, mnemonic: 'EUI48', fields: [hyphenated(6)] },
  { code: 109, mnemonic: 'EUI64', fields: [hyphenated(8)] },
  { code: 251, mnemonic: 'IXFR' },
  { code: 252, mnemonic: 'AXFR' },
  { code: 253, mnemonic: 'MAILB' },
  { code: 254, mnemonic: 'MAILA' },
  { code: 255, mnemonic: 'ANY' },
  { code: 256, mnemonic: 'URI', fields: [short, short, uri] },
  { code: 257, mnemonic: 'CAA', fields: [byte, tag, remainingText] },
]

const BY_CODE: ReadonlyMap<number, RecordType> = new Map(TYPES.map((type) => [type.code, type]))
const BY_MNEMONIC: ReadonlyMap<string, RecordType> = new Map(TYPES.map((type) => [type.mnemonic, type]))

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

/** The name that well-formed data leads on to, if it has one; `owner`, the record's own, stands for the dot in SVCB and HTTPS (RFC 9460 §2.5.2). */
export function targetOf(code: number, data: Buffer, owner?: Name): Name | undefined {
  return BY_CODE.get(code)?.target?.(data, owner)
}
