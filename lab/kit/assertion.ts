/** The two shapes of what a check looks at, with the difference that shows what is wrong. */
import type { Text } from './text.ts'

/** As the contract of checks has it. */
interface Assertion {
  readonly title: Text
  readonly holds: boolean
  readonly weight: number
  readonly difference?: { readonly expected: string; readonly actual: string; readonly at?: number }
}

/** Characters of each side that a difference shows at most. */
const LIMIT = 2000

/** Holds if both texts are equal; else the caret stands under the first character that is wrong. */
export function same(title: Text, expected: string, actual: string, weight = 1): Assertion {
  if (expected === actual) return { title, holds: true, weight }
  let at = 0
  while (at < expected.length && expected[at] === actual[at]) at += 1
  const caret = at < LIMIT ? { at } : {}
  const difference = { expected: expected.slice(0, LIMIT), actual: actual.slice(0, LIMIT), ...caret }
  return { title, holds: false, weight, difference }
}

/** Holds if `isTrue`; else `expected` says in words what was wanted, and `actual` what was there. */
export function holds(title: Text, isTrue: boolean, expected: string, actual: string, weight = 1): Assertion {
  if (isTrue) return { title, holds: true, weight }
  return { title, holds: false, weight, difference: { expected, actual: actual.slice(0, LIMIT) } }
}
