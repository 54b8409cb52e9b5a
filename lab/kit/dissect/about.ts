import type { Text } from '../text.ts'

/** What is told of a step. */
interface About {
  readonly text: Text
  readonly rfc?: string
}

/** A text in both languages, with the section where a standard says so. */
export function about(rfc: string | undefined, en: string, es: string): About {
  return { text: { en, es }, ...(rfc !== undefined && { rfc }) }
}
