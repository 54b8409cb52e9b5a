/** Checks of certificates against RFC 5280 and the profile of the CA/Browser baseline requirements (BR), in the manner of zlint. */
import {
  EXTENSIONS,
  SERVER,
  CLIENT,
  COMMON_NAME,
  valueOf,
  isCritical,
  isRsa,
  purposes,
  commonName,
  names,
  urls,
  bitsOf,
  keyId,
  type Lint,
  type Check,
} from './lint.ts'
import { scopeChecks } from './profile-scope.ts'

const known = new Set<string>(Object.values(EXTENSIONS))

/** What each certificate must fulfil: where it is written, in words, and whether it does; `issuer` is that of the certificate. */
export const checks: readonly Check[] = [
  ['RFC 5280 §4.1.2.1', 'version 3', (lint) => lint.version === 2],
  [
    'RFC 5280 §4.1.2.2',
    'the serial number is positive',
    ({ serial }) => serial.length > 0 && serial.readUInt8(0) < 0x80 && serial.some((octet) => octet !== 0),
  ],
  ['RFC 5280 §4.1.2.2', 'and has at most 20 octets', ({ serial }) => serial.length <= 20],
  [
    'BR §7.1',
    'and 64 bits of chance at least: 16 octets, without a leading zero',
    ({ serial }) => serial.length >= 9 && serial.readUInt8(0) !== 0,
  ],
  ['RFC 5280 §4.1.1.2', 'the same algorithm inside and outside', ({ inner, outer }) => inner.equals(outer)],
  [
    'BR §7.1.3.2',
    'ECDSA without parameters, RSA with NULL',
    ({ inner }) =>
      /^300a06082a8648ce3d04030[23]$|^300d06092a864886f70d01010[bcd]0500$/.test(inner.toString('hex')),
  ],
  [
    'BR §7.1.3.2.2',
    'SHA-256 for an issuer on P-256, SHA-384 on P-384',
    ({ inner }, { text }) => {
      const curve = text.publicKey.asymmetricKeyDetails?.namedCurve
      const hex = inner.toString('hex')
      return curve === undefined || hex.endsWith(curve === 'secp384r1' ? '03' : '02')
    },
  ],
  [
    'RFC 5280 §4.1.2.4',
    "the issuer's name octet by octet",
    ({ text }, issuer) => text.checkIssued(issuer.text),
  ],
  [
    'RFC 5280 §6.1.3',
    "a signature by the issuer's key",
    ({ text }, issuer) => text.verify(issuer.text.publicKey),
  ],
  [
    'RFC 5280 §4.1.2.5',
    'UTCTime until 2049, GeneralizedTime from 2050 on',
    ({ times }) =>
      times.length === 2 &&
      times.every(([tag, digits]) =>
        (tag === 23 ? /^\d{12}Z$/ : /^20[5-9]\d\d{10}Z$|^2[1-9]\d{12}Z$/).test(digits),
      ),
  ],
  ['RFC 5280 §4.1.2.5', 'it ends after it begins', ({ text }) => text.validToDate > text.validFromDate],
  [
    'BR §6.3.2',
    'a leaf is valid for 398 days at most',
    ({ text, kind }) =>
      kind !== 'leaf' || text.validToDate.getTime() - text.validFromDate.getTime() <= 398 * 86_400_000,
  ],
  [
    'RFC 5280 §6.1',
    'it ends with its issuer at the latest',
    ({ text }, issuer) => text.validToDate <= issuer.text.validToDate,
  ],
  [
    'RFC 5280 §4.1.2.6',
    'an authority has a name',
    ({ subject, kind }) => kind === 'leaf' || subject.length > 0,
  ],
  [
    'RFC 5280 A.1',
    'names of 64 characters at most, none empty',
    ({ subject }) =>
      subject.every(([, value]) => value.trim() === value && value.length > 0 && value.length <= 64),
  ],
  [
    'BR §7.1.4.2',
    'one common name at most',
    ({ subject }) => subject.filter(([type]) => type === COMMON_NAME).length <= 1,
  ],
  [
    'BR §7.1.4.3',
    'the common name is one of the alternative names',
    (lint) => {
      const name = commonName(lint)
      return (
        lint.kind !== 'leaf' ||
        name === undefined ||
        names(lint).some(([tag, value]) => value === name || (tag === 1 && value.startsWith(`${name}@`)))
      )
    },
  ],
  [
    'BR §6.1.5',
    'an RSA key of 2048 bits at least, a multiple of 8, or a key on P-256, P-384',
    ({ text }) => {
      const { modulusLength, namedCurve = '' } = text.publicKey.asymmetricKeyDetails ?? {}
      return modulusLength === undefined
        ? ['prime256v1', 'secp384r1'].includes(namedCurve)
        : modulusLength >= 2048 && modulusLength % 8 === 0
    },
  ],
  [
    'BR §6.1.6',
    'an odd RSA exponent of 2^16 + 1 at least',
    ({ text }) => {
      const { publicExponent = 65_537n } = text.publicKey.asymmetricKeyDetails ?? {}
      return publicExponent % 2n === 1n && publicExponent >= 65_537n
    },
  ],
  [
    'RFC 5280 §4.1.2.8',
    'no unique identifiers: nothing but extensions follows the key',
    ({ rest }) => rest.length === 1 && rest[0]?.tag === 3,
  ],
  ['RFC 5280 §4.2', 'no extension twice', ({ extensions, count }) => extensions.size === count && count > 0],
  ['X.690 §10', 'DER: read and written again it is the same', ({ raw, again }) => raw.equals(again)],
  [
    'RFC 5280 §4.2.1.9',
    'basic constraints, critical, with cA in an authority',
    (lint) =>
      isCritical(lint, EXTENSIONS.basicConstraints) &&
      (lint.kind === 'leaf' || valueOf(lint, EXTENSIONS.basicConstraints)?.sequence()[0]?.boolean() === true),
  ],
  [
    'RFC 5280 §4.2.1.9',
    'empty in a leaf',
    (lint) => lint.kind !== 'leaf' || valueOf(lint, EXTENSIONS.basicConstraints)?.sequence().length === 0,
  ],
  [
    'RFC 5280 §4.2.1.9',
    'a path length of 0 in an intermediate, none in a root',
    (lint) => {
      const [, length] = valueOf(lint, EXTENSIONS.basicConstraints)?.sequence() ?? []
      return lint.kind === 'intermediate' ? length?.number() === 0 : length === undefined
    },
  ],
  ['RFC 5280 §4.2.1.3', 'key usage, critical', (lint) => isCritical(lint, EXTENSIONS.keyUsage)],
  [
    'RFC 5280 §4.2.1.3',
    'keyCertSign and cRLSign in an authority, and they alone',
    (lint) => lint.kind === 'leaf' || bitsOf(lint) === '0000011',
  ],
  [
    'BR §7.1.2.7.11',
    'digitalSignature in a leaf, keyEncipherment only with RSA',
    (lint) => lint.kind !== 'leaf' || bitsOf(lint) === (isRsa(lint) ? '101' : '1'),
  ],
  [
    'X.690 §11.2.2',
    'no zeros at the end of the named bits, and their count right',
    (lint) => {
      const octets = valueOf(lint, EXTENSIONS.keyUsage)?.content()
      return octets !== undefined && octets.readUInt8(0) === 8 - (((bitsOf(lint).length - 1) % 8) + 1)
    },
  ],
  [
    'BR §7.1.2.7.10',
    'extended key usage in a leaf, not critical, of serverAuth and clientAuth alone',
    (lint) =>
      lint.kind !== 'leaf' ||
      (purposes(lint).length > 0 &&
        !isCritical(lint, EXTENSIONS.extendedKeyUsage) &&
        purposes(lint).every((purpose) => [SERVER, CLIENT].includes(purpose))),
  ],
  [
    'BR §7.1.2.1.2',
    'none in a root',
    (lint) => lint.kind !== 'root' || valueOf(lint, EXTENSIONS.extendedKeyUsage) === undefined,
  ],
  [
    'RFC 5280 §4.2.1.2',
    'a subject key identifier of 20 octets, not critical',
    (lint) => keyId(lint).length === 40 && !isCritical(lint, EXTENSIONS.subjectKeyId),
  ],
  [
    'RFC 5280 §4.2.1.1',
    "an authority key identifier that is the issuer's, by key alone, not critical",
    (lint, issuer) => {
      const found = valueOf(lint, EXTENSIONS.authorityKeyId)?.sequence()
      if (found === undefined) return lint.kind === 'root'
      return (
        !isCritical(lint, EXTENSIONS.authorityKeyId) &&
        found.length === 1 &&
        found[0]?.tag === 0 &&
        found[0].content().toString('hex') === keyId(issuer)
      )
    },
  ],
  [
    'RFC 5280 §4.2.1.6',
    'alternative names in a leaf, at least one, none empty, none twice',
    (lint) => {
      const found = names(lint).map(([tag, value]) => `${tag} ${value}`)
      return (
        lint.kind !== 'leaf' ||
        (found.length > 0 &&
          new Set(found).size === found.length &&
          names(lint).every(([, value]) => value.length > 0))
      )
    },
  ],
  [
    'RFC 5280 §4.2.1.6',
    'critical where the subject is empty, and nowhere else',
    (lint) => lint.kind !== 'leaf' || isCritical(lint, EXTENSIONS.names) === (lint.subject.length === 0),
  ],
  [
    'BR §7.1.2.7.12',
    'DNS names in lower case, labels of 1 to 63 octets, the wildcard whole and first',
    (lint) =>
      names(lint).every(
        ([tag, value]) =>
          tag !== 2 ||
          (value.length <= 253 && /^(?:\*\.)?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(value)),
      ),
  ],
  [
    'RFC 5280 §4.2.1.6',
    'addresses of 4 or 16 octets',
    (lint) => names(lint).every(([tag, value]) => tag !== 7 || [4, 16].includes(value.length)),
  ],
  [
    'RFC 5280 §4.2.1.6',
    'no name but of hosts, mailboxes, addresses; mailboxes with one @',
    (lint) =>
      names(lint).every(
        ([tag, value]) => [1, 2, 7].includes(tag ?? 0) && (tag !== 1 || /^[^@]+@[^@]+$/.test(value)),
      ),
  ],
  [
    'BR §7.1.2.7',
    'mailboxes only where the purpose is a client alone',
    (lint) => !purposes(lint).includes(SERVER) || names(lint).every(([tag]) => tag !== 1),
  ],
  ...scopeChecks,
  [
    'RFC 5280 §4.2.1.13',
    'a distribution point of http where one is published, not critical, none elsewhere',
    (lint, _issuer, isPublished) => {
      const node = valueOf(lint, EXTENSIONS.crlPoints)
      if (!isPublished || lint.kind === 'root') return node === undefined
      return (
        !isCritical(lint, EXTENSIONS.crlPoints) &&
        urls(node).length === 1 &&
        urls(node).every((url) => url.startsWith('http://'))
      )
    },
  ],
  [
    'RFC 5280 §4.2.2.1',
    "OCSP and the issuer's certificate by http where they are published, not critical",
    (lint, _issuer, isPublished) => {
      const node = valueOf(lint, EXTENSIONS.access)
      if (!isPublished || lint.kind === 'root') return node === undefined
      const methods = (node?.sequence() ?? []).map((access) => access.sequence()[0]?.identifier())
      return (
        !isCritical(lint, EXTENSIONS.access) &&
        methods.join() === '1.3.6.1.5.5.7.48.1,1.3.6.1.5.5.7.48.2' &&
        urls(node).length === 2 &&
        urls(node).every((url) => url.startsWith('http://'))
      )
    },
  ],
  [
    'RFC 5280 §4.2',
    'no extension that is not known here',
    ({ extensions }) => [...extensions.keys()].every((type) => known.has(type)),
  ],
]

/** The checks that a certificate does not pass. */
export function failures(lint: Lint, issuer: Lint, isPublished: boolean): string[] {
  return checks.flatMap(([where, what, holds]) =>
    holds(lint, issuer, isPublished) ? [] : [`${where}: ${what}`],
  )
}
