import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabClock } from '../../../lab/host/clock.ts'

test('moving the clock fires what it passes, in order, each at its own time', () => {
  const clock = new LabClock()
  const fired: (readonly [string, number])[] = []
  const begun = clock.now()
  const note = (name: string) => (): void => void fired.push([name, Math.round((clock.now() - begun) / 1000)])
  clock.timer(120_000, note('cookie'))
  clock.timer(10_000, () => {
    note('idle')()
    clock.timer(5000, note('after idle'))
  })
  clock.timer(3_600_000, note('hour')).cancel()
  clock.advance(60_000)
  assert.deepEqual(fired, [
    ['idle', 10],
    ['after idle', 15],
  ])
  clock.advance(60_000)
  assert.deepEqual(fired.at(-1), ['cookie', 120])
  clock.close()
})

test('a refreshed timer gets its full time again, also after a move', () => {
  const clock = new LabClock()
  let fired = 0
  const timer = clock.timer(10_000, () => void (fired += 1))
  clock.advance(9000)
  timer.refresh()
  clock.advance(9000)
  assert.equal(fired, 0)
  clock.advance(1500)
  assert.equal(fired, 1)
  timer.refresh()
  clock.advance(20_000)
  assert.equal(fired, 1, 'a timer that has fired stays silent')
})

test("real time fires timers too, and times beyond the system's longest do not fire at once", async () => {
  const clock = new LabClock()
  let early = 0
  clock.timer(2 ** 40, () => void (early += 1))
  await clock.wait(5)
  assert.equal(early, 0)
  clock.close()
})

test('waiting ends with the reason of the signal', async () => {
  const clock = new LabClock()
  const stop = new AbortController()
  const waiting = clock.wait(1_000_000, stop.signal)
  stop.abort(new Error('enough'))
  await assert.rejects(waiting, /enough/)
  await assert.rejects(clock.wait(1, AbortSignal.abort(new Error('before'))), /before/)
})
