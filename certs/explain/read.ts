/** Takes apart what is signed: certificates, their requests and revocation lists share one outer form (RFC 5280 §4.1.1). */
import type { Text } from '../../lab/service.ts'
import { DerError, readDer, readPem, type DerNode } from '../der-reader.ts'
import { say } from './row.ts'

/** What was given is not what was to be explained; the text says what it lacks. */
export class ExplainError extends Error {
  override readonly name = 'ExplainError'
  readonly text: Text

  constructor(text: Text, options?: ErrorOptions) {
    super(text.en, options)
    this.text = text
  }
}

/** The error for PEM of the right label around something else. */
export function notInside(label: string, cause: Error): ExplainError {
  return new ExplainError(
    say(
      `What -----BEGIN ${label}----- holds is none: ${cause.message}.`,
      `Lo que contiene -----BEGIN ${label}----- no lo es: está mal codificado o es otra cosa.`,
    ),
    { cause },
  )
}

/** Content, algorithm, signature. */
export interface Signed {
  readonly der: Buffer
  readonly members: readonly DerNode[]
  /** The octets that were signed, exactly as they came. */
  readonly content: Buffer
  readonly algorithm: DerNode
  readonly signature: Buffer
}

/** An extension (RFC 5280 §4.2). */
export interface Extension {
  readonly identifier: string
  readonly isCritical: boolean
  /** The octets inside, and how to read them as DER. */
  readonly octets: Buffer
  readonly open: () => DerNode
}

const UTF8_STRING = 12
const UNIVERSAL_STRING = 28
const BMP_STRING = 30
const OBJECT_IDENTIFIER = 6
/** Octets of an object identifier: those in use have 20 or so, and the work to write one grows by their square. */
const LONGEST_IDENTIFIER = 256
/** NumericString, PrintableString, TeletexString, IA5String, UTCTime, GeneralizedTime, GraphicString, VisibleString, GeneralString. */
const NARROW_STRINGS: readonly number[] = [18, 19, 20, 22, 23, 24, 25, 26, 27]

/** Reads the first PEM block with one of these labels; throws an `ExplainError` if it is not content, algorithm and signature. */
export async function readSigned(pem: string, labels: readonly string[]): Promise<Signed> {
  const [label = ''] = labels
  const der = labels.map((each) => readPem(pem, each)).find((each) => each !== undefined)
  if (der === undefined)
    throw new ExplainError(
      say(`No -----BEGIN ${label}----- was found.`, `No se encontró ningún -----BEGIN ${label}-----.`),
    )
  try {
    const [content, algorithm, signature, ...rest] = (await readDer(der)).sequence()
    if (!content || !algorithm || !signature || rest.length > 0)
      throw new DerError('content, algorithm and signature were expected')
    algorithm.sequence()
    return {
      der,
      members: content.sequence(),
      content: firstMember(der),
      algorithm,
      signature: signature.bits(),
    }
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw notInside(label, error)
  }
}

/** The extensions in a SEQUENCE of them. */
export function readExtensions(list: DerNode | undefined): readonly Extension[] {
  return (list?.sequence() ?? []).map((extension) => {
    const [identifier, ...rest] = extension.sequence()
    const value = rest.pop()
    if (identifier === undefined || value === undefined) throw new DerError('an extension was expected')
    return {
      identifier: identifierOf(identifier),
      isCritical: rest[0]?.boolean() ?? false,
      octets: value.octets(),
      open: () => value.enclosed(),
    }
  })
}

/** An object identifier with numbers of any size, for those made of UUIDs have some of 128 bits (X.667 §8). */
export function identifierOf(node: DerNode): string {
  if (node.der()[0] !== OBJECT_IDENTIFIER) throw new DerError('an object identifier was expected')
  return identifierText(node.content())
}

/** An object identifier from its octets without tag and length; throws a `DerError` if it is too long. */
export function identifierText(octets: Buffer): string {
  if (octets.length > LONGEST_IDENTIFIER) throw new DerError('an object identifier is too long')
  const numbers: bigint[] = []
  let number = 0n
  for (const octet of octets) {
    number = (number << 7n) | BigInt(octet & 0x7f)
    if (octet >= 0x80) continue
    numbers.push(number)
    number = 0n
  }
  const [first = 0n, ...others] = numbers
  // X.690 §8.19.4: the first number holds two, and the first of these is 2 at most.
  const root = first < 80n ? first / 40n : 2n
  return [root, first - root * 40n, ...others].join('.')
}

/** The text of any string type; of anything else the octets, as hexadecimal digits behind a #, as RFC 4514 §2.4 writes them. */
export function textOf(node: DerNode): string {
  const der = node.der()
  const type = der.readUInt8(0)
  if (type >= 0x20) return `#${der.toString('hex')}`
  const octets = der.subarray(contentStart(der, 0))
  if (type === UTF8_STRING) return octets.toString('utf8')
  if (NARROW_STRINGS.includes(type)) return octets.toString('latin1')
  if (type === BMP_STRING && octets.length % 2 === 0) return Buffer.from(octets).swap16().toString('utf16le')
  if (type === UNIVERSAL_STRING && octets.length % 4 === 0) return fourOctetText(octets)
  return `#${der.toString('hex')}`
}

function fourOctetText(octets: Buffer): string {
  const codes = Array.from({ length: octets.length / 4 }, (_, place) => octets.readUInt32BE(place * 4))
  return codes.map((code) => (code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')).join('')
}

/** The octets of the first member of a constructed value, untouched by any reader: a signature is of these. */
function firstMember(der: Buffer): Buffer {
  const begin = contentStart(der, 0)
  const start = contentStart(der, begin)
  const size = start - begin - 2
  const length = size === 0 ? der.readUInt8(begin + 1) : der.readUIntBE(begin + 2, size)
  return der.subarray(begin, start + length)
}

function contentStart(der: Buffer, at: number): number {
  const first = der.readUInt8(at + 1)
  const size = first < 0x80 ? 0 : first & 0x7f
  // 0x80 is the indefinite length of BER; more than 4 octets no value here can have.
  if (first === 0x80 || size > 4) throw new DerError('a length is not that of DER')
  return at + 2 + size
}
