/** The test of a scenario by itself: what its tasks and suites say of the reference solution, of nothing at all, and of planted mistakes. */
import { quantity } from '../kit/quantity.ts'
import { textOf } from '../host/error.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { NamedSuite } from '../scenario/suites.ts'
import type { Text } from '../service.ts'
import { rounded, type CheckResult } from './model.ts'
import { solutionOf, type Solution, type Work } from './self-test-solution.ts'
import { suiteCases, suiteResults, suitesOf } from './self-test-suites.ts'
import { taskResultsOf, type SelfTestOptions } from './self-test-tasks.ts'

/** Tests of servers at a time: they mostly wait. */
const WIDTH = 8
/** Mistakes that a scenario has to plant, at least. */
const LEAST = 5

/** How one test of a scenario ended. */
export interface Tested {
  /** `solution`, `empty`, `mutants` (that there are enough), or the id of a mutant. */
  readonly id: string
  readonly title: Text
  /** What is not as it has to be; nothing if the test has passed. */
  readonly misses: readonly Text[]
}

/** One test to be made. */
interface PlannedTest extends Omit<Tested, 'misses'> {
  readonly judge: () => Promise<readonly Text[]>
}

/** What is looked at in a test. */
interface Looks {
  readonly tasks: boolean
  readonly suites: boolean
}

/** A scenario with all that it is tested with. */
interface Bench {
  readonly scenario: Scenario
  readonly solution: Solution
  readonly parts: readonly NamedSuite[]
  readonly options: SelfTestOptions
}

/** Tests a scenario that has tasks or suites; the results come in order, each as soon as it is known. */
export async function* selfTest(scenario: Scenario, options: SelfTestOptions): AsyncGenerator<Tested> {
  const solution = await solutionOf(scenario)
  const parts = await suitesOf(scenario, options.registry)
  const bench: Bench = { scenario, solution, parts, options }
  const looks = { tasks: scenario.tasks.length > 0, suites: parts.length > 0 }
  const tests = [solutionTest(bench, looks), emptyTest(bench, looks), ...mutantTests(bench)]
  yield* inOrder(tests, looks.suites ? WIDTH : 1)
  if (solution.isOwn && solution.mutants.length < LEAST) yield tooFew(solution.mutants.length)
}

function solutionTest(bench: Bench, looks: Looks): PlannedTest {
  const { scenario, solution, parts } = bench
  const worth = [...scenario.tasks, ...suiteCases(scenario, parts).map(([, check]) => check)]
  const all = rounded(worth.reduce((sum, { points }) => sum + points, 0))
  const missing = [
    ...(looks.tasks && solution.solve === undefined ? [noSolution] : []),
    ...(looks.suites && solution.server === undefined ? [noServer] : []),
  ]
  return {
    id: 'solution',
    title: {
      en: `the reference solution earns all ${quantity(all, 'point', 'points')}`,
      es:
        all === 1
          ? 'la solución de referencia obtiene el único punto'
          : `la solución de referencia obtiene los ${all} puntos`,
    },
    judge: async () =>
      missing.length > 0 ? missing : missed(await resultsOf(bench, solution, looks), new Set()),
  }
}

function emptyTest(bench: Bench, looks: Looks): PlannedTest {
  return {
    id: 'empty',
    title: { en: 'who does nothing earns nothing', es: 'quien no hace nada no obtiene nada' },
    judge: async () => given(await resultsOf(bench, {}, looks)),
  }
}

/** One for each mistake; what a mistake does not touch is not looked at again. */
function mutantTests(bench: Bench): PlannedTest[] {
  const { scenario, parts, solution } = bench
  const cases = suiteCases(scenario, parts).map(([name, { id }]) => `${name}.${id}`)
  const known = new Set([...scenario.tasks.map(({ id }) => id), ...cases])
  return solution.mutants.flatMap(({ id, says, fails, solve, server }): PlannedTest[] => {
    const expected = new Set(fails)
    // A scenario that extends this one may have taken a service away, and its tasks with it.
    if (!solution.isOwn && expected.isDisjointFrom(known)) return []
    const unknown = solution.isOwn ? fails.filter((name) => !known.has(name)) : []
    const looks = { tasks: solve !== undefined, suites: server !== undefined }
    const judge = async (): Promise<readonly Text[]> => [
      ...unknown.map((name) => isUnknown(name)),
      ...missed(await resultsOf(bench, { solve, server }, looks), expected),
    ]
    return [{ id, title: says, judge }]
  })
}

/** What tasks and suites say of the work. */
async function resultsOf(
  { scenario, parts, options }: Bench,
  { solve, server }: Work,
  { tasks, suites }: Looks,
): Promise<readonly CheckResult[]> {
  return [
    ...(tasks ? await taskResultsOf(scenario, solve, options) : []),
    ...(suites ? await suiteResults(scenario, parts, server, options.signal) : []),
  ]
}

/** Makes the tests, so many at a time. */
async function* inOrder(tests: readonly PlannedTest[], width: number): AsyncGenerator<Tested> {
  const results = tests.map(() => Promise.withResolvers<Tested>())
  const open = [...tests.entries()]
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const [index, test] = next
      results[index]?.resolve(await tested(test))
    }
  }
  const working = Array.from({ length: width }, work)
  for (const { promise } of results) yield await promise
  await Promise.all(working)
}

async function tested({ judge, ...rest }: PlannedTest): Promise<Tested> {
  try {
    return { ...rest, misses: await judge() }
  } catch (error) {
    const said = textOf(error)
    return { ...rest, misses: [{ en: `it ended with: ${said.en}`, es: `terminó con: ${said.es}` }] }
  }
}

/** Where exactly the expected tasks have not failed. */
function missed(results: readonly CheckResult[], expected: ReadonlySet<string>): Text[] {
  return results.flatMap((result): Text[] => {
    const { id, outcome } = result
    if (outcome === 'broken') return [isBroken(result)]
    const isExpected = expected.has(id)
    // What needs a task that has failed is blocked by it.
    if (
      isExpected ? outcome === 'failed' : outcome === 'passed' || (expected.size > 0 && outcome === 'blocked')
    )
      return []
    return isExpected
      ? [{ en: `${id} does not fail: ${outcome}`, es: `${id} no falla: ${outcome}` }]
      : [doesNotPass(result)]
  })
}

/** What is given for nothing. */
function given(results: readonly CheckResult[]): Text[] {
  return results.flatMap((result): Text[] => {
    if (result.outcome === 'broken') return [isBroken(result)]
    const { id, score, outcome } = result
    return score === 0 && outcome !== 'passed'
      ? []
      : [
          {
            en: `${id}: ${quantity(score, 'point', 'points')} for nothing`,
            es: `${id}: ${quantity(score, 'punto', 'puntos')} por nada`,
          },
        ]
  })
}

function doesNotPass({ id, outcome, reason, assertions }: CheckResult): Text {
  const open = assertions.filter(({ holds }) => !holds).map(({ title }) => title)
  const all = [...(reason === undefined ? [] : [reason]), ...open]
  const said = (language: keyof Text): string => all.map((text) => text[language]).join('; ')
  return { en: `${id} ${outcome}: ${said('en')}`, es: `${id} ${outcome}: ${said('es')}` }
}

function isUnknown(name: string): Text {
  return { en: `there is no task or case ${name}`, es: `no hay ninguna tarea ni caso ${name}` }
}

function isBroken({ id, reason = { en: '', es: '' } }: CheckResult): Text {
  return { en: `${id} is broken: ${reason.en}`, es: `${id} está averiada: ${reason.es}` }
}

const noSolution: Text = {
  en: 'there is none: solution/solution.ts has to export solve(lab)',
  es: 'no la hay: solution/solution.ts tiene que exportar solve(lab)',
}

const noServer: Text = {
  en: 'there is none: solution/solution.ts has to export a server',
  es: 'no la hay: solution/solution.ts tiene que exportar un servidor como server',
}

function tooFew(count: number): Tested {
  return {
    id: 'mutants',
    title: { en: `at least ${LEAST} mistakes are planted`, es: `hay al menos ${LEAST} errores plantados` },
    misses: [
      {
        en: `there are ${count}: solution/mutants.ts has to export a list as mutants`,
        es: `hay ${count}: solution/mutants.ts tiene que exportar una lista como mutants`,
      },
    ],
  }
}
