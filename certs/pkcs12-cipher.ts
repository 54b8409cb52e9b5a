/** Enciphers and authenticates what PKCS #12 holds, with PBES2 (RFC 8018) or the old way of RFC 7292 appendix C. */
import { createCipheriv, createHmac } from 'node:crypto'
import type { Der, DerValue } from './der.ts'
import { IDS } from './pkcs12-format.ts'
import {
  deriveByPbkdf2,
  deriveByPkcs12,
  deriveKeyAndVector,
  type Budget,
  type Password,
} from './pkcs12-kdf.ts'

/** How a file is protected: `modern` as OpenSSL 3 does it, `legacy` for Windows before 1709, old Android and old macOS. */
export type Pkcs12Encryption = 'modern' | 'legacy'

/** Salts, initialization vectors and the like. */
export type RandomOctets = (count: number) => Buffer

/** What every derivation needs. */
export interface Given {
  readonly password: Password
  readonly random: RandomOctets
  readonly budget: Budget
}

/** Java writes 10,000 of both; the MAC's count is what a guesser of passwords pays, so that more for the cipher alone is no gain. */
const MODERN_ITERATIONS = 10_000

/** As OpenSSL; old importers take long. A legacy file costs seven blocks of it, some 12 ms in slices of 1 ms. */
const LEGACY_ITERATIONS = 2048

/** Enciphers some octets; the algorithm says how, for who is to read them. */
export async function encipher(
  der: Der,
  encryption: Pkcs12Encryption,
  given: Given,
  plain: Buffer,
): Promise<{ readonly algorithm: DerValue; readonly octets: Buffer }> {
  const { password, random, budget } = given
  if (encryption === 'legacy') {
    const derivation = { salt: random(8), iterations: LEGACY_ITERATIONS }
    const { key, iv } = await deriveKeyAndVector(password, { key: 24, iv: 8 }, derivation, budget)
    const algorithm = der.sequence(
      der.identifier(IDS.pbeWithShaAnd3Des),
      der.sequence(der.octets(derivation.salt), smallInteger(der, derivation.iterations)),
    )
    return { algorithm, octets: run(createCipheriv('des-ede3-cbc', key, iv), plain) }
  }
  const derivation = {
    digest: 'sha256',
    salt: random(16),
    iterations: MODERN_ITERATIONS,
    length: 32,
  } as const
  const iv = random(16)
  const key = await deriveByPbkdf2(password.utf8, derivation, budget)
  const pseudoRandom = der.sequence(der.identifier(IDS.hmacWithSha256), der.null())
  const pbkdf2 = der.sequence(
    der.octets(derivation.salt),
    smallInteger(der, derivation.iterations),
    pseudoRandom,
  )
  const algorithm = der.sequence(
    der.identifier(IDS.pbes2),
    der.sequence(
      der.sequence(der.identifier(IDS.pbkdf2), pbkdf2),
      der.sequence(der.identifier(IDS.aes256Cbc), der.octets(iv)),
    ),
  )
  return { algorithm, octets: run(createCipheriv('aes-256-cbc', key, iv), plain) }
}

/** Makes the MacData of a file (RFC 7292 §4) over its contents. */
export async function makeMac(
  der: Der,
  encryption: Pkcs12Encryption,
  given: Given,
  contents: Buffer,
): Promise<DerValue> {
  const isLegacy = encryption === 'legacy'
  const digest = isLegacy ? 'sha1' : 'sha256'
  const salt = given.random(isLegacy ? 8 : 16)
  const iterations = isLegacy ? LEGACY_ITERATIONS : MODERN_ITERATIONS
  const length = isLegacy ? 20 : 32
  const key = await deriveByPkcs12(given.password, 'mac', { digest, salt, iterations, length }, given.budget)
  return der.sequence(
    der.sequence(
      der.sequence(der.identifier(isLegacy ? IDS.sha1 : IDS.sha256), der.null()),
      der.octets(createHmac(digest, key).update(contents).digest()),
    ),
    der.octets(salt),
    smallInteger(der, iterations),
  )
}

function run(cipher: { update(octets: Buffer): Buffer; final(): Buffer }, octets: Buffer): Buffer {
  return Buffer.concat([cipher.update(octets), cipher.final()])
}

/** A number below 2^32. */
function smallInteger(der: Der, value: number): DerValue {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(value)
  const start = octets.findIndex((octet) => octet !== 0)
  return der.integer(octets.subarray(start < 0 ? 3 : start))
}
