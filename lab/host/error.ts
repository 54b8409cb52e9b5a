import { messageOf } from '../kit/error.ts'
import type { Problem, Text } from '../service.ts'
import { text, type Words } from '../words/index.ts'

export { messageOf }

/** Why the lab could not do what it was asked; `text` is for the person, `cause` for the log. */
export class LabError extends Error {
  readonly text: Text
  /** `wrong` = the person's input is at fault, `failed` = the machine or the lab is. */
  readonly blame: 'wrong' | 'failed'
  /** The mistakes in files, if that is what it is about. */
  readonly problems: readonly Problem[]

  constructor(
    said: Text | ((words: Words) => string),
    options: {
      readonly blame?: 'wrong' | 'failed'
      readonly problems?: readonly Problem[]
      readonly cause?: unknown
    } = {},
  ) {
    const told = typeof said === 'function' ? text(said) : said
    super(told.en, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LabError'
    this.text = told
    this.blame = options.blame ?? 'failed'
    this.problems = options.problems ?? []
  }
}

/** What an unknown thrown value tells a person; what is not the lab's own is in one language. */
export function textOf(error: unknown): Text {
  if (error instanceof LabError) return error.text
  const said = messageOf(error)
  return { en: said, es: said }
}

/** Where an unknown thrown value comes from, for the log. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** The system's code of an error, as in `EADDRINUSE`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
