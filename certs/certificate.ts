/** Composes and signs X.509 certificates (RFC 5280 §4.1). */
import { createHash, type KeyObject } from 'node:crypto'
import type { Random } from '../lab/service.ts'
import { pem, type Der, type DerValue } from './der.ts'
import { signatureAlgorithm, signDer } from './key.ts'

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

const ORGANIZATION = '2.5.4.10'
const COMMON_NAME = '2.5.4.3'

/** A distinguished name; without a common name it is empty. */
export function distinguishedName(der: Der, commonName: string | undefined): DerValue {
  if (commonName === undefined) return der.sequence()
  const attribute = (identifier: string, value: string) =>
    der.set(der.sequence(der.identifier(identifier), der.text(value)))
  return der.sequence(attribute(ORGANIZATION, 'telelab'), attribute(COMMON_NAME, commonName))
}

/** The same name on one line, as `openssl ca` writes it in its index. */
export function nameLine(commonName: string | undefined): string {
  return commonName === undefined ? '/' : `/O=telelab/CN=${commonName}`
}

/** A serial number of 16 octets (RFC 5280 §4.1.2.2 allows 20), positive, from the lab's chance and the certificate's own key. */
export function makeSerial(
  random: Pick<Random, 'bytes'>,
  publicKey: Buffer,
  salt: Buffer | string = '',
): Buffer {
  // With a seed the chance repeats itself when the lab starts again, and a serial must not.
  const digest = createHash('sha256').update(random.bytes(16)).update(publicKey).update(salt).digest()
  const serial = digest.subarray(0, 16)
  // Top bit clear: positive. Next bit set: no leading zeros, which DER forbids.
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40)
  return serial
}

/** Signs a certificate and returns it as PEM. */
export async function signCertificate(der: Der, draft: Draft, issuerKey: KeyObject): Promise<string> {
  const algorithm = signatureAlgorithm(der, issuerKey)
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
  return pem('CERTIFICATE', await seal(der, content, algorithm, issuerKey))
}

/** What is signed, the algorithm, the signature: the form of certificates, their requests and revocation lists. */
export async function seal(
  der: Der,
  content: DerValue,
  algorithm: DerValue,
  key: KeyObject,
): Promise<Buffer> {
  const signature = await signDer(der.encode(content), key)
  return der.encode(der.sequence(content, algorithm, der.bits(signature)))
}
