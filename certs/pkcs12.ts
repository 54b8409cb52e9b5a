/** Writes PKCS #12 (RFC 7292): a key, its certificate and those above it in one file, for browsers and systems to import. */
import { createHash, createPrivateKey, KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Random } from '../lab/service.ts'
import { loadDer, type Der, type DerValue } from './der.ts'
import { encipher, makeMac, type Pkcs12Encryption, type RandomOctets } from './pkcs12-cipher.ts'
import { Pkcs12Error } from './pkcs12-error.ts'
import { IDS, LARGEST_PKCS12 } from './pkcs12-format.ts'
import { bmpOctets, Budget, encodePassword } from './pkcs12-kdf.ts'

export { Pkcs12Error } from './pkcs12-error.ts'
export { readPkcs12 } from './pkcs12-reader.ts'

/** Certificates in one file; OpenSSL takes 0.02 to 0.15 ms for each, in one turn of the event loop. */
const MOST_CERTIFICATES = 16

/** What a file is made of. */
export interface Pkcs12Export {
  /** Private; as PEM it must not be encrypted. */
  readonly key: KeyObject | string
  /** The key's own, as PEM. */
  readonly certificate: string
  /** Those above it, as PEM; the certificate itself may stand there too and counts once. */
  readonly chain: readonly string[]
  /** What importers show for the key: 1 to 255 characters. */
  readonly name: string
  /** May be empty, which protects nothing. */
  readonly password: string
  readonly encryption: Pkcs12Encryption
  /** Salts and initialization vectors; the system's unless given. */
  readonly random?: Pick<Random, 'bytes'>
}

/** RFC 2985 §5.5.1: of a friendlyName, in units of UTF-16. */
const LONGEST_NAME = 255
const LONGEST_PASSWORD = 1024
const BMP_STRING = 30
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Writes a file; throws a `Pkcs12Error` whose reason is `request` if its parts do not go together. */
export async function exportPkcs12(request: Pkcs12Export): Promise<Buffer> {
  const { name, password, encryption, random } = request
  checkTexts(name, password)
  const certificates = readCertificates([request.certificate, ...request.chain])
  const [own] = certificates
  const key = readKey(request.key)
  if (own === undefined || !own.checkPrivateKey(key)) {
    throw refused('the key is not that of the certificate', 'la clave no es la del certificado')
  }
  const der = await loadDer()
  await setImmediate()
  const given = {
    password: encodePassword(password),
    random: random === undefined ? (randomBytes as RandomOctets) : (count: number) => random.bytes(count),
    budget: new Budget(),
  }
  // RFC 2985 §5.5.2 (localKeyId) leaves the octets free: the two bags share them and no other has them. OpenSSL takes this digest.
  const keyId = createHash('sha1').update(own.raw).digest()
  const bags = certificates.map((certificate) =>
    certificateBag(
      der,
      certificate.raw,
      certificate === own ? attributes(der, name, keyId) : attributes(der, nameOf(certificate)),
    ),
  )
  const sealedBags = await encipher(der, encryption, given, der.encode(der.sequence(...bags)))
  const sealedKey = await encipher(der, encryption, given, key.export({ type: 'pkcs8', format: 'der' }))
  const keyBag = bag(
    der,
    IDS.shroudedKeyBag,
    der.sequence(sealedKey.algorithm, der.octets(sealedKey.octets)),
    attributes(der, name, keyId),
  )
  // RFC 7292 §4.1: the AuthenticatedSafe, certificates first as OpenSSL has them.
  const contents = der.encode(
    der.sequence(encryptedData(der, sealedBags), data(der, der.encode(der.sequence(keyBag)))),
  )
  const mac = await makeMac(der, encryption, given, contents)
  const file = der.encode(der.sequence(der.integer(Buffer.of(3)), data(der, contents), mac)) // Version 3.
  if (file.length > LARGEST_PKCS12) {
    throw refused(
      'there are too many certificates for one file',
      'hay demasiados certificados para un fichero',
    )
  }
  return file
}

function checkTexts(name: string, password: string): void {
  if (name.length === 0 || name.length > LONGEST_NAME) {
    throw refused(
      `the name needs 1 to ${LONGEST_NAME} characters`,
      `el nombre necesita de 1 a ${LONGEST_NAME} caracteres`,
    )
  }
  // A NULL ends a password in most importers, and half a surrogate pair has no UTF-8.
  if (password.length > LONGEST_PASSWORD || password.includes('\0') || !password.isWellFormed()) {
    throw refused(
      `the password has more than ${LONGEST_PASSWORD} characters, or a NUL or half a surrogate pair among them`,
      `la contraseña tiene más de ${LONGEST_PASSWORD} caracteres, o entre ellos un NUL o medio par sustituto`,
    )
  }
}

/** Each certificate once, in the order given. */
function readCertificates(texts: readonly string[]): readonly X509Certificate[] {
  const blocks = texts.flatMap((text) => text.match(BLOCK) ?? [''])
  if (blocks.length > 2 * MOST_CERTIFICATES) throw tooMany()
  const found = new Map<string, X509Certificate>()
  for (const block of blocks) {
    const certificate = readCertificate(block)
    if (!found.has(certificate.fingerprint256)) found.set(certificate.fingerprint256, certificate)
  }
  if (found.size > MOST_CERTIFICATES) throw tooMany()
  return [...found.values()]
}

function readCertificate(block: string): X509Certificate {
  try {
    return new X509Certificate(block)
  } catch (error) {
    throw refused('a certificate is not PEM', 'un certificado no es PEM', error)
  }
}

function readKey(key: KeyObject | string): KeyObject {
  try {
    const read = key instanceof KeyObject ? key : createPrivateKey(key)
    if (read.type === 'private') return read
  } catch {
    // The cause is left out: it might quote the key.
  }
  throw refused(
    'the key is not a private one in PEM without a password',
    'la clave no es una clave privada en PEM sin contraseña',
  )
}

function tooMany(): Pkcs12Error {
  return refused(
    `there are more than ${MOST_CERTIFICATES} certificates`,
    `hay más de ${MOST_CERTIFICATES} certificados`,
  )
}

function refused(en: string, es: string, cause?: unknown): Pkcs12Error {
  return new Pkcs12Error(
    'request',
    { en: `No PKCS #12 file can be made: ${en}.`, es: `No se puede hacer un fichero PKCS #12: ${es}.` },
    cause,
  )
}

/** What importers list a certificate of the chain by: its common name, else all of its subject. */
function nameOf(certificate: X509Certificate): string {
  const subject = certificate.subject ?? ''
  const [, commonName] = /^CN=(.+)$/m.exec(subject) ?? []
  return (commonName ?? subject.replaceAll('\n', ', ')).slice(0, LONGEST_NAME)
}

/** RFC 7292 §4.1: a ContentInfo without encryption. */
function data(der: Der, octets: Buffer): DerValue {
  return der.sequence(der.identifier(IDS.data), der.tagged(0, der.octets(octets)))
}

/** RFC 2315 §13: a ContentInfo whose content is encrypted by a password. */
function encryptedData(
  der: Der,
  sealed: { readonly algorithm: DerValue; readonly octets: Buffer },
): DerValue {
  const content = der.sequence(der.identifier(IDS.data), sealed.algorithm, der.implicit(0, sealed.octets))
  return der.sequence(
    der.identifier(IDS.encryptedData),
    der.tagged(0, der.sequence(der.integer(Buffer.of(0)), content)), // Version 0.
  )
}

/** RFC 7292 §4.2. */
function bag(der: Der, identifier: string, value: DerValue, named: readonly DerValue[]): DerValue {
  return der.sequence(der.identifier(identifier), der.tagged(0, value), der.set(...named))
}

/** RFC 7292 §4.2.3. */
function certificateBag(der: Der, raw: Buffer, named: readonly DerValue[]): DerValue {
  const value = der.sequence(der.identifier(IDS.x509Certificate), der.tagged(0, der.octets(raw)))
  return bag(der, IDS.certificateBag, value, named)
}

/** RFC 2985 §5.5.1 and §5.5.2: the friendlyName and the localKeyID, in the order of a SET OF (X.690 §11.6). */
function attributes(der: Der, name: string, keyId?: Buffer): readonly DerValue[] {
  const attribute = (identifier: string, value: DerValue) =>
    der.sequence(der.identifier(identifier), der.set(value))
  const named = [
    ...(name === '' ? [] : [attribute(IDS.friendlyName, bmpString(der, name))]),
    ...(keyId === undefined ? [] : [attribute(IDS.localKeyId, der.octets(keyId))]),
  ]
  return named.toSorted((one, other) => Buffer.compare(der.encode(one), der.encode(other)))
}

function bmpString(der: Der, text: string): DerValue {
  const encoded = der.encode(der.octets(bmpOctets(text)))
  encoded.writeUInt8(BMP_STRING)
  return der.copy(encoded)
}
