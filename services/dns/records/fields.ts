/** What record data is made of: fields, each with its presentation and its wire format. */
import { PresentationError, type Name } from '../wire/name.ts'

/** Seconds of a time to live at most (RFC 2181 §8). */
export const TTL_LIMIT = 0x7fffffff

/** One word of a zone file; line and column count from 1. */
export interface Token {
  /** As written, escapes included, quotes left out. */
  readonly text: string
  readonly quoted: boolean
  readonly line: number
  readonly column: number
}

/** The words of one record's data, taken one after the other. */
export interface Words {
  /** What completes relative names. */
  readonly origin: Name
  /** Throws a `PresentationError` when there is no word left. */
  take(): Token
  hasMore(): boolean
}

/** What is wrong, in the languages of the lab. */
export type Mistake = PresentationError['text']

/** A mistake in one word. */
export class WordError extends PresentationError {
  readonly token: Token

  constructor(token: Token, en: string, es: string) {
    const text = token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text
    super({ en: `"${text}" ${en}`, es: `"${text}" ${es}` })
    this.token = token
  }
}

/** Octets on the wire: a fixed count, a name (`compressible` where RFC 1035 itself defined the type, RFC 3597 §4), one or many character strings, or all that is left. */
export type FieldShape = number | 'name' | 'compressible' | 'string' | 'strings' | 'rest'

/** One field of a type's data. */
export interface Field {
  readonly shape: FieldShape
  /** True for a name whose letter case DNSSEC's canonical form keeps (RFC 6840 §5.1). */
  readonly keepsCase?: boolean
  /** Takes the words it needs; throws a `PresentationError` about the last one taken, or a `WordError`. */
  parse(words: Words): Buffer
  /** Prints the octets of this one field, names uncompressed; undefined for octets that no text stands for. */
  print(octets: Buffer): string | undefined
  /** What is wrong with octets that have the right shape. */
  check?(octets: Buffer): Mistake | undefined
}

/** The next word, which must stand without quotes; throws a `PresentationError`. */
export function takePlain(words: Words): Token {
  const token = words.take()
  if (!token.quoted) return token
  throw new WordError(
    token,
    'is in quotes, but only text has them here',
    'está entre comillas, pero aquí solo el texto las lleva',
  )
}

/** All words that are left, one at least, put together as one; throws a `PresentationError`. */
export function takeJoined(words: Words): Token {
  const first = takePlain(words)
  const pieces = [first.text]
  while (words.hasMore()) pieces.push(takePlain(words).text)
  return { ...first, text: pieces.join('') }
}
