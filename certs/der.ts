/** Writes DER (X.690) with the ASN.1 module of node-forge, which nothing loads before the first certificate. */
import type { Asn1 } from 'node-forge/lib/asn1.js'
import { isShort, timeText } from './time.ts'

/** A value that is ready to be encoded. */
export type DerValue = Asn1

/** Makes the types of ASN.1 that certificates consist of. */
export interface Der {
  readonly encode: (value: DerValue) => Buffer
  /** The value that these octets already encode. */
  readonly copy: (der: Buffer) => DerValue
  readonly sequence: (...members: readonly DerValue[]) => DerValue
  /** A SET OF; DER wants several members sorted by their encoding, which the caller does. */
  readonly set: (...members: readonly DerValue[]) => DerValue
  readonly boolean: (value: boolean) => DerValue
  /** A number that is not negative, from its octets without leading zeros. */
  readonly integer: (octets: Buffer) => DerValue
  readonly bits: (octets: Buffer, unused?: number) => DerValue
  readonly octets: (octets: Buffer) => DerValue
  readonly null: () => DerValue
  readonly enumerated: (value: number) => DerValue
  /** An object identifier such as `2.5.29.17`. */
  readonly identifier: (dotted: string) => DerValue
  readonly text: (text: string) => DerValue
  /** Milliseconds since 1970, cut to seconds. */
  readonly time: (milliseconds: number) => DerValue
  /** `[number]` around its members, explicit or implicit. */
  readonly tagged: (number: number, ...members: readonly DerValue[]) => DerValue
  /** `[number] IMPLICIT` in place of a primitive type's tag. */
  readonly implicit: (number: number, octets: Buffer) => DerValue
}

/** Tag numbers (X.680 §8.4). */
const BOOLEAN = 1
const INTEGER = 2
const BIT_STRING = 3
const OCTET_STRING = 4
const NULL = 5
const OBJECT_IDENTIFIER = 6
const ENUMERATED = 10
const UTF8_STRING = 12
const SEQUENCE = 16
const SET = 17
const UTC_TIME = 23
const GENERALIZED_TIME = 24

const CONTEXT_SPECIFIC = 0x80

/** Loads node-forge's ASN.1 module (some 5 ms, once a process) and returns what writes with it. */
export async function loadDer(): Promise<Der> {
  const { default: asn1 } = await import('node-forge/lib/asn1.js')
  const primitive = (type: number, octets: Buffer) => asn1.create(0, type, false, octets.toString('latin1'))
  const constructed = (type: number, members: readonly DerValue[]) => asn1.create(0, type, true, [...members])
  return {
    encode: (value) => Buffer.from(asn1.toDer(value).getBytes(), 'latin1'),
    copy: (der) => asn1.fromDer(der.toString('latin1'), { decodeBitStrings: false }),
    sequence: (...members) => constructed(SEQUENCE, members),
    set: (...members) => constructed(SET, members),
    boolean: (value) => primitive(BOOLEAN, Buffer.of(value ? 0xff : 0)),
    integer: (octets) => primitive(INTEGER, isHighBitSet(octets) ? Buffer.of(0, ...octets) : octets),
    bits: (octets, unused = 0) => primitive(BIT_STRING, Buffer.of(unused, ...octets)),
    octets: (octets) => primitive(OCTET_STRING, octets),
    null: () => primitive(NULL, Buffer.alloc(0)),
    enumerated: (value) => primitive(ENUMERATED, Buffer.of(value)),
    identifier: (dotted) => asn1.create(0, OBJECT_IDENTIFIER, false, asn1.oidToDer(dotted).getBytes()),
    text: (text) => primitive(UTF8_STRING, Buffer.from(text)),
    time: (milliseconds) => {
      const type = isShort(milliseconds) ? UTC_TIME : GENERALIZED_TIME
      return primitive(type, Buffer.from(timeText(milliseconds)))
    },
    tagged: (number, ...members) => asn1.create(CONTEXT_SPECIFIC, number, true, [...members]),
    implicit: (number, octets) => asn1.create(CONTEXT_SPECIFIC, number, false, octets.toString('latin1')),
  }
}

/** The PEM form (RFC 7468) of some DER, as in `CERTIFICATE`. */
export function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

function isHighBitSet(octets: Buffer): boolean {
  return octets.readUInt8(0) >= 0x80
}
