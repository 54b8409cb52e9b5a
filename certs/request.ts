/** Reads certification requests (PKCS #10, RFC 2986), as `openssl req -new` writes them. */
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { DerError, readDer, readPem, type DerNode } from './der-reader.ts'
import { RequestError } from './scope.ts'

/** What somebody asks to have certified. */
export interface SigningRequest {
  readonly publicKey: KeyObject
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKeyDer: Buffer
  readonly commonName: string | undefined
  /** From the subjectAltName that it asks for; the common name is not among them. */
  readonly names: readonly string[]
  readonly addresses: readonly Buffer[]
}

const COMMON_NAME = '2.5.4.3'
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'
const RFC822_NAME = 1
const DNS_NAME = 2
const IP_ADDRESS = 7
/** Bits of the smallest RSA key that browsers accept. */
const SMALLEST_RSA = 2048

/** As OpenSSL names them. */
const CURVES: readonly string[] = ['prime256v1', 'secp384r1', 'secp521r1']

interface Algorithm {
  /** The kind of key that signs so, by the name of `node:crypto`. */
  readonly key: string
  /** Undefined where the algorithm has its own. */
  readonly digest?: string
}

/** What requests may be signed with, by identifier; no other kind of key is certified. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ['1.2.840.113549.1.1.11', { key: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { key: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { key: 'rsa', digest: 'sha512' }],
  ['1.2.840.10045.4.3.2', { key: 'ec', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { key: 'ec', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { key: 'ec', digest: 'sha512' }],
  ['1.3.101.112', { key: 'ed25519' }],
  ['1.3.101.113', { key: 'ed448' }],
])

/** Reads a request in PEM or DER and checks that whoever made it has the key; throws a `RequestError`. */
export async function readRequest(text: string | Buffer): Promise<SigningRequest> {
  const octets = typeof text === 'string' ? pemOctets(text) : pemOctets(text.toString('latin1'), text)
  try {
    return takeApart(await readDer(octets))
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw new RequestError({
      en: `This is no certification request: ${error.message}. Make one with openssl req -new.`,
      es: `Esto no es una petición de certificación (${error.message}). Hazla con openssl req -new.`,
    })
  }
}

function pemOctets(text: string, otherwise?: Buffer): Buffer {
  const octets = readPem(text, 'CERTIFICATE REQUEST') ?? readPem(text, 'NEW CERTIFICATE REQUEST') ?? otherwise
  if (octets !== undefined) return octets
  throw new RequestError({
    en: 'This is no certification request: it does not hold -----BEGIN CERTIFICATE REQUEST-----. Make one with openssl req -new.',
    es: 'Esto no es una petición de certificación: no contiene -----BEGIN CERTIFICATE REQUEST-----. Hazla con openssl req -new.',
  })
}

function takeApart(request: DerNode): SigningRequest {
  const [information, algorithm, signature] = request.sequence()
  const [version, subject, publicKeyInfo, attributes] = information?.sequence() ?? []
  if (version?.number() !== 0 || subject === undefined || publicKeyInfo === undefined)
    throw new DerError('version, subject and key were expected')
  const publicKeyDer = publicKeyInfo.der()
  const publicKey = readPublicKey(publicKeyDer)
  checkSignature(information?.der(), algorithm, signature, publicKey)
  const names: string[] = []
  const addresses: Buffer[] = []
  for (const name of attributes === undefined ? [] : alternativeNames(attributes)) {
    if (name.tag === DNS_NAME || name.tag === RFC822_NAME) names.push(name.content().toString('latin1'))
    else if (name.tag === IP_ADDRESS) addresses.push(name.content())
    else
      throw new RequestError({
        en: 'The request asks for a kind of name that the lab does not certify.',
        es: 'La petición pide un tipo de nombre que el laboratorio no certifica.',
      })
  }
  return { publicKey, publicKeyDer, commonName: commonNameOf(subject), names, addresses }
}

function readPublicKey(der: Buffer): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey({ key: der, type: 'spki', format: 'der' })
  } catch {
    throw new RequestError({
      en: 'The request holds a key of a kind that is not known.',
      es: 'La petición contiene una clave de un tipo desconocido.',
    })
  }
  const { modulusLength, namedCurve, publicExponent } = key.asymmetricKeyDetails ?? {}
  // What the CA/Browser baseline (§6.1.5, §6.1.6) and, beyond it, RFC 8410 let a key be.
  const isOdd = publicExponent === undefined || (publicExponent > 1n && publicExponent % 2n === 1n)
  if ((namedCurve !== undefined && !CURVES.includes(namedCurve)) || !isOdd)
    throw new RequestError({
      en: `The request holds a key that clients refuse (${namedCurve ?? `an RSA exponent of ${publicExponent}`}); use P-256, P-384, P-521, Ed25519, Ed448 or RSA.`,
      es: `La petición contiene una clave que los clientes rechazan (${namedCurve ?? `un exponente RSA de ${publicExponent}`}); usa P-256, P-384, P-521, Ed25519, Ed448 o RSA.`,
    })
  if (key.asymmetricKeyType === 'rsa' && modulusLength !== undefined && modulusLength < SMALLEST_RSA)
    throw new RequestError({
      en: `The request holds an RSA key of ${modulusLength} bits; browsers want ${SMALLEST_RSA} at least.`,
      es: `La petición contiene una clave RSA de ${modulusLength} bits; los navegadores exigen al menos ${SMALLEST_RSA}.`,
    })
  return key
}

/** RFC 2986 §3: without it anybody could have a certificate for somebody else's key. */
function checkSignature(
  information: Buffer | undefined,
  algorithm: DerNode | undefined,
  signature: DerNode | undefined,
  key: KeyObject,
): void {
  const identifier = algorithm?.sequence()[0]?.identifier() ?? ''
  const known = ALGORITHMS.get(identifier)
  if (known === undefined)
    throw new RequestError({
      en: `The request is signed with an algorithm that is not taken (${identifier}); use SHA-256 or better.`,
      es: `La petición está firmada con un algoritmo que no se admite (${identifier}); usa SHA-256 o mejor.`,
    })
  const isRight = (): boolean => {
    try {
      return (
        information !== undefined &&
        signature !== undefined &&
        // Otherwise a DSA key could pass under the name of RSA, for OpenSSL goes by the key alone.
        key.asymmetricKeyType === known.key &&
        verify(known.digest ?? null, information, key, signature.bits())
      )
    } catch {
      // The signature, or the key, has a form that OpenSSL does not take.
      return false
    }
  }
  if (!isRight())
    throw new RequestError({
      en: "The request's signature does not fit its key: it was changed, or made wrong.",
      es: 'La firma de la petición no corresponde a su clave: la petición se ha alterado o se hizo mal.',
    })
}

function commonNameOf(subject: DerNode): string | undefined {
  for (const set of subject.sequence())
    for (const attribute of set.set()) {
      const [type, value] = attribute.sequence()
      if (type?.identifier() === COMMON_NAME) return value?.text()
    }
  return undefined
}

/** RFC 2985 §5.4.2 */
function alternativeNames(attributes: DerNode): readonly DerNode[] {
  return attributes.members().flatMap((attribute) => {
    const [type, values] = attribute.sequence()
    if (type?.identifier() !== EXTENSION_REQUEST) return []
    return (values?.set() ?? []).flatMap((extensions) => extensions.sequence().flatMap(namesOf))
  })
}

function namesOf(extension: DerNode): readonly DerNode[] {
  const [type, ...rest] = extension.sequence()
  // The list lies as DER in an octet string, the last member, behind an optional boolean.
  return type?.identifier() === SUBJECT_ALTERNATIVE_NAME ? (rest.at(-1)?.enclosed().sequence() ?? []) : []
}
