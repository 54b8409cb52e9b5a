/** The operations on the tasks of a scenario: how they stand, judging them, hints. */
import { z } from 'zod'
import { LabError } from '../../host/error.ts'
import { explain } from '../../grading/formats/explain.ts'
import type { CheckResult } from '../../grading/model.ts'
import { isUntried } from '../../grading/untried.ts'
import type { Desk, TaskSource } from '../desk.ts'
import { answering, noInput, type Operations } from '../operation.ts'
import { textSchema } from '../problem.ts'
import { tasksSchema, type Explanation, type Task } from '../schema.ts'

/** Lines of an explanation that the page is given. */
const MOST_LINES = 100

/** What helps with a task. */
export const hintSchema = z.object({ text: textSchema, cost: z.number().optional() })

/** What stood on the wire, or words in both languages. */
const said = z.union([z.string(), textSchema])

/** How one task was judged. */
export const resultSchema = z.object({
  id: z.string(),
  group: z.string(),
  title: textSchema,
  outcome: z.enum(['passed', 'failed', 'blocked', 'broken']),
  points: z.number(),
  score: z.number(),
  assertions: z.array(
    z.object({
      title: textSchema,
      holds: z.boolean(),
      weight: z.number().optional(),
      difference: z.object({ expected: said, actual: said, at: z.number().optional() }).optional(),
    }),
  ),
  evidence: z
    .object({
      facts: z.array(z.number()).optional(),
      frames: z.array(z.number()).optional(),
      transcript: z.array(z.string()).optional(),
    })
    .optional(),
  reason: textSchema.optional(),
  reference: z.string().optional(),
  hasHint: z.boolean().describe('whether there is one to ask for'),
  hintCost: z.number(),
  isHintTaken: z.boolean(),
  reproduce: z.string().optional(),
  milliseconds: z.number(),
})

/** How all tasks that were asked for were judged. */
export const checkedSchema = z.object({ results: z.array(resultSchema) })

/** The operations on tasks. */
export function taskOperations(desk: Desk): Operations {
  /** How each task was judged last, if it did not pass. */
  const judged = new Map<string, Judged>()
  return {
    tasks: answering({
      summary: 'The tasks of the scenario as they stand.',
      input: noInput,
      output: tasksSchema,
      run: async () => {
        const tasks = (await desk.tasks?.tasks()) ?? []
        return { tasks: tasks.map((task) => withExplanation(task, judged.get(task.id))) }
      },
    }),
    check: answering({
      summary:
        'Judges the tasks of the scenario now, or those that are named with what they need; ends when the client leaves.',
      input: z.strictObject({
        tasks: z.array(z.string().max(100)).max(500).default([]),
        isQuiet: z.boolean().default(false).describe('without those that change the lab for a while'),
      }),
      output: checkedSchema,
      isStoppable: true,
      run: async ({ tasks, isQuiet }, signal) => {
        const results = (await sourceOf(desk).check?.(tasks, signal, isQuiet)) ?? []
        const at = desk.lab.clock.now()
        // Of what was stopped nobody knows how it would have ended.
        if (!signal.aborted) for (const result of results) judged.set(result.id, judgedAt(at, result))
        return {
          results: results.map(({ hint, isHintTaken = false, ...result }) => ({
            ...result,
            hasHint: hint !== undefined,
            hintCost: hint?.cost ?? 0,
            isHintTaken,
          })),
        }
      },
    }),
    hint: answering({
      summary: 'The hint of a task, which from now on costs the points that it costs.',
      input: z.strictObject({ task: z.string().max(100) }),
      output: hintSchema,
      run: async ({ task }) => (await sourceOf(desk).hint?.(task)) ?? noTasks(),
    }),
  }
}

interface Judged {
  readonly outcome: CheckResult['outcome']
  readonly explanation: Explanation
}

/** The hint is the page's to show. */
function judgedAt(at: number, { hint: _hint, ...result }: CheckResult): Judged {
  const told = isUntried(result) ? { ...result, assertions: [] } : result
  const lines = (language: 'en' | 'es'): Explanation['en'] => explain(told, language).slice(0, MOST_LINES)
  return { outcome: result.outcome, explanation: { at, en: lines('en'), es: lines('es') } }
}

/** What has changed since, as by a fact or another version of the scenario, is no longer explained. */
function withExplanation(task: Task, judged: Judged | undefined): Task {
  if (judged === undefined || task.state === 'passed' || task.state !== judged.outcome) return task
  return { ...task, explanation: judged.explanation }
}

function sourceOf({ tasks }: Desk): TaskSource {
  return tasks ?? noTasks()
}

function noTasks(): never {
  throw new LabError({ en: 'this lab has no tasks', es: 'este laboratorio no tiene tareas' })
}
