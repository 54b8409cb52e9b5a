/** Whoever looks on at what a hostile client has sent holds up nobody else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Flow } from '../../../../lab/wire/flow.ts'
import { openLooking } from './looking.ts'

const flow: Flow = {
  id: 1_000_000,
  service: 'dns',
  endpoint: 'tcp',
  transport: 'tcp',
  direction: 'inbound',
  local: { host: '127.0.0.1', port: 53 },
  remote: { host: '127.0.0.1', port: 1024 },
  openedAt: 0,
}

test('a conversation of a hundred thousand empty messages is told, searched and listed in turns', async () => {
  await using looking = await openLooking('services: { dns: {} }\n')
  const { traffic } = looking
  const store = traffic.attach()
  store.opened(flow)
  store.passed(flow, 'in', Buffer.alloc(131_072))
  store.passed(flow, 'out', Buffer.alloc(65_536))
  store.closed(flow)
  const turnsDuring = async (run: () => Promise<unknown>): Promise<number> => {
    let turns = 0
    const count = (): void => {
      turns += 1
      immediate = setImmediate(count)
    }
    let immediate = setImmediate(count)
    await run()
    clearImmediate(immediate)
    return turns
  }
  const kept = traffic.find(flow.id) ?? assert.fail('it is not kept')
  await traffic.ladder(kept)
  const alone = await turnsDuring(() => traffic.ladder(kept))
  assert.ok(alone > 3)
  // A turn is of all together: eight do not hold it up for eight times as long.
  const together = await turnsDuring(() => Promise.all(Array.from({ length: 8 }, () => traffic.ladder(kept))))
  assert.ok(together > 3 * alone, `${together} turns, ${alone} alone`)
  const search = async (): Promise<void> => {
    for await (const { id } of traffic.list({ text: 'nowhere' })) assert.fail(String(id))
  }
  await search()
  assert.equal((await traffic.ladder(kept)).steps.length, 2000)
})
