import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage, type Message } from '../../../services/dns/wire/message.ts'
import { ask, askStream, exchange, FLAGS, lines, openForAllTests, queryFor, type Asking } from './subject.ts'

const subject = openForAllTests()

const SOA =
  'conformance.test. 7200 SOA dns.conformance.test. hostmaster.conformance.test. 7 3600 900 604800 300'
const AUTHORITATIVE = FLAGS.response | FLAGS.authoritative
const AUTHENTIC = 0x0020
const CHECKING_DISABLED = 0x0010

/** An answer with the SOA, AA and no bit that is reserved. */
function assertAnswered({ rcode, flags, answer }: Message): void {
  assert.deepEqual([rcode, lines(answer)], [0, [SOA]])
  assert.equal(flags & (AUTHORITATIVE | FLAGS.truncated | FLAGS.recursionDesired), AUTHORITATIVE)
}

function askSoa(asking: Asking = {}): Promise<Message> {
  return ask(subject, '@', { type: 'SOA', ...asking })
}

test('§8.1.1: the server is configured for the zone', async () => {
  const found = await askSoa()
  assertAnswered(found)
  assert.equal(found.edns, undefined)
})

test('§8.1.2: unknown types', async () => {
  const { rcode, answer, flags } = await ask(subject, '@', { type: 'TYPE1000' })
  assert.deepEqual([rcode, lines(answer), flags], [0, [], AUTHORITATIVE])
})

test('§8.1.3.1: CD=1', async () => assertAnswered(await askSoa({ flags: CHECKING_DISABLED })))

test('§8.1.3.2: AD=1', async () => {
  const found = await askSoa({ flags: AUTHENTIC })
  assertAnswered(found)
  assert.equal(found.flags & AUTHENTIC, 0)
})

test('§8.1.3.3: the reserved bit is not copied', async () => {
  const query = queryFor('@', { type: 'SOA' })
  query.writeUInt16BE(0x0040, 2)
  const octets = await exchange(subject, query)
  assertAnswered(decodeMessage(octets))
  assert.equal(octets.readUInt16BE(2) & 0x0040, 0)
})

test('§8.1.3.4: RD=1', async () => {
  const { rcode, answer, flags } = await askSoa({ flags: FLAGS.recursionDesired })
  assert.deepEqual([rcode, lines(answer)], [0, [SOA]])
  assert.equal(flags & (AUTHORITATIVE | FLAGS.recursionDesired), AUTHORITATIVE | FLAGS.recursionDesired)
})

test('§8.1.4: unknown opcodes, with a header alone and with more', async () => {
  const whole = queryFor('@', { opcode: 15, id: 3 })
  const header = Buffer.from(whole.subarray(0, 12))
  header.writeUInt16BE(0, 4)
  for (const query of [header, whole]) {
    const octets = await exchange(subject, query)
    const word = octets.readUInt16BE(2)
    assert.deepEqual(
      [octets.readUInt16BE(0), word & 0x7800, word & 0xf, word & FLAGS.authoritative, octets.readUInt16BE(6)],
      [3, 0x7800, 4, 0, 0],
    )
  }
})

test('§8.1.5: TCP', async () => assertAnswered(await askStream(subject, '@', { type: 'SOA' })))

/** The options of `dig +cookie +nsid +expire +subnet=0.0.0.0/0`. */
const DEFINED = Buffer.from([
  0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 3, 0, 0, 0, 9, 0, 0, 0, 8, 0, 4, 0, 1, 0, 0,
])
const UNKNOWN = Buffer.from([0, 100, 0, 0])

test('§8.2.1: minimal EDNS', async () => {
  const found = await askSoa({ edns: {} })
  assertAnswered(found)
  assert.deepEqual([found.edns?.version, found.edns?.options.length], [0, 0])
})

test('§8.2.3: unknown options are not sent back', async () => {
  const found = await askSoa({ edns: { options: UNKNOWN } })
  assertAnswered(found)
  assert.deepEqual([found.edns?.version, found.edns?.options.length], [0, 0])
})

const VERSION_ONE: readonly [string, Partial<Message['edns'] & object>][] = [
  ['§8.2.2: EDNS version negotiation', {}],
  ['§8.2.6: version negotiation with unknown options', { options: UNKNOWN }],
  ['§8.2.9: version negotiation with DNSSEC', { dnssec: true }],
]

for (const [what, edns] of VERSION_ONE) {
  test(what, async () => {
    const found = await askSoa({ edns: { version: 1, ...edns } })
    assert.deepEqual([found.rcode, lines(found.answer), found.flags], [16, [], FLAGS.response])
    assert.deepEqual([found.edns?.version, found.edns?.options.length], [0, 0])
    assert.equal(found.edns?.dnssec, edns.dnssec === true)
  })
}

for (const [what, version, rcode] of [
  ['§8.2.4: unknown flags', 0, 0],
  ['§8.2.5: version negotiation with unknown flags', 1, 16],
] as const) {
  test(`${what} are not sent back`, async () => {
    const query = queryFor('@', { type: 'SOA', edns: { version } })
    query.writeUInt16BE(0x0040, query.length - 4)
    const octets = await exchange(subject, query)
    const found = decodeMessage(octets)
    assert.deepEqual([found.rcode, found.edns?.version, found.answer.length], [rcode, 0, rcode === 0 ? 1 : 0])
    assert.equal(octets.readUInt16BE(octets.lastIndexOf(Buffer.from([0, 0, 41])) + 7), 0)
  })
}

test('§8.2.7: what does not fit is truncated, with an OPT', async () => {
  const found = await ask(subject, 'big', { type: 'TXT', edns: { size: 512, dnssec: true } })
  assert.equal(found.flags & FLAGS.truncated, FLAGS.truncated)
  assert.equal(found.edns?.version, 0)
})

test('§8.2.8: DNSSEC queries', async () => {
  const found = await askSoa({ edns: { dnssec: true } })
  assertAnswered(found)
  assert.equal(found.edns?.dnssec, true)
})

test('§8.2.10: several defined options at once', async () => {
  const found = await askSoa({ edns: { options: DEFINED } })
  assertAnswered(found)
  assert.equal(found.edns?.version, 0)
})

test('§6: an answer that others were given before is made for this query', async () => {
  // Whole answers that are kept must heed all that the query says.
  for (let turn = 0; turn < 3; turn += 1) {
    assert.equal((await askSoa()).edns, undefined)
    assert.equal((await askSoa({ edns: {} })).edns?.dnssec, false)
    assert.equal((await askSoa({ edns: { dnssec: true } })).edns?.dnssec, true)
    assert.equal((await askSoa({ edns: { version: 1 } })).rcode, 16)
    assert.equal((await askSoa({ flags: FLAGS.recursionDesired })).flags & FLAGS.recursionDesired, 0x0100)
    assert.equal((await askSoa()).flags & FLAGS.recursionDesired, 0)
    assert.equal((await askSoa({ class: 3 })).rcode, 5)
    const { questions } = await ask(subject, 'CONFORMANCE.test.', { type: 'SOA' })
    assert.equal(questions[0]?.name.wire.toString('latin1', 1, 12), 'CONFORMANCE')
    const cut = await ask(subject, 'big', { type: 'TXT', edns: { size: 512 } })
    assert.equal(cut.flags & FLAGS.truncated, FLAGS.truncated)
    assert.equal((await askStream(subject, 'big', { type: 'TXT' })).flags & FLAGS.truncated, 0)
  }
})

// §3.1.2 and §4: each kind of query gets an answer, whatever it is.
for (const opcode of [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]) {
  test(`§3.1.4: opcode ${opcode} is answered`, async () => {
    const octets = await exchange(subject, queryFor('www', { opcode, id: 9 }))
    assert.equal(octets.readUInt16BE(0), 9)
    assert.equal((octets.readUInt16BE(2) >> 11) & 15, opcode)
    assert.notEqual(octets.readUInt16BE(2) & 15, 0)
  })
}
