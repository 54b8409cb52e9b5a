import { createHmac, type BinaryLike } from 'node:crypto'
import { z } from 'zod'
import type { Text } from '../service.ts'
import { text } from '../words/index.ts'

/** The student for whom a lab is made when nobody is named. */
export const DEFAULT_STUDENT = '9721'

/** The key of practice labs; a course has its own, which students never see. */
const PRACTICE_KEY = 'telelab practice'

/** How often another value is drawn for a student whose first one belongs to somebody else. */
const DRAWS = 20_000

const unique = z
  .boolean()
  .optional()
  .describe('no two students of a course get the same; only its launch files can hold to that')

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
      unique,
    })
    .describe('so many decimal digits, as text'),
  z
    .strictObject({ kind: z.literal('label'), length: z.int().min(1).max(30).default(8), unique })
    .describe('lower-case letters and digits that begin with a letter'),
  z
    .strictObject({ kind: z.literal('integer'), min: z.int(), max: z.int(), unique })
    .describe('a whole number, both ends included'),
  z
    .strictObject({
      kind: z.literal('choice'),
      of: z.array(z.union([z.string(), z.number()])).min(1),
      unique,
    })
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

/** A value in the place of one whose parameter is wrong, so that the rest can be checked. */
export function standIn(param: unknown): string | number {
  const kind: unknown = typeof param === 'object' && param !== null ? Reflect.get(param, 'kind') : undefined
  return kind === 'integer' ? 1 : '1'
}

/** Of whom a value is, and with whose key it is made. */
export interface Origin {
  readonly scenario: string
  readonly student: string
  /** The course's; that of practice if not given. */
  readonly key?: BinaryLike
}

/**
 * The value of a parameter for a student: a function of the key, the scenario, the student and the parameter's name alone.
 * `turn` counts from 0: the values that follow stand in where the first one belongs to somebody else.
 */
export function deriveParam(param: Param, name: string, origin: Origin, turn = 0): string | number {
  const { scenario, student, key = PRACTICE_KEY } = origin
  const draw = (): bigint => {
    const words = turn === 0 ? [scenario, student, name] : [scenario, student, name, turn]
    return BigInt(`0x${createHmac('sha256', key).update(JSON.stringify(words)).digest('hex')}`)
  }
  switch (param.kind) {
    case 'student':
      return student
    case 'value':
      return param.value
    case 'digits': {
      const own = new RegExp(`\\d{${param.length}}$`).exec(student)?.[0]
      return own !== undefined && param.from === 'student' && turn === 0
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

/** Whether no two students may have the same value. */
export function isUnique(param: Param): boolean {
  return 'unique' in param && param.unique === true
}

/** The first value for a student that is not taken; undefined if there seems to be none. */
export function deriveUnique(
  param: Param,
  name: string,
  origin: Origin,
  isTaken: (value: string | number) => boolean,
): string | number | undefined {
  for (let turn = 0; turn < DRAWS; turn += 1) {
    const value = deriveParam(param, name, origin, turn)
    if (!isTaken(value)) return value
  }
  return undefined
}
