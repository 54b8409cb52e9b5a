/** The root of the lab's authority, kept in the layout of `openssl ca`: private/cakey.pem and cacert.pem. */
import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Random } from '../lab/service.ts'
import { createDurably, createFolder, errorCode, writeDurably } from '../lab/kit/files.ts'
import {
  describeKey,
  distinguishedName,
  keyPem,
  makeKey,
  makeSerial,
  signCertificate,
  type Key,
} from './certificate.ts'
import type { Der, DerValue } from './der.ts'
import { authorityExtensions } from './extensions.ts'
import type { Scope } from './scope.ts'

/** What the root needs of the lab. */
export interface RootOptions {
  /** Created for its owner alone. */
  readonly folder: string
  readonly scope: Scope
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
}

/** A root that is ready to sign. */
export interface Root extends Key {
  readonly name: DerValue
  /** The certificate as PEM. */
  readonly certificate: string
}

const DAY = 86_400_000
const LIFETIME = 3650 * DAY

/** A root is renewed while what it signs can still outlive the day. */
const RENEWED_BEFORE = 365 * DAY

/** Machines whose clocks differ by less than an hour still agree that a certificate is valid already. */
export const CLOCK_SKEW = 3_600_000

/**
 * Opens the root in a folder, or makes it. The key stays for good; its certificate is written anew when the scope has
 * changed or its end is near. Throws if the key cannot be used.
 */
export async function openRoot(der: Der, options: RootOptions): Promise<Root> {
  const key = await openKey(options.folder)
  const name = distinguishedName(der, `telelab root ${key.keyId.toString('hex', 0, 4)}`)
  const path = join(options.folder, 'cacert.pem')
  const extensions = authorityExtensions(der, options.scope, key.keyId)
  const parts = [name, ...extensions].map(der.encode)
  const stored = await readIfThere(path)
  if (stored !== undefined && isCurrent(stored, parts, createPublicKey(key.key), options.clock.now())) {
    return { ...key, name, certificate: stored }
  }
  const now = options.clock.now()
  const certificate = await signCertificate(
    der,
    {
      serial: makeSerial(options.random, key.publicKey),
      issuer: name,
      subject: name,
      notBefore: now - CLOCK_SKEW,
      notAfter: now + LIFETIME,
      publicKey: key.publicKey,
      extensions,
    },
    key.key,
  )
  await writeDurably(path, certificate, 0o644)
  return { ...key, name, certificate }
}

/** Whether a stored certificate is what would be made now but for its serial and dates. */
function isCurrent(text: string, parts: readonly Buffer[], key: KeyObject, now: number): boolean {
  try {
    const certificate = new X509Certificate(text)
    return (
      parts.every((part) => certificate.raw.includes(part)) &&
      certificate.verify(key) &&
      certificate.validFromDate.getTime() <= now &&
      certificate.validToDate.getTime() - RENEWED_BEFORE > now
    )
  } catch {
    // Not a certificate: a new one takes its place.
    return false
  }
}

async function openKey(folder: string): Promise<Key> {
  const path = join(folder, 'private', 'cakey.pem')
  let text = await readIfThere(path)
  if (text === undefined) {
    await createFolder(join(folder, 'private'), 0o700)
    // Whoever comes second, in this process or another, takes the key of the first.
    await createDurably(path, keyPem((await makeKey()).key), 0o600)
    text = await readFile(path, 'utf8')
  }
  try {
    const key = createPrivateKey(text)
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('it is not a key on P-256')
    return describeKey(key, createPublicKey(key))
  } catch (error) {
    throw new Error(
      `The key of the lab's authority, ${path}, cannot be used: ${error instanceof Error ? error.message : String(error)}. ` +
        'Put the file back, or delete it: the lab then makes a new authority, which clients must be told to trust.',
      { cause: error },
    )
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
