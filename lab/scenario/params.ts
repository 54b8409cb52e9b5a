import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Text } from '../service.ts'
import { text } from '../words/index.ts'

/** The student for whom a lab is made when nobody is named. */
export const DEFAULT_STUDENT = '9721'

/** The key of practice labs; a course has its own, which students never see. */
const PRACTICE_KEY = 'telelab practice'

/** What a student's id may look like. */
export const STUDENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** How one value is made for each student. */
export const paramSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('student') }).describe("the student's id as it is"),
  z
    .strictObject({
      kind: z.literal('digits'),
      length: z.int().min(1).max(12),
      from: z
        .enum(['student', 'key'])
        .default('student')
        .describe(
          "student: the last digits of the student's id, when it ends in enough of them; key: always derived",
        ),
    })
    .describe('so many decimal digits, as text'),
  z
    .strictObject({ kind: z.literal('label'), length: z.int().min(1).max(30).default(8) })
    .describe('lower-case letters and digits that begin with a letter'),
  z
    .strictObject({ kind: z.literal('integer'), min: z.int(), max: z.int() })
    .describe('a whole number, both ends included'),
  z
    .strictObject({ kind: z.literal('choice'), of: z.array(z.union([z.string(), z.number()])).min(1) })
    .describe('one of a list'),
  z
    .strictObject({ kind: z.literal('value'), value: z.union([z.string(), z.number()]) })
    .describe('the same for everyone'),
])

/** One parameter of a scenario. */
export type Param = z.infer<typeof paramSchema>

/** What is wrong in a parameter beyond its form; undefined if nothing. */
export function paramProblem(param: Param): Text | undefined {
  if (param.kind !== 'integer' || param.min <= param.max) return undefined
  return text((words) => words.rangeEmpty(param.min, param.max))
}

/** The value of a parameter for a student: a function of the scenario, the student and the parameter's name alone. */
export function deriveParam(param: Param, name: string, scenario: string, student: string): string | number {
  const draw = (): bigint => {
    const digest = createHmac('sha256', PRACTICE_KEY)
      .update(JSON.stringify([scenario, student, name]))
      .digest('hex')
    return BigInt(`0x${digest}`)
  }
  switch (param.kind) {
    case 'student':
      return student
    case 'value':
      return param.value
    case 'digits': {
      const own = new RegExp(`\\d{${param.length}}$`).exec(student)?.[0]
      return own !== undefined && param.from === 'student'
        ? own
        : String(draw() % 10n ** BigInt(param.length)).padStart(param.length, '0')
    }
    case 'label':
      return draw().toString(36).replace(/^\d+/, '').padEnd(param.length, 'x').slice(0, param.length)
    case 'integer':
      return param.min + Number(draw() % BigInt(Math.max(1, param.max - param.min + 1)))
    case 'choice':
    default:
      return param.of[Number(draw() % BigInt(param.of.length))] ?? ''
  }
}
