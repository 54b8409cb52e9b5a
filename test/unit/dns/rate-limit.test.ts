import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNetworks } from '../../../lab/kit/networks.ts'
import { failure, type Reply } from '../../../services/dns/reply.ts'
import { answerKind } from '../../../services/dns/policy/answer-kind.ts'
import {
  RateLimit,
  type RateLimitOptions,
  type RateVerdict,
} from '../../../services/dns/policy/rate-limit.ts'
import { findType } from '../../../services/dns/records/types.ts'
import type { Question, RecordSet } from '../../../services/dns/wire/message.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import {
  ask,
  exchangeUntil,
  openStream,
  queryFor,
  serverOf,
  type NameServer,
} from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'

function limit(options: Partial<RateLimitOptions> = {}): {
  readonly clock: { milliseconds: number }
  readonly judge: (host: string, kind?: string) => RateVerdict
} {
  const clock = { milliseconds: 1_000_000 }
  const rate = new RateLimit(
    { responses: 5, window: 15, slip: 2, exempt: createNetworks([]), ...options },
    { now: () => clock.milliseconds },
  )
  return { clock, judge: (host, kind = 'data') => rate.judge(host, kind) }
}

test('as many equal answers as are allowed are sent, then each second one is cut and the others dropped', () => {
  const { judge } = limit()
  const verdicts = Array.from({ length: 10 }, () => judge('192.0.2.1'))
  const [sent, over] = [verdicts.slice(0, 5), verdicts.slice(5)]
  assert.deepEqual(
    sent,
    Array.from({ length: 5 }, () => 'send'),
  )
  assert.deepEqual(over, ['drop', 'slip', 'drop', 'slip', 'drop'])
})

test('slip 1 cuts all, slip 0 drops all', () => {
  for (const [slip, verdict] of [
    [1, 'slip'],
    [0, 'drop'],
  ] as const) {
    const { judge } = limit({ responses: 1, slip })
    judge('192.0.2.1')
    for (let count = 0; count < 5; count += 1) assert.equal(judge('192.0.2.1'), verdict)
  }
})

test('the account of a network fills again, one answer for its part of a second', () => {
  const { judge, clock } = limit({ slip: 0 })
  for (let count = 0; count < 5; count += 1) assert.equal(judge('192.0.2.1'), 'send')
  assert.equal(judge('192.0.2.1'), 'drop')
  clock.milliseconds += 400
  assert.equal(judge('192.0.2.1'), 'send')
  assert.equal(judge('192.0.2.1'), 'drop')
  clock.milliseconds += 3_600_000
  for (let count = 0; count < 5; count += 1) assert.equal(judge('192.0.2.1'), 'send')
  assert.equal(judge('192.0.2.1'), 'drop')
})

test('a flood costs no more silence than the window', () => {
  for (const [silence, verdict] of [
    [3499, 'drop'],
    [3500, 'send'],
  ] as const) {
    const { judge, clock } = limit({ responses: 2, window: 3, slip: 0 })
    for (let count = 0; count < 10_000; count += 1) judge('192.0.2.1')
    clock.milliseconds += silence
    assert.equal(judge('192.0.2.1'), verdict)
  }
})

test('networks and kinds of answers have accounts of their own, exempt networks none', () => {
  const { judge } = limit({ responses: 1, slip: 0, exempt: createNetworks(['127.0.0.0/8']) })
  assert.equal(judge('192.0.2.1'), 'send')
  assert.equal(judge('192.0.2.99'), 'drop')
  assert.equal(judge('192.0.3.1'), 'send')
  assert.equal(judge('192.0.2.1', 'error'), 'send')
  assert.equal(judge('2001:db8::1'), 'send')
  assert.equal(judge('2001:db8:0:ff::9'), 'drop')
  for (let count = 0; count < 5; count += 1) assert.equal(judge('127.0.0.1'), 'send')
})

test('the table is bounded; the account that was used longest ago goes first', () => {
  const { judge } = limit({ responses: 1, slip: 0 })
  judge('192.0.2.1', 'kept')
  judge('192.0.2.1', 'lost')
  for (let count = 0; count < 19_998; count += 1) judge('192.0.2.1', `other ${count}`)
  assert.equal(judge('192.0.2.1', 'kept'), 'drop')
  judge('192.0.2.1', 'one more')
  assert.equal(judge('192.0.2.1', 'kept'), 'drop')
  assert.equal(judge('192.0.2.1', 'lost'), 'send')
})

const name = (text: string): RecordSet['owner'] => parseName(text, parseName('example.test.', ROOT))

function set(owner: RecordSet['owner'], type: string): RecordSet {
  return { owner, type: findType(type)?.code ?? 0, class: 1, ttl: 60, data: [Buffer.alloc(4)] }
}

function kindOf(question: Question | undefined, about: Partial<Reply>, rcode = 0): string {
  return answerKind(question, failure(rcode, about))
}

test('answers count as the same however the name was made up', () => {
  const one: Question = { name: name('a.x'), type: 1, class: 1 }
  const two: Question = { name: name('b.x'), type: 1, class: 1 }
  const soa = [set(name('@'), 'SOA')]
  const ns = [set(name('@'), 'NS')]
  assert.equal(kindOf(one, { authority: soa }, 3), kindOf(two, { authority: soa }, 3))
  assert.equal(kindOf(one, { authority: ns }), kindOf(two, { authority: ns }))
  assert.equal(kindOf(one, {}, 5), kindOf(two, {}, 2))
  assert.equal(kindOf(one, {}, 1), kindOf(undefined, {}, 1))
  const synthesized = (question: Question): string =>
    kindOf(question, { answer: [set(question.name, 'A')], authority: ns })
  assert.equal(synthesized(one), synthesized(two))
  const real = (question: Question, text: string): string =>
    kindOf(question, { answer: [set(name(text), 'A')], authority: ns })
  assert.notEqual(real(one, 'a.x'), real(two, 'b.x'))
  assert.notEqual(kindOf(one, { authority: soa }), kindOf(two, { authority: soa }))
})

const ZONE = '$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\nwww A 127.0.0.1\n'

function open(options: string): Promise<TestLab> {
  return openLab(`domain: conformance.test\nservices: { dns: { zone: zone.db, ${options} } }`, {
    files: { 'zone.db': ZONE },
  })
}

/** Asks many times at once, then for another name, whose answer comes last. */
async function flood(server: NameServer, query: (id: number) => Buffer): Promise<readonly Buffer[]> {
  const queries = Array.from({ length: 60 }, (_, id) => query(id))
  return exchangeUntil(
    server,
    [...queries, queryFor('dns', { id: 9999 })],
    (answer) => answer.readUInt16BE(0) === 9999,
  )
}

test('a flood of one question over UDP is answered in part, with TC and no records in part, and told so', async () => {
  await using lab = await open('rateLimit: { responses: 1 }')
  const answers = await flood(serverOf(lab), (id) => queryFor('www', { id }))
  const flags = answers.slice(0, -1).map((octets) => octets.readUInt16BE(2) & 0x0200)
  const cut = answers.filter((octets) => (octets.readUInt16BE(2) & 0x0200) !== 0)
  assert.ok(flags.length >= 20 && flags.length < 50, `${flags.length} answers to 60 questions`)
  assert.ok(cut.length >= 20 && cut.every((octets) => octets.readUInt32BE(6) === 0), `${cut.length} cut`)
  const refused = lab.journal.since(0, ['dns.refused']).map(({ data }) => data)
  assert.ok(refused.some((data) => data?.['why'] === 'rate' && data['dropped'] === true))
  assert.ok(refused.some((data) => data?.['why'] === 'rate' && data['truncated'] === true))
})

test('a flood over TCP is answered whole', async () => {
  await using lab = await open('rateLimit: { responses: 1 }')
  using stream = await openStream(serverOf(lab))
  stream.send(...Array.from({ length: 60 }, (_, id) => queryFor('www', { id })))
  for (let count = 0; count < 60; count += 1) assert.equal((await stream.receive()).answer.length, 1)
})

test('who knows cookies is asked for one instead of for TCP, and with it is not limited', async () => {
  await using lab = await open('rateLimit: { responses: 1, slip: 1 }')
  const subject = serverOf(lab)
  const cookie = (data: Buffer): Buffer => Buffer.concat([Buffer.from([0, 10, 0, data.length]), data])
  const client = Buffer.from('8 octets')
  const answers = await flood(subject, (id) => queryFor('www', { id, edns: { options: cookie(client) } }))
  const codes = answers.slice(0, -1).map((octets) => octets.readUInt16BE(2) & 0xf)
  assert.equal(codes.length, 60)
  assert.ok(codes.filter((code) => code === 7).length >= 50, 'BADCOOKIE is 23, whose lower four bits are 7')
  const { edns } = await ask(subject, 'mail', { edns: { options: cookie(client) } })
  const server = edns?.options.subarray(4) ?? assert.fail()
  const good = await flood(subject, (id) => queryFor('www', { id, edns: { options: cookie(server) } }))
  assert.ok(good.slice(0, -1).every((octets) => octets.readUInt16BE(6) === 1))
  assert.equal(good.length, 61)
})

test('without the option nothing is limited', async () => {
  await using lab = await open('udpSize: 1232')
  assert.equal((await flood(serverOf(lab), (id) => queryFor('www', { id }))).length, 61)
})
