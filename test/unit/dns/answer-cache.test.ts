import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnswerCache, answerAgain, type Standing } from '../../../services/dns/answer-cache.ts'
import { readOptions } from '../../../services/dns/edns.ts'
import type { Query } from '../../../services/dns/query.ts'
import { decodeMessage, type Message } from '../../../services/dns/wire/message.ts'
import type { Zones } from '../../../services/dns/zone/lookup.ts'
import { exchange, lines, queryFor, serverOf, type NameServer } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'

const ZONE = '$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 10.0.0.1\nwww A 10.0.0.2\n'

async function open(rest = ''): Promise<TestLab & { readonly subject: NameServer }> {
  const lab = await openLab(`domain: conformance.test\nservices: { dns: { zone: zone.db } }\n${rest}`, {
    files: { 'zone.db': ZONE },
  })
  return Object.assign(lab, { subject: serverOf(lab) })
}

async function exchangeMessage(subject: NameServer, query: Buffer): Promise<Message> {
  return decodeMessage(await exchange(subject, query))
}

test('an old question gets the same answer under its own id, and the same facts', async () => {
  await using lab = await open()
  const query = queryFor('www', {})
  const first = await exchangeMessage(lab.subject, query)
  const other = Buffer.from(query)
  other.writeUInt16BE(0xabcd, 0)
  const second = await exchangeMessage(lab.subject, other)
  assert.equal(second.id, 0xabcd)
  assert.deepEqual({ ...second, id: 0 }, { ...first, id: 0 })
  for (const kind of ['dns.queried', 'dns.answered']) {
    const [one, two] = lab.journal.since(0, [kind]).map(({ data }) => data)
    assert.equal(two?.['id'], 0xabcd, kind)
    assert.deepEqual({ ...two, id: 0, ms: 0 }, { ...one, id: 0, ms: 0 }, kind)
  }
})

test('a fault is committed on an old question, and no more often than it should be', async () => {
  await using lab = await open(
    'faults:\n  - { at: dns.answer, rcode: SERVFAIL, times: 1, match: { name: www.conformance.test, type: AAAA } }\n  - { at: dns.answer, address: 10.9.9.9, times: 1, match: { transport: udp, name: dns.conformance.test } }\n',
  )
  const answers: unknown[] = []
  for (const name of ['www', 'www', 'dns', 'dns', 'dns']) {
    const { rcode, answer } = await exchangeMessage(lab.subject, queryFor(name, {}))
    answers.push([rcode, lines(answer).map((line) => line.split(' ').at(-1))])
  }
  assert.deepEqual(answers, [
    [0, ['10.0.0.2']],
    [0, ['10.0.0.2']],
    [0, ['10.9.9.9']],
    [0, ['10.0.0.1']],
    [0, ['10.0.0.1']],
  ])
  const kinds = lab.journal.since(0, ['dns.queried', 'dns.answered']).map(({ kind }) => kind)
  assert.deepEqual(kinds, Array.from({ length: 5 }, () => ['dns.queried', 'dns.answered']).flat())
})

test('what services publish changes the answers at once', async () => {
  await using lab = await open()
  const query = queryFor('xmpp', {})
  const codes = async (): Promise<number> => (await exchangeMessage(lab.subject, query)).rcode
  assert.deepEqual([await codes(), await codes()], [3, 3])
  const published = lab.world.names.publish({ name: 'xmpp.conformance.test', type: 'A', data: '10.0.0.9' })
  assert.deepEqual([await codes(), await codes()], [0, 0])
  published[Symbol.dispose]()
  assert.equal(await codes(), 3)
})

/** A query as the server sees it. */
function asked(octets: Buffer, host: string, at = 0): Query {
  const message = decodeMessage(octets)
  return {
    ...message,
    client: { host, connection: 0, transport: 'udp' },
    name: 'www.conformance.test',
    type: 'A',
    at,
    octets,
    size: octets.length,
    options: readOptions(message.edns?.options),
    cookie: undefined,
    isRecursive: false,
  }
}

/** A cache for hosts that are `allowed`, `recursive` or strangers. */
function openCache(): { readonly cache: AnswerCache; readonly change: () => void } {
  let zones: Zones = new Map()
  const judge = (host: string): Standing => ({
    isAllowed: host !== 'stranger',
    isRecursive: host === 'recursive',
  })
  return {
    cache: new AnswerCache(() => zones, judge),
    change: () => {
      zones = new Map()
    },
  }
}

const udp = (host: string) => ({ host, connection: 0, transport: 'udp' }) as const

test('an answer is found by those of the same standing only, for a minute, until the zones change', () => {
  const { cache, change } = openCache()
  const query = queryFor('www', {})
  cache.keep(asked(query, 'allowed', 1000), Buffer.alloc(40, 7), {})
  assert.ok(cache.find(query, udp('allowed'), 1000))
  assert.ok(cache.find(query, udp('allowed too'), 60_999))
  assert.equal(cache.find(query, udp('allowed'), 61_000), undefined)
  assert.equal(cache.find(query, udp('allowed'), 999), undefined, 'a clock set back')
  assert.equal(cache.find(query, udp('recursive'), 1000), undefined)
  assert.equal(cache.find(query, udp('stranger'), 1000), undefined)
  assert.equal(cache.find(query, { ...udp('allowed'), transport: 'tcp' }, 1000), undefined)
  assert.equal(cache.find(queryFor('wwW', {}), udp('allowed'), 1000), undefined, 'another spelling')
  change()
  assert.equal(cache.find(query, udp('allowed'), 1000), undefined)
})

test('what depends on more than the question is not kept', () => {
  const { cache } = openCache()
  const withOption = queryFor('www', { edns: { options: Buffer.from('000a00080102030405060708', 'hex') } })
  cache.keep(asked(withOption, 'allowed'), Buffer.alloc(40), {})
  assert.equal(cache.find(withOption, udp('allowed'), 0), undefined)
  const query = queryFor('www', {})
  cache.keep(asked(query, 'stranger'), Buffer.alloc(40), {})
  assert.equal(cache.find(query, udp('stranger'), 0), undefined)
})

test('the memory is bounded by count and by octets, and starts anew when it is full', () => {
  for (const [count, size] of [
    [10_001, 40],
    [1100, 4096],
  ] as const) {
    const { cache } = openCache()
    const queries = Array.from({ length: count }, (_, index) => queryFor(`n${index}`, {}))
    for (const query of queries) cache.keep(asked(query, 'allowed'), Buffer.alloc(size), {})
    const found = queries.filter((query) => cache.find(query, udp('allowed'), 0) !== undefined)
    assert.ok(found.length > 0 && found.length < count / 2, `${found.length} of ${count}`)
  }
})

test('the answer given again is a copy', () => {
  const octets = Buffer.alloc(20, 1)
  const kept = { name: '', type: '', octets, queried: {}, answered: {}, stored: 0 }
  const again = answerAgain(kept, Buffer.from([0xaa, 0xbb, 0, 0]))
  assert.deepEqual([again[0], again[1], again[2], octets[0]], [0xaa, 0xbb, 1, 1])
})
