/** Reads DER (X.690) with the ASN.1 module of node-forge: what others send is taken apart here and nowhere else. */
import type { Asn1 } from 'node-forge/lib/asn1.js'
import { readFullTime, readShortTime } from './time.ts'

/** Octets of the largest value that is read. */
const LARGEST = 1024 * 1024
const UNIVERSAL = 0
const CONTEXT = 0x80
const BOOLEAN = 1
const INTEGER = 2
const BIT_STRING = 3
const OCTET_STRING = 4
const OBJECT_IDENTIFIER = 6
const ENUMERATED = 10
const UTF8_STRING = 12
const SEQUENCE = 16
const SET = 17
const BMP_STRING = 30
const UTC_TIME = 23
const GENERALIZED_TIME = 24
/** NumericString, PrintableString, TeletexString, IA5String, VisibleString: one octet for a character. */
const NARROW_STRINGS: readonly number[] = [18, 19, 20, 22, 26]

/** Octets that are not the DER that was expected; the message says what was. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/** One value of ASN.1, read as what its reader expects; every method throws a `DerError` if it is something else. */
export class DerNode {
  readonly #asn1: Asn1Module
  readonly #value: Asn1

  constructor(asn1: Asn1Module, value: Asn1) {
    this.#asn1 = asn1
    this.#value = value
  }

  /** The number of a context-specific tag, as in `[0]`; undefined for a universal one. */
  get tag(): number | undefined {
    return this.#value.tagClass === CONTEXT ? this.#value.type : undefined
  }

  /** The members of a SEQUENCE. */
  sequence(): readonly DerNode[] {
    return this.#members(SEQUENCE, 'a sequence')
  }

  /** The members of a SET. */
  set(): readonly DerNode[] {
    return this.#members(SET, 'a set')
  }

  /** The members of a constructed value, whatever its tag. */
  members(): readonly DerNode[] {
    const { value } = this.#value
    if (typeof value === 'string') throw new DerError('a value with members was expected')
    return value.map((member) => new DerNode(this.#asn1, member))
  }

  /** The one member of an explicit tag. */
  inner(): DerNode {
    const [only, ...others] = this.members()
    if (only === undefined || others.length > 0) throw new DerError('one member was expected')
    return only
  }

  /** As in `2.5.29.17`. */
  identifier(): string {
    const octets = this.#primitive([OBJECT_IDENTIFIER], 'an object identifier')
    if (octets === '' || octets.charCodeAt(octets.length - 1) >= 0x80)
      throw new DerError('an object identifier breaks off')
    try {
      return this.#asn1.derToOid(octets)
    } catch (error) {
      throw new DerError('an object identifier is too large', { cause: error })
    }
  }

  boolean(): boolean {
    return this.#primitive([BOOLEAN], 'a boolean') !== '\0'
  }

  /** The octets of an INTEGER or ENUMERATED, in two's complement. */
  integer(): Buffer {
    const octets = this.#primitive([INTEGER, ENUMERATED], 'an integer')
    if (octets === '') throw new DerError('an integer has no octets')
    return Buffer.from(octets, 'latin1')
  }

  /** A small INTEGER that is not negative. */
  number(): number {
    const octets = this.integer()
    if (octets.length > 6 || octets.readUInt8(0) >= 0x80) throw new DerError('a small number was expected')
    return octets.readUIntBE(0, octets.length)
  }

  octets(): Buffer {
    return Buffer.from(this.#primitive([OCTET_STRING], 'an octet string'), 'latin1')
  }

  /** The octets of a primitive value, whatever its tag (implicit ones). */
  content(): Buffer {
    const { value } = this.#value
    if (typeof value !== 'string') throw new DerError('a primitive value was expected')
    return Buffer.from(value, 'latin1')
  }

  /** The octets of a BIT STRING whose bits fill them. */
  bits(): Buffer {
    return this.bitString().octets
  }

  /** The octets of a BIT STRING and how many bits of the last one do not count. */
  bitString(): { readonly octets: Buffer; readonly unused: number } {
    const octets = Buffer.from(this.#primitive([BIT_STRING], 'a bit string'), 'latin1')
    if (octets.length === 0 || octets.readUInt8(0) > 7)
      throw new DerError('a bit string has a wrong beginning')
    return { octets: octets.subarray(1), unused: octets.readUInt8(0) }
  }

  /** Any of the string types. */
  text(): string {
    const { type, value } = this.#value
    if (typeof value !== 'string') throw new DerError('a text was expected')
    // node-forge has decoded this type already.
    if (type === BMP_STRING) return value
    const octets = Buffer.from(value, 'latin1')
    if (type === UTF8_STRING) return octets.toString('utf8')
    if (NARROW_STRINGS.includes(type)) return octets.toString('latin1')
    throw new DerError('a text was expected')
  }

  /** Milliseconds since 1970 of a UTCTime or GeneralizedTime (RFC 5280 §4.1.2.5). */
  time(): number {
    const text = this.#primitive([UTC_TIME, GENERALIZED_TIME], 'a time')
    const time = this.#value.type === UTC_TIME ? readShortTime(text) : readFullTime(text)
    if (time === undefined) throw new DerError('a time was expected')
    return time
  }

  /** The value whose DER an OCTET STRING holds. */
  enclosed(): DerNode {
    return parse(this.#asn1, this.octets())
  }

  /** The value as DER, its tag and length included. */
  der(): Buffer {
    return Buffer.from(this.#asn1.toDer(this.#value).getBytes(), 'latin1')
  }

  #members(type: number, what: string): readonly DerNode[] {
    if (this.#value.tagClass !== UNIVERSAL || this.#value.type !== type)
      throw new DerError(`${what} was expected`)
    return this.members()
  }

  #primitive(types: readonly number[], what: string): string {
    const { tagClass, type, value } = this.#value
    if (tagClass !== UNIVERSAL || !types.includes(type) || typeof value !== 'string')
      throw new DerError(`${what} was expected`)
    return value
  }
}

type Asn1Module = (typeof import('node-forge/lib/asn1.js'))['default']

/** Loads node-forge's ASN.1 module (some 5 ms, once a process) and reads one value, which must be all there is. */
export async function readDer(octets: Buffer): Promise<DerNode> {
  const { default: asn1 } = await import('node-forge/lib/asn1.js')
  return parse(asn1, octets)
}

function parse(asn1: Asn1Module, octets: Buffer): DerNode {
  if (octets.length > LARGEST) throw new DerError(`more than ${LARGEST} octets`)
  try {
    return new DerNode(asn1, asn1.fromDer(octets.toString('latin1'), { decodeBitStrings: false }))
  } catch (error) {
    throw new DerError(`not DER: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** The DER inside PEM with this label (RFC 7468); undefined if there is none. */
export function readPem(text: string, label: string): Buffer | undefined {
  const [, base64] = new RegExp(`-----BEGIN ${label}-----\\s([^-]*)-----END ${label}-----`).exec(text) ?? []
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64')
}
