import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { test } from 'node:test'
import { LabClock } from '../../../lab/host/clock.ts'
import { keepRenewed } from '../../../lab/kit/renewal.ts'

const HOUR = 3_600_000

test('a certificate is looked at each hour, after a failure too, and no more after the stop', async () => {
  const clock = new LabClock()
  const stop = new AbortController()
  const errors: object[] = []
  let looks = 0
  const log = { error: (fields: object) => void errors.push(fields) }
  keepRenewed({ clock, log, signal: stop.signal }, async () => {
    looks += 1
    if (looks === 1) throw new Error('the disk is full')
  })
  const seen: number[] = []
  for (const step of [HOUR - 60_000, 60_000, HOUR - 60_000, 60_000]) {
    clock.advance(step)
    await nextTurn()
    seen.push(looks)
  }
  assert.deepEqual(seen, [0, 1, 1, 2])
  assert.equal(errors.length, 1)
  stop.abort()
  clock.advance(2 * HOUR)
  assert.equal(looks, 2)
  clock.close()
})
