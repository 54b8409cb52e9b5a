/** Our own format: all that the model holds, with the totals beside it, and back. */
import { z } from 'zod'
import type { Assertion } from '../../check.ts'
import type { Text } from '../../service.ts'
import { placeOf } from './explain.ts'
import { earned, totalOf, type Report } from '../model.ts'

/** The version of the format; a field that is added leaves it as it is. */
const VERSION = 1

const text = z.strictObject({ en: z.string(), es: z.string() })
const points = z.number().min(0)

/** A string is the same in both languages. */
const words = z.union([z.string(), text])

const difference = z.strictObject({
  expected: words,
  actual: words,
  at: z.int().min(0).exactOptional(),
})

const assertion = z.strictObject({
  title: text,
  holds: z.boolean(),
  weight: z.number().min(0).exactOptional(),
  difference: difference.exactOptional(),
})

const evidence = z.strictObject({
  facts: z.array(z.int()).exactOptional(),
  frames: z.array(z.int()).exactOptional(),
  transcript: z.array(z.string()).exactOptional(),
})

const result = z.strictObject({
  id: z.string(),
  group: z.string(),
  title: text,
  outcome: z.enum(['passed', 'failed', 'blocked', 'broken']),
  points,
  score: points,
  earned: points.describe('the score without the cost of the hint: what the total adds up'),
  assertions: z.array(assertion),
  evidence: evidence.exactOptional(),
  reason: text.exactOptional(),
  reference: z.string().exactOptional(),
  hint: z.strictObject({ text, cost: points.exactOptional() }).exactOptional(),
  isHintTaken: z.boolean().exactOptional(),
  reproduce: z.string().exactOptional(),
  milliseconds: z.number().min(0),
})

const total = z.strictObject({
  score: points,
  points,
  counts: z.strictObject({
    passed: z.int().min(0),
    failed: z.int().min(0),
    blocked: z.int().min(0),
    broken: z.int().min(0),
  }),
})

const report = z.strictObject({
  subject: z.string(),
  title: text,
  student: z.string(),
  participant: z.string().exactOptional(),
  name: z.string().exactOptional(),
  isFile: z.literal(true).exactOptional(),
  target: z.string(),
  at: z.number().describe('when it began, milliseconds since 1970'),
  milliseconds: z.number().min(0),
  seed: z.string(),
  failure: text.exactOptional(),
  flags: z.array(z.strictObject({ kind: z.string(), text })),
  total,
  results: z.array(result),
})

/** What a file of the format holds. */
export const reportsSchema = z.strictObject({
  format: z.literal('telelab-reports'),
  version: z.literal(VERSION),
  reports: z.array(report),
})

/** The reports as JSON. */
export function json(reports: readonly Report[]): string {
  const written = {
    format: 'telelab-reports',
    version: VERSION,
    reports: reports.map((one) => ({
      subject: one.subject,
      title: one.title,
      student: one.student,
      ...(one.participant !== undefined && { participant: one.participant }),
      ...(one.name !== undefined && { name: one.name }),
      ...(one.isFile !== undefined && { isFile: one.isFile }),
      target: one.target,
      at: one.at,
      milliseconds: one.milliseconds,
      seed: one.seed,
      ...(one.failure !== undefined && { failure: one.failure }),
      flags: one.flags,
      total: totalOf(one),
      results: one.results.map((each) => ({
        ...each,
        earned: earned(each),
        assertions: each.assertions.map((held) => placed(held)),
      })),
    })),
  }
  return `${JSON.stringify(written, undefined, 2)}\n`
}

/** The assertion without a place that is none. */
function placed(held: Assertion): Assertion {
  const { difference: found } = held
  if (found?.at === undefined || placeOf(found) !== undefined) return held
  const { at: _at, ...rest } = found
  return { ...held, difference: rest }
}

/** Why a text holds no reports. */
export class ReportsError extends Error {
  readonly text: Text

  constructor(said: Text, cause?: unknown) {
    super(said.en, { cause })
    this.name = 'ReportsError'
    this.text = said
  }
}

/** The reports of a file; its totals are not trusted, since whoever needs them counts anew. Throws a `ReportsError`. */
export function readReports(source: string): Report[] {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch (error) {
    throw new ReportsError({ en: 'it is no JSON', es: 'no es JSON' }, error)
  }
  const read = reportsSchema.safeParse(value)
  if (read.success)
    return read.data.reports.map(({ total: _total, results, ...rest }) => ({
      ...rest,
      results: results.map(({ earned: _earned, ...each }) => each),
    }))
  const [issue] = read.error.issues
  const where = issue?.path.join('.') || '?'
  throw new ReportsError(
    {
      en: `it is no report of \`lab grade --format json\`: ${where} is not as it should be`,
      es: `no es un informe de \`lab grade --format json\`: ${where} no es como debe`,
    },
    read.error,
  )
}
