/** Certificates that are made for clients to refuse them: they are in no register and on no disk. */
import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Certificate, CertificateFlaw, CertificateRequest, Clock, Random } from '../lab/service.ts'
import type { Opened } from './branch.ts'
import { distinguishedName, makeSerial, signCertificate, type Draft } from './certificate.ts'
import type { DerValue } from './der.ts'
import { authorityExtensions, leafExtensions } from './extensions.ts'
import { CLOCK_SKEW, issuerName } from './issuer.ts'
import { describeKey, isRsa, keyPem, makeKey, type Key } from './key.ts'
import type { Scope, Subject } from './scope.ts'

/** What a flawed certificate is made of. */
export interface FlawedOptions extends Scope {
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
}

/** What is wrong with it, and what it says. */
export interface FlawedRequest {
  readonly flaw: CertificateFlaw
  readonly subject: Subject
  readonly purpose: CertificateRequest['purpose']
  readonly days: number
}

interface Signer {
  readonly name: DerValue
  readonly key: KeyObject
  readonly keyId: Buffer
  /** What is sent after the certificate, as PEM. */
  readonly above: string
}

const DAY = 86_400_000
const makeKeyPair = promisify(generateKeyPair)

/** Makes a certificate whose one flaw is that; it names no place where revocations are told, for none knows it. */
export async function makeFlawed(
  opened: Opened,
  options: FlawedOptions,
  { flaw, subject, purpose, days }: FlawedRequest,
): Promise<Certificate> {
  const { der, root } = opened
  const own = flaw === 'weak key' ? await makeWeakKey() : await makeKey()
  // Without a common name the subject would be empty, which an issuer's name must not be (RFC 5280 §4.1.2.4).
  const commonName = flaw === 'self-signed' ? (subject.commonName ?? flaw) : subject.commonName
  const name = distinguishedName(der, commonName)
  const signer = flaw === 'self-signed' ? { ...own, name, above: '' } : await signerOf(opened, options, flaw)
  const draft: Draft = {
    serial: makeSerial(options.random, own.publicKey),
    issuer: signer.name,
    subject: name,
    ...datesOf(flaw, options.clock.now(), days * DAY),
    publicKey: own.publicKey,
    extensions: leafExtensions(der, {
      subject: { ...subject, commonName },
      purpose,
      isRsa: isRsa(own.key),
      keyId: own.keyId,
      authorityKeyId: signer.keyId,
      pointers: undefined,
    }),
  }
  const certificate = await signCertificate(der, draft, signer.key)
  return {
    key: keyPem(own.key),
    certificate,
    chain: certificate + signer.above,
    authority: root.issuer.certificate,
  }
}

/** RSA of 1024 bits, which no client has taken for years. */
async function makeWeakKey(): Promise<Key> {
  const { privateKey, publicKey } = await makeKeyPair('rsa', { modulusLength: 1024 })
  return describeKey(privateKey, publicKey)
}

function datesOf(
  flaw: CertificateFlaw,
  now: number,
  lifetime: number,
): { readonly notBefore: number; readonly notAfter: number } {
  if (flaw === 'expired') return { notBefore: now - DAY - lifetime, notAfter: now - DAY }
  if (flaw === 'not yet valid') return { notBefore: now + DAY, notAfter: now + DAY + lifetime }
  return { notBefore: now - CLOCK_SKEW, notAfter: now + lifetime }
}

/** Who signs what somebody else than its own key has to sign. */
async function signerOf(
  { der, root, active }: Opened,
  options: FlawedOptions,
  flaw: CertificateFlaw,
): Promise<Signer> {
  const { issuer } = active
  if (flaw === 'other authority') {
    const other = await makeKey()
    const now = options.clock.now()
    const draft: Draft = {
      serial: makeSerial(options.random, other.publicKey),
      issuer: root.issuer.name,
      subject: root.issuer.name,
      ...datesOf(flaw, now, 3650 * DAY),
      publicKey: other.publicKey,
      extensions: authorityExtensions(der, { scope: options, keyId: other.keyId }),
    }
    // Sent, too: by its name it is the lab's own root, and only the signature tells.
    return { ...other, name: root.issuer.name, above: await signCertificate(der, draft, other.key) }
  }
  if (flaw === 'broken chain') {
    // The certificate that would lead on to the root is not even made, for nobody is sent it.
    const between = await makeKey()
    return { ...between, name: distinguishedName(der, issuerName('intermediate', between)), above: '' }
  }
  return { ...issuer, above: active === root ? '' : issuer.certificate }
}
