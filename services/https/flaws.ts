/**
 * What else is wrong with a client's certificate to which OpenSSL objects. Of several errors OpenSSL names the last that it
 * finds, under Node even that without its words for most, and a date comes after all that is looked for here.
 */
import type { X509Certificate } from 'node:crypto'
import type { ClientProblem } from '../../lab/web/client-words.ts'

/** Bits of the smallest RSA key, and the curves, that TLS takes (OpenSSL's security level 2). */
const SMALLEST_RSA = 2048
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/** Signatures over SHA-256 and longer. RSASSA-PSS, which no authority of the lab uses, tells its digest elsewhere. */
const SIGNATURES: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112',
  '1.3.101.113',
])

/** Identifiers of extensions, as the octets of DER in hexadecimal. */
const KEY_USAGE = '551d0f'
const NETSCAPE_TYPE = '6086480186f8420101'

/** Those that may be critical: they are judged here or in `client.ts`, or say nothing to a server (RFC 5280 §4.2). */
const KNOWN: ReadonlySet<string> = new Set([
  KEY_USAGE,
  NETSCAPE_TYPE,
  '551d11', // subjectAltName
  '551d13', // basicConstraints
  '551d1f', // cRLDistributionPoints
  '551d20', // certificatePolicies
  '551d25', // extKeyUsage
])

/** Tags of DER (X.690 §8). */
const BOOLEAN = 0x01
const EXTENSIONS = 0xa3

interface Value {
  readonly tag: number
  readonly content: Buffer
}

/** The flaw of a certificate whose issuer, dates and extended key usage are in order; undefined if it has none of those that a date could hide. */
export function flawOf(certificate: X509Certificate): ClientProblem | undefined {
  if (isWeak(certificate)) return 'client-weak'
  for (const { identifier, isCritical, value } of extensionsOf(certificate.raw)) {
    if (isCritical && !KNOWN.has(identifier)) return 'client-extension'
    // digitalSignature or keyAgreement (RFC 5280 §4.2.1.3); `SSL client` of Netscape's own extension.
    if (identifier === KEY_USAGE && (firstBits(value) & 0b1000_1000) === 0) return 'client-purpose'
    if (identifier === NETSCAPE_TYPE && (firstBits(value) & 0b1000_0000) === 0) return 'client-purpose'
  }
  return undefined
}

function isWeak({ publicKey, signatureAlgorithmOid }: X509Certificate): boolean {
  if (!SIGNATURES.has(signatureAlgorithmOid)) return true
  const { modulusLength = 0, namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {}
  const { asymmetricKeyType: kind = '' } = publicKey
  if (kind === 'rsa' || kind === 'rsa-pss') return modulusLength < SMALLEST_RSA
  return kind === 'ec' ? !CURVES.has(namedCurve) : !/^(?:ed25519|ed448|ml-dsa-\d+)$/.test(kind)
}

/** Of a certificate that OpenSSL has read (RFC 5280 §4.1): Node tells of its extensions neither all nor whether they are critical. */
function extensionsOf(
  certificate: Buffer,
): readonly { readonly identifier: string; readonly isCritical: boolean; readonly value: Buffer }[] {
  const [whole] = valuesIn(certificate)
  const [signed] = valuesIn(whole?.content)
  const tagged = valuesIn(signed?.content).find(({ tag }) => tag === EXTENSIONS)
  const [list] = valuesIn(tagged?.content)
  return valuesIn(list?.content).map(({ content }) => {
    const parts = valuesIn(content)
    return {
      identifier: parts[0]?.content.toString('hex') ?? '',
      isCritical: parts.some(({ tag, content: [truth] }) => tag === BOOLEAN && truth !== 0),
      value: parts.at(-1)?.content ?? Buffer.alloc(0),
    }
  })
}

/** The first eight bits of a BIT STRING, whose first octet counts those that are unused. */
function firstBits(der: Buffer): number {
  return valuesIn(der)[0]?.content[1] ?? 0
}

/** The values of DER that stand one behind the other. */
function valuesIn(der: Buffer = Buffer.alloc(0)): readonly Value[] {
  const values: Value[] = []
  for (let at = 0; at < der.length;) {
    const tag = der.readUInt8(at)
    const first = der.readUInt8(at + 1)
    // §8.1.3: a length below 128 stands for itself, else the octet counts those that hold it.
    const more = first < 0x80 ? 0 : first & 0x7f
    const start = at + 2 + more
    const end = start + (more === 0 ? first : der.readUIntBE(at + 2, more))
    values.push({ tag, content: der.subarray(start, end) })
    at = end
  }
  return values
}
