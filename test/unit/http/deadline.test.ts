import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Deadline } from '../../../lab/kit/deadline.ts'
import { ManualClock } from './clock.ts'

test('a deadline that moves away costs no timer, one that comes nearer is met', () => {
  const clock = new ManualClock()
  let expired = 0
  const deadline = new Deadline(clock, () => (expired += 1))
  deadline.set(10)
  for (let turn = 0; turn < 5; turn++) {
    clock.advance(1)
    deadline.set(10)
  }
  assert.equal(clock.started, 1)
  clock.advance(9)
  assert.equal(expired, 0)
  clock.advance(1)
  assert.equal(expired, 1)
  deadline.set(100)
  deadline.set(5)
  clock.advance(5)
  assert.equal(expired, 2)
  deadline.set(1)
  deadline.cancel()
  clock.advance(1000)
  assert.equal(expired, 2)
  assert.equal(clock.pending, 0)
})

test('a clock that is set back makes a deadline late by its own length at most', () => {
  const clock = new ManualClock()
  let expired = 0
  const deadline = new Deadline(clock, () => (expired += 1))
  deadline.set(10)
  clock.setBack(3_600_000)
  clock.advance(10)
  assert.equal(expired, 0)
  clock.advance(10)
  assert.equal(expired, 1)
  deadline.set(10)
  clock.setBack(3_600_000)
  deadline.set(5)
  clock.advance(5)
  assert.equal(expired, 2)
})

test('it expires exactly when the last setting is due, whatever was set before', () => {
  const step = fc.oneof(
    fc.record({ set: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ advance: fc.integer({ min: 0, max: 60 }) }),
    fc.constant({ clear: true }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const clock = new ManualClock()
      const seen: number[] = []
      const expected: number[] = []
      let due = Infinity
      const deadline = new Deadline(clock, () => seen.push(clock.now()))
      for (const each of steps) {
        if ('set' in each) {
          due = clock.now() + each.set
          deadline.set(each.set)
        } else if ('clear' in each) {
          due = Infinity
          deadline.clear()
        } else {
          if (due <= clock.now() + each.advance) {
            expected.push(due)
            due = Infinity
          }
          clock.advance(each.advance)
        }
      }
      assert.deepEqual(seen, expected)
    }),
  )
})
