/** The operations that judge the tasks of a scenario. */
import { z } from 'zod'
import { LabError } from '../../host/error.ts'
import type { Desk, TaskSource } from '../desk.ts'
import { answering, type Operations } from '../operation.ts'
import { textSchema } from '../schema.ts'

const hintSchema = z.object({ text: textSchema, cost: z.number().optional() })

const assertionSchema = z.object({ title: textSchema, holds: z.boolean() })

/** How one task was judged. */
export const resultSchema = z.object({
  id: z.string(),
  group: z.string(),
  title: textSchema,
  outcome: z.enum(['passed', 'failed', 'blocked', 'broken']),
  points: z.number(),
  score: z.number(),
  assertions: z.array(
    assertionSchema.extend({
      weight: z.number().optional(),
      difference: z
        .object({ expected: z.string(), actual: z.string(), at: z.number().optional() })
        .optional(),
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

/** What helps with a task. */
export const takenHintSchema = hintSchema

/** Judging tasks, and hints. */
export function taskOperations(desk: Desk): Operations {
  return {
    check: answering({
      summary: 'Judges the tasks of the scenario now, or those that are named with what they need.',
      input: z.strictObject({
        tasks: z.array(z.string().max(100)).max(500).default([]),
        isQuiet: z.boolean().default(false).describe('without those that change the lab for a while'),
      }),
      output: checkedSchema,
      run: async ({ tasks, isQuiet }, signal) => {
        const results = (await sourceOf(desk).check?.(tasks, signal, isQuiet)) ?? []
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

function sourceOf({ tasks }: Desk): TaskSource {
  return tasks ?? noTasks()
}

function noTasks(): never {
  throw new LabError({ en: 'this lab has no tasks', es: 'este laboratorio no tiene tareas' })
}
