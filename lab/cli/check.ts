import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../console/client.ts'
import { checkedSchema, hintSchema } from '../console/operations/tasks.ts'
import { controlPath } from '../console/place.ts'
import { checklist, pointsOf, taskLines, type TaskResult } from './checklist.ts'
import { exit, placeOptions, scenarioOptions, type Call, type Command } from './command.ts'
import { runningLab } from './places.ts'

/** Milliseconds for all tasks together. */
const PATIENCE = 600_000
/** Milliseconds between two looks of `--watch`. */
const PAUSE = 1000

/** Tells what of the tasks of the running lab is done. */
export const command: Command = {
  summary: { en: 'check the tasks of the lab', es: 'comprobar las tareas del laboratorio' },
  usage: '[TASK…] [--watch] [--hint TASK] [--json]',
  most: 500,
  options: {
    scenario: scenarioOptions.scenario,
    ...placeOptions,
    watch: {
      type: 'boolean',
      short: 'w',
      text: { en: 'go on until all is done', es: 'continuar hasta que todo esté hecho' },
    },
    hint: {
      type: 'string',
      value: 'TASK',
      text: { en: 'show the hint of a task, at its cost', es: 'mostrar la pista de una tarea, con su coste' },
    },
    json: { type: 'boolean', text: { en: 'as JSON, for a program', es: 'como JSON, para un programa' } },
  },
  examples: [
    { line: 'lab check', text: { en: 'all tasks', es: 'todas las tareas' } },
    {
      line: 'lab check --watch',
      text: { en: 'with the ticks as they come', es: 'con las marcas según llegan' },
    },
  ],
  async run(call) {
    const path = controlPath(await runningLab(call))
    const wanted = call.text('hint')
    if (wanted !== undefined) return tellHint(call, path, wanted)
    const results = await checked(path, call.words)
    call.io.say(call.is('json') ? asJson(results) : results.length === 0 ? none : checklist(results, call.io))
    if (areAllPassed(results)) return exit.done
    return call.is('watch') ? watch(call, path, results) : exit.failed
  },
}

const none = {
  en: 'this scenario has no tasks to be ticked; a server of your own is graded by `lab grade`',
  es: 'este escenario no tiene tareas que marcar; un servidor tuyo se corrige con `lab grade`',
}

async function checked(
  path: string,
  tasks: readonly string[],
  isQuiet = false,
): Promise<readonly TaskResult[]> {
  return checkedSchema.parse(await ask(path, 'check', { tasks, isQuiet }, PATIENCE)).results
}

async function tellHint(call: Call, path: string, task: string): Promise<number> {
  const { text, cost = 0 } = hintSchema.parse(await ask(path, 'hint', { task }))
  if (call.is('json')) call.io.say(JSON.stringify({ task, text, cost }))
  else call.io.say(text)
  if (cost > 0 && !call.is('json'))
    call.io.say({
      en: `(this hint costs ${cost} ${cost === 1 ? 'point' : 'points'})`,
      es: `(esta pista cuesta ${cost} ${cost === 1 ? 'punto' : 'puntos'})`,
    })
  return exit.done
}

/** Looks again at what is still open, and tells only what is new. */
async function watch(call: Call, path: string, first: readonly TaskResult[]): Promise<number> {
  const { io } = call
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const results = new Map(first.map((result) => [result.id, result]))
  while (!areAllPassed([...results.values()])) {
    await sleep(PAUSE, undefined, { signal: stop.signal }).catch(() => undefined)
    if (stop.signal.aborted) return exit.failed
    const open = [...results.values()].filter(({ outcome }) => outcome !== 'passed').map(({ id }) => id)
    for (const result of await checked(path, open, true)) {
      const before = results.get(result.id)?.outcome
      results.set(result.id, result)
      if (result.outcome === 'passed' && before !== 'passed')
        io.say(call.is('json') ? JSON.stringify(result) : taskLines(result, io, 0).join('\n'))
    }
  }
  if (!call.is('json')) io.say({ en: 'All tasks are done.', es: 'Todas las tareas están hechas.' })
  return exit.done
}

function areAllPassed(results: readonly TaskResult[]): boolean {
  return results.every(({ outcome }) => outcome === 'passed')
}

function asJson(results: readonly TaskResult[]): string {
  const { score, points } = pointsOf(results)
  return JSON.stringify({ score, points, results }, undefined, 2)
}
