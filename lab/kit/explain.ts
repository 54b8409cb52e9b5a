/** What the schema of an option says of a value that does not do, in both languages of the lab. */
import type { z } from 'zod'
import type { Text } from './text.ts'

/** An error of zod that says nothing itself: whoever checks a scenario takes its text in the reader's language. */
interface Explanation {
  (): undefined
  readonly text: Text
  /** The issue that it explains, if not every one. */
  readonly code: string | undefined
}

/** The parameters with which a check explains itself, as in `.regex(form, explain({ en, es }))`; with a code, of that kind of issue alone. */
export function explain(text: Text, code?: z.core.$ZodIssue['code']): { readonly error: Explanation } {
  return { error: Object.assign((): undefined => undefined, { text, code }) }
}

/** How the check that raised an issue explains it, if it does. */
export function explanationOf({ code, inst, schema }: z.core.$ZodRawIssue): Text | undefined {
  // As zod itself asks: the check before the schema that it belongs to.
  for (const { _zod } of [inst, schema].filter((each) => each !== undefined)) {
    const { error } = _zod.def
    if (isExplanation(error) && (error.code ?? code) === code) return error.text
  }
  return undefined
}

/** Whether an error of a schema has its text in both languages. */
export function isExplanation(error: unknown): error is Explanation {
  return typeof error === 'function' && 'text' in error
}
