import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Nonces } from '../../../lab/web/auth/nonces.ts'
import { countingRandom } from './auth.ts'
import { ManualClock } from './clock.ts'

const open = (most = 8): Nonces =>
  new Nonces({ clock: new ManualClock(), random: countingRandom() }, { lifetime: 1000, most })

test('counts of parallel connections may overtake each other, by 63 at most', () => {
  const nonces = open()
  const nonce = nonces.issue()
  const cases: readonly (readonly [number, boolean])[] = [
    [2, true],
    [1, true],
    [1, false],
    [2, false],
    [65, true],
    [2, false],
    [3, true],
    [3, false],
    [66, true],
    [3, false],
    [64, true],
    [0xffffffff, true],
    [0xffffffff, false],
    [66, false],
    [0xfffffffe, true],
    [0xffffffc0, true],
    [0xffffffbf, false],
  ]
  for (const [count, isNew] of cases) assert.equal(nonces.use(nonce, count), isNew, String(count))
})

test('no count of any nonce is taken twice, however many are used and in whatever order', () => {
  const step = fc.tuple(fc.nat(11), fc.integer({ min: 1, max: 200 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const nonces = open(4)
      const issued = Array.from({ length: 12 }, () => nonces.issue())
      const taken = new Set<string>()
      for (const [which, count] of steps) {
        if (!nonces.use(issued[which] ?? '', count)) continue
        assert.ok(!taken.has(`${which} ${count}`))
        taken.add(`${which} ${count}`)
        assert.ok(nonces.remembered <= 4)
      }
    }),
  )
})

test('what was forgotten may not be used again, what is remembered and what is new may', () => {
  const nonces = open(2)
  const [first = '', second = '', third = '', fourth = ''] = Array.from({ length: 4 }, () => nonces.issue())
  for (const nonce of [second, third, fourth]) assert.ok(nonces.use(nonce, 1))
  assert.equal(nonces.remembered, 2)
  assert.equal(nonces.use(second, 2), false)
  assert.equal(nonces.use(first, 1), false)
  assert.ok(nonces.use(third, 2))
  assert.ok(nonces.use(nonces.issue(), 1))
})

test('a nonce that was only given out costs no memory, and any text is no nonce', () => {
  const nonces = open()
  assert.equal(new Set(Array.from({ length: 1000 }, () => nonces.issue())).size, 1000)
  assert.equal(nonces.remembered, 0)
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => assert.equal(nonces.use(text, 1), false)))
  fc.assert(fc.property(fc.stringMatching(/^[\w-]{40}$/), (text) => assert.equal(nonces.use(text, 1), false)))
})
