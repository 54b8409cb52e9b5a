/** The keys that sign, kept in the layout of `openssl ca`: private/cakey.pem and cacert.pem, of the root and of an intermediate under it. */
import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Random } from '../lab/service.ts'
import { createDurably, createFolder, errorCode, writeDurably } from '../lab/kit/files.ts'
import { distinguishedName, makeSerial, signCertificate } from './certificate.ts'
import type { Der, DerValue } from './der.ts'
import { authorityExtensions, type Pointers } from './extensions.ts'
import { keyPem, makeKey, readKey, type Key, type KeyKind } from './key.ts'
import { RequestError, type Scope } from './scope.ts'

/** What an issuer needs of the lab. */
export interface IssuerOptions {
  /** Created for its owner alone. */
  readonly folder: string
  readonly scope: Scope
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
  /** Of a key that is made now; an existing one stays. */
  readonly keyKind?: KeyKind
  /** The root that certifies this issuer; without it, it is the root itself. */
  readonly root?: Issuer
  /** Stand in the certificate of an intermediate. */
  readonly pointers?: Pointers | undefined
}

/** A root or intermediate that is ready to sign. */
export interface Issuer extends Key {
  readonly name: DerValue
  /** The certificate as PEM. */
  readonly certificate: string
}

const DAY = 86_400_000
const LIFETIMES = { root: 3650 * DAY, intermediate: 1825 * DAY } as const

/** An issuer's certificate is renewed while what it signs can still outlive the day. */
const RENEWED_BEFORE = 365 * DAY

/** Machines whose clocks differ by less than an hour still agree that a certificate is valid already. */
export const CLOCK_SKEW = 3_600_000

/**
 * Opens the issuer in a folder, or makes it. The key stays for good; its certificate is written anew when the scope has
 * changed or its end is near. Throws if the key cannot be used.
 */
export async function openIssuer(der: Der, options: IssuerOptions): Promise<Issuer> {
  const { folder, scope, clock, random, root, pointers } = options
  const kind = root === undefined ? 'root' : 'intermediate'
  const key = await openKey(folder, options.keyKind)
  const name = distinguishedName(der, issuerName(kind, key))
  const path = join(folder, 'cacert.pem')
  const content = { scope, keyId: key.keyId }
  const extensions = authorityExtensions(
    der,
    root === undefined ? content : { ...content, authorityKeyId: root.keyId, pointers },
  )
  const parts = [name, ...extensions].map(der.encode)
  const signer = root ?? { ...key, name }
  const stored = await readIfThere(path)
  if (stored !== undefined && isCurrent(stored, parts, createPublicKey(signer.key), clock.now()))
    return { ...key, name, certificate: stored }
  const now = clock.now()
  const draft = {
    serial: makeSerial(random, key.publicKey),
    issuer: signer.name,
    subject: name,
    notBefore: now - CLOCK_SKEW,
    notAfter: now + LIFETIMES[kind],
    publicKey: key.publicKey,
    extensions,
  }
  const certificate = await signCertificate(der, draft, signer.key)
  await writeDurably(path, certificate, 0o644)
  return { ...key, name, certificate }
}

/** The common name of an issuer. */
export function issuerName(kind: 'root' | 'intermediate', { keyId }: Pick<Key, 'keyId'>): string {
  return `telelab ${kind} ${keyId.toString('hex', 0, 4)}`
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

async function openKey(folder: string, kind?: KeyKind): Promise<Key> {
  const path = join(folder, 'private', 'cakey.pem')
  let text = await readIfThere(path)
  if (text === undefined) {
    await createFolder(join(folder, 'private'), 0o700)
    // Whoever comes second, in this process or another, takes the key of the first.
    await createDurably(path, keyPem((await makeKey(kind)).key), 0o600)
    text = await readFile(path, 'utf8')
  }
  try {
    return readKey(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new RequestError({
      en: `The key of the lab's authority, ${path}, cannot be used: ${why}. Put the file back, or delete it: the lab then makes a new authority, which clients must be told to trust.`,
      es: `La clave de la autoridad del laboratorio, ${path}, no se puede usar: ${why}. Restaura el fichero, o bórralo: el laboratorio crea entonces otra autoridad, en la que habrá que decir a los clientes que confíen.`,
    })
  }
}

/** The text of a file; undefined if there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
