import { readHttpDate } from './date.ts'
import type { Fields } from './request.ts'

/** By what a client knows again what it has (RFC 9110 §8.8). */
export interface Validators {
  /** An entity tag with its quotes, and `W/` before them if it is weak. */
  readonly tag: string
  /** Milliseconds since 1970. */
  readonly modified: number
}

/** What the preconditions of a GET or HEAD make of it: 200, 304, 412. */
export type Condition = 'met' | 'not modified' | 'failed'

/** Judges the preconditions of a GET or HEAD in their order (RFC 9110 §13.2.2); `now` in milliseconds since 1970. */
export function judgeConditions(fields: Fields, validators: Validators, now: number): Condition {
  const match = fields.get('if-match')
  if (match !== undefined) {
    if (!isListed(match, validators.tag, isStrongMatch)) return 'failed'
  } else if (isModifiedSince(fields.get('if-unmodified-since'), validators, now) === true) return 'failed'
  const none = fields.get('if-none-match')
  if (none !== undefined) return isListed(none, validators.tag, isWeakMatch) ? 'not modified' : 'met'
  return isModifiedSince(fields.get('if-modified-since'), validators, now) === false ? 'not modified' : 'met'
}

/** Whether a Range counts (RFC 9110 §13.1.5): without If-Range, or if that names exactly what is there. */
export function isRangeWanted(fields: Fields, { tag, modified }: Validators, now: number): boolean {
  const condition = fields.get('if-range')
  if (condition === undefined) return true
  if (condition.endsWith('"')) return isStrongMatch(condition, tag)
  // RFC 9110 §8.8.2.2: a date is a strong validator only if it lies a second or more behind the answer's.
  return readHttpDate(condition, now) === seconds(modified) && seconds(now) > seconds(modified)
}

/** Undefined if there is no date, or none that can be read (RFC 9110 §13.1.3). */
function isModifiedSince(
  field: string | undefined,
  { modified }: Validators,
  now: number,
): boolean | undefined {
  const since = field === undefined ? undefined : readHttpDate(field, now)
  return since === undefined ? undefined : seconds(modified) > since
}

// Dates of HTTP have no fractions.
function seconds(time: number): number {
  return Math.floor(time / 1000) * 1000
}

function isListed(field: string, tag: string, isMatch: (one: string, other: string) => boolean): boolean {
  if (field.trim() === '*') return true
  // RFC 9110 §8.8.3: a comma may stand within the quotes.
  return (field.match(/(?:W\/)?"[^"]*"/g) ?? []).some((each) => isMatch(each, tag))
}

// RFC 9110 §8.8.3.2
function isStrongMatch(one: string, other: string): boolean {
  return one === other && !one.startsWith('W/')
}

function isWeakMatch(one: string, other: string): boolean {
  return one.replace(/^W\//, '') === other.replace(/^W\//, '')
}
