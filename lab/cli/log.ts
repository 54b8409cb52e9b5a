import { createReadStream, openSync } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { styleText } from 'node:util'
import { z } from 'zod'
import { stream } from '../console/client.ts'
import { controlPath, stateFolders } from '../console/place.ts'
import { LabError, messageOf } from '../host/error.ts'
import { isAsked } from '../journal/entry.ts'
import { journalFiles } from '../journal/file.ts'
import { exit, logOptions, placeOptions, scenarioOptions, type Call, type Command } from './command.ts'
import { runningLab, stateName, stateRoot } from './places.ts'

const entrySchema = z.object({
  at: z.number(),
  service: z.string(),
  connection: z.number().optional(),
  kind: z.string(),
  data: z.record(z.string(), z.json()).optional(),
})

/** Shows the journal of a running lab, or of the last one that ran. */
export const command: Command = {
  summary: { en: 'show what happened in the lab', es: 'mostrar lo que ha ocurrido en el laboratorio' },
  usage: '[--follow] [--kind KIND…] [--fact N] [--json]',
  most: 0,
  options: {
    scenario: scenarioOptions.scenario,
    ...placeOptions,
    ...logOptions,
    json: { type: 'boolean', text: { en: 'one JSON object a line', es: 'un objeto JSON por línea' } },
  },
  examples: [
    { line: 'lab log --follow', text: { en: 'everything, as it happens', es: 'todo, según ocurre' } },
    {
      line: 'lab log --kind dns.queried --json',
      text: { en: 'every DNS question, for a program', es: 'cada pregunta DNS, para un programa' },
    },
  ],
  async run(call) {
    const running = await runningLab(call).catch((error: unknown) => {
      if (error instanceof LabError && error.blame === 'failed' && !call.is('follow')) return undefined
      throw error
    })
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    const entries = running === undefined ? fromDisk(call) : fromLab(running, call, stop.signal)
    const fact = call.text('fact')
    for await (const entry of entries)
      if (fact === undefined || String(numberOf(entry)) === fact)
        call.io.say(call.is('json') ? JSON.stringify(entry) : line(entry))
    return exit.done
  },
}

function fromLab(state: string, call: Call, signal: AbortSignal): AsyncIterable<unknown> {
  return stream(
    controlPath(state),
    'log',
    { kinds: [...call.texts('kind')], follow: call.is('follow') },
    signal,
  )
}

/** The last journal of the scenario, or of the one that ran last. */
async function* fromDisk(call: Call): AsyncGenerator {
  const lasts = stateFolders(stateRoot(call)).flatMap((folder) => {
    const last = readable(folder, () => journalFiles(folder)).at(-1)
    return last === undefined ? [] : [{ name: basename(folder), last }]
  })
  const asked = call.text('scenario')
  const chosen =
    asked === undefined
      ? // The names of journals are their beginnings.
        lasts.toSorted((one, other) => basename(one.last).localeCompare(basename(other.last))).at(-1)
      : lasts.find(({ name }) => name === stateName(call, asked))
  const file = chosen?.last
  if (file === undefined) throw new LabError((words) => words.labNotRunning(call.text('scenario')))
  const descriptor = readable(file, () => openSync(file, 'r'))
  for await (const text of createInterface({
    input: createReadStream('', { fd: descriptor }),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const entry = parsed(text)
    if (entry !== undefined && isAsked(entry.kind, call.texts('kind'))) yield entry
  }
}

/** What `read` returns; the system's error says that the place cannot be read. */
function readable<Result>(place: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new LabError((words) => words.fileUnreadable(place, messageOf(error)), { cause: error })
  }
}

/** An entry, or undefined for the half line that a killed lab may leave at the end. */
function parsed(text: string): z.infer<typeof entrySchema> | undefined {
  try {
    return entrySchema.loose().safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** The number by which `lab check` tells of an entry. */
function numberOf(entry: unknown): number | undefined {
  return z.object({ seq: z.number() }).safeParse(entry).data?.seq
}

/** One entry, for a person. */
function line(value: unknown): string {
  const entry = entrySchema.safeParse(value).data
  if (entry === undefined) return JSON.stringify(value)
  const { at, connection, kind, data = {} } = entry
  const fields = Object.entries(data).map(
    ([key, field]) => `${key}=${visible(typeof field === 'string' ? field : JSON.stringify(field))}`,
  )
  const who = connection === undefined || connection === 0 ? '' : `#${connection} `
  return `${styleText('gray', new Date(at).toISOString().slice(11, 23))} ${who}${styleText('bold', kind)} ${fields.join(' ')}`.trimEnd()
}

/** Control characters as escapes: what a client sends must not steer the terminal of whoever reads of it. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
