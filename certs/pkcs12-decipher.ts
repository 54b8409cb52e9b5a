/** Deciphers and checks what others put into PKCS #12: PBES2 and PBMAC1 (RFC 8018), and the old ways of RFC 7292 appendix C. */
import { createDecipheriv, createHmac } from 'node:crypto'
import type { DerNode } from './der-reader.ts'
import { malformed, Pkcs12Error, unsupported } from './pkcs12-error.ts'
import { IDS } from './pkcs12-format.ts'
import {
  deriveByPbkdf2,
  deriveByPkcs12,
  deriveKeyAndVector,
  type Budget,
  type Derivation,
  type Digest,
  type Password,
} from './pkcs12-kdf.ts'

/** Octets of a block of DES, and of AES. */
const DES_BLOCK = 8
const AES_BLOCK = 16

/** The tag of a SEQUENCE. */
const SEQUENCE = 0x30

/** Octets of the shortest key of a PBMAC1 that is believed: a file must not be able to ask for a MAC that all passwords fit. */
const SHORTEST_MAC_KEY = 20
const LONGEST_MAC_KEY = 64

interface Cipher {
  /** In the words of `node:crypto`. */
  readonly name: string
  /** Octets. */
  readonly key: number
  readonly iv: number
}

const TRIPLE_DES: Cipher = { name: 'des-ede3-cbc', key: 24, iv: DES_BLOCK }

/** RFC 8018 appendix B.2. */
const CIPHERS: Readonly<Record<string, Cipher>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', key: 16, iv: AES_BLOCK },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', key: 24, iv: AES_BLOCK },
  [IDS.aes256Cbc]: { name: 'aes-256-cbc', key: 32, iv: AES_BLOCK },
  '1.2.840.113549.3.7': TRIPLE_DES,
}

/** RFC 7292 appendix C. */
const OLD_CIPHERS: Readonly<Record<string, Cipher>> = {
  [IDS.pbeWithShaAnd3Des]: TRIPLE_DES,
  '1.2.840.113549.1.12.1.4': { name: 'des-ede-cbc', key: 16, iv: DES_BLOCK },
}

/** RFC 8018 appendix B.1.2. */
const HMACS: Readonly<Record<string, Digest>> = {
  [IDS.hmacWithSha1]: 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  [IDS.hmacWithSha256]: 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
  '1.2.840.113549.2.12': 'sha512-224',
  '1.2.840.113549.2.13': 'sha512-256',
}

const DIGESTS: Readonly<Record<string, Digest>> = {
  [IDS.sha1]: 'sha1',
  [IDS.sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.5': 'sha512-224',
  '2.16.840.1.101.3.4.2.6': 'sha512-256',
}

/** What people know by a name, which is the same in both languages. */
const NAMES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.12.1.1': 'RC4',
  '1.2.840.113549.1.12.1.2': 'RC4-40',
  '1.2.840.113549.1.12.1.5': 'RC2',
  '1.2.840.113549.1.12.1.6': 'RC2-40',
  '1.2.840.113549.1.5.3': 'DES-MD5',
  '1.2.840.113549.1.5.10': 'DES-SHA1',
  '1.2.840.113549.3.2': 'RC2',
  '1.2.840.113549.2.5': 'MD5',
  '1.3.6.1.4.1.11591.4.11': 'scrypt',
}

/** The MAC that a MacData ought to hold over these contents. */
export async function expectedMac(
  macData: { readonly algorithm: DerNode; readonly salt: Buffer; readonly iterations: number },
  password: Password,
  budget: Budget,
  contents: Buffer,
): Promise<Buffer> {
  const { identifier, parameters } = readAlgorithm(macData.algorithm)
  if (identifier === IDS.pbmac1) {
    // RFC 9879: salt and iterations stand in the algorithm, those of the MacData do not count, and the length must be said.
    const [derivation, scheme] = sequenceOf(parameters)
    const digest = known(HMACS, readAlgorithm(scheme).identifier)
    const { length, ...pbkdf2 } = readPbkdf2(derivation)
    if (length === undefined || length < SHORTEST_MAC_KEY || length > LONGEST_MAC_KEY) throw wrongLength()
    const key = await deriveByPbkdf2(password.utf8, { ...pbkdf2, length }, budget)
    return createHmac(digest, key).update(contents).digest()
  }
  const digest = known(DIGESTS, identifier)
  const length = createHmac(digest, '').digest().length
  const { salt, iterations } = macData
  const key = await deriveByPkcs12(password, 'mac', { digest, salt, iterations, length }, budget)
  return createHmac(digest, key).update(contents).digest()
}

/** Deciphers what an AlgorithmIdentifier describes; throws a `Pkcs12Error`. */
export async function decipher(
  algorithm: DerNode,
  octets: Buffer,
  password: Password,
  budget: Budget,
): Promise<Buffer> {
  const { identifier, parameters } = readAlgorithm(algorithm)
  if (identifier === IDS.pbes2) return decipherPbes2(sequenceOf(parameters), octets, password, budget)
  const { name, ...lengths } = known(OLD_CIPHERS, identifier)
  const [salt, iterations] = sequenceOf(parameters)
  const derivation = { salt: must(salt).octets(), iterations: must(iterations).number() }
  const { key, iv } = await deriveKeyAndVector(password, lengths, derivation, budget)
  const plain = tryDecipher(name, key, iv, octets)
  if (plain === undefined) throw otherPassword()
  return plain
}

async function decipherPbes2(
  [kdf, scheme]: readonly DerNode[],
  octets: Buffer,
  password: Password,
  budget: Budget,
): Promise<Buffer> {
  const { length, ...derivation } = readPbkdf2(kdf)
  const { identifier, parameters } = readAlgorithm(scheme)
  const cipher = fittingCipher(known(CIPHERS, identifier), length)
  const iv = readVector(must(parameters).octets(), cipher)
  // NSS 3.21 took the BMPString for PBKDF2 too.
  for (const form of [password.utf8, password.bmp]) {
    const key = await deriveByPbkdf2(form, { ...derivation, length: cipher.key }, budget)
    const plain = tryDecipher(cipher.name, key, iv, octets)
    if (plain !== undefined) return plain
  }
  throw otherPassword()
}

/** The cipher of a key of the length that is said, if one is. */
function fittingCipher(cipher: Cipher, length: number | undefined): Cipher {
  if (length === undefined || length === cipher.key) return cipher
  // NSS 3.29.5 called AES of 256 bits by the identifier of 128.
  if (cipher.iv === AES_BLOCK && length === 32) return { ...cipher, name: 'aes-256-cbc', key: length }
  throw wrongLength()
}

function readVector(octets: Buffer, cipher: Cipher): Buffer {
  if (octets.length === cipher.iv) return octets
  throw malformed({
    en: 'an initialization vector has a wrong length',
    es: 'un vector de inicialización tiene una longitud errónea',
  })
}

/** The parameters of PBKDF2 (RFC 8018 appendix A.2), in which the length of the key may be left out. */
function readPbkdf2(
  node: DerNode | undefined,
): Omit<Derivation, 'length'> & { readonly length: number | undefined } {
  const { identifier, parameters } = readAlgorithm(node)
  if (identifier !== IDS.pbkdf2) throw unknown(identifier)
  const [salt, iterations, ...rest] = sequenceOf(parameters)
  const length = rest[0] !== undefined && isInteger(rest[0]) ? rest[0].number() : undefined
  const pseudoRandom = rest[length === undefined ? 0 : 1]
  const hmac = pseudoRandom === undefined ? IDS.hmacWithSha1 : readAlgorithm(pseudoRandom).identifier
  return {
    digest: known(HMACS, hmac),
    salt: must(salt).octets(),
    iterations: must(iterations).number(),
    length,
  }
}

function isInteger(node: DerNode): boolean {
  return node.der().readUInt8(0) === 2
}

function readAlgorithm(node: DerNode | undefined): { identifier: string; parameters: DerNode | undefined } {
  const [identifier, parameters] = sequenceOf(node)
  return { identifier: must(identifier).identifier(), parameters }
}

function sequenceOf(node: DerNode | undefined): readonly DerNode[] {
  return must(node).sequence()
}

function must(node: DerNode | undefined): DerNode {
  if (node === undefined) throw malformed({ en: 'a parameter is missing', es: 'falta un parámetro' })
  return node
}

function known<Value>(table: Readonly<Record<string, Value>>, identifier: string): Value {
  const value = Object.hasOwn(table, identifier) ? table[identifier] : undefined
  if (value === undefined) throw unknown(identifier)
  return value
}

function unknown(identifier: string): Pkcs12Error {
  return unsupported(NAMES[identifier] ?? identifier)
}

function wrongLength(): Pkcs12Error {
  return malformed({ en: 'the length of a key is wrong', es: 'la longitud de una clave es errónea' })
}

/** Who made the MAC knew the password: this part has another one, or one in another encoding. */
function otherPassword(): Pkcs12Error {
  return new Pkcs12Error('password', {
    en: 'The password opens the PKCS #12 file, but not all of its parts.',
    es: 'La contraseña abre el fichero PKCS #12, pero no todas sus partes.',
  })
}

/** Undefined if the key is wrong: then the padding is too, or at least the beginning, for all that is enciphered is a SEQUENCE. */
function tryDecipher(name: string, key: Buffer, iv: Buffer, octets: Buffer): Buffer | undefined {
  try {
    const cipher = createDecipheriv(name, key, iv)
    const plain = Buffer.concat([cipher.update(octets), cipher.final()])
    return plain[0] === SEQUENCE ? plain : undefined
  } catch {
    // The padding is wrong.
    return undefined
  }
}
