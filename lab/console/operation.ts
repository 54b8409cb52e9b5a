/** What one thing is that can be asked of a running lab, by the command line, the page and scripts alike. */
import { z } from 'zod'
import { LabError } from '../host/error.ts'
import { check } from '../scenario/problems.ts'
import type { Tree } from '../scenario/tree.ts'

/** One event of a stream, as Server-Sent Events carry it. */
export interface StreamEvent {
  /** Where the stream goes on after this event; without it a stream begins anew. */
  readonly id?: string
  /** `message` if not given; `lost` counts what the reader was too slow for. */
  readonly event?: string
  /** One line of JSON. */
  readonly data: string
}

/** What can be asked of a running lab, over the control socket and over HTTP. */
export interface Operation {
  readonly summary: string
  readonly input: z.ZodType
  /** The answer, or each item of the stream. */
  readonly output: z.ZodType
  readonly isStream: boolean
  /** Only the control socket has it. */
  readonly isLocal: boolean
  /** It ends when the client that asked over HTTP leaves, as a stream does. */
  readonly isStoppable: boolean
  /** One answer, or a stream of them until the signal aborts; throws a LabError if the input is not of its schema. */
  run(input: unknown, signal: AbortSignal): Promise<unknown> | AsyncIterable<unknown>
  /** The stream as events that can be resumed after the one of an id; it is read no faster than the client reads. */
  events?(input: unknown, signal: AbortSignal, after: string | undefined): AsyncIterable<StreamEvent>
}

/** The operations of a lab by name. */
export type Operations = Readonly<Record<string, Operation>>

/** Where the operations of a lab come from. */
export interface OperationSource {
  /** Those that are there from the start. */
  readonly first: Operations
  /** All of them, loaded when one is asked for. */
  load(): Promise<Operations>
}

interface Common<Input> {
  readonly summary: string
  readonly input: z.ZodType<Input>
  readonly output: z.ZodType
  readonly isLocal?: boolean
  readonly isStoppable?: boolean
}

/** An operation with one answer. */
export function answering<Input>(
  about: Common<Input> & { run(input: Input, signal: AbortSignal): Promise<unknown> },
): Operation {
  return {
    ...descriptionOf(about),
    isStream: false,
    run: async (value, signal) => about.run(checked(about.input, value), signal),
  }
}

/** An operation with a stream of answers; one that tells more than a slow reader reads must leave something out and say so. */
export function streaming<Input>(
  about: Common<Input> & {
    run(input: Input, signal: AbortSignal): AsyncIterable<unknown>
    events?(input: Input, signal: AbortSignal, after: string | undefined): AsyncIterable<StreamEvent>
  },
): Operation {
  const { input } = about
  return {
    ...descriptionOf(about),
    isStream: true,
    run: (value, signal) => about.run(checked(input, value), signal),
    ...(about.events && {
      events: (value, signal, after) => about.events?.(checked(input, value), signal, after) ?? nothing(),
    }),
  }
}

function descriptionOf<Input>({
  summary,
  input,
  output,
  isLocal = false,
  isStoppable = false,
}: Common<Input>): Pick<Operation, 'summary' | 'input' | 'output' | 'isLocal' | 'isStoppable'> {
  return { summary, input, output, isLocal, isStoppable }
}

async function* nothing(): AsyncGenerator<never> {
  // There is no stream, and so nothing in it.
}

/** An input without anything in it. */
export const noInput: z.ZodType<Record<string, never>> = z.strictObject({})

/** A value of nobody's file: its problems have a path and no place. */
export const placeless: Tree & { readonly type: 'scalar' } = {
  type: 'scalar',
  place: { file: '', line: 1, column: 1 },
  value: null,
}

/** The input if it is of the schema; throws a LabError with all that is wrong in it, in both languages. */
export function checked<Input>(schema: z.ZodType<Input>, value: unknown): Input {
  const read = check(schema, placeless, [], value)
  if (read.value !== undefined) return read.value
  throw new LabError((words) => words.inputWrong(read.problems.length), {
    blame: 'wrong',
    problems: read.problems,
  })
}
