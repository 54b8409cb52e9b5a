/** What the steps of a conversation say, in a form that is safe to show. */
import { isUtf8, type Buffer } from 'node:buffer'

/** Stands for a password, or for what one could be found from. */
export const MASK = '••••'

/** Characters of one line that are shown. */
const LONGEST = 1000

/** Octets as text: UTF-8 if they are that, else one character for each. */
export function decodeText(octets: Buffer): string {
  return octets.toString(isUtf8(octets) ? 'utf8' : 'latin1')
}

/** One line in which every character can be seen, and none moves or hides others; a long one is cut. */
export function visible(text: string, longest = LONGEST): string {
  const short = text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text
  return short.replaceAll(/[\p{C}\u2028\u2029]/gu, (character) => escapeOf(character))
}

function escapeOf(character: string): string {
  if (character === '\t') return ' '
  const code = character.codePointAt(0) ?? 0
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
