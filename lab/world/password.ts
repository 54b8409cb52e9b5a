/** What is kept of a password: scrypt for comparing, SCRAM verifiers for proving. */
import { pbkdf2, scrypt, createHash, createHmac } from 'node:crypto'
import { promisify } from 'node:util'
import type { ScramVerifier } from '../service.ts'

const deriveKey = promisify(pbkdf2)

/** The longest password in UTF-16 units; longer ones are no password of anybody. */
export const LONGEST_PASSWORD = 1024

/** N of scrypt (RFC 7914 §2), with r = 8 and p = 1: 16 MiB and some 30 ms of one core. */
const SCRYPT_COST = 16_384

/**
 * A password as SASLprep (RFC 4013) writes it, so that one typed on another keyboard compares equal;
 * undefined if it is empty, too long or has characters that no password may have.
 */
export function preparePassword(password: string): string | undefined {
  if (password.length > LONGEST_PASSWORD || !password.isWellFormed()) return undefined
  // RFC 4013 §2.1: other spaces become a space, what RFC 3454 table B.1 lists becomes nothing.
  const mapped = password
    .replace(/\p{Zs}/gu, ' ')
    .replace(/\u00AD|\u034F|\u1806|[\u180B-\u180D]|[\u200B-\u200D]|\u2060|[\u{FE00}-\u{FE0F}]|\uFEFF/gu, '')
  const prepared = mapped.normalize('NFKC') // §2.2
  if (prepared === '' || prepared.length > LONGEST_PASSWORD) return undefined
  // §2.3: no control, private, non-character, surrogate, or change of direction.
  return /[\p{Cc}\p{Co}\p{Noncharacter_Code_Point}\u2028\u2029\u200E\u200F\u202A-\u202E\u206A-\u206F\uFFF9-\uFFFD]/u.test(
    prepared,
  )
    ? undefined
    : prepared
}

/** The scrypt hash (RFC 7914) of a prepared password, 32 octets, computed off the event loop. */
export function hashPassword(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, { N: SCRYPT_COST, r: 8, p: 1 }, (error, hash) => {
      if (error) reject(error)
      else resolve(hash)
    })
  })
}

/** The stored half of a prepared password for SCRAM-SHA-1 or SCRAM-SHA-256, computed off the event loop. */
export async function deriveScram(
  password: string,
  hash: 'sha1' | 'sha256',
  salt: Buffer,
  iterations: number,
): Promise<ScramVerifier> {
  const salted = await deriveKey(password, salt, iterations, hash === 'sha1' ? 20 : 32, hash)
  // RFC 5802 §3: StoredKey := H(HMAC(SaltedPassword, "Client Key")), ServerKey := HMAC(SaltedPassword, "Server Key").
  const clientKey = createHmac(hash, salted).update('Client Key').digest()
  return {
    salt,
    iterations,
    storedKey: createHash(hash).update(clientKey).digest(),
    serverKey: createHmac(hash, salted).update('Server Key').digest(),
  }
}
