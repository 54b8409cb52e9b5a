import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agrees, closed, holds, same, without } from '../../../lab/kit/assertion.ts'

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
  const cut = long.slice(0, 2000)
  assert.deepEqual(difference, { expected: cut, actual: cut })
  assert.equal(holds(title, false, 'short', long).difference?.actual, cut)
  assert.equal(holds(title, true, 'short', long).difference, undefined)
})

test('words come in both languages, and are never what stood on the wire', () => {
  const long = { en: 'a'.repeat(3000), es: 'b'.repeat(3000) }
  const cut = { en: 'a'.repeat(2000), es: 'b'.repeat(2000) }
  assert.deepEqual(holds(title, false, 'short', long).difference?.actual, cut)
  const none = { en: 'no cookie', es: 'sin cookie' }
  assert.deepEqual(same(title, '1', without('cookie')).difference, { expected: '1', actual: none })
  assert.equal(same(title, 'no cookie', without('cookie')).holds, false)
})

test('what is so or not so, and whether a connection has ended, is told in both languages', () => {
  assert.equal(agrees(title, false, false).holds, true)
  const yes = { en: 'yes', es: 'sí' }
  assert.deepEqual(agrees(title, true, false).difference, { expected: yes, actual: { en: 'no', es: 'no' } })
  assert.equal(closed(title, true).holds, true)
  assert.deepEqual(closed(title, false).difference, {
    expected: { en: 'connection closed', es: 'conexión cerrada' },
    actual: { en: 'connection open', es: 'conexión abierta' },
  })
})
