import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cache } from '../../../services/dns/forward/cache.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import type { RecordSet } from '../../../services/dns/wire/message.ts'

const NAME = parseName('www.example.org.', ROOT)
const QUESTION = { name: NAME, type: 1, class: 1 }
const NOTHING = { rcode: 0, answer: [], authority: [], additional: [] }

function a(ttl: number, octets = 4): RecordSet {
  return { owner: NAME, type: 1, class: 1, ttl, data: [Buffer.alloc(octets)] }
}

function soa(ttl: number, minimum: number): RecordSet {
  const numbers = Buffer.alloc(20)
  numbers.writeUInt32BE(minimum, 16)
  return { owner: NAME, type: 6, class: 1, ttl, data: [Buffer.concat([ROOT.wire, ROOT.wire, numbers])] }
}

test('an answer lives for its time and is counted down', () => {
  const cache = new Cache()
  cache.put('k', QUESTION, { ...NOTHING, answer: [a(60)], authority: [a(90)] }, 1000)
  const later = cache.get('k', 31_500)
  assert.deepEqual([later?.answer[0]?.ttl, later?.authority[0]?.ttl], [30, 60])
  assert.notEqual(cache.get('k', 60_999), undefined)
  assert.equal(cache.get('k', 61_000), undefined)
})

test('what accompanies an answer neither shortens its life nor outlives itself', () => {
  const cache = new Cache()
  const long = 0x7fffffff
  cache.put('k', QUESTION, { ...NOTHING, answer: [a(long)], authority: [a(0)], additional: [a(30)] }, 0)
  const read = (now: number): readonly unknown[] => {
    const kept = cache.get('k', now)
    return [kept?.answer[0]?.ttl, kept?.authority.length, kept?.additional.length]
  }
  assert.deepEqual(read(1000), [604_799, 0, 1])
  assert.deepEqual(read(30_000), [604_770, 0, 0])
})

const LIVES: readonly [string, Parameters<Cache['put']>[2], number][] = [
  ['TTL 0', { ...NOTHING, answer: [a(0)] }, 0],
  ['a day at most', { ...NOTHING, answer: [a(1_000_000)] }, 86_400],
  ['RFC 2308 §5: no name, the minimum', { ...NOTHING, rcode: 3, authority: [soa(900, 300)] }, 300],
  ['RFC 2308 §5: no name, the TTL of the SOA', { ...NOTHING, rcode: 3, authority: [soa(200, 300)] }, 200],
  ['RFC 2308 §5: no data', { ...NOTHING, authority: [soa(900, 300)] }, 300],
  ['RFC 2308 §5: three hours at most', { ...NOTHING, rcode: 3, authority: [soa(90_000, 90_000)] }, 10_800],
  ['RFC 2308 §5: no name and no SOA', { ...NOTHING, rcode: 3 }, 0],
  ['RFC 2308 §7.1: failures', { ...NOTHING, rcode: 2, answer: [a(60)] }, 0],
]

for (const [what, resolution, seconds] of LIVES) {
  test(`${what}: kept for ${seconds} s`, () => {
    const cache = new Cache()
    cache.put('k', QUESTION, resolution, 0)
    assert.equal(cache.get('k', seconds * 1000), undefined)
    cache.put('k', QUESTION, resolution, 0)
    assert.equal(cache.get('k', seconds * 1000 - 1) !== undefined, seconds > 0)
  })
}

test('a clock that is set back does not lengthen lives', () => {
  const cache = new Cache()
  cache.put('k', QUESTION, { ...NOTHING, answer: [a(60)] }, 1_000_000)
  assert.equal(cache.get('k', 0), undefined)
})

test('entries and octets are bounded, the least recently asked goes first', () => {
  const cache = new Cache()
  for (let index = 0; index < 12_000; index += 1) {
    cache.put(`k${index}`, QUESTION, { ...NOTHING, answer: [a(60)] }, 0)
    cache.get('k0', 1)
  }
  assert.equal(cache.get('k1', 1), undefined)
  assert.notEqual(cache.get('k0', 1), undefined)
  assert.notEqual(cache.get('k11999', 1), undefined)
  for (let index = 0; index < 300; index += 1)
    cache.put(`big${index}`, QUESTION, { ...NOTHING, answer: [a(60, 60_000)] }, 0)
  assert.equal(cache.get('big0', 1), undefined)
  assert.notEqual(cache.get('big299', 1), undefined)
})
