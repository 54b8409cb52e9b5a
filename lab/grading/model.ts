/** What grading comes to: one model, from which every format is written, and one way to count. */
import type { Assertion, Evidence, Hint, Outcome } from '../check.ts'
import type { Text } from '../service.ts'

/** How one check ended. */
export interface CheckResult {
  /** Unique in the report, as in `dns.soa-at-apex` or `find-mx`. */
  readonly id: string
  /** The service, or `scenario` for a task that is no service's alone. */
  readonly group: string
  readonly title: Text
  readonly outcome: Outcome
  /** What it is worth. */
  readonly points: number
  /** What was earned of it, from 0 to `points`; all of them if the check is broken, which is not the student's fault. */
  readonly score: number
  readonly assertions: readonly Assertion[]
  readonly evidence?: Evidence
  /** Why it is blocked, broken, or ended before its last assertion. */
  readonly reason?: Text
  readonly reference?: string
  readonly hint?: Hint
  /** Whether the hint was asked for, so that its cost is off. */
  readonly isHintTaken?: boolean
  /** The command with which a person sees the same. */
  readonly reproduce?: string
  readonly milliseconds: number
}

/** What is told of a submission, or of whoever made it, and costs no points by itself. */
export interface Flag {
  /** As in `foreign-value`, `chain-broken`, `late`. */
  readonly kind: string
  readonly text: Text
}

/** The kind of the flag of work that the grader itself could not grade: it has no points, and somebody has to look. */
export const NOT_GRADED = 'not-graded'

/** A graded run. */
export interface Report {
  /** The scenario, or the suite. */
  readonly subject: string
  readonly title: Text
  readonly student: string
  /** The number by which Moodle's worksheet knows them, where they have handed in by Moodle. */
  readonly participant?: string
  /** As the roster or the gradebook writes it. */
  readonly name?: string
  /** Whether `target` is a file that was handed in. */
  readonly isFile?: true
  /** What was graded: an address, a file, the running lab. */
  readonly target: string
  /** When it began, milliseconds since 1970. */
  readonly at: number
  readonly milliseconds: number
  /** Repeats what was left to chance. */
  readonly seed: string
  readonly results: readonly CheckResult[]
  readonly flags: readonly Flag[]
  /** Why nothing could be graded; then every result is failed with score 0. */
  readonly failure?: Text
}

/** Hundredths of a point: whatever is shown is rounded once, here. */
export function rounded(points: number): number {
  return Math.round(points * 100) / 100
}

/** What a check earns by its assertions, each with its share of the points. */
export function scoreOf(points: number, assertions: readonly Assertion[]): number {
  const whole = assertions.reduce((sum, { weight = 1 }) => sum + weight, 0)
  const held = assertions.reduce((sum, { holds, weight = 1 }) => sum + (holds ? weight : 0), 0)
  return whole === 0 ? 0 : rounded((points * held) / whole)
}

/** The points of a report: each result counts as it is shown, so that every format adds up to the same. */
export function totalOf({ results }: Pick<Report, 'results'>): {
  readonly score: number
  readonly points: number
  readonly counts: Readonly<Record<Outcome, number>>
} {
  const counts = { passed: 0, failed: 0, blocked: 0, broken: 0 }
  let [score, points] = [0, 0]
  for (const result of results) {
    counts[result.outcome] += 1
    score += earned(result)
    points += result.points
  }
  return { score: rounded(score), points: rounded(points), counts }
}

/** What a result adds to the total: its score without the cost of its hint. */
export function earned({
  score,
  hint,
  isHintTaken = false,
}: Pick<CheckResult, 'score' | 'hint' | 'isHintTaken'>): number {
  return rounded(Math.max(0, score - (isHintTaken ? (hint?.cost ?? 0) : 0)))
}
