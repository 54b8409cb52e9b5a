import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Health } from '../../../services/dns/forward/health.ts'

test('patience follows the answers, smoothed and within bounds', () => {
  const health = new Health()
  assert.equal(health.patience, 1000)
  for (let count = 0; count < 30; count += 1) health.noteAnswer(2)
  assert.equal(health.patience, 500)
  health.noteAnswer(300)
  const jolted = health.patience
  assert.ok(jolted >= 500 && jolted < 1500)
  for (let count = 0; count < 60; count += 1) health.noteAnswer(700)
  assert.equal(Math.round(health.patience / 10), 70)
  health.noteAnswer(4000)
  assert.equal(health.patience, 1500)
})

test('a clock that jumps does not spoil patience for good', () => {
  const health = new Health()
  health.noteAnswer(10)
  health.noteAnswer(-9e9)
  assert.equal(health.patience, 500)
  health.noteAnswer(9e9)
  for (let count = 0; count < 60; count += 1) health.noteAnswer(10)
  assert.equal(health.patience, 500)
})

test('three silences in a row are death, once told; an answer is life', () => {
  const health = new Health()
  assert.deepEqual([health.noteSilence(0), health.noteSilence(0), health.isDead], [false, false, false])
  assert.equal(health.noteAnswer(1), false)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => health.noteSilence(1000)),
    [false, false, true, false],
  )
  assert.ok(health.isDead)
  assert.deepEqual([health.noteAnswer(1), health.isDead], [true, false])
})

test('a dead server is due after 5 s and after each 5 s more, whatever the clock does', () => {
  const health = new Health()
  assert.equal(health.isDue(1e12), false)
  for (let count = 0; count < 3; count += 1) health.noteSilence(10_000)
  assert.deepEqual([health.isDue(14_999), health.isDue(15_000)], [false, true])
  health.noteProbe(15_000)
  health.noteSilence(19_000)
  assert.deepEqual([health.isDue(19_999), health.isDue(20_000), health.isDue(14_000)], [false, true, true])
})
