import { styleText } from 'node:util'
import type { Tested } from '../grading/self-test.ts'
import { findScenario, scenariosIn } from '../scenario/layers.ts'
import { isError } from '../scenario/load.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { exit, labOptions, type Call, type Command } from './command.ts'
import { readScenario, registryOf, scenarioFolders, soundScenario } from './places.ts'
import { problemLine } from './problem.ts'

/** Tests scenarios by their own solutions. */
export const command: Command = {
  summary: {
    en: 'test scenarios: their solution, an empty run, planted mistakes',
    es: 'probar escenarios: su solución, no hacer nada, errores plantados',
  },
  usage: '[SCENARIO…] [--json]',
  most: 1000,
  options: {
    services: labOptions.services,
    student: labOptions.student,
    json: {
      type: 'boolean',
      text: { en: 'as JSON, a line for each test', es: 'como JSON, una línea por prueba' },
    },
  },
  examples: [
    { line: 'lab test', text: { en: 'all that are shipped', es: 'todos los incluidos' } },
    {
      line: 'lab test my/scenario.yaml',
      text: {
        en: 'one of yours, with solution/solution.ts and solution/mutants.ts beside it',
        es: 'uno tuyo, con solution/solution.ts y solution/mutants.ts a su lado',
      },
    },
  ],
  async run(call) {
    const wanted = call.words.length > 0 ? call.words : [...scenariosIn(scenarioFolders).keys()]
    const scenarios = await Promise.all(wanted.map((each) => readSound(call, each)))
    const sound = scenarios.filter((scenario) => scenario !== undefined)
    if (sound.length < wanted.length) return exit.wrong
    const { selfTest } = await import('../grading/self-test.ts')
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    let isMissed = false
    for (const scenario of sound) {
      tellHead(call, scenario)
      if (scenario.tasks.length === 0 && scenario.suites.length === 0) continue
      const read = async ({ sources: [file = ''], student }: Scenario, folder: string): Promise<Scenario> =>
        (await soundScenario(call, file, registryOf(call), true, { student, folder })).scenario
      const options = { registry: registryOf(call), signal: stop.signal, read }
      for await (const tested of selfTest(scenario, options)) {
        if (stop.signal.aborted) return exit.failed
        isMissed ||= tested.misses.length > 0
        tell(call, scenario, tested)
      }
    }
    return isMissed ? exit.failed : exit.done
  },
}

/** The scenario with all that its tasks say checked; undefined, and its mistakes told, if it has some. */
async function readSound(call: Call, wanted: string): Promise<Scenario | undefined> {
  const file = findScenario(wanted, scenarioFolders, call.io.folder)
  const whose = { student: call.text('student'), withVerbs: true }
  const { scenario, problems } = await readScenario(call, file, registryOf(call), whose)
  for (const problem of problems.filter(isError)) call.io.complain(problemLine(problem, call.io))
  return scenario
}

function tellHead(call: Call, { name, title, tasks, suites }: Scenario): void {
  const { io } = call
  if (call.is('json')) return
  const none = tasks.length + suites.length === 0 ? io.pick({ en: ': no tasks', es: ': sin tareas' }) : ''
  io.say(`${styleText('bold', `${name} · ${io.pick(title)}`)}${none}`)
}

function tell(call: Call, { name }: Scenario, { id, title, misses }: Tested): void {
  const { io } = call
  if (call.is('json')) {
    io.say(JSON.stringify({ scenario: name, test: id, passed: misses.length === 0, title, misses }))
    return
  }
  const mark = misses.length === 0 ? styleText('green', '✔') : styleText('red', '✘')
  io.say([`  ${mark} ${id}: ${io.pick(title)}`, ...misses.map((miss) => `      ${io.pick(miss)}`)].join('\n'))
}
