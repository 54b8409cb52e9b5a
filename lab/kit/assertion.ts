/** The two shapes of what a check looks at, with the difference that shows what is wrong. */
import { mapped, type Said } from './dissect/said.ts'
import type { Text } from './text.ts'

/** As the contract of checks has it. */
interface Assertion {
  readonly title: Text
  readonly holds: boolean
  readonly weight: number
  readonly difference?: { readonly expected: Said; readonly actual: Said; readonly at?: number }
}

/** Characters of each side that a difference shows at most. */
const LIMIT = 2000

/** Holds if both texts are equal, which words never are; else the caret stands under the first character that is wrong. */
export function same(title: Text, expected: Said, actual: Said, weight = 1): Assertion {
  if (typeof expected !== 'string' || typeof actual !== 'string')
    return holds(title, false, expected, actual, weight)
  if (expected === actual) return { title, holds: true, weight }
  let at = 0
  while (at < expected.length && expected[at] === actual[at]) at += 1
  const caret = at < LIMIT ? { at } : {}
  const difference = { expected: cut(expected), actual: cut(actual), ...caret }
  return { title, holds: false, weight, difference }
}

/** Holds if `isTrue`; else `expected` says what was wanted, and `actual` what was there. */
export function holds(title: Text, isTrue: boolean, expected: Said, actual: Said, weight = 1): Assertion {
  if (isTrue) return { title, holds: true, weight }
  return { title, holds: false, weight, difference: { expected, actual: mapped(actual, cut) } }
}

/** Holds if the other end has closed the connection. */
export function closed(title: Text, hasClosed: boolean, weight = 1): Assertion {
  return holds(title, hasClosed, CLOSED, OPEN, weight)
}

/** A connection that has ended. */
export const CLOSED: Text = { en: 'connection closed', es: 'conexión cerrada' }
const OPEN: Text = { en: 'connection open', es: 'conexión abierta' }

/** Holds if what is so is what is wanted. */
export function agrees(title: Text, expected: boolean, actual: boolean, weight = 1): Assertion {
  return holds(title, expected === actual, yesOrNo(expected), yesOrNo(actual), weight)
}

function yesOrNo(isSo: boolean): Text {
  return isSo ? { en: 'yes', es: 'sí' } : { en: 'no', es: 'no' }
}

/** What is said where there is nothing to show. */
export const NOTHING: Text = { en: 'nothing', es: 'nada' }

/** Says that something is missing. */
export function without(name: string): Text {
  return { en: `no ${name}`, es: `sin ${name}` }
}

function cut(text: string): string {
  return text.slice(0, LIMIT)
}
