/** Texts of several lines from strangers, fit to be shown. */
import { makeVisible } from './visible.ts'

/** A text whose lines and tabs stay, and in which nothing else is unseen or moves others. */
export function visibleLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(makeVisible).join('\t'))
    .join('\n')
}
