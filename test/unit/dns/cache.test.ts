import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cache } from '../../../services/dns/forward/cache.ts'
import type { Resolution } from '../../../services/dns/forward/relevance.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import type { RecordSet } from '../../../services/dns/wire/message.ts'
import { soa } from './upstream.ts'

const NAME = parseName('www.example.org.', ROOT)
const QUESTION = { name: NAME, type: 1, class: 1 }
const LIMITS = { octets: 1_000_000, stale: 0 }
const NOTHING: Resolution = { rcode: 0, answer: [], authority: [], additional: [] }

function a(ttl: number, octets = 4): RecordSet {
  return { owner: NAME, type: 1, class: 1, ttl, data: [Buffer.alloc(octets)] }
}

function alias(ttl: number): RecordSet {
  return { ...a(ttl), type: 5, data: [NAME.wire] }
}

test('an answer lives for its time and is counted down', () => {
  const cache = new Cache(LIMITS)
  cache.put('k', QUESTION, { ...NOTHING, answer: [a(60)], authority: [a(90)] }, 1000)
  const later = cache.get('k', 31_500)
  assert.deepEqual([later?.answer[0]?.ttl, later?.authority[0]?.ttl], [30, 60])
  assert.notEqual(cache.get('k', 60_999), undefined)
  assert.equal(cache.get('k', 61_000), undefined)
})

test('what accompanies an answer neither shortens its life nor outlives itself', () => {
  const cache = new Cache(LIMITS)
  cache.put('k', QUESTION, { ...NOTHING, answer: [a(604_800)], authority: [a(0)], additional: [a(30)] }, 0)
  const read = (now: number): readonly unknown[] => {
    const kept = cache.get('k', now)
    return [kept?.answer[0]?.ttl, kept?.authority.length, kept?.additional.length]
  }
  assert.deepEqual(read(1000), [604_799, 0, 1])
  assert.deepEqual(read(30_000), [604_770, 0, 0])
})

const LIVES: readonly [string, Resolution, number][] = [
  ['TTL 0', { ...NOTHING, answer: [a(0)] }, 0],
  ['a day at most', { ...NOTHING, answer: [a(604_800)] }, 86_400],
  ['the shortest of several sets', { ...NOTHING, answer: [alias(20), a(60)] }, 20],
  ['RFC 2308 §5: no name', { ...NOTHING, rcode: 3, authority: [soa('example.org.', 200)] }, 200],
  ['RFC 2308 §5: no data', { ...NOTHING, authority: [soa('example.org.', 300)] }, 300],
  [
    'no name behind an alias that ends before',
    { ...NOTHING, rcode: 3, answer: [alias(20)], authority: [soa('example.org.', 300)] },
    20,
  ],
  ['RFC 2308 §5: no name and no SOA', { ...NOTHING, rcode: 3 }, 0],
  ['an alias that leads into the own zones', { ...NOTHING, answer: [alias(60)], inside: NAME }, 60],
  ['an alias that leads on', { ...NOTHING, answer: [alias(60)], onward: NAME }, 60],
  ['nothing that leads on', { ...NOTHING, inside: NAME }, 0],
  ['RFC 2308 §7.1: failures', { ...NOTHING, rcode: 2, answer: [a(60)] }, 0],
]

for (const [what, resolution, seconds] of LIVES) {
  test(`${what}: kept for ${seconds} s`, () => {
    const cache = new Cache(LIMITS)
    cache.put('k', QUESTION, resolution, 0)
    assert.equal(cache.get('k', seconds * 1000 - 1) !== undefined, seconds > 0)
    assert.equal(cache.get('k', seconds * 1000), undefined)
  })
}

test('a clock that is set back does not lengthen lives', () => {
  const cache = new Cache(LIMITS)
  const put = (now: number): void => cache.put('k', QUESTION, { ...NOTHING, answer: [a(60)] }, now)
  put(1_000_000)
  assert.equal(cache.get('k', 0), undefined)
  put(2_000_000)
  assert.notEqual(cache.get('k', 2_050_000), undefined)
  assert.equal(cache.get('k', 2_030_000), undefined)
  put(2_030_000)
  assert.notEqual(cache.get('k', 2_029_500), undefined)
})

test('RFC 8767: with stale answers wanted they are there behind their time, for 30 s each', () => {
  const cache = new Cache({ ...LIMITS, stale: 100 })
  cache.put('k', QUESTION, { ...NOTHING, answer: [a(60)], authority: [a(10)], additional: [a(90)] }, 0)
  assert.equal(cache.getStale('k', 59_999), undefined)
  assert.equal(cache.get('k', 60_000), undefined)
  const stale = cache.getStale('k', 60_000)
  assert.deepEqual([stale?.answer[0]?.ttl, stale?.authority[0]?.ttl, stale?.additional[0]?.ttl], [30, 30, 30])
  assert.notEqual(cache.getStale('k', 159_999), undefined)
  assert.equal(cache.getStale('k', 160_000), undefined)
  const usual = new Cache(LIMITS)
  usual.put('k', QUESTION, { ...NOTHING, answer: [a(60)] }, 0)
  assert.equal(usual.getStale('k', 60_000), undefined)
})

test('what is kept holds on to nothing of the message that it came in', () => {
  const message = Buffer.alloc(64)
  const owner = { wire: message.subarray(0, NAME.wire.copy(message)), key: NAME.key }
  const set = { ...a(60), owner, data: [message.subarray(30, 34), message.subarray(40, 46)] }
  const cache = new Cache(LIMITS)
  cache.put('k', QUESTION, { ...NOTHING, answer: [set], authority: [set], additional: [set] }, 0)
  message.fill(7)
  const kept = cache.get('k', 1)
  for (const each of [kept?.answer[0], kept?.authority[0], kept?.additional[0]]) {
    assert.deepEqual(each?.owner, NAME)
    assert.deepEqual(each?.data, [Buffer.alloc(4), Buffer.alloc(6)])
    assert.ok((each?.owner.wire.buffer.byteLength ?? Infinity) < 200)
  }
})

test('memory is bounded, the least recently asked goes first', () => {
  const cache = new Cache({ octets: 100_000, stale: 0 })
  for (let index = 0; index < 1000; index += 1) {
    cache.put(`k${index}`, QUESTION, { ...NOTHING, answer: [a(60)] }, 0)
    cache.get('k0', 1)
  }
  const kept = Array.from({ length: 1000 }, (_, index) => index).filter(
    (index) => cache.get(`k${index}`, 1) !== undefined,
  )
  assert.ok(kept.length > 50 && kept.length < 200, `${kept.length} entries in 100 kB`)
  assert.deepEqual([kept[0], kept[1], kept.at(-1)], [0, 1001 - kept.length, 999])
})

test('memory is counted rightly when entries are replaced and run out', () => {
  const cache = new Cache({ octets: 1_000_000, stale: 0 })
  const big = { ...NOTHING, answer: [a(60, 10_000)] }
  for (let round = 0; round < 300; round += 1) cache.put('same', QUESTION, big, 0)
  for (let index = 0; index < 60; index += 1) cache.put(`old${index}`, QUESTION, big, 0)
  for (let index = 0; index < 60; index += 1) cache.get(`old${index}`, 60_000)
  for (let index = 0; index < 80; index += 1) cache.put(`big${index}`, QUESTION, big, 60_000)
  assert.notEqual(cache.get('big0', 60_000), undefined)
  for (let index = 80; index < 100; index += 1) cache.put(`big${index}`, QUESTION, big, 60_000)
  assert.equal(cache.get('big1', 60_000), undefined)
  assert.notEqual(cache.get('big99', 60_000), undefined)
})

test('without memory nothing is kept, and what is larger than all of it neither', () => {
  for (const octets of [0, 5000]) {
    const cache = new Cache({ octets, stale: 0 })
    cache.put('k', QUESTION, { ...NOTHING, answer: [a(60, 10_000)] }, 0)
    assert.equal(cache.get('k', 1), undefined)
  }
})
