/** Makes keys from passwords as PKCS #12 wants them: its own way (RFC 7292 appendix B) and PBKDF2 (RFC 8018 §5.2). */
import { hash, pbkdf2 } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { malformed, Pkcs12Error } from './pkcs12-error.ts'

const derivePbkdf2 = promisify(pbkdf2)

/** A password in both encodings that PKCS #12 uses. */
export interface Password {
  /** For the way of appendix B. */
  readonly bmp: Buffer
  /** For PBKDF2 in UTF-8 (RFC 8018 leaves it open; OpenSSL, NSS and GnuTLS do so, and RFC 9879 wants it for PBMAC1). */
  readonly utf8: Buffer
}

/** The digests by the names of `node:crypto`: octets of their output and of their blocks (FIPS 180-4 §1). */
const DIGESTS = {
  sha1: { size: 20, block: 64 },
  sha224: { size: 28, block: 64 },
  sha256: { size: 32, block: 64 },
  sha384: { size: 48, block: 128 },
  sha512: { size: 64, block: 128 },
  'sha512-224': { size: 28, block: 128 },
  'sha512-256': { size: 32, block: 128 },
} as const

/** A digest that keys are made with. */
export type Digest = keyof typeof DIGESTS

/** What a derived key is for (RFC 7292 appendix B.3). */
const PURPOSES = { key: 1, iv: 2, mac: 3 } as const

/** How a key is derived; `length` in octets. */
export interface Derivation {
  readonly digest: Digest
  readonly salt: Buffer
  readonly iterations: number
  readonly length: number
}

/** Iterations in all that one file may cost: three derivations of Firefox (600,000 each) and its vectors, and no minutes. */
const MOST_ITERATIONS = 5_000_000

/** Octets of salt; others write 8 to 64. */
const LONGEST_SALT = 1024

/** Hashes in one turn of the event loop: 0.7 to 2.5 µs each as measured, thus some 1 ms, in which no other service answers. */
const SLICE = 500

/** Counts what the derivations of one file cost, so that a file that asks for billions of iterations is refused. */
export class Budget {
  #left = MOST_ITERATIONS

  /** Takes what a derivation will cost; throws a `Pkcs12Error` if there is not as much left. */
  spend({ salt, iterations }: Derivation, blocks: number): void {
    if (iterations < 1) throw malformed({ en: 'it iterates less than once', es: 'itera menos de una vez' })
    if (salt.length > LONGEST_SALT)
      throw malformed({ en: 'its salt is too long', es: 'su sal es demasiado larga' })
    this.#left -= iterations * blocks
    if (this.#left >= 0) return
    throw new Pkcs12Error('unsupported', {
      en: `The PKCS #12 file asks for more than ${MOST_ITERATIONS} iterations in all, which is refused: it would hold up the lab.`,
      es: `El fichero PKCS #12 pide más de ${MOST_ITERATIONS} iteraciones en total y se rechaza: detendría el laboratorio.`,
    })
  }
}

/** Encodes a text as BMPString: two octets for a unit of UTF-16, the higher first. */
export function bmpOctets(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

/** Encodes a password. */
export function encodePassword(password: string): Password {
  // Appendix B.1: with a final NULL character, which stands even where nothing else does.
  return { bmp: bmpOctets(`${password}\0`), utf8: Buffer.from(password) }
}

/** The encodings to try: an empty password is the zero alone with some writers, and no octets at all with others. */
export function passwordForms(password: string): readonly Password[] {
  const usual = encodePassword(password)
  return password === '' ? [usual, { ...usual, bmp: Buffer.alloc(0) }] : [usual]
}

/** Derives octets by PBKDF2 from an encoded password, in a thread of Node's pool. */
export async function deriveByPbkdf2(
  password: Buffer,
  derivation: Derivation,
  budget: Budget,
): Promise<Buffer> {
  const { digest, salt, iterations, length } = derivation
  budget.spend(derivation, Math.ceil(length / DIGESTS[digest].size))
  return derivePbkdf2(password, salt, iterations, length, digest)
}

/** Derives octets the way of RFC 7292 appendix B.2, with a pause for the event loop after each slice. */
export async function deriveByPkcs12(
  password: Password,
  purpose: keyof typeof PURPOSES,
  derivation: Derivation,
  budget: Budget,
): Promise<Buffer> {
  const { digest, salt, iterations, length } = derivation
  const { size, block } = DIGESTS[digest]
  const count = Math.ceil(length / size)
  budget.spend(derivation, count)
  const diversifier = Buffer.alloc(block, PURPOSES[purpose]) // Step 1.
  const input = Buffer.concat([repeated(salt, block), repeated(password.bmp, block)]) // Steps 2 to 4.
  const made: Buffer[] = []
  while (made.length < count) {
    const octets = await iterated(digest, Buffer.concat([diversifier, input]), iterations) // Step 6A.
    made.push(octets)
    // Steps 6B and 6C.
    const addend = Buffer.alloc(block, octets)
    for (let at = 0; at < input.length; at += block) add(input.subarray(at, at + block), addend)
  }
  return Buffer.concat(made).subarray(0, length)
}

/** Derives a key and its initialization vector of these lengths (RFC 7292 appendix B.3) by SHA-1, as all of appendix C does. */
export async function deriveKeyAndVector(
  password: Password,
  lengths: { readonly key: number; readonly iv: number },
  { salt, iterations }: Pick<Derivation, 'salt' | 'iterations'>,
  budget: Budget,
): Promise<{ key: Buffer; iv: Buffer }> {
  const derivation = { digest: 'sha1', salt, iterations } as const
  const key = await deriveByPkcs12(password, 'key', { ...derivation, length: lengths.key }, budget)
  const iv = await deriveByPkcs12(password, 'iv', { ...derivation, length: lengths.iv }, budget)
  return { key, iv }
}

async function iterated(digest: Digest, octets: Buffer, iterations: number): Promise<Buffer> {
  let last = octets
  for (let done = 0; done < iterations; done++) {
    if (done % SLICE === 0) await setImmediate()
    last = hash(digest, last, 'buffer')
  }
  return last
}

/** Copies of some octets up to a whole number of blocks; none of none. */
function repeated(octets: Buffer, block: number): Buffer {
  return octets.length === 0 ? octets : Buffer.alloc(Math.ceil(octets.length / block) * block, octets)
}

/** Step 6C: `target = (target + addend + 1) mod 2^(8 · length)`. */
function add(target: Buffer, addend: Buffer): void {
  let carry = 1
  for (let at = target.length - 1; at >= 0; at--) {
    carry += target.readUInt8(at) + addend.readUInt8(at)
    target.writeUInt8(carry & 0xff, at)
    carry >>= 8
  }
}
