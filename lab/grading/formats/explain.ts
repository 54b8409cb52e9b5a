/** Why a result is what it is, line by line: the same words in every format that has room for them. */
import type { Assertion, Difference, Evidence } from '../../check.ts'
import { inLanguage } from '../../kit/dissect/said.ts'
import { visible } from '../../kit/dissect/text.ts'
import type { Text } from '../../service.ts'
import type { CheckResult } from '../model.ts'
import { labels } from './words.ts'

/** One line of an explanation. */
export interface Line {
  readonly kind: 'reason' | 'assertion' | 'expected' | 'actual' | 'caret' | 'more'
  readonly text: string
}

/** Lines of one text that are shown. */
const MOST_LINES = 20

/** Lines of a conversation that are shown, the last ones. */
const MOST_SAID = 12

/** Characters of a line before the caret that are shown of one that is long. */
const BEFORE_CARET = 100

/** Why it is what it is; nothing for one that has passed. */
export function explain(result: CheckResult, language: keyof Text): Line[] {
  const { outcome, score, points, reason, assertions, evidence, reference, reproduce, hint } = result
  const { isHintTaken = false } = result
  if (outcome === 'passed') return []
  const more = (label: Text, text: string): Line => ({
    kind: 'more',
    text: `${label[language]}: ${visible(text)}`,
  })
  const isFree = (hint?.cost ?? 0) === 0
  const wrong = assertions.filter(({ holds }) => !holds)
  // What ended a check may be the title of what did not hold, too.
  const isTold = wrong.some(({ title }) => title.en === reason?.en)
  return [
    ...(outcome === 'broken'
      ? [{ kind: 'reason', text: labels[score < points ? 'withheld' : 'broken'][language] } as const]
      : []),
    ...(reason === undefined || isTold ? [] : [{ kind: 'reason', text: visible(reason[language]) } as const]),
    ...wrong.flatMap((assertion) => assertionLines(assertion, language)),
    ...evidenceLines(evidence, language),
    ...(reproduce === undefined ? [] : [more(labels.reproduce, reproduce)]),
    ...(reference === undefined ? [] : [more(labels.reference, reference)]),
    // A hint that costs points is told to whoever has paid for it.
    ...(hint === undefined || !(isFree || isHintTaken) ? [] : [more(labels.hint, hint.text[language])]),
  ]
}

/** The explanation as plain text. */
export function explanation(result: CheckResult, language: keyof Text): string {
  return explain(result, language)
    .map(({ text }) => text)
    .join('\n')
}

function assertionLines({ title, difference }: Assertion, language: keyof Text): Line[] {
  return [
    { kind: 'assertion', text: `✗ ${visible(title[language])}` },
    ...differenceLines(difference, language),
  ]
}

/** A difference, or what has come of one on its way through JSON. */
type AnyDifference = Omit<Difference, 'at'> & { readonly at?: number | undefined }

/** Where the first wrong character stands; undefined for what a search that found nothing gives. */
export function placeOf({ at }: AnyDifference): number | undefined {
  return at !== undefined && Number.isSafeInteger(at) && at >= 0 ? at : undefined
}

/** What was wanted and what was there, with a caret below the first wrong character; nothing without a difference. */
export function differenceLines(difference: AnyDifference | undefined, language: keyof Text): Line[] {
  if (difference === undefined) return []
  const [expected, actual] = [
    inLanguage(difference.expected, language),
    inLanguage(difference.actual, language),
  ]
  const labelled = [labels.expected[language], labels.actual[language]]
  const width = Math.max(...labelled.map((label) => label.length)) + 2
  const [wanted = '', found = ''] = labelled.map((label) => `  ${label.padEnd(width)}`)
  const indent = ' '.repeat(width + 2)
  return [
    ...linesOf(expected).map((line, index) => ({
      kind: 'expected' as const,
      text: (index === 0 ? wanted : indent) + visible(line),
    })),
    ...actualLines(actual, placeOf(difference), language).map(({ kind, text }, index) => ({
      kind,
      text: (index === 0 ? found : indent) + text,
    })),
  ]
}

/** What was there, with a caret below the first wrong character. */
function actualLines(actual: string, at: number | undefined, language: keyof Text): Line[] {
  const place = at === undefined ? undefined : boundary(actual, at)
  const row = place === undefined ? 0 : linesBefore(actual, place)
  const first = Math.max(0, row - MOST_LINES + 1)
  let start = 0
  return actual.split('\n').flatMap((line, index): Line[] => {
    const [from, to] = [start, start + line.length]
    start = to + 1
    if (index < first || index >= first + MOST_LINES) return []
    if (place === undefined || place < from || place > to) return [{ kind: 'actual', text: visible(line) }]
    const skipped = place - from > 2 * BEFORE_CARET ? boundary(line, place - from - BEFORE_CARET) : 0
    const cut = skipped === 0 ? '' : '…'
    const before = cut + visible(line.slice(skipped, place - from))
    const here = { en: `^ from character ${place + 1}`, es: `^ desde el carácter ${place + 1}` }[language]
    return [
      { kind: 'actual', text: before + visible(line.slice(place - from)) },
      { kind: 'caret', text: ' '.repeat(widthOf(before)) + here },
    ]
  })
}

function evidenceLines(evidence: Evidence | undefined, language: keyof Text): Line[] {
  const { facts = [], frames = [], transcript = [] } = evidence ?? {}
  const numbers = [
    ...(facts.length === 0 ? [] : [{ en: 'facts', es: 'hechos' }[language] + ` ${some(facts)}`]),
    ...(frames.length === 0 ? [] : [{ en: 'frames', es: 'tramas' }[language] + ` ${some(frames)}`]),
  ]
  return [
    ...(numbers.length === 0
      ? []
      : [{ kind: 'more' as const, text: `${labels.evidence[language]}: ${numbers.join('; ')}` }]),
    ...(transcript.length === 0 ? [] : [{ kind: 'more' as const, text: `${labels.said[language]}:` }]),
    ...(transcript.length > MOST_SAID ? [{ kind: 'more' as const, text: '  …' }] : []),
    ...transcript.slice(-MOST_SAID).map((line) => ({ kind: 'more' as const, text: `  ${visible(line)}` })),
  ]
}

function some(numbers: readonly number[]): string {
  return `${numbers.slice(0, MOST_LINES).join(', ')}${numbers.length > MOST_LINES ? ', …' : ''}`
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines
}

function linesBefore(text: string, place: number): number {
  return text.slice(0, place).split('\n').length - 1
}

/** The place in the text, never in the middle of a character. */
function boundary(text: string, at: number): number {
  const place = Math.min(text.length, at)
  return /[\uDC00-\uDFFF]/.test(text.charAt(place)) && /[\uD800-\uDBFF]/.test(text.charAt(place - 1))
    ? place - 1
    : place
}

/** Columns of a terminal that the text takes. */
function widthOf(text: string): number {
  const columns = Array.from(text, (character) =>
    /\p{M}/u.test(character)
      ? 0
      : /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uFF01-\uFF60]/u.test(
            character,
          )
        ? 2
        : 1,
  )
  return columns.reduce<number>((sum, column) => sum + column, 0)
}
