/** The test of a scenario by itself: what its tasks say of the reference solution, of nothing at all, and of planted mistakes. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Mutant, Solve, SolvedLab } from '../check.ts'
import { messageOf } from '../host/error.ts'
import { Lab } from '../host/lab.ts'
import type { Registry } from '../scenario/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Logger, Text } from '../service.ts'
import { LiveTasks } from './live.ts'
import { totalOf, type CheckResult } from './model.ts'

/** Mistakes that a scenario has to plant, at least. */
const LEAST = 5
/** Milliseconds of a solution. */
const LIMIT = 60_000
/** Milliseconds that a lab gets to be done with what its clients have asked. */
const SETTLED = 5000
/** Milliseconds without a fact after which it is done. */
const QUIET = 30

/** How one test of a scenario ended. */
export interface Tested {
  /** `solution`, `empty`, `mutants` (that there are enough), or the id of a mutant. */
  readonly id: string
  readonly title: Text
  /** What is not as it has to be; nothing if the test has passed. */
  readonly misses: readonly Text[]
}

/** What a scenario's tests are run with. */
export interface SelfTestOptions {
  readonly registry: Registry
  readonly signal: AbortSignal
}

/** Tests a scenario that has tasks; each result comes as soon as it is known. */
export async function* selfTest(scenario: Scenario, options: SelfTestOptions): AsyncGenerator<Tested> {
  const { points } = totalOf({ results: await resultsOf(scenario, undefined, options) })
  const { solve, mutants, isOwn } = await solutionOf(scenario)
  yield await tested({
    id: 'solution',
    title: {
      en: `the reference solution earns all ${points} points`,
      es: `la solución de referencia obtiene los ${points} puntos`,
    },
    judge: async () =>
      solve === undefined ? [noSolution] : missed(await resultsOf(scenario, solve, options), new Set()),
  })
  yield await tested({
    id: 'empty',
    title: { en: 'who does nothing earns nothing', es: 'quien no hace nada no obtiene nada' },
    judge: async () => given(await resultsOf(scenario, undefined, options)),
  })
  const known = new Set(scenario.tasks.map(({ id }) => id))
  for (const { id, says, fails, solve: act } of mutants) {
    const expected = new Set(fails)
    // A scenario that extends this one may have taken a service away, and its tasks with it.
    if (!isOwn && expected.isDisjointFrom(known)) continue
    yield await tested({
      id,
      title: says,
      judge: async () => missed(await resultsOf(scenario, act, options), expected),
    })
  }
  if (isOwn && mutants.length < LEAST) yield tooFew(mutants.length)
}

async function tested({
  judge,
  ...rest
}: Omit<Tested, 'misses'> & { readonly judge: () => Promise<readonly Text[]> }): Promise<Tested> {
  try {
    return { ...rest, misses: await judge() }
  } catch (error) {
    const said = messageOf(error)
    return { ...rest, misses: [{ en: `it ended with: ${said}`, es: `terminó con: ${said}` }] }
  }
}

/** What the tasks say of one run of a lab of its own, after the solution has done what it does. */
async function resultsOf(
  scenario: Scenario,
  solve: Solve | undefined,
  { registry, signal }: SelfTestOptions,
): Promise<readonly CheckResult[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'telelab-test-'))
  try {
    const [state, folder] = [join(scratch, 'state'), join(scratch, 'work')]
    await mkdir(folder)
    await using lab = new Lab({ scenario, state, ports: 'any' })
    await lab.start()
    using tasks = await LiveTasks.load(lab, { registry, state, folder, log: silent })
    if (solve !== undefined) await within(solve(seenOf(lab, folder)), signal)
    await settled(lab, signal)
    return await tasks.check([], signal, false)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A lab as a student sees it. */
function seenOf(lab: Lab, folder: string): SolvedLab {
  const { domain, accounts, variables } = lab.scenario
  const places = lab.status().flatMap(({ addresses }) => addresses)
  return {
    domain,
    accounts,
    values: variables,
    folder,
    authority: () => lab.world.certificates.authority(),
    async identity(account) {
      const { chain, key } = await lab.world.certificates.issue({ names: [account], purpose: 'client' })
      return { certificate: chain, key }
    },
    at: (endpoint) => places.find((place) => place.endpoint === endpoint)?.address,
  }
}

async function within(solving: Promise<void>, signal: AbortSignal): Promise<void> {
  const stop = new AbortController()
  try {
    await Promise.race([
      solving,
      sleep(LIMIT, undefined, { signal: AbortSignal.any([signal, stop.signal]) }).then(() => {
        throw new Error(`not done within ${LIMIT / 1000} s`)
      }),
    ])
  } finally {
    stop.abort()
  }
}

/** Waits until all clients have gone and nothing more is told. */
async function settled(lab: Lab, signal: AbortSignal): Promise<void> {
  const begun = performance.now()
  let last = -1
  while (performance.now() - begun < SETTLED) {
    const isIdle = lab.status().every(({ connections }) => connections === 0)
    if (isIdle && lab.journal.last === last) return
    last = lab.journal.last
    await sleep(QUIET, undefined, { signal })
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
      : [{ en: `${id}: ${score} points for nothing`, es: `${id}: ${score} puntos por nada` }]
  })
}

function doesNotPass({ id, outcome, reason, assertions }: CheckResult): Text {
  const open = assertions.filter(({ holds }) => !holds).map(({ title }) => title)
  const all = [...(reason === undefined ? [] : [reason]), ...open]
  const said = (language: keyof Text): string => all.map((text) => text[language]).join('; ')
  return { en: `${id} ${outcome}: ${said('en')}`, es: `${id} ${outcome}: ${said('es')}` }
}

function isBroken({ id, reason = { en: '', es: '' } }: CheckResult): Text {
  return { en: `${id} is broken: ${reason.en}`, es: `${id} está averiada: ${reason.es}` }
}

const noSolution: Text = {
  en: 'there is none: solution/solution.ts has to export solve(lab)',
  es: 'no la hay: solution/solution.ts tiene que exportar solve(lab)',
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

/** The solution of the scenario, or of the nearest one that it extends. */
async function solutionOf({ sources }: Scenario): Promise<{
  readonly solve: Solve | undefined
  readonly mutants: readonly Mutant[]
  /** Whether it is the scenario's own. */
  readonly isOwn: boolean
}> {
  const folders = sources.map((source) => join(dirname(source), 'solution'))
  const at = folders.findIndex((folder) => existsSync(join(folder, 'solution.ts')))
  const [folder, isOwn] = [folders[at], at <= 0]
  if (folder === undefined) return { solve: undefined, mutants: [], isOwn }
  const solve = await exported(join(folder, 'solution.ts'), 'solve')
  const mutants = await exported(join(folder, 'mutants.ts'), 'mutants')
  return { solve: isSolve(solve) ? solve : undefined, mutants: isMutants(mutants) ? mutants : [], isOwn }
}

async function exported(file: string, name: string): Promise<unknown> {
  if (!existsSync(file)) return undefined
  const loaded: unknown = await import(pathToFileURL(file).href)
  return typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, name) : undefined
}

function isSolve(value: unknown): value is Solve {
  return typeof value === 'function'
}

function isMutants(value: unknown): value is readonly Mutant[] {
  return (
    Array.isArray(value) &&
    value.every(
      (each: unknown) =>
        typeof each === 'object' &&
        each !== null &&
        ['id', 'says', 'fails', 'solve'].every((field) => Reflect.has(each, field)),
    )
  )
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
