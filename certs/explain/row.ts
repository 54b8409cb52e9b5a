/** The rows of an explanation, and how values are written in them. */
import type { Text } from '../../lab/service.ts'
import { DerError } from '../der-reader.ts'

/** How good or bad a row's news is. */
export type Level = 'plain' | 'good' | 'warning' | 'bad'

/** One field of a certificate, request or list: what it is called, what it holds, and what that means. */
export interface Explanation {
  readonly title: Text
  /** The same in both languages, and without characters that steer a terminal. */
  readonly value: string
  readonly text: Text
  readonly level: Level
}

/** Characters of the longest value that is shown. */
const LONGEST = 400
/** Rows of one list of names, purposes or revocations that are shown. */
const MOST_ROWS = 200
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365.25 * DAY

/** A text in both languages. */
export function say(en: string, es: string): Text {
  return { en, es }
}

/** One row; its value may come from anybody. */
export function row(title: Text, value: string, text: Text, level: Level = 'plain'): Explanation {
  return { title, value: visible(value), text, level }
}

/** The rows that a reader makes, or one that says that the field cannot be read. */
export function rowsOr(
  title: Text,
  read: () => Explanation | readonly Explanation[],
): readonly Explanation[] {
  try {
    return [read()].flat()
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    // What the decoder says of it helps nobody who reads this, and is of one language.
    return [
      row(
        title,
        '-',
        say(
          'This field is not encoded as the standard says, so it cannot be read; strict software refuses it.',
          'Este campo no está codificado como manda la norma y no se puede leer; el software estricto lo rechaza.',
        ),
        'warning',
      ),
    ]
  }
}

/** Cuts a long list of rows and says how many are left out. */
export function bounded(title: Text, rows: readonly Explanation[]): readonly Explanation[] {
  if (rows.length <= MOST_ROWS) return rows
  const left = rows.length - MOST_ROWS
  return [
    ...rows.slice(0, MOST_ROWS),
    row(title, '…', say(`There are ${left} more, not shown.`, `Hay ${left} más que no se muestran.`)),
  ]
}

/** Octets as pairs of hexadecimal digits between colons. */
export function hex(octets: Buffer): string {
  return octets.toString('hex').toUpperCase().replace(/..\B/g, '$&:')
}

/** A time in milliseconds since 1970, in UTC to the second. */
export function instant(time: number): string {
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
}

/** How long some milliseconds are, to about two digits. */
export function span(milliseconds: number): Text {
  const length = Math.abs(milliseconds)
  if (length >= 2 * YEAR) return count(Math.floor(length / YEAR), 'year', 'año')
  if (length >= DAY) return count(Math.floor(length / DAY), 'day', 'día')
  if (length >= HOUR) return count(Math.floor(length / HOUR), 'hour', 'hora')
  if (length >= MINUTE) return count(Math.floor(length / MINUTE), 'minute', 'minuto')
  return say('less than a minute', 'menos de un minuto')
}

function count(number: number, one: string, uno: string): Text {
  const ending = number === 1 ? '' : 's'
  return say(`${number} ${one}${ending}`, `${number} ${uno}${ending}`)
}

/** A certificate is written by strangers: its texts must not move the cursor, change colours or turn the direction of writing. */
function visible(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return cut.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}
