/** What the page gives each of its views. */
import type { Text } from '../schema.ts'
import type { Api } from './api.ts'
import type { Lab } from './lab.ts'
import type { Format } from './format.ts'
import type { Words } from './words/en.ts'

/** A language of the page. */
export type Language = 'en' | 'es'

/** What a view knows of the page; with another language or another lab comes another one. */
export interface Context {
  readonly api: Api
  /** What the lab is like, asked for now and then. */
  readonly lab: Lab
  readonly language: Language
  readonly words: Words
  readonly format: Format
  /** The text in the reader's language. */
  readonly text: (text: Text) => string
  /** Tells screen readers something, politely and not too often. */
  readonly announce: (message: string) => void
  /** Says what went wrong, in the reader's language. */
  readonly problem: (error: unknown) => string
  /** Goes to an address, as in `/traffic/5`; `replace` leaves no step in the history. */
  readonly go: (address: string, how?: 'replace') => void
}
