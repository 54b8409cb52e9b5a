/** What is kept of conversations, and what is let go. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Event, Kept } from '../../../../lab/console/traffic/event.ts'
import { Store } from '../../../../lab/console/traffic/store.ts'
import type { Direction, Flow } from '../../../../lab/wire/flow.ts'

/** A flow with a number. */
function flow(id: number, transport: 'tcp' | 'udp' = 'udp', more: Partial<Flow> = {}): Flow {
  return {
    id,
    service: 'dns',
    endpoint: 'dns',
    transport,
    direction: 'inbound',
    local: { host: '127.0.0.1', port: 53 },
    remote: { host: `10.0.${(id >> 8) & 255}.${id & 255}`, port: 1024 + (id % 60_000) },
    openedAt: 0,
    ...more,
  }
}

function newStore(count = 10_000, octets = 32 * 1024 * 1024): Store {
  let now = 1_700_000_000_000
  return new Store(() => (now += 1), { count, octets })
}

const eventsOf = (kept: Kept | undefined): readonly Event[] => [...(kept?.events() ?? [])]

/** The octets of one kind, each piece in its order. */
function carried(kept: Kept | undefined, kind: 'bytes' | 'plain', direction: Direction): string {
  return eventsOf(kept)
    .map((event) =>
      event.kind === kind && event.direction === direction ? event.octets.toString('latin1') : '',
    )
    .join('')
}

/** One datagram in and one out, with a fact. */
function exchange(store: Store, id: number, size = 100): void {
  const each = flow(id)
  store.opened(each)
  store.passed(each, 'in', Buffer.from(`question ${id}`))
  const line = JSON.stringify({ kind: 'dns.queried', data: { id } })
  store.fact({ seq: id, at: 0, service: 'dns', connection: id, kind: 'dns.queried', data: {} }, line)
  store.passed(each, 'out', Buffer.alloc(size, id & 255))
  store.closed(each)
}

test('of a flood the newest exchanges are kept, whole, and all are counted', () => {
  const store = newStore()
  for (let id = 1; id <= 20_000; id += 1) exchange(store, id)
  assert.equal(store.total, 20_000)
  assert.equal(store.size, 10_000)
  assert.ok(store.octets < 10_000 * 400, `${store.octets} octets`)
  assert.equal(store.find(10_000), undefined)
  for (const id of [10_001, 15_000, 20_000]) {
    const kept = store.find(id)
    assert.deepEqual(kept?.flow, { ...flow(id), openedAt: kept?.flow.openedAt })
    assert.deepEqual(
      eventsOf(kept).map(({ kind }) => kind),
      ['opened', 'bytes', 'fact', 'bytes', 'closed'],
    )
    assert.equal(carried(kept, 'bytes', 'in'), `question ${id}`)
    assert.deepEqual(kept?.octets, { in: `question ${id}`.length, out: 100 })
  }
  assert.deepEqual(store.since(0).slice(0, 3), [20_000, 19_999, 19_998])
})

test('large datagrams are bounded by memory instead', () => {
  const store = newStore(10_000, 4 * 1024 * 1024)
  for (let id = 1; id <= 1000; id += 1) exchange(store, id, 60_000)
  assert.ok(store.octets <= 4 * 1024 * 1024 + 262_144)
  assert.ok(store.size >= 50 && store.size < 100, `${store.size} are kept`)
  assert.equal(carried(store.find(1000), 'bytes', 'out').length, 60_000)
})

test('exchanges that overlap keep to themselves, whatever their order', () => {
  const step = fc.record({ id: fc.integer({ min: 1, max: 30 }), size: fc.integer({ min: 0, max: 3000 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const store = newStore(20)
      const model = new Map<number, string>()
      let last = 0
      for (const { id, size } of steps) {
        while (last < id) {
          last += 1
          store.opened(flow(last, last % 3 === 0 ? 'tcp' : 'udp'))
          model.set(last, '')
        }
        const text = String.fromCharCode(32 + (size % 90)).repeat(size)
        store.passed(flow(id, id % 3 === 0 ? 'tcp' : 'udp'), 'in', Buffer.from(text))
        model.set(id, `${model.get(id)}${text}`)
      }
      assert.ok(store.size <= 20)
      assert.equal(store.size, Math.min(20, last))
      for (const id of store.since(0)) assert.equal(carried(store.find(id), 'bytes', 'in'), model.get(id))
    }),
    { numRuns: 100 },
  )
})

test('what has ended leaves before what is open, the oldest first', () => {
  const store = newStore(4)
  store.opened(flow(1, 'tcp'))
  for (const id of [2, 3]) {
    store.opened(flow(id, 'tcp'))
    store.closed(flow(id, 'tcp'))
  }
  exchange(store, 4)
  exchange(store, 5)
  assert.deepEqual(store.since(0), [5, 4, 3, 1])
  exchange(store, 6)
  exchange(store, 7)
  assert.deepEqual(store.since(0), [7, 6, 5, 1])
  for (const id of [8, 9, 10, 11, 12]) store.opened(flow(id, 'tcp'))
  assert.deepEqual(store.since(0), [12, 11, 10, 9])
})

test('of a long connection the beginning and the newest octets are kept, and it says so', () => {
  const store = newStore()
  const long = flow(1, 'tcp')
  store.opened(long)
  for (let piece = 0; piece < 1000; piece += 1)
    store.passed(long, 'in', Buffer.from(`${String(piece).padStart(4, '0')}${'x'.repeat(1996)}`))
  const kept = store.find(1)
  assert.equal(kept?.octets.in, 2_000_000)
  assert.equal(kept.isWhole, false)
  const text = carried(kept, 'bytes', 'in')
  assert.ok(text.startsWith('0000x') && text.includes('0999x'))
  assert.ok(text.length > 200_000 && text.length < 300_000, `${text.length} octets`)
  assert.equal(eventsOf(kept).filter(({ kind }) => kind === 'gap').length, 1)
  assert.ok(store.octets < 300_000)
})

test('one piece that is too large is cut in the middle', () => {
  const store = newStore()
  const each = flow(1, 'tcp')
  store.opened(each)
  store.plain(each, 'out', Buffer.concat([Buffer.from('head'), Buffer.alloc(1_000_000), Buffer.from('tail')]))
  const text = carried(store.find(1), 'plain', 'out')
  assert.ok(text.startsWith('head') && text.endsWith('tail'))
  assert.equal(store.find(1)?.isWhole, false)
  assert.ok(store.octets < 300_000)
})

test('a conversation of datagrams without end keeps its beginning', () => {
  const store = newStore()
  const each = flow(1, 'udp', { direction: 'outbound', local: { host: '', port: 0 } })
  store.opened(each)
  const located = { ...each, local: { host: '127.0.0.1', port: 40_000 } }
  for (let piece = 0; piece < 300; piece += 1) store.passed(located, 'out', Buffer.alloc(2000, piece))
  const kept = store.find(1)
  assert.deepEqual(kept?.flow.local, { host: '127.0.0.1', port: 40_000 })
  assert.equal(kept.flow.direction, 'outbound')
  assert.equal(kept.octets.out, 600_000)
  assert.equal(kept.isWhole, false)
  assert.ok(carried(kept, 'bytes', 'out').length <= 262_144)
})

test('what TLS tells is kept as it was told', () => {
  const store = newStore()
  const each = flow(1, 'tcp')
  store.opened(each)
  store.upgrading(each)
  store.secret(each, Buffer.from('CLIENT_RANDOM aa bb'))
  const agreement = {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    protocol: 'http/1.1',
    servername: undefined,
    isResumed: false,
    own: Buffer.from([1, 2, 255]),
    peer: undefined,
  }
  store.secured(each, agreement)
  store.ended(each, 'in')
  store.closed(each, 'in')
  const events = eventsOf(store.find(1)).map(({ at: _at, ...event }) => event)
  assert.deepEqual(events, [
    { kind: 'opened' },
    { kind: 'upgrading' },
    { kind: 'secret', line: Buffer.from('CLIENT_RANDOM aa bb') },
    { kind: 'secured', outcome: agreement },
    { kind: 'ended', direction: 'in' },
    { kind: 'closed', reset: 'in' },
  ])
  assert.equal(store.find(1)?.isTls, true)
  const large = flow(2, 'tcp')
  store.opened(large)
  store.secured(large, { ...agreement, peer: Buffer.alloc(20_000) })
  const { at: _at, ...told } = eventsOf(store.find(2))[1] ?? assert.fail()
  assert.deepEqual(told, { kind: 'secured', outcome: { ...agreement, own: undefined } })
})

test('what changed after a moment can be asked for', () => {
  const store = newStore()
  for (const id of [1, 2, 3]) store.opened(flow(id, id === 2 ? 'tcp' : 'udp'))
  const { touched } = store
  assert.deepEqual(store.since(touched), [])
  store.passed(flow(1), 'in', Buffer.from('x'))
  store.passed(flow(2, 'tcp'), 'in', Buffer.from('x'))
  assert.deepEqual(store.since(touched), [2, 1])
})

test('events of what is no longer kept, or never was, are nothing', () => {
  const store = newStore(1)
  exchange(store, 1)
  exchange(store, 2)
  store.passed(flow(1), 'out', Buffer.from('late'))
  store.closed(flow(1))
  store.plain(flow(9, 'tcp'), 'in', Buffer.from('x'))
  store.fact({ seq: 1, at: 0, service: 'x', connection: 9, kind: 'x.y', data: {} }, '{"kind":"x.y"}')
  assert.deepEqual(store.since(0), [2])
})
