/** The gate and the shared work. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGate } from '../../../lab/world/gate.ts'
import { createShared } from '../../../lab/world/shared.ts'

function ticks(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

test('a gate runs as many as allowed, in order, and refuses the rest', async () => {
  const gate = createGate(2, 3, 'full')
  let running = 0
  let most = 0
  const order: number[] = []
  const task = (number: number) => async () => {
    most = Math.max(most, ++running)
    await ticks()
    running -= 1
    order.push(number)
    if (number === 1) throw new Error('one')
    return number
  }
  const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((number) => gate(task(number))))
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
    [0, 'Error: one', 2, 3, 4, 'BusyError: full'],
  )
  assert.deepEqual([most, running, order], [2, 0, [0, 1, 2, 3, 4]])
  assert.equal(await gate(async () => 'room again'), 'room again')
})

test('shared work: who asks in the middle of a run waits for the next one, which all of them share', async () => {
  const runs: PromiseWithResolvers<void>[] = []
  const shared = createShared(() => {
    const run = Promise.withResolvers<void>()
    runs.push(run)
    return run.promise
  })
  const done: string[] = []
  const ask = (name: string) => shared().then(() => done.push(name))
  const asked = [ask('first')]
  await ticks()
  asked.push(ask('second'), ask('third'))
  await ticks()
  assert.equal(runs.length, 1)
  runs[0]?.resolve()
  await ticks()
  assert.deepEqual([runs.length, done], [2, ['first']])
  asked.push(ask('fourth'))
  runs[1]?.reject(new Error('disk'))
  const results = Promise.allSettled(asked)
  await ticks()
  runs[2]?.resolve()
  assert.deepEqual(
    (await results).map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  )
  assert.equal(runs.length, 3)
})
