/** What the verbs of `lab cert` share: the authority of a scenario, and which certificate a person means. */
import { randomBytes, X509Certificate } from 'node:crypto'
import { access, constants, open, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { createAuthority, type Authority, type Signed } from '../../../certs/authority.ts'
import { keyKinds, type KeyKind } from '../../../certs/key.ts'
import type { RegisterEntry } from '../../../certs/index-line.ts'
import { ask } from '../../console/client.ts'
import { controlPath } from '../../console/place.ts'
import { LabError, messageOf } from '../../host/error.ts'
import { makeFolder } from '../../host/lock.ts'
import { writeDurably } from '../../kit/files.ts'
import type { CertificateRequest, Text } from '../../service.ts'
import { readPointers } from '../../world/pointers.ts'
import type { Call } from '../command.ts'
import { registryOf, runningLab, scenarioFile, soundScenario, stateName, stateRoot } from '../places.ts'

/** Octets of the largest file that is read. */
const LARGEST_FILE = 1024 * 1024
/** Serial numbers that a message shows. */
const MOST_SHOWN = 8

/** One verb; `words` are those behind it. Resolves with the exit code. */
export type Verb = (call: Call) => Promise<number>

/** An authority and where it is. */
export interface Place {
  readonly authority: Authority
  readonly folder: string
  readonly domain: string
}

/** The authority of the scenario that the call names; it is made on first use. */
export async function openPlace(
  call: Call,
  options: { readonly keyKind?: KeyKind; readonly intermediate?: boolean } = {},
): Promise<Place> {
  const { folder, domain, address } = await whereabouts(call)
  makeFolder(folder)
  const authority = createAuthority({
    folder,
    domain,
    addresses: [address],
    clock: Date,
    random: { bytes: (count) => randomBytes(count) },
    pointers: () => readPointers(folder),
    ...options,
  })
  return { authority, folder, domain }
}

/** What a running lab vouches for. */
const runningSchema = z.object({ domain: z.string(), address: z.string() })

/** Those of the running lab that the call means, which may be another student's than the scenario says, else of the scenario. */
async function whereabouts(
  call: Call,
): Promise<{ readonly folder: string; readonly domain: string; readonly address: string }> {
  const running = await runningLab(call).catch((error: unknown) => {
    if (error instanceof LabError && error.blame === 'failed') return undefined
    throw error
  })
  if (running !== undefined) {
    const { domain, address } = runningSchema.parse(await ask(controlPath(running), 'status'))
    return { folder: join(running, 'certs'), domain, address }
  }
  const file = scenarioFile(call)
  const { scenario } = await soundScenario(call, file, registryOf(call))
  const folder = join(stateRoot(call), stateName(call, file), 'certs')
  return { folder, domain: scenario.domain, address: scenario.address }
}

/** What `--key` names; throws for what is no kind of key. */
export function keyKindOf(call: Call): KeyKind | undefined {
  const asked = call.text('key')
  const kind = keyKinds.find((each) => each === asked)
  if (asked === undefined || kind !== undefined) return kind
  throw wrong({
    en: `--key takes ${keyKinds.join(', ')}, not "${asked}"`,
    es: `--key espera ${keyKinds.join(', ')}, no "${asked}"`,
  })
}

/** What the options say of a certificate beside its names. */
export function wishesOf(call: Call): Omit<CertificateRequest, 'names'> {
  const days = call.text('days')
  if (days !== undefined && !/^\d{1,5}(?:\.\d+)?$/.test(days))
    throw wrong({ en: `--days takes a number, not "${days}"`, es: `--days espera un número, no "${days}"` })
  const addresses = call.texts('address')
  return {
    purpose: call.is('client') ? 'client' : call.is('peer') ? 'peer' : 'server',
    ...(days !== undefined && { days: Number(days) }),
    ...(addresses.length > 0 && { addresses }),
  }
}

/**
 * The entry that a person means by a serial number, the beginning of one, or a name: of several of one name the newest
 * that counts, or, where `only` is asked for, the only one that does.
 */
export async function findEntry(
  authority: Authority,
  wanted: string | undefined,
  only = false,
): Promise<RegisterEntry> {
  if (wanted === undefined)
    throw wrong({
      en: 'name a certificate: its serial number, the beginning of that, or its name; `lab cert list` shows them',
      es: 'nombra un certificado: su número de serie, el principio de este o su nombre; `lab cert list` los muestra',
    })
  const entries = await authority.list()
  const serial = wanted.replaceAll(':', '').toUpperCase()
  const bySerial = entries.filter((entry) => /^[0-9A-F]{4,}$/.test(serial) && entry.serial.startsWith(serial))
  const byName = entries.filter((entry) => nameOf(entry) === wanted)
  const found = byName.length > 0 ? byName : bySerial
  const counting = found.filter(({ revoked, notAfter }) => revoked === undefined && notAfter > Date.now())
  const best = counting.at(-1) ?? found.at(-1)
  if (best === undefined)
    throw wrong({
      en: `no certificate of this authority is "${wanted}"; \`lab cert list\` shows them`,
      es: `ningún certificado de esta autoridad es "${wanted}"; \`lab cert list\` los muestra`,
    })
  const several = byName.length > 0 ? (only ? counting : []) : bySerial
  if (several.length <= 1) return best
  const list = several.slice(-MOST_SHOWN).map((entry) => entry.serial)
  throw wrong({
    en: `${several.length} certificates are "${wanted}": say which by its serial number: ${list.join(', ')}`,
    es: `${several.length} certificados son "${wanted}": di cuál con su número de serie: ${list.join(', ')}`,
  })
}

/** The common name of an entry, without what a terminal might obey; empty if it has none. */
export function nameOf({ subject }: RegisterEntry): string {
  return (/\/CN=([^/]*)/.exec(subject)?.[1] ?? '').replaceAll(/\p{Cc}/gu, '?')
}

/** The name of an entry for files. */
export function fileName(entry: RegisterEntry): string {
  return safeName(nameOf(entry) || entry.serial)
}

/** What a word names that may be a file or a certificate of the authority: the octets of the file, or else undefined. */
export async function readIfFile(call: Call, word: string | undefined): Promise<Buffer | undefined> {
  if (word === undefined) return undefined
  const found = await stat(resolve(call.io.folder, word)).catch(() => undefined)
  // What can be nothing but a path is told to be missing.
  return found?.isFile() === true || /[/\\]/.test(word) ? readNamed(call, word) : undefined
}

/** The octets of a file that a person named. */
export async function readNamed(call: Call, path: string): Promise<Buffer> {
  const file = resolve(call.io.folder, path)
  try {
    await using handle = await open(file)
    const octets = Buffer.alloc(LARGEST_FILE + 1)
    let size = 0
    for (let read = -1; read !== 0 && size < octets.length; size += read)
      ({ bytesRead: read } = await handle.read(octets, size, octets.length - size))
    if (size > LARGEST_FILE)
      throw wrong({
        en: `${file} is larger than ${LARGEST_FILE} octets, and so neither a certificate nor a request`,
        es: `${file} ocupa más de ${LARGEST_FILE} octetos, así que no es ni un certificado ni una petición`,
      })
    return octets.subarray(0, size)
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError((words) => words.fileUnreadable(file, messageOf(error)), {
      blame: 'wrong',
      cause: error,
    })
  }
}

/** Writes files below a folder, those with keys for their owner alone, and says where they are. */
export async function writeFiles(
  call: Call,
  folder: string,
  files: readonly {
    readonly name: string
    readonly content: string | Buffer
    readonly isSecret?: boolean
    readonly text: Text
  }[],
): Promise<void> {
  for (const { name, content, isSecret = false, text } of files) {
    const path = join(folder, name)
    try {
      makeFolder(dirname(path))
      await put(path, content, isSecret ? 0o600 : 0o644)
    } catch (error) {
      const why = messageOf(error)
      throw new LabError(
        { en: `${path} cannot be written: ${why}`, es: `no se puede escribir ${path}: ${why}` },
        { cause: error },
      )
    }
    call.io.say(`${path}  ${call.io.pick(text)}`)
  }
}

/** In place of an older file, which others might be allowed to read; into what is no file as it is. */
async function put(path: string, content: string | Buffer, mode: number): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || found.isFile()) await writeDurably(path, content, mode)
  else await writeFile(path, content)
}

/** Says for what a certificate is, and until when. */
export function tell(call: Call, pem: string): void {
  const { serialNumber, subjectAltName = '', validToDate } = new X509Certificate(pem)
  const day = validToDate.toISOString().slice(0, 10)
  call.io.say({
    en: `${serialNumber}: ${subjectAltName}; valid until ${day}`,
    es: `${serialNumber}: ${subjectAltName}; válido hasta el ${day}`,
  })
}

/** The files of what was certified; the key only if it is here. */
export function filesOf(
  signed: Signed & { readonly key?: string },
  prefix = '',
): Parameters<typeof writeFiles>[2] {
  const key = {
    name: `${prefix}key.pem`,
    content: signed.key ?? '',
    isSecret: true,
    text: { en: 'the private key', es: 'la clave privada' },
  }
  return [
    ...(signed.key === undefined ? [] : [key]),
    {
      name: `${prefix}certificate.pem`,
      content: signed.certificate,
      text: { en: 'the certificate', es: 'el certificado' },
    },
    {
      name: `${prefix}chain.pem`,
      content: signed.chain,
      text: {
        en: 'the certificate and what leads to the root, as TLS sends it',
        es: 'el certificado y lo que lleva a la raíz, como lo envía TLS',
      },
    },
    {
      name: 'ca.pem',
      content: signed.authority,
      text: { en: 'the root, for whoever is to trust it', es: 'la raíz, para quien deba confiar en ella' },
    },
  ]
}

/** The folder for a name: that of `--out`, or one in the authority's own. */
export function outFolder(call: Call, folder: string, name: string): string {
  const out = call.text('out')
  return out === undefined ? join(folder, 'out', safeName(name)) : resolve(call.io.folder, out)
}

/** The same folder, made and found to be one, before anything is certified that could not be written. */
export async function readyFolder(call: Call, folder: string, name: string): Promise<string> {
  const out = outFolder(call, folder, name)
  makeFolder(out)
  if (!(await stat(out)).isDirectory())
    throw wrong({
      en: `${out} is a file; --out names the folder for the files`,
      es: `${out} es un fichero; --out indica la carpeta para los ficheros`,
    })
  await access(out, constants.W_OK)
  return out
}

/** A name without what leads out of a folder. */
function safeName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._@-]/g, '_').replace(/^\.*$/, '_')
}

/** A mistake in the command line. */
export function wrong(text: Text): LabError {
  return new LabError(text, { blame: 'wrong' })
}
