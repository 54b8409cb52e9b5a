/** The extensions of the lab's certificates (RFC 5280 §4.2). */
import type { CertificateRequest } from '../lab/service.ts'
import type { Der, DerValue } from './der.ts'
import { scopeNames, scopeNetworks, type Scope, type Subject } from './scope.ts'

/** Where clients learn what was revoked, and find the issuer's certificate; addresses of http. */
export interface Pointers {
  readonly crl: string
  readonly ocsp: string
  readonly issuer: string
}

/** What a leaf's extensions say. */
export interface LeafContent {
  readonly subject: Subject
  readonly purpose: CertificateRequest['purpose']
  /** An RSA key may encipher the secret of an old handshake. */
  readonly isRsa: boolean
  readonly keyId: Buffer
  readonly authorityKeyId: Buffer
  readonly pointers: Pointers | undefined
}

/** What the extensions of a root or an intermediate say. */
export interface AuthorityContent {
  readonly scope: Scope
  readonly keyId: Buffer
  /** That of the root, in an intermediate. */
  readonly authorityKeyId?: Buffer
  readonly pointers?: Pointers | undefined
}

const SUBJECT_KEY_ID = '2.5.29.14'
const KEY_USAGE = '2.5.29.15'
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'
const NAME_CONSTRAINTS = '2.5.29.30'
const AUTHORITY_KEY_ID = '2.5.29.35'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const CRL_DISTRIBUTION_POINTS = '2.5.29.31'
const AUTHORITY_INFORMATION_ACCESS = '1.3.6.1.5.5.7.1.1'
const OCSP = '1.3.6.1.5.5.7.48.1'
const CA_ISSUERS = '1.3.6.1.5.5.7.48.2'

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
const URI = 6
const IP_ADDRESS = 7

/** The extensions of a root, or of the intermediate under it, in the order in which they are written. */
export function authorityExtensions(der: Der, content: AuthorityContent): readonly DerValue[] {
  const { scope, keyId, authorityKeyId, pointers } = content
  const isIntermediate = authorityKeyId !== undefined
  // §4.2.1.9: nothing but leaves stands below an intermediate.
  const path = isIntermediate ? [der.integer(Buffer.of(0))] : []
  return [
    extension(der, BASIC_CONSTRAINTS, true, der.sequence(der.boolean(true), ...path)),
    // Bits 5 and 6, keyCertSign and cRLSign; the last bit of the octet is unused (§4.2.1.3).
    extension(der, KEY_USAGE, true, der.bits(Buffer.of(0b0000_0110), 1)),
    extension(der, SUBJECT_KEY_ID, false, der.octets(keyId)),
    ...(isIntermediate ? [authorityKeyIdentifier(der, authorityKeyId)] : []),
    extension(der, NAME_CONSTRAINTS, true, nameConstraints(der, scope)),
    ...pointerExtensions(der, pointers),
  ]
}

/** The extensions of a server's, client's or peer's certificate. */
export function leafExtensions(der: Der, leaf: LeafContent): readonly DerValue[] {
  return [
    // cA is false by default, and DER leaves defaults out.
    extension(der, BASIC_CONSTRAINTS, true, der.sequence()),
    // Bit 0, digitalSignature: all that a key on a curve does in TLS; bit 2, keyEncipherment, for RSA.
    extension(
      der,
      KEY_USAGE,
      true,
      leaf.isRsa ? der.bits(Buffer.of(0b1010_0000), 5) : der.bits(Buffer.of(0b1000_0000), 7),
    ),
    extension(der, EXTENDED_KEY_USAGE, false, der.sequence(...PURPOSES[leaf.purpose].map(der.identifier))),
    extension(der, SUBJECT_KEY_ID, false, der.octets(leaf.keyId)),
    authorityKeyIdentifier(der, leaf.authorityKeyId),
    // §4.1.2.6: without a common name the subject is empty, and then the alternative name is critical.
    extension(
      der,
      SUBJECT_ALTERNATIVE_NAME,
      leaf.subject.commonName === undefined,
      alternativeName(der, leaf.subject),
    ),
    ...pointerExtensions(der, leaf.pointers),
  ]
}

/** The extension that names the key of an issuer (§4.2.1.1), in what that issuer has signed. */
export function authorityKeyIdentifier(der: Der, keyId: Buffer): DerValue {
  return extension(der, AUTHORITY_KEY_ID, false, der.sequence(der.implicit(0, keyId)))
}

/** §4.2.1.13 and §4.2.2.1 */
function pointerExtensions(der: Der, pointers: Pointers | undefined): readonly DerValue[] {
  if (pointers === undefined) return []
  const address = (url: string): DerValue => der.implicit(URI, Buffer.from(url, 'latin1'))
  const access = (method: string, url: string): DerValue => der.sequence(der.identifier(method), address(url))
  return [
    extension(
      der,
      CRL_DISTRIBUTION_POINTS,
      false,
      der.sequence(der.sequence(der.tagged(0, der.tagged(0, address(pointers.crl))))),
    ),
    extension(
      der,
      AUTHORITY_INFORMATION_ACCESS,
      false,
      der.sequence(access(OCSP, pointers.ocsp), access(CA_ISSUERS, pointers.issuer)),
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

/** One extension (§4.1). */
export function extension(der: Der, identifier: string, isCritical: boolean, value: DerValue): DerValue {
  const content = der.octets(der.encode(value))
  return isCritical
    ? der.sequence(der.identifier(identifier), der.boolean(true), content)
    : der.sequence(der.identifier(identifier), content)
}
