import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CheckTarget } from '../check.ts'
import { narrowed } from '../grading/grade-suites.ts'
import { LabError } from '../host/error.ts'
import { nearest } from '../kit/nearest.ts'
import { findScenario, scenariosIn } from '../scenario/layers.ts'
import { loadSuites, type NamedSuite } from '../scenario/suites.ts'
import type { Text } from '../service.ts'
import type { Call } from './command.ts'
import { registryOf, scenarioFolders, soundScenario } from './places.ts'

/** What is graded. */
export interface Subject {
  readonly name: string
  readonly title: Text
  readonly parts: readonly NamedSuite[]
  readonly domain?: string
  readonly accounts?: CheckTarget['accounts']
}

/** The suites that the words name, or those of a scenario: the ones that it names, else all of its services. */
export async function subjectOf(call: Call): Promise<Subject> {
  const [word = ''] = call.words
  const { suites, problems } = await loadSuites(registryOf(call))
  const narrow = { only: call.texts('only'), skip: call.texts('skip') }
  const named = word.split(',').map((name) => suites.get(name))
  const [first] = named
  if (first !== undefined && named.every((suite) => suite !== undefined)) {
    const title = {
      en: named.map(({ suite }) => suite.summary.en).join(', '),
      es: named.map(({ suite }) => suite.summary.es).join(', '),
    }
    return { name: word, title, parts: narrowed(named, narrow) }
  }
  const scenarios = scenariosIn(scenarioFolders)
  if (!scenarios.has(word) && !existsSync(resolve(call.io.folder, word))) {
    // A suite that nobody knows may be one that could not be loaded.
    for (const { text } of problems) call.io.complain(text)
    const known = [...suites.keys(), ...scenarios.keys()]
    throw new LabError((words) => words.valueUnknown(word, nearest(word, known), known), { blame: 'wrong' })
  }
  for (const { text } of problems) call.io.complain(text)
  return scenarioSubject(call, word, suites, narrow)
}

async function scenarioSubject(
  call: Call,
  word: string,
  suites: ReadonlyMap<string, NamedSuite>,
  narrow: Parameters<typeof narrowed>[1],
): Promise<Subject> {
  const file = findScenario(word, scenarioFolders, call.io.folder)
  const { scenario } = await soundScenario(call, file, registryOf(call))
  const services = new Set(scenario.instances.map(({ service }) => service.name))
  const known = [...suites.keys()]
  const unknown = scenario.suites.find((name) => !suites.has(name))
  if (unknown !== undefined)
    throw new LabError((words) => `suites: ${words.valueUnknown(unknown, nearest(unknown, known), known)}`, {
      blame: 'wrong',
    })
  const parts =
    scenario.suites.length > 0
      ? scenario.suites.flatMap((name) => suites.get(name) ?? [])
      : [...suites.values()].filter(({ service }) => services.has(service))
  if (parts.length === 0)
    throw wrong({
      en: `no service of ${scenario.name} brings a suite of checks`,
      es: `ningún servicio de ${scenario.name} trae una batería de comprobaciones`,
    })
  const { name, title, domain, accounts } = scenario
  return { name, title, domain, accounts, parts: narrowed(parts, narrow) }
}

function wrong(said: Text): LabError {
  return new LabError(said, { blame: 'wrong' })
}
