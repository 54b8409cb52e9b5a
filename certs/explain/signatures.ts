/** Explains and verifies the signatures of certificates, requests and revocation lists. */
import { constants, verify, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { DerNode } from '../der-reader.ts'
import { identifierOf, type Signed } from './read.ts'
import { row, say, type Explanation } from './row.ts'

const verifySignature = promisify(verify)

interface Algorithm {
  readonly name: string
  /** Null for algorithms that have their own; undefined where the parameters name it. */
  readonly digest: string | null | undefined
}

/** RFC 3279, RFC 4055, RFC 5758, RFC 8410, RFC 9881; the names are those that OpenSSL prints. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ['1.2.840.113549.1.1.2', { name: 'md2WithRSAEncryption', digest: 'md2' }],
  ['1.2.840.113549.1.1.4', { name: 'md5WithRSAEncryption', digest: 'md5' }],
  ['1.2.840.113549.1.1.5', { name: 'sha1WithRSAEncryption', digest: 'sha1' }],
  ['1.2.840.113549.1.1.14', { name: 'sha224WithRSAEncryption', digest: 'sha224' }],
  ['1.2.840.113549.1.1.11', { name: 'sha256WithRSAEncryption', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { name: 'sha384WithRSAEncryption', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { name: 'sha512WithRSAEncryption', digest: 'sha512' }],
  ['1.2.840.113549.1.1.10', { name: 'rsassaPss', digest: undefined }],
  ['1.2.840.10040.4.3', { name: 'dsaWithSHA1', digest: 'sha1' }],
  ['2.16.840.1.101.3.4.3.2', { name: 'dsa_with_SHA256', digest: 'sha256' }],
  ['1.2.840.10045.4.1', { name: 'ecdsa-with-SHA1', digest: 'sha1' }],
  ['1.2.840.10045.4.3.1', { name: 'ecdsa-with-SHA224', digest: 'sha224' }],
  ['1.2.840.10045.4.3.2', { name: 'ecdsa-with-SHA256', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { name: 'ecdsa-with-SHA384', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { name: 'ecdsa-with-SHA512', digest: 'sha512' }],
  ['1.3.101.112', { name: 'ED25519', digest: null }],
  ['1.3.101.113', { name: 'ED448', digest: null }],
  ['2.16.840.1.101.3.4.3.17', { name: 'ML-DSA-44', digest: null }],
  ['2.16.840.1.101.3.4.3.18', { name: 'ML-DSA-65', digest: null }],
  ['2.16.840.1.101.3.4.3.19', { name: 'ML-DSA-87', digest: null }],
])
const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])
const BROKEN: readonly string[] = ['md2', 'md5', 'sha1']
const TITLE = say('Signature algorithm', 'Algoritmo de firma')

interface Method {
  readonly name: string
  readonly digest: string | null | undefined
  /** Of RSASSA-PSS, octets. */
  readonly salt: number | undefined
}

/** Explains an AlgorithmIdentifier; one in a self-signed certificate protects nothing, so that there its age does not matter. */
export function explainAlgorithm(algorithm: DerNode, isSelfSigned: boolean): Explanation {
  const { name, digest } = methodOf(algorithm)
  if (digest === undefined)
    return row(
      TITLE,
      name,
      say('An algorithm that is not known here.', 'Un algoritmo que aquí no se conoce.'),
      'warning',
    )
  if (digest === null)
    return row(
      TITLE,
      name,
      say(
        'How the issuer signed: with an algorithm that brings its own digest.',
        'Cómo firmó el emisor: con un algoritmo que incluye su propio resumen.',
      ),
    )
  const hash = digest.toUpperCase().replace('SHA', 'SHA-')
  if (!BROKEN.includes(digest))
    return row(
      TITLE,
      name,
      say(
        `How the issuer signed: the content was reduced to a digest with ${hash}, and the digest was signed.`,
        `Cómo firmó el emisor: el contenido se redujo a un resumen con ${hash} y se firmó el resumen.`,
      ),
    )
  return isSelfSigned
    ? row(
        TITLE,
        name,
        say(
          `${hash} is broken, but who trusts a self-signed certificate never relies on its signature.`,
          `${hash} está roto, pero quien confía en un certificado autofirmado no se apoya nunca en su firma.`,
        ),
      )
    : row(
        TITLE,
        name,
        say(
          `${hash} is broken: two contents with one digest can be made, so that this signature could be carried over to a forgery.`,
          `${hash} está roto: se pueden fabricar dos contenidos con el mismo resumen, así que esta firma podría trasladarse a una falsificación.`,
        ),
        'bad',
      )
}

/** Whether this key made the signature; undefined if that cannot be told. */
export async function isSignedBy(signed: Signed, key: KeyObject | undefined): Promise<boolean | undefined> {
  if (key === undefined) return undefined
  try {
    const { name, digest, salt } = methodOf(signed.algorithm)
    if (digest === undefined) return undefined
    // A key of another kind cannot have made it, and OpenSSL would only say that it cannot try.
    if (!keyTypeOf(name).test(key.asymmetricKeyType ?? '')) return false
    const padding = salt === undefined ? {} : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt }
    return await verifySignature(digest, signed.content, { key, ...padding }, signed.signature)
  } catch {
    // A digest that this OpenSSL no longer has, or parameters that are none.
    return undefined
  }
}

/** Of the keys that make signatures of this algorithm. */
function keyTypeOf(name: string): RegExp {
  if (/rsa/i.test(name)) return /^rsa(?:-pss)?$/
  if (name.startsWith('ecdsa')) return /^ec$/
  return name.startsWith('dsa') ? /^dsa$/ : new RegExp(`^${name}$`, 'i')
}

function methodOf(algorithm: DerNode): Method {
  const [identifier, parameters] = algorithm.sequence()
  const dotted = identifier === undefined ? '?' : identifierOf(identifier)
  const { name, digest } = ALGORITHMS.get(dotted) ?? { name: dotted, digest: undefined }
  if (name !== 'rsassaPss') return { name, digest, salt: undefined }
  // RFC 4055 §3.1: SHA-1 and 20 octets of salt where nothing is said.
  const members = parameters?.sequence() ?? []
  const hash = members
    .find(({ tag }) => tag === 0)
    ?.inner()
    .sequence()[0]
  const salt =
    members
      .find(({ tag }) => tag === 2)
      ?.inner()
      .number() ?? 20
  return { name, digest: hash === undefined ? 'sha1' : DIGESTS.get(identifierOf(hash)), salt }
}
