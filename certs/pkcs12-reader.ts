/** Reads PKCS #12 (RFC 7292) that OpenSSL, GnuTLS, NSS, Windows or the lab wrote: the MAC first, then what it vouches for. */
import { createPrivateKey, timingSafeEqual, X509Certificate, type KeyObject } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { pem } from './der.ts'
import { DerError, readDer, type DerNode } from './der-reader.ts'
import { decipher, expectedMac } from './pkcs12-decipher.ts'
import { malformed, Pkcs12Error, unsupported } from './pkcs12-error.ts'
import { IDS, LARGEST_PKCS12 } from './pkcs12-format.ts'
import { Budget, passwordForms, type Password } from './pkcs12-kdf.ts'

/** What a file holds, as PEM: the key in PKCS #8, its certificate, and the others, each after the one that it signed. */
export interface Pkcs12Contents {
  readonly key: string
  readonly certificate: string
  readonly chain: string[]
}

interface Found {
  readonly keys: { readonly key: KeyObject; readonly id: Buffer | undefined }[]
  readonly certificates: { readonly certificate: X509Certificate; readonly id: Buffer | undefined }[]
}

interface Opener {
  readonly password: Password
  readonly budget: Budget
}

/** Values of ASN.1 in any one part; a certificate's bag has some 20. node-forge reads a part at one go, a value in 1 µs. */
const MOST_VALUES = 2000

/** Of safe contents inside of safe contents, which RFC 7292 §4.2.6 allows without end. */
const DEEPEST = 4
const MOST_PARTS = 32
const CONSTRUCTED = 0x20
const CONSTRUCTED_OCTET_STRING = 0x24

/** Reads a file; throws a `Pkcs12Error`, whose reason is `password` if that is what is wrong. */
export async function readPkcs12(octets: Buffer, password: string): Promise<Pkcs12Contents> {
  try {
    const budget = new Budget()
    const { contents, opened } = await openFile(octets, password, budget)
    const found = await readContents(contents, { password: opened, budget })
    await setImmediate()
    return choose(found)
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw malformed({ en: error.message, es: 'su ASN.1 no es el esperado' }, error)
  }
}

/** Checks the MAC before anything inside is read; returns what it covers and the password's encoding that fits. */
async function openFile(
  octets: Buffer,
  password: string,
  budget: Budget,
): Promise<{ contents: Buffer; opened: Password }> {
  const [version, safe, macData] = (await readPart(octets)).sequence()
  if (must(version).number() !== 3)
    throw malformed({ en: 'its version is not 3', es: 'su versión no es la 3' })
  const { type, content } = contentInfo(must(safe))
  if (type !== IDS.data)
    throw unsupported({
      en: 'a signature in place of a password',
      es: 'una firma en lugar de una contraseña',
    })
  if (macData === undefined) throw unsupported({ en: 'protection with no MAC', es: 'una protección sin MAC' })
  const contents = joined(content)
  const [digestInfo, salt, iterations] = macData.sequence()
  const [algorithm, mac] = must(digestInfo).sequence()
  const described = {
    algorithm: must(algorithm),
    salt: must(salt).octets(),
    iterations: iterations?.number() ?? 1, // RFC 7292 §4: DEFAULT 1.
  }
  const said = must(mac).octets()
  for (const form of passwordForms(password)) {
    const expected = await expectedMac(described, form, budget, contents)
    if (said.length === expected.length && timingSafeEqual(said, expected)) return { contents, opened: form }
  }
  throw new Pkcs12Error('password', {
    en: 'The password is not that of the PKCS #12 file, or the file was altered.',
    es: 'La contraseña no es la del fichero PKCS #12, o el fichero se ha alterado.',
  })
}

async function readContents(contents: Buffer, opener: Opener): Promise<Found> {
  const found: Found = { keys: [], certificates: [] }
  const parts = (await readPart(contents)).sequence()
  checkCount(parts.length)
  for (const part of parts) {
    const { type, content } = contentInfo(part)
    const plain = type === IDS.data ? joined(content) : await openEncryptedData(type, content, opener)
    await readBags(await readPart(plain), opener, found, 0)
  }
  return found
}

/** RFC 2315 §13. */
async function openEncryptedData(type: string, content: DerNode, opener: Opener): Promise<Buffer> {
  if (type !== IDS.encryptedData) throw unsupported(type)
  const [, info] = content.sequence()
  const [, algorithm, octets] = must(info).sequence()
  return decipher(must(algorithm), joined(must(octets)), opener.password, opener.budget)
}

async function readBags(safe: DerNode, opener: Opener, found: Found, depth: number): Promise<void> {
  if (depth > DEEPEST)
    throw malformed({ en: 'its bags are nested too deep', es: 'sus bolsas se anidan demasiado' })
  const bags = safe.sequence()
  checkCount(bags.length)
  for (const bag of bags) {
    // OpenSSL reads what is in one at one go, in 0.02 to 0.3 ms.
    await setImmediate()
    const [identifier, tagged, attributes] = bag.sequence()
    const type = must(identifier).identifier()
    const value = must(tagged).inner()
    const id = localKeyId(attributes)
    checkCount(found.keys.length + found.certificates.length)
    if (type === IDS.safeContentsBag) await readBags(value, opener, found, depth + 1)
    else if (type === IDS.keyBag) found.keys.push({ key: readKey(value.der()), id })
    else if (type === IDS.shroudedKeyBag) {
      const [algorithm, octets] = value.sequence()
      const plain = await decipher(must(algorithm), joined(must(octets)), opener.password, opener.budget)
      found.keys.push({ key: readKey(plain), id })
    } else if (type === IDS.certificateBag) {
      const [kind, raw] = value.sequence()
      // RFC 7292 §4.2.3: the other kind, SDSI, is no X.509 certificate, and none that could be given out.
      if (must(kind).identifier() === IDS.x509Certificate)
        found.certificates.push({ certificate: readCertificate(joined(must(raw).inner())), id })
    }
    // Lists of revocations and secrets belong to no key.
  }
}

/** The first key that has a certificate, and the rest by who signed whom. */
function choose({ keys, certificates }: Found): Pkcs12Contents {
  if (keys.length === 0)
    throw malformed({ en: 'it holds no private key', es: 'no contiene ninguna clave privada' })
  for (const { key, id } of keys) {
    // Of several for one key, as after a renewal, it is the one that the file itself calls the key's.
    const fitting = certificates.filter(({ certificate }) => isKeyOf(certificate, key))
    const own = fitting.find((one) => id !== undefined && one.id?.equals(id) === true) ?? fitting[0]
    if (own === undefined) continue
    const unlike = new Map(certificates.map(({ certificate }) => [certificate.fingerprint256, certificate]))
    unlike.delete(own.certificate.fingerprint256)
    return {
      key: key.export({ type: 'pkcs8', format: 'pem' }),
      certificate: certificatePem(own.certificate),
      chain: chainOf(own.certificate, [...unlike.values()]).map(certificatePem),
    }
  }
  throw malformed({
    en: 'none of its certificates is for its private key',
    es: 'ninguno de sus certificados es de su clave privada',
  })
}

/** Each issuer after what it signed, as TLS sends them; what has no place there stands at the end. */
function chainOf(own: X509Certificate, others: readonly X509Certificate[]): readonly X509Certificate[] {
  const left = [...others]
  const chain: X509Certificate[] = []
  let last = own
  for (;;) {
    const at = left.findIndex((one) => last.checkIssued(one))
    const [issuer] = at < 0 ? [] : left.splice(at, 1)
    if (issuer === undefined) return [...chain, ...left]
    chain.push(issuer)
    last = issuer
  }
}

function isKeyOf(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key)
  } catch {
    // A certificate whose public key OpenSSL cannot read.
    return false
  }
}

function readKey(der: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } catch {
    // The cause is left out: it might quote the key.
    throw malformed({ en: 'its private key cannot be read', es: 'su clave privada no se puede leer' })
  }
}

function readCertificate(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der)
  } catch (error) {
    throw malformed({ en: 'a certificate cannot be read', es: 'un certificado no se puede leer' }, error)
  }
}

function certificatePem(certificate: X509Certificate): string {
  return pem('CERTIFICATE', certificate.raw)
}

/** RFC 2985 §5.5.2. */
function localKeyId(attributes: DerNode | undefined): Buffer | undefined {
  for (const attribute of attributes?.set() ?? []) {
    const [identifier, values] = attribute.sequence()
    if (must(identifier).identifier() === IDS.localKeyId) return values?.set()[0]?.octets()
  }
  return undefined
}

/** RFC 2315 §7. */
function contentInfo(node: DerNode): { type: string; content: DerNode } {
  const [type, content] = node.sequence()
  return { type: must(type).identifier(), content: must(content).inner() }
}

/** The octets of an OCTET STRING, or of `[0] IMPLICIT` one; NSS divides them, as BER allows (X.690 §8.7.3). */
function joined(node: DerNode): Buffer {
  const tag = node.der().readUInt8(0)
  if ((tag & CONSTRUCTED) === 0) return node.tag === 0 ? node.content() : node.octets()
  if (node.tag !== 0 && tag !== CONSTRUCTED_OCTET_STRING) throw new DerError('an octet string was expected')
  return Buffer.concat(node.members().map((piece) => piece.octets()))
}

/** Reads one value of ASN.1, in DER or BER (RFC 7292 §4 allows both), after a look at its size. */
async function readPart(octets: Buffer): Promise<DerNode> {
  if (octets.length > LARGEST_PKCS12)
    throw malformed({
      en: `it has more than ${LARGEST_PKCS12} octets`,
      es: `tiene más de ${LARGEST_PKCS12} octetos`,
    })
  for (let at = 0, count = 0; at + 1 < octets.length; count++) {
    if (count > MOST_VALUES)
      throw malformed({ en: 'a part has too many values', es: 'una parte tiene demasiados valores' })
    const first = octets.readUInt8(at + 1)
    const more = first > 0x80 ? first & 0x7f : 0
    if (more > 4 || at + 2 + more > octets.length)
      throw malformed({ en: 'a length is wrong', es: 'una longitud es errónea' })
    const length = more === 0 ? first & 0x7f : octets.readUIntBE(at + 2, more)
    at += 2 + more + ((octets.readUInt8(at) & CONSTRUCTED) === 0 ? length : 0)
  }
  return readDer(octets)
}

function checkCount(count: number): void {
  if (count > MOST_PARTS) throw tooMany()
}

function tooMany(): Pkcs12Error {
  return malformed({ en: 'it has too many parts', es: 'tiene demasiadas partes' })
}

function must(node: DerNode | undefined): DerNode {
  if (node === undefined) throw malformed({ en: 'a member is missing', es: 'falta un miembro' })
  return node
}
