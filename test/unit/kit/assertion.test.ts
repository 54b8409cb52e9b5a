import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holds, same } from '../../../lab/kit/assertion.ts'

const title = { en: 'a title', es: 'un título' }

test('the caret stands under the first character that is wrong', () => {
  const cases = [
    ['abc', 'abd', 2],
    ['abc', 'ab', 2],
    ['abc', 'abcd', 3],
    ['abc', '', 0],
    ['', 'a', 0],
  ] as const
  for (const [expected, actual, at] of cases) {
    assert.deepEqual(same(title, expected, actual), {
      title,
      holds: false,
      weight: 1,
      difference: { expected, actual, at },
    })
  }
  assert.deepEqual(same(title, 'abc', 'abc', 2), { title, holds: true, weight: 2 })
})

test('differences are bounded, and a caret beyond what is shown is left out', () => {
  const long = 'a'.repeat(100_000)
  const { difference } = same(title, long, `${long}b`)
  assert.deepEqual(
    [difference?.expected.length, difference?.actual.length, difference?.at],
    [2000, 2000, undefined],
  )
  assert.equal(holds(title, false, 'short', long).difference?.actual.length, 2000)
  assert.equal(holds(title, true, 'short', long).difference, undefined)
})
