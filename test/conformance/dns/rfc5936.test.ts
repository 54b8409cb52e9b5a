import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeMessage } from '../../../services/dns/wire/message.ts'
import { loadZones } from '../../../services/dns/zone/zones.ts'
import { CLASS_IN } from '../../../services/dns/wire/codes.ts'
import { option } from './cookie.ts'
import { ask, askStream, FLAGS, lines, openForAllTests, openStream, queryFor } from './subject.ts'
import { openPrimary, records, transfer } from './transfer.ts'

const primary = openForAllTests(openPrimary)
const closed = openForAllTests()

/** Every record of a master file, once, with one time to live a set. */
function written(file: string): readonly string[] {
  const { zones } = loadZones(
    { zone: file },
    { text: (name) => readFileSync(join(import.meta.dirname, name), 'utf8') },
    { domain: 'conformance.test', address: '127.0.0.1' },
  )
  const all = (zones[0]?.entries ?? []).map((entry) => ({ ...entry, class: CLASS_IN, data: [entry.data] }))
  const ttls = new Map<string, number>()
  for (const { owner, type, ttl } of all) {
    const set = `${owner.key} ${type}`
    ttls.set(set, Math.min(ttl, ttls.get(set) ?? Infinity))
  }
  return [
    ...new Set(lines(all.map((each) => ({ ...each, ttl: ttls.get(`${each.owner.key} ${each.type}`) ?? 0 })))),
  ]
}

for (const [zone, file] of [
  ['conformance.test.', 'zone.db'],
  ['child.conformance.test.', 'child.db'],
  ['other.test.', 'other.db'],
] as const) {
  test(`§2.2: the transfer of ${zone} begins and ends with the SOA and holds every record once between`, async () => {
    const messages = await transfer(primary, queryFor(zone, { type: 'AXFR' }))
    const sent = records(messages.flatMap(({ answer }) => answer))
    const [first, last] = [sent.at(0), sent.at(-1)]
    assert.match(lines(first === undefined ? [] : [first])[0] ?? '', / SOA /)
    assert.deepEqual(first, last)
    assert.deepEqual(folded(lines(sent.slice(0, -1))), folded(written(file)))
  })
}

// Whether letter case is kept is a matter of its own.
function folded(all: readonly string[]): readonly string[] {
  return all.map((line) => line.toLowerCase()).toSorted()
}

test('§3.4: letter case is kept, whatever the question and other names have', async () => {
  const messages = await transfer(primary, queryFor('CONFORMANCE.test.', { type: 'AXFR' }))
  const sent = messages.flatMap(({ answer }) => answer)
  assert.ok(sent.every(({ owner }) => owner.wire.includes('conformance') && !owner.wire.includes('CONF')))
  const targets = sent.flatMap(({ type, data }) =>
    type === 5 ? data.map((each) => each.toString('latin1')) : [],
  )
  assert.ok(targets.some((target) => target.startsWith('\u0003www\u000bconformance')))
  assert.ok(targets.every((target) => !target.includes('WwW')))
})

test('§2.2.1: id, AA and the first question are right, and no message is truncated', async () => {
  const messages = await transfer(primary, queryFor('@', { type: 'AXFR', id: 77 }))
  for (const { id, flags, rcode, authority, additional, edns } of messages) {
    assert.deepEqual([id, rcode, authority.length, additional.length, edns], [77, 0, 0, 0, undefined])
    assert.equal(
      flags & (FLAGS.response | FLAGS.truncated | FLAGS.authoritative),
      FLAGS.response | FLAGS.authoritative,
    )
  }
  const [question] = messages[0]?.questions ?? []
  assert.deepEqual([question?.name.key, question?.type], ['\u000bconformance\u0004test\0', 252])
})

test('§2.2.5: who sends an OPT record gets one in the first message', async () => {
  const messages = await transfer(primary, queryFor('@', { type: 'AXFR', edns: { options: option(3, '') } }))
  assert.notEqual(messages[0]?.edns, undefined)
})

test('§2.2.1: who may not have the zone is refused', async () => {
  const found = await askStream(closed, '@', { type: 'AXFR', edns: {} })
  assert.deepEqual([found.rcode, found.answer.length], [5, 0])
})

for (const name of ['www', 'example.net.', '.']) {
  test(`§2.2.1: ${name} is not the name of a zone here`, async () => {
    for (const server of [primary, closed]) {
      const found = await askStream(server, name, { type: 'AXFR' })
      assert.deepEqual([found.rcode, found.answer.length], [9, 0])
    }
  })
}

test('§4.2: over UDP there is no transfer', async () => {
  assert.equal((await ask(primary, '@', { type: 'AXFR' })).rcode, 1)
  assert.equal((await ask(closed, '@', { type: 'AXFR' })).rcode, 5)
})

test('§4.1.1: other questions are answered on the same connection, and several transfers', async () => {
  using stream = await openStream(primary)
  stream.send(
    queryFor('@', { type: 'AXFR', id: 1 }),
    queryFor('www', { id: 2 }),
    queryFor('other.test.', { type: 'AXFR', id: 3 }),
    queryFor('@', { type: 'AXFR', id: 4 }),
  )
  const soas = new Map<number, number>()
  let isAnswered = false
  while ([1, 3, 4].some((id) => (soas.get(id) ?? 0) < 2) || !isAnswered) {
    const { id, answer } = await stream.receive()
    if (id === 2) isAnswered = true
    else soas.set(id, (soas.get(id) ?? 0) + answer.filter(({ type }) => type === 6).length)
  }
})

test('§3.2: hidden records and glue are part of the zone', async () => {
  const sent = lines(
    (await transfer(primary, queryFor('@', { type: 'AXFR' }))).flatMap(({ answer }) => answer),
  )
  assert.ok(sent.includes('ns.sub.conformance.test. 3600 A 192.0.2.7'))
  assert.ok(sent.includes('hidden.sub.conformance.test. 3600 A 192.0.2.8'))
})

test('RFC 1035 §4.1.4: names in the messages are compressed', async () => {
  using stream = await openStream(primary)
  stream.send(queryFor('@', { type: 'AXFR' }))
  const [octets] = (await once(stream.socket, 'data')) as [Buffer]
  // Some names are in types whose names may not be compressed, or in quoted text.
  const spelled = octets.toString('latin1').split('\u000bconformance\u0004test\0').length - 1
  const owners = decodeMessage(octets.subarray(2, 2 + octets.readUInt16BE(0))).answer.length
  assert.ok(spelled < owners / 4, `${spelled} times for ${owners} sets`)
})

test('§2.1: a transfer in another class, in which there is no such zone, is refused', async () => {
  const { rcode, answer } = await askStream(primary, '@', { type: 'AXFR', class: 3 })
  assert.deepEqual([[5, 9].includes(rcode), answer.length], [true, 0], `code ${rcode}`)
})
