/** Composes and signs X.509 certificates (RFC 5280 §4.1) with keys on P-256. */
import { createHash, generateKeyPair, sign, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from '../lab/service.ts'
import { pem, type Der, type DerValue } from './der.ts'

const makeKeyPair = promisify(generateKeyPair)
const makeSignature = promisify(sign)

/** A certificate that only lacks its signature. */
export interface Draft {
  readonly serial: Buffer
  readonly issuer: DerValue
  readonly subject: DerValue
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Buffer
  readonly extensions: readonly DerValue[]
}

/** A private key with what certificates say of its public half. */
export interface Key {
  readonly key: KeyObject
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Buffer
  readonly keyId: Buffer
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const ORGANIZATION = '2.5.4.10'
const COMMON_NAME = '2.5.4.3'

/** Makes a key on P-256, off the event loop. */
export async function makeKey(): Promise<Key> {
  const { privateKey, publicKey } = await makeKeyPair('ec', { namedCurve: 'P-256' })
  return describeKey(privateKey, publicKey)
}

/** Takes the public half of a key from the private one unless it is given. */
export function describeKey(key: KeyObject, publicHalf: KeyObject): Key {
  const publicKey = publicHalf.export({ type: 'spki', format: 'der' })
  // RFC 5280 §4.2.1.2 leaves the method free; 20 octets are what all software expects.
  return { key, publicKey, keyId: createHash('sha256').update(publicKey).digest().subarray(0, 20) }
}

/** The key as PEM, in PKCS #8. */
export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' })
}

/** A distinguished name; without a common name it is empty. */
export function distinguishedName(der: Der, commonName: string | undefined): DerValue {
  if (commonName === undefined) return der.sequence()
  const attribute = (identifier: string, value: string) =>
    der.set(der.sequence(der.identifier(identifier), der.text(value)))
  return der.sequence(attribute(ORGANIZATION, 'telelab'), attribute(COMMON_NAME, commonName))
}

/** A serial number of 16 octets (RFC 5280 §4.1.2.2 allows 20), positive, from the lab's chance and the certificate's own key. */
export function makeSerial(random: Pick<Random, 'bytes'>, publicKey: Buffer): Buffer {
  // With a seed the chance repeats itself when the lab starts again, and a serial must not.
  const serial = createHash('sha256').update(random.bytes(16)).update(publicKey).digest().subarray(0, 16)
  // Top bit clear: positive. Next bit set: no leading zeros, which DER forbids.
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40)
  return serial
}

/** Signs a certificate, off the event loop, and returns it as PEM. */
export async function signCertificate(der: Der, draft: Draft, issuerKey: KeyObject): Promise<string> {
  const algorithm = der.sequence(der.identifier(ECDSA_WITH_SHA256))
  const content = der.sequence(
    der.tagged(0, der.integer(Buffer.of(2))), // Version 3.
    der.integer(draft.serial),
    algorithm,
    draft.issuer,
    der.sequence(der.time(draft.notBefore), der.time(draft.notAfter)),
    draft.subject,
    der.copy(draft.publicKey),
    der.tagged(3, der.sequence(...draft.extensions)),
  )
  const signature = await makeSignature('sha256', der.encode(content), issuerKey)
  return pem('CERTIFICATE', der.encode(der.sequence(content, algorithm, der.bits(signature))))
}
