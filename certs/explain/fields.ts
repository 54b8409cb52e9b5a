/** Finds the fields of certificates (RFC 5280 §4.1). */
import { DerError, type DerNode } from '../der-reader.ts'
import { nameText } from './names.ts'
import { notInside, readExtensions, readSigned, type Extension, type Signed } from './read.ts'

/** The fields of a certificate, unread but for their places. */
export interface Certificate {
  readonly signed: Signed
  readonly version: DerNode | undefined
  readonly serial: DerNode
  readonly algorithm: DerNode
  readonly issuer: DerNode
  readonly validity: DerNode
  readonly subject: DerNode
  readonly publicKey: DerNode
  readonly uniqueIds: readonly DerNode[]
  readonly extensions: DerNode | undefined
}

/** Reads where a certificate's fields are; throws an `ExplainError` for what is none. */
export async function readCertificate(pem: string): Promise<Certificate> {
  const signed = await readSigned(pem, ['CERTIFICATE', 'X509 CERTIFICATE'])
  const members = [...signed.members]
  const version = members[0]?.tag === 0 ? members.shift() : undefined
  const [serial, algorithm, issuer, validity, subject, publicKey, ...rest] = members
  try {
    if (!serial || !algorithm || !issuer || !validity || !subject || !publicKey)
      throw new DerError('six fields at least were expected')
    for (const part of [algorithm, issuer, validity, subject, publicKey]) part.sequence()
    serial.integer()
    return {
      signed,
      version,
      serial,
      algorithm,
      issuer,
      validity,
      subject,
      publicKey,
      uniqueIds: rest.filter(({ tag }) => tag === 1 || tag === 2),
      extensions: rest.find(({ tag }) => tag === 3),
    }
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw notInside('CERTIFICATE', error)
  }
}

/** The extensions of a certificate; none if they cannot be read. */
export function extensionsOf(certificate: Certificate): readonly Extension[] {
  try {
    return readExtensions(certificate.extensions?.inner())
  } catch (error) {
    if (error instanceof DerError) return []
    throw error
  }
}

/** Whether two names are the same for RFC 5280 §7.1, as far as capitals go; names that cannot be read are not. */
export function isSameName(one: DerNode, other: DerNode): boolean {
  if (one.der().equals(other.der())) return true
  try {
    return nameText(one).toLowerCase() === nameText(other).toLowerCase()
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}
