import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { styleText } from 'node:util'
import { z } from 'zod'
import { stream } from '../console/client.ts'
import { controlPath, stateFolders } from '../console/place.ts'
import { LabError } from '../host/error.ts'
import { isAsked } from '../journal/entry.ts'
import { journalFiles } from '../journal/file.ts'
import { exit, placeOptions, scenarioOptions, type Call, type Command } from './command.ts'
import { DEFAULT_SCENARIO, runningLab, stateName, stateRoot } from './places.ts'

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
  usage: '[--follow] [--kind KIND…] [--json]',
  most: 0,
  options: {
    scenario: scenarioOptions.scenario,
    ...placeOptions,
    follow: {
      type: 'boolean',
      short: 'f',
      text: { en: 'go on with what happens', es: 'continuar con lo que ocurra' },
    },
    kind: {
      type: 'string',
      short: 'k',
      multiple: true,
      value: 'KIND',
      text: {
        en: 'only these facts, as in dns.queried or dns',
        es: 'solo estos hechos, como dns.queried o dns',
      },
    },
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
    for await (const entry of entries) call.io.say(call.is('json') ? JSON.stringify(entry) : line(entry))
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

/** The last journal of the scenario, or of the only one that there is. */
async function* fromDisk(call: Call): AsyncGenerator {
  const wanted = stateName(call, call.text('scenario') ?? DEFAULT_SCENARIO)
  const states = stateFolders(stateRoot(call))
  const state =
    states.find((folder) => basename(folder) === wanted) ??
    (call.text('scenario') === undefined ? states[0] : undefined)
  const file = state === undefined ? undefined : journalFiles(state).at(-1)
  if (file === undefined) throw new LabError((words) => words.labNotRunning(call.text('scenario')))
  for await (const text of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const entry = parsed(text)
    if (entry !== undefined && isAsked(entry.kind, call.texts('kind'))) yield entry
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

/** One entry, for a person. */
function line(value: unknown): string {
  const entry = entrySchema.safeParse(value).data
  if (entry === undefined) return JSON.stringify(value)
  const { at, connection, kind, data = {} } = entry
  const fields = Object.entries(data).map(
    ([key, field]) => `${key}=${typeof field === 'string' ? field : JSON.stringify(field)}`,
  )
  const who = connection === undefined || connection === 0 ? '' : `#${connection} `
  return `${styleText('gray', new Date(at).toISOString().slice(11, 23))} ${who}${styleText('bold', kind)} ${fields.join(' ')}`.trimEnd()
}
