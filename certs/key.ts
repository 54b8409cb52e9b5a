/** Keys, what certificates say of them, and signatures with them: all off the event loop. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  sign,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { Der, DerValue } from './der.ts'

const makeKeyPair = promisify(generateKeyPair)
const makeSignature = promisify(sign)

/** The kinds of key that the authority makes, P-256 where nobody asks for another. */
export const keyKinds = ['p256', 'p384', 'rsa2048', 'rsa3072', 'rsa4096'] as const

/** A kind of key. */
export type KeyKind = (typeof keyKinds)[number]

/** A private key with what certificates say of its public half. */
export interface Key {
  readonly key: KeyObject
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Buffer
  readonly keyId: Buffer
}

/** P-256 and P-384 as OpenSSL names them. */
const CURVES: readonly string[] = ['prime256v1', 'secp384r1']
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const ECDSA_WITH_SHA384 = '1.2.840.10045.4.3.3'
const RSA_WITH_SHA256 = '1.2.840.113549.1.1.11'

/** Makes a key; an RSA key of 4096 bits may take seconds, but of another thread. */
export async function makeKey(kind: KeyKind = 'p256'): Promise<Key> {
  const { privateKey, publicKey } = kind.startsWith('rsa')
    ? await makeKeyPair('rsa', { modulusLength: Number(kind.slice(3)) })
    : await makeKeyPair('ec', { namedCurve: `P-${kind.slice(1)}` })
  return describeKey(privateKey, publicKey)
}

/** Takes the public half of a key from the private one unless it is given. */
export function describeKey(key: KeyObject, publicHalf = createPublicKey(key)): Key {
  const publicKey = publicHalf.export({ type: 'spki', format: 'der' })
  return { key, publicKey, keyId: keyIdOf(publicKey) }
}

/** The key identifier of a SubjectPublicKeyInfo: RFC 5280 §4.2.1.2 leaves the method free; 20 octets are what all software expects. */
export function keyIdOf(publicKey: Buffer): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20)
}

/** Reads a private key that the authority may sign with; throws an Error that says what is wrong. */
export function readKey(text: string): Key {
  const key = createPrivateKey(text)
  if (!isRsa(key) && !CURVES.includes(key.asymmetricKeyDetails?.namedCurve ?? ''))
    throw new Error('it is neither a key on P-256 or P-384 nor one of RSA')
  return describeKey(key)
}

/** The key as PEM, in PKCS #8. */
export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' })
}

/** Whether a key, private or public, is one of RSA: such a key may also encipher. */
export function isRsa(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'rsa'
}

/** The AlgorithmIdentifier of what a key signs (RFC 5758 §3.2, RFC 4055 §5). */
export function signatureAlgorithm(der: Der, key: KeyObject): DerValue {
  if (isRsa(key)) return der.sequence(der.identifier(RSA_WITH_SHA256), der.null())
  return der.sequence(der.identifier(digestFor(key) === 'sha384' ? ECDSA_WITH_SHA384 : ECDSA_WITH_SHA256))
}

/** Signs some DER. */
export function signDer(octets: Buffer, key: KeyObject): Promise<Buffer> {
  return makeSignature(digestFor(key), octets, key)
}

function digestFor(key: KeyObject): 'sha256' | 'sha384' {
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256'
}
