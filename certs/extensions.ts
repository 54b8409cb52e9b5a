/** The extensions of the lab's certificates (RFC 5280 §4.2). */
import type { CertificateRequest } from '../lab/service.ts'
import type { Der, DerValue } from './der.ts'
import { scopeNames, scopeNetworks, type Scope, type Subject } from './scope.ts'

/** What a leaf's extensions say. */
export interface LeafContent {
  readonly subject: Subject
  readonly purpose: CertificateRequest['purpose']
  readonly keyId: Buffer
  readonly authorityKeyId: Buffer
}

const SUBJECT_KEY_ID = '2.5.29.14'
const KEY_USAGE = '2.5.29.15'
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'
const NAME_CONSTRAINTS = '2.5.29.30'
const AUTHORITY_KEY_ID = '2.5.29.35'
const EXTENDED_KEY_USAGE = '2.5.29.37'

/** KeyPurposeId values (§4.2.1.12). */
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2'
const PURPOSES = {
  server: [SERVER_AUTHENTICATION],
  client: [CLIENT_AUTHENTICATION],
  peer: [SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION],
} as const

/** Tags of GeneralName (§4.2.1.6). */
const RFC822_NAME = 1
const DNS_NAME = 2
const IP_ADDRESS = 7

/** The extensions of the root, in the order in which they are written. */
export function authorityExtensions(der: Der, scope: Scope, keyId: Buffer): readonly DerValue[] {
  return [
    extension(der, BASIC_CONSTRAINTS, true, der.sequence(der.boolean(true))),
    // Bits 5 and 6, keyCertSign and cRLSign; the last bit of the octet is unused (§4.2.1.3).
    extension(der, KEY_USAGE, true, der.bits(Buffer.of(0b0000_0110), 1)),
    extension(der, SUBJECT_KEY_ID, false, der.octets(keyId)),
    extension(der, NAME_CONSTRAINTS, true, nameConstraints(der, scope)),
  ]
}

/** The extensions of a server's, client's or peer's certificate. */
export function leafExtensions(der: Der, leaf: LeafContent): readonly DerValue[] {
  return [
    // cA is false by default, and DER leaves defaults out.
    extension(der, BASIC_CONSTRAINTS, true, der.sequence()),
    // Bit 0, digitalSignature: all that a key on a curve does in TLS.
    extension(der, KEY_USAGE, true, der.bits(Buffer.of(0b1000_0000), 7)),
    extension(der, EXTENDED_KEY_USAGE, false, der.sequence(...PURPOSES[leaf.purpose].map(der.identifier))),
    extension(der, SUBJECT_KEY_ID, false, der.octets(leaf.keyId)),
    extension(der, AUTHORITY_KEY_ID, false, der.sequence(der.implicit(0, leaf.authorityKeyId))),
    // §4.1.2.6: without a common name the subject is empty, and then the alternative name is critical.
    extension(
      der,
      SUBJECT_ALTERNATIVE_NAME,
      leaf.subject.commonName === undefined,
      alternativeName(der, leaf.subject),
    ),
  ]
}

function alternativeName(der: Der, subject: Subject): DerValue {
  return der.sequence(
    ...subject.dnsNames.map((name) => der.implicit(DNS_NAME, Buffer.from(name))),
    ...subject.mailboxes.map((mailbox) => der.implicit(RFC822_NAME, Buffer.from(mailbox))),
    ...subject.addresses.map((address) => der.implicit(IP_ADDRESS, address)),
  )
}

/** §4.2.1.10: only what is listed may be certified; a type of name that is not listed at all would be free. */
function nameConstraints(der: Der, scope: Scope): DerValue {
  const names = scopeNames(scope)
  const permitted = [
    ...names.map((name) => der.implicit(DNS_NAME, Buffer.from(name))),
    // A mailbox at the domain itself, and at a host under it.
    ...names
      .flatMap((name) => [name, `.${name}`])
      .map((host) => der.implicit(RFC822_NAME, Buffer.from(host))),
    ...scopeNetworks(scope).map(({ address, mask }) =>
      der.implicit(IP_ADDRESS, Buffer.concat([address, mask])),
    ),
  ]
  return der.sequence(der.tagged(0, ...permitted.map((base) => der.sequence(base))))
}

function extension(der: Der, identifier: string, isCritical: boolean, value: DerValue): DerValue {
  const content = der.octets(der.encode(value))
  return isCritical
    ? der.sequence(der.identifier(identifier), der.boolean(true), content)
    : der.sequence(der.identifier(identifier), content)
}
