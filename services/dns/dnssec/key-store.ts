/** Keys on disk, in the files that BIND's tools read and write: `K<zone>+013+<tag>.private` and `.key`. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFolder, removeFile, writeDurably } from '../../../lab/kit/files.ts'
import { FileError } from '../../../lab/service.ts'
import { printData } from '../records/data.ts'
import { TYPE } from '../records/types.ts'
import { labelsOf, printName, type Name } from '../wire/name.ts'
import { ALGORITHM, createSecret, keyOf, SECRET_LENGTH, type ZoneKey } from './key.ts'

/** The keys of zones in one folder. */
export interface KeyStore {
  /** The zone's key, made at its first call ever; `now` in milliseconds. Throws a `FileError` about files that are no such key. */
  load(zone: Name, now: number): Promise<ZoneKey>
}

/** Opens a folder, made if there is none. What a killed process left half written goes. */
export async function openKeyStore(folder: string): Promise<KeyStore> {
  await createFolder(folder, 0o700)
  for (const file of await readdir(folder)) if (file.endsWith('.tmp')) await removeFile(join(folder, file))
  return { load: (zone, now) => load(folder, zone, now) }
}

// The private file is the key; the public one follows from it and is written again if a kill came between them.
async function load(folder: string, zone: Name, now: number): Promise<ZoneKey> {
  const files = await readdir(folder)
  const start = `K${fileName(zone)}+${String(ALGORITHM).padStart(3, '0')}+`
  const [found, second] = files.filter((file) => file.startsWith(start) && file.endsWith('.private'))
  if (second !== undefined) throw tooMany(folder, zone)
  const key = found === undefined ? await create(folder, zone, now) : await read(folder, found, zone)
  const base = `${start}${tagText(key)}`
  if (found !== undefined && found !== `${base}.private`) throw misnamed(join(folder, found), base)
  if (!files.includes(`${base}.key`)) await writeDurably(join(folder, `${base}.key`), publicText(key), 0o600)
  return key
}

async function create(folder: string, zone: Name, now: number): Promise<ZoneKey> {
  const secret = await createSecret()
  const key = keyOf(zone, secret)
  const file = `K${fileName(zone)}+${String(ALGORITHM).padStart(3, '0')}+${tagText(key)}.private`
  await writeDurably(join(folder, file), privateText(secret, now), 0o600)
  return key
}

async function read(folder: string, file: string, zone: Name): Promise<ZoneKey> {
  const path = join(folder, file)
  const text = await readFile(path, 'latin1')
  const secret = Buffer.from(/^PrivateKey: ([\w+/=]+)\s*$/m.exec(text)?.[1] ?? '', 'base64')
  try {
    if (/^Algorithm: 13\b/m.test(text) && secret.length === SECRET_LENGTH) return keyOf(zone, secret)
  } catch (error) {
    throw unreadable(path, error)
  }
  throw unreadable(path)
}

function tagText(key: ZoneKey): string {
  return String(key.tag).padStart(5, '0')
}

/** A zone's name as BIND writes it in names of files: octets that are not letters, digits, `-` or `_` as `%XX`. */
function fileName(zone: Name): string {
  const labels = labelsOf(zone.key).map((label) => `${label.replaceAll(/[^\w-]/g, escapeOctet)}.`)
  return labels.length === 0 ? '.' : labels.join('')
}

function escapeOctet(octet: string): string {
  return `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function privateText(secret: Buffer, now: number): string {
  const time = timeText(now)
  return [
    'Private-key-format: v1.3',
    `Algorithm: ${ALGORITHM} (ECDSAP256SHA256)`,
    `PrivateKey: ${secret.toString('base64')}`,
    `Created: ${time}`,
    `Publish: ${time}`,
    `Activate: ${time}`,
    '',
  ].join('\n')
}

function publicText({ zone, dnskey, tag }: ZoneKey): string {
  const name = printName(zone)
  return [
    `; This is a key-signing key, keyid ${tag}, for ${name}`,
    `${name} IN DNSKEY ${printData(TYPE.dnskey, dnskey)}`,
    '',
  ].join('\n')
}

/** `YYYYMMDDHHMMSS` (RFC 4034 §3.2). */
function timeText(now: number): string {
  return new Date(now).toISOString().replaceAll(/\D/g, '').slice(0, 14)
}

function tooMany(folder: string, zone: Name): FileError {
  const name = printName(zone)
  return new FileError({
    en: `${folder} holds several keys of ${name}; leave one, or none for a new one`,
    es: `${folder} contiene varias claves de ${name}; deja una, o ninguna para que se cree otra`,
  })
}

function misnamed(path: string, base: string): FileError {
  return new FileError({
    en: `${path} holds another key than its name says; its name should be ${base}.private`,
    es: `${path} contiene otra clave que la que dice su nombre; debería llamarse ${base}.private`,
  })
}

function unreadable(path: string, cause?: unknown): FileError {
  return new FileError(
    {
      en: `${path} is no private key of algorithm 13 (ECDSAP256SHA256); put it back, or take it away for a new one`,
      es: `${path} no es una clave privada del algoritmo 13 (ECDSAP256SHA256); vuelve a ponerla, o quítala para que se cree otra`,
    },
    [],
    cause,
  )
}
