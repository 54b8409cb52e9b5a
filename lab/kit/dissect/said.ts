/** Our own words in both languages, among those of a protocol, which are the same in both. */
import { quantity } from '../quantity.ts'
import type { Text } from '../text.ts'

/** What a protocol itself says, or a text in which words of our own stand. */
export type Said = string | Text

/** A thing that is counted, alone and in greater number. */
export interface Noun {
  readonly en: readonly [one: string, many: string]
  readonly es: readonly [one: string, many: string]
}

/** What a stream is made of. */
export const OCTET: Noun = { en: ['octet', 'octets'], es: ['octeto', 'octetos'] }
/** What text is made of. */
export const LINE: Noun = { en: ['line', 'lines'], es: ['línea', 'líneas'] }

/** A number of things, as in `1 octet` and `2 octets`. */
export function count(amount: number, { en, es }: Noun): Text {
  return { en: quantity(amount, ...en), es: quantity(amount, ...es) }
}

/** Lines that were kept of so many, and how many more there are. */
export function keptOf<Line extends Said>(lines: readonly Line[], total: number): readonly (Line | Text)[] {
  const left = total - lines.length
  return left <= 0 ? lines : [...lines, { en: `… ${left} more`, es: `… ${left} más` }]
}

/** The first of many lines, and how many more there are. */
export function firstOf<Line extends Said>(lines: readonly Line[], most: number): readonly (Line | Text)[] {
  return keptOf(lines.slice(0, most), lines.length)
}

/** What is said, in one language. */
export function inLanguage(said: Said, language: keyof Text): string {
  return typeof said === 'string' ? said : said[language]
}

/** A template literal whose literals are words of the protocol, or signs, and whose values may be texts. */
export function say(literals: readonly string[], ...values: readonly (Said | number)[]): Said {
  const inOne = (language: keyof Text): string =>
    literals.reduce((text, literal, at) => {
      const value = values[at - 1] ?? ''
      return `${text}${typeof value === 'number' ? value : inLanguage(value, language)}${literal}`
    })
  const en = inOne('en')
  return values.some((value) => typeof value === 'object') ? { en, es: inOne('es') } : en
}

/** All of them in one line. */
export function joined(all: readonly Said[], separator: string): Said {
  return say(['', ...all.map((_, at) => (at === all.length - 1 ? '' : separator))], ...all)
}

/** What is said after the same was done to it in each language. */
export function mapped(said: Said, change: (text: string) => string): Said {
  return typeof said === 'string' ? change(said) : { en: change(said.en), es: change(said.es) }
}
