import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { CounterWriter, readCounter } from '../../../lab/web/cookie.ts'

test('the counter is read from among other cookies', () => {
  const cases: readonly (readonly [string | undefined, number | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['visits=3', 3],
    ['a=1; visits=10; b=2', 10],
    ['a=1;visits=4', 4],
    ['visits=2; visits=9', 2],
    ['xvisits=3', undefined],
    ['Visits=3', undefined],
    ['visits', undefined],
    ['visits=', undefined],
    ['visits=0', undefined],
    ['visits=03', undefined],
    ['visits=-1', undefined],
    ['visits=+1', undefined],
    ['visits=1e1', undefined],
    ['visits=1.5', undefined],
    ['visits="3"', undefined],
    ['visits=three', undefined],
    ['visits=3 4', undefined],
    ['visits=99999999999999999999', Number.MAX_SAFE_INTEGER],
    [`visits=${'9'.repeat(400)}`, Number.MAX_SAFE_INTEGER],
    ['visits=3=4', undefined],
    ['visits=3 ; a=b', 3],
    ['a; =b; visits=5', 5],
  ]
  for (const [field, value] of cases) assert.equal(readCounter(field, 'visits'), value, field ?? 'none')
})

test('what is written is read back', () => {
  const writer = new CounterWriter({ name: 'visits', max: 10, lifetime: 120 })
  assert.equal(
    writer.line(1, 784_111_777_999),
    'Set-Cookie: visits=1; Expires=Sun, 06 Nov 1994 08:51:37 GMT; Path=/; HttpOnly; SameSite=Lax\r\n',
  )
  fc.assert(
    fc.property(fc.integer({ min: 1 }), (value) => {
      const pair = /^Set-Cookie: ([^;]*);/.exec(writer.line(value, 0))?.[1]
      assert.equal(readCounter(pair, 'visits'), value)
    }),
  )
})

test('any field is read without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (field) => void readCounter(field, 'visits')),
  )
})

test('a field of blanks is read in time that grows with its length alone', () => {
  const start = performance.now()
  assert.equal(readCounter(`a;${' '.repeat(100_000)}b; visits=3`, 'visits'), 3)
  assert.ok(performance.now() - start < 1000)
})
