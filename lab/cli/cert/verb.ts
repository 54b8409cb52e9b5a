/** What the verbs of `lab cert` share: the authority of a scenario, and which certificate a person means. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createAuthority, type Authority } from '../../../certs/authority.ts'
import { keyKinds, type KeyKind } from '../../../certs/key.ts'
import type { RegisterEntry } from '../../../certs/register.ts'
import { LabError, messageOf } from '../../host/error.ts'
import type { CertificateRequest, Text } from '../../service.ts'
import { readPointers } from '../../world/pointers.ts'
import type { Call } from '../command.ts'
import { registryOf, scenarioFile, soundScenario, stateName, stateRoot } from '../places.ts'

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
  const file = scenarioFile(call)
  const { scenario } = await soundScenario(call, file, registryOf(call))
  const folder = join(stateRoot(call), stateName(call, file), 'certs')
  const authority = createAuthority({
    folder,
    domain: scenario.domain,
    addresses: [scenario.address],
    clock: Date,
    random: { bytes: (count) => randomBytes(count) },
    pointers: () => readPointers(folder),
    ...options,
  })
  return { authority, folder, domain: scenario.domain }
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

/** The entry that a person means by a serial number, the beginning of one, or a name: of several of one name the newest that counts. */
export async function findEntry(authority: Authority, wanted: string | undefined): Promise<RegisterEntry> {
  if (wanted === undefined)
    throw wrong({
      en: 'name a certificate: its serial number, the beginning of that, or its name; `lab cert list` shows them',
      es: 'nombra un certificado: su número de serie, el principio de este o su nombre; `lab cert list` los muestra',
    })
  const entries = await authority.list()
  const serial = wanted.replaceAll(':', '').toUpperCase()
  const bySerial = entries.filter((entry) => /^[0-9A-F]{4,}$/.test(serial) && entry.serial.startsWith(serial))
  const byName = entries.filter((entry) => nameOf(entry) === wanted)
  const found = bySerial.length > 0 ? bySerial : byName
  const best = found.findLast((entry) => entry.revoked === undefined) ?? found.at(-1)
  if (best !== undefined && (bySerial.length <= 1 || byName.length > 0)) return best
  throw wrong({
    en: `${best === undefined ? 'no certificate' : 'more than one certificate'} of this authority is "${wanted}"; \`lab cert list\` shows them`,
    es: `${best === undefined ? 'ningún certificado' : 'más de un certificado'} de esta autoridad es "${wanted}"; \`lab cert list\` los muestra`,
  })
}

/** The common name of an entry. */
export function nameOf({ subject }: RegisterEntry): string {
  return /\/CN=([^/]*)/.exec(subject)?.[1] ?? ''
}

/** The text of a file that a person named. */
export async function readNamed(call: Call, path: string): Promise<Buffer> {
  const file = resolve(call.io.folder, path)
  try {
    return await readFile(file)
  } catch (error) {
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
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, content, { mode: isSecret ? 0o600 : 0o644 })
    const what = call.io.pick(text)
    call.io.say(`${path}  ${what}`)
  }
}

/** The folder for a name: that of `--out`, or one in the authority's own. */
export function outFolder(call: Call, folder: string, name: string): string {
  const out = call.text('out')
  return out === undefined
    ? join(folder, 'out', name.replaceAll(/[^A-Za-z0-9._@-]/g, '_'))
    : resolve(call.io.folder, out)
}

/** A mistake in the command line. */
export function wrong(text: Text): LabError {
  return new LabError(text, { blame: 'wrong' })
}
