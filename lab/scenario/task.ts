/** The tasks of a scenario as it writes them; what their checks may say is the services' to define. */
import { z } from 'zod'
import type { PlannedFault } from '../host/fault.ts'
import type { Hint } from '../check.ts'
import type { Text } from '../service.ts'
import { explain } from '../kit/explain.ts'
import { durationSchema } from './duration.ts'

/** A text in both languages, or one that is the same in both. */
export const bothLanguages = z.union([
  z.string().min(1),
  z.strictObject({ en: z.string().min(1), es: z.string().min(1) }),
])

/** What the schema has taken, in both languages. */
export function both(said: string | Text): Text {
  return typeof said === 'string' ? { en: said, es: said } : said
}

const taskId = z.string().regex(
  /^[a-z][a-z0-9-]{0,60}$/,
  explain({
    en: 'lower-case letters, digits and hyphens, as in find-mx',
    es: 'minúsculas, cifras y guiones, como find-mx',
  }),
)

const checkSchema = z
  .record(z.string(), z.unknown())
  .describe('one verb with its settings, `all: […]` or `order: […]`, these perhaps with `within: 5s`')

/** One phase of a task: what is done to the lab, then what is looked at. */
export const phaseSchema = z.strictObject({
  stop: z.string().optional().describe('stops a service'),
  start: z.string().optional().describe('starts a service'),
  advance: durationSchema.optional().describe('moves the clock of the lab ahead, for good'),
  fault: z.record(z.string(), z.unknown()).optional().describe('a fault as under `faults`'),
  heal: z.string().optional().describe('switches the faults of this point off'),
  check: checkSchema.optional(),
  within: durationSchema.optional().describe('tries until it passes, for this long at most'),
  for: durationSchema.optional().describe('has to pass for this long'),
})

/** One task; its check is judged by the verbs that it names. */
export const taskSchema = z.strictObject({
  id: taskId.describe('lower case with hyphens, unique in the scenario'),
  points: z.number().min(0).max(1000).default(1).describe('what it is worth'),
  title: bothLanguages.describe('what has to be done'),
  when: z
    .enum(['ever', 'now'])
    .optional()
    .describe('ever: the journal shows it; now: a probe asks; by the kind of the check, if not given'),
  check: checkSchema.optional(),
  account: z.string().min(1).optional().describe('whose doing it has to be'),
  client: z.string().min(1).optional().describe('from which address, or network, it has to come'),
  file: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('the file that is handed in; for verbs that look at the journal, a capture: pcapng or pcap'),
  within: durationSchema.optional().describe('tries until it passes, for this long at most'),
  for: durationSchema.optional().describe('has to pass for this long'),
  needs: z.array(z.string()).max(100).default([]).describe('tasks that have to pass before'),
  hint: z
    .union([
      z.string().min(1),
      z.strictObject({ en: z.string().min(1), es: z.string().min(1) }),
      z.strictObject({ text: bothLanguages, cost: z.number().min(0).max(1000).default(0) }),
    ])
    .optional()
    .describe('what helps whoever is stuck, perhaps for a cost in points'),
  phases: z
    .array(phaseSchema)
    .min(1)
    .max(20)
    .optional()
    .describe('what is done to the lab before the check, and undone after it'),
})

/** What a check says of one thing. */
export interface Step {
  /** As in `dns.queried`. */
  readonly verb: string
  /** As the verb's own schema has to take them. */
  readonly settings: unknown
}

/** What has to be so: one thing, all of several, or several in order. */
export interface PlannedCheck {
  readonly mode: 'all' | 'order'
  readonly steps: readonly Step[]
  /** Milliseconds between two of them, or between the first and the last of `all`. */
  readonly within?: number
}

/** What is looked at, and for how long. */
export interface Look {
  readonly check?: PlannedCheck
  /** Milliseconds in which it may come true. */
  readonly within?: number
  /** Milliseconds for which it has to stay true. */
  readonly for?: number
}

/** What a phase does before it looks. */
export interface Phase extends Look {
  readonly stop?: string
  readonly start?: string
  /** Milliseconds. */
  readonly advance?: number
  readonly fault?: PlannedFault
  readonly heal?: string
}

/** A task, its form checked. */
export interface PlannedTask extends Look {
  readonly id: string
  readonly points: number
  readonly title: Text
  readonly when?: 'ever' | 'now'
  readonly account?: string
  readonly client?: string
  readonly file?: string
  readonly needs: readonly string[]
  readonly hint?: Hint
  readonly phases: readonly Phase[]
}
