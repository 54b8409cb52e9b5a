/** What the verbs of `lab cert` share: the authority of a scenario, and which certificate a person means; `files.ts` has what they write. */
import { randomBytes } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { createAuthority, type Authority } from '../../../certs/authority.ts'
import { keyKinds, type KeyKind } from '../../../certs/key.ts'
import type { RegisterEntry } from '../../../certs/index-line.ts'
import { ask } from '../../console/client.ts'
import { controlPath } from '../../console/place.ts'
import { LabError, messageOf } from '../../host/error.ts'
import { makeFolder } from '../../host/lock.ts'
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
  if (call.is('client') && call.is('peer'))
    throw wrong({
      en: '--client and --peer exclude each other: a peer is a server that is a client, too',
      es: '--client y --peer se excluyen: «peer» es un servidor que también es cliente',
    })
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

/** A mistake in the command line. */
export function wrong(text: Text): LabError {
  return new LabError(text, { blame: 'wrong' })
}
