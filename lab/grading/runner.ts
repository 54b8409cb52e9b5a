/** Runs the cases of a suite against a target, several at a time, each within its bounds. */
import {
  CheckFailure,
  type Assertion,
  type CheckCase,
  type CheckTarget,
  type Evidence,
  type Finding,
  type Outcome,
  type Suite,
} from '../check.ts'
import { stackOf } from '../host/error.ts'
import type { Logger, Text } from '../service.ts'
import { createContext, type Context, type ContextOptions } from './context.ts'
import { scoreOf, type CheckResult } from './model.ts'
import { missedOf, stoppedBy } from './needs.ts'
import { Silence, type CaseEnd } from './silence.ts'

/** Milliseconds of a case that names no limit. */
const LIMIT = 15_000
/** Cases that run at a time. */
const WIDTH = 8
/** Milliseconds that an ended case gets to let go of what it holds. */
const GRACE = 500

/** How a suite is run. */
export interface SuiteOptions extends ContextOptions {
  /** Ids of the cases that are wanted, with what they need; all if not given. */
  readonly only?: readonly string[]
  /** Hears of cases that are broken. */
  readonly log?: Pick<Logger, 'error'>
}

/** How a run ended, before it is put into a result. */
export interface Ended {
  readonly outcome: Outcome
  readonly assertions: readonly Assertion[]
  readonly evidence?: Evidence
  readonly reason?: Text
  /** Broken by what was handed in, it may be on purpose: it has no points until somebody has looked. */
  readonly isWithheld?: boolean
  /** Nothing was there to be asked. */
  readonly isUnreached?: boolean
}

/** Runs the cases; each result comes as soon as its case has ended, those that were ended by the signal as failed. */
export async function* runSuite(
  suite: Suite,
  group: string,
  target: CheckTarget,
  options: SuiteOptions,
): AsyncGenerator<CheckResult> {
  const open = new Set(chosenCases(suite, target, options.only))
  const offered = new Set([...open].map(({ id }) => id))
  const outcomes = new Map<string, Outcome>()
  const running = new Map<string, Promise<CaseEnd>>()
  const silence = new Silence(target, options)
  while (open.size > 0 || running.size > 0) {
    for (const check of open) {
      const needs = (check.needs ?? []).filter((need) => offered.has(need))
      const missed = silence.firstOf(check) ?? missedOf(needs, outcomes)
      // With nothing under way, needs that are still open need each other.
      const isReady =
        missed !== undefined || needs.every((need) => outcomes.has(need)) || options.signal.aborted
      if (running.size >= WIDTH || !isReady) continue
      open.delete(check)
      running.set(check.id, resultOf(check, group, { target, options, missed }))
    }
    if (running.size === 0) {
      for (const check of open)
        running.set(check.id, Promise.resolve({ check, result: circular(check, group) }))
      open.clear()
    }
    const end = await Promise.race(running.values())
    const result = await silence.heard(end)
    const { id } = end.check
    running.delete(id)
    outcomes.set(id, result.outcome)
    yield result
  }
  await cleanUp(suite, group, target, options)
}

/** What the cases have left is taken away as far as the target lets one; no result tells of it. */
async function cleanUp(
  suite: Suite,
  group: string,
  target: CheckTarget,
  options: SuiteOptions,
): Promise<void> {
  if (suite.clean === undefined) return
  const run = async (context: Context): Promise<Finding> => {
    await suite.clean?.(context)
    return { assertions: [] }
  }
  await runBounded(run, target, { ...options, id: `${group}.clean` })
}

/** The results in the order of the suite. */
export function inOrder(suite: Suite, group: string, results: readonly CheckResult[]): CheckResult[] {
  const places = new Map(suite.cases.map(({ id }, index) => [`${group}.${id}`, index]))
  return results.toSorted((one, other) => (places.get(one.id) ?? 0) - (places.get(other.id) ?? 0))
}

/** The cases whose endpoints the target offers, and of these the wanted ones with what they need. */
export function chosenCases(suite: Suite, target: CheckTarget, only?: readonly string[]): CheckCase[] {
  const offered = suite.cases.filter(
    (check) =>
      check.endpoints.every((endpoint) => target.endpoints[endpoint] !== undefined) &&
      check.applies?.(target) !== false,
  )
  if (only === undefined) return offered
  const wanted = new Set<string>()
  const want = (id: string): void => {
    if (wanted.has(id)) return
    wanted.add(id)
    for (const need of suite.cases.find((check) => check.id === id)?.needs ?? []) want(need)
  }
  for (const id of only) want(id)
  return offered.filter(({ id }) => wanted.has(id))
}

/** Runs one check within its limit; whatever it throws becomes an outcome. */
export async function runBounded(
  run: (context: Context) => Promise<Finding>,
  target: CheckTarget,
  options: SuiteOptions & { readonly id: string; readonly limit?: number },
): Promise<Ended> {
  const { limit = LIMIT, signal, id, log, announce } = options
  const stop = new AbortController()
  const onAbort = (): void => stop.abort(signal.reason)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  const timer = setTimeout(() => stop.abort(new CheckFailure(tooLong(limit))), limit)
  const context = createContext(target, {
    seed: `${options.seed}/${id}`,
    signal: stop.signal,
    ...(announce !== undefined && { announce }),
  })
  try {
    stop.signal.throwIfAborted()
    return foundOf(await ended(run(context), stop.signal), context)
  } catch (error) {
    if (signal.aborted) return failed(aborted, { context })
    if (error instanceof CheckFailure)
      return { ...failed(error.text, { failure: error, context }), isUnreached: context.isUnreached }
    // What was going on when the time was over says its own reason.
    if (stop.signal.aborted && !(error instanceof Stuck)) return failed(tooLong(limit), { context })
    log?.error({ check: id, error: stackOf(error) }, 'a check is broken')
    return brokenBy(error)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    stop.abort()
    await context[Symbol.asyncDispose]()
  }
}

/** What of an outcome a result says: the score, and why. */
export function scored(
  points: number,
  { outcome, assertions, evidence, reason, isWithheld = false }: Ended,
): Scored {
  const score = outcome === 'broken' || outcome === 'passed' ? points : scoreOf(points, assertions)
  return {
    outcome,
    points,
    score: outcome === 'blocked' || isWithheld ? 0 : score,
    assertions,
    ...(evidence !== undefined && { evidence }),
    ...(reason !== undefined && { reason }),
  }
}

type Scored = Pick<CheckResult, 'outcome' | 'points' | 'score' | 'assertions' | 'evidence' | 'reason'>

/** A check that itself has failed. */
export function brokenBy(error: unknown): Ended {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return {
    outcome: 'broken',
    assertions: [],
    reason: { en: `the check itself failed: ${said}`, es: `falló la propia comprobación: ${said}` },
  }
}

/** A check that was ended before it had looked at all: what it has kept counts, what it could not look at does not. */
export function failed(
  reason: Text,
  {
    failure,
    context,
  }: { readonly failure?: CheckFailure; readonly context?: Pick<Context, 'ended' | 'transcript'> } = {},
): Ended {
  const difference = failure?.difference
  const missing = { title: reason, holds: false, ...(difference !== undefined && { difference }) }
  const transcript = context?.transcript() ?? []
  return {
    outcome: 'failed',
    assertions: context?.ended(missing) ?? [missing],
    ...(transcript.length > 0 && { evidence: { transcript } }),
    reason,
  }
}

const aborted: Text = {
  en: 'stopped before it had ended',
  es: 'se detuvo antes de que terminase',
}

function tooLong(limit: number): Text {
  const seconds = limit / 1000
  return { en: `not done within ${seconds} s`, es: `sin terminar en ${seconds} s` }
}

async function resultOf(
  check: CheckCase,
  group: string,
  {
    target,
    options,
    missed,
  }: {
    readonly target: CheckTarget
    readonly options: SuiteOptions
    readonly missed: ReturnType<typeof missedOf>
  },
): Promise<CaseEnd> {
  const before = performance.now()
  const { limit } = check
  const bounds = { ...options, id: `${group}.${check.id}`, ...(limit !== undefined && { limit }) }
  const end =
    missed === undefined
      ? await runBounded(async (context) => check.run(context), target, bounds)
      : stoppedBy(missed)
  const milliseconds = Math.round(performance.now() - before)
  const result = {
    ...described(check, group),
    ...reproducing(check, target),
    ...scored(check.points, end),
    milliseconds,
  }
  return { check, result, isUnreached: end.isUnreached }
}

function circular(check: CheckCase, group: string): CheckResult {
  const end = brokenBy(new Error(`${check.id} and what it needs need each other`))
  return { ...described(check, group), ...scored(check.points, end), milliseconds: 0 }
}

function described(
  { id, title, reference, hint }: CheckCase,
  group: string,
): Pick<CheckResult, 'id' | 'group' | 'title' | 'reference' | 'hint'> {
  return { id: `${group}.${id}`, group, title, reference, ...(hint !== undefined && { hint }) }
}

function reproducing(check: CheckCase, target: CheckTarget): Pick<CheckResult, 'reproduce'> {
  try {
    return { reproduce: check.reproduce(target) }
  } catch {
    // Without the command the result is still one.
    return {}
  }
}

/** What was found, with what was said where it does not tell itself. */
function foundOf({ assertions, evidence }: Finding, context: Context): Ended {
  if (assertions.length === 0) return brokenBy(new Error('it has looked at nothing'))
  const outcome = assertions.every(({ holds }) => holds) ? 'passed' : 'failed'
  const transcript = evidence?.transcript ?? context.transcript()
  const all = { ...evidence, ...(transcript.length > 0 && { transcript }) }
  return { outcome, assertions, ...(Object.keys(all).length > 0 && { evidence: all }) }
}

/** What is thrown for a check that hears nothing of its end. */
class Stuck extends Error {
  override readonly name = 'Stuck'
}

/** The promise's result; a check that does not end a little after the signal has aborted waits for nothing of the target: it is broken. */
async function ended<Result>(running: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => void setTimeout(() => reject(new Stuck('it does not end')), GRACE)
  signal.addEventListener('abort', onAbort, { once: true })
  promise.catch(() => undefined)
  try {
    return await Promise.race([running, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
