/** Grades servers with suites, black box; what is not finished has 0 points and a reason at any moment. */
import type { CheckCase, CheckTarget } from '../check.ts'
import type { Logger, Text } from '../service.ts'
import type { NamedSuite } from '../scenario/suites.ts'
import { NOT_GRADED, totalOf, type CheckResult, type Flag, type Report } from './model.ts'
import { chosenCases, runSuite } from './runner.ts'

/** Servers that are graded at a time. */
const WIDTH = 4

/** What is graded, and how. */
export interface Grading {
  /** The suites' names, or the scenario's. */
  readonly subject: string
  readonly title: Text
  readonly parts: readonly NamedSuite[]
  readonly seed: string
  /** Seconds for one server. */
  readonly seconds: number
  readonly signal: AbortSignal
  readonly log: Pick<Logger, 'error'>
  /** Hears of all reports whenever one of them has changed. */
  publish(reports: readonly Report[]): void
}

/** One server with its student. */
export interface Job {
  readonly student: string
  readonly label: string
  readonly target: CheckTarget
  /** Makes the server ready; what it throws as a Text is why nothing could be graded. */
  readonly prepare?: (signal: AbortSignal) => Promise<Text | undefined>
  /** Waits for what the flags may still tell. */
  readonly settle?: () => Promise<void>
  /** What is told of the server besides. */
  readonly flags?: () => readonly Flag[]
}

/** Grades the servers, some at a time; the reports come in the order of the jobs. */
export async function grade(jobs: readonly Job[], grading: Grading): Promise<Report[]> {
  const drafts = jobs.map((job) => new Draft(job, grading))
  const publish = (): void => grading.publish(drafts.map((draft) => draft.report()))
  publish()
  const open = [...drafts]
  const work = async (): Promise<void> => {
    for (let draft = open.shift(); draft !== undefined; draft = open.shift()) await draft.run(publish)
  }
  await Promise.all(Array.from({ length: Math.min(WIDTH, jobs.length) }, work))
  return drafts.map((draft) => draft.report())
}

/** The cases that a server is graded by. */
export function casesOf(parts: readonly NamedSuite[], target: CheckTarget): (readonly [string, CheckCase])[] {
  return parts.flatMap(({ name, suite }) => chosenCases(suite, target).map((check) => [name, check] as const))
}

/** The exit code of graded reports: 0 all passed, 1 not all, 3 a check is broken, 4 a submission is not as it should be. */
export function codeOf(reports: readonly Report[]): number {
  const { counts } = totalOf({ results: reports.flatMap(({ results }) => results) })
  const isUngraded = reports.some(({ flags }) => flags.some(({ kind }) => kind === NOT_GRADED))
  if (counts.broken > 0 || isUngraded) return 3
  if (reports.some((report) => isDistrusted(report))) return 4
  const isWrong = counts.failed + counts.blocked > 0 || reports.some(({ failure }) => failure !== undefined)
  return isWrong ? 1 : 0
}

/** What makes a submission worth nothing is one of its flags. */
function isDistrusted({ failure, flags }: Report): boolean {
  return failure !== undefined && flags.some(({ text }) => text.en === failure.en)
}

/** A report that grows. */
class Draft {
  readonly #job: Job
  readonly #grading: Grading
  /** In the order of the suites. */
  readonly #results: Map<string, CheckResult>
  #at = Date.now()
  #begun = performance.now()
  #failure: Text | undefined
  #isLate = false

  constructor(job: Job, grading: Grading) {
    this.#job = job
    this.#grading = grading
    this.#results = this.#pending(unfinished)
  }

  async run(publish: () => void): Promise<void> {
    const { target, prepare, settle } = this.#job
    const { parts, seed, seconds, signal, log } = this.#grading
    this.#at = Date.now()
    this.#begun = performance.now()
    const limit = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)])
    this.#failure = await prepare?.(limit)
    if (this.#failure === undefined) {
      for (const { name, suite } of parts) {
        for await (const result of runSuite(suite, name, target, { seed, signal: limit, log })) {
          this.#results.set(result.id, result)
          publish()
        }
      }
    } else {
      for (const [id, result] of this.#pending()) this.#results.set(id, result)
    }
    this.#isLate = limit.aborted && !signal.aborted
    await settle?.()
    publish()
  }

  report(): Report {
    const { subject, title, seed } = this.#grading
    const { student, label, flags } = this.#job
    return {
      subject,
      title,
      student,
      target: label,
      at: this.#at,
      milliseconds: Math.round(performance.now() - this.#begun),
      seed,
      results: [...this.#results.values()],
      flags: [...(this.#isLate ? [this.#timeFlag()] : []), ...(flags?.() ?? [])],
      ...(this.#failure !== undefined && { failure: this.#failure }),
    }
  }

  #timeFlag(): Flag {
    const { seconds } = this.#grading
    return {
      kind: 'time-limit',
      text: { en: `stopped after ${seconds} s`, es: `detenido a los ${seconds} s` },
    }
  }

  /** Every case with 0 points, and that reason where the report itself has none. */
  #pending(reason?: Text): Map<string, CheckResult> {
    const cases = casesOf(this.#grading.parts, this.#job.target)
    return new Map(
      cases.map(([group, { id, title, points, reference }]) => [
        `${group}.${id}`,
        {
          id: `${group}.${id}`,
          group,
          title,
          outcome: 'failed' as const,
          points,
          score: 0,
          assertions: [],
          ...(reason !== undefined && { reason }),
          reference,
          milliseconds: 0,
        },
      ]),
    )
  }
}

const unfinished: Text = {
  en: 'not finished: the grading ended before',
  es: 'sin terminar: la corrección acabó antes',
}
