import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeMessage } from '../../../services/dns/wire/message.ts'
import { ask, exchange, exchangeUntil, FLAGS, lines, openSubject, queryFor, type Subject } from './subject.ts'

let subject: Subject
before(async () => {
  subject = await openSubject()
})
after(() => subject[Symbol.asyncDispose]())

test('§3.3: the data of each type arrives as the zone file says', async () => {
  const expected: readonly [string, string, readonly string[]][] = [
    [
      '@',
      'SOA',
      ['conformance.test. 7200 SOA dns.conformance.test. hostmaster.conformance.test. 7 3600 900 604800 300'],
    ],
    ['@', 'NS', ['conformance.test. 3600 NS dns.conformance.test.']],
    ['dns', 'AAAA', ['dns.conformance.test. 3600 AAAA 2001:db8::1']],
    ['text', 'TXT', ['text.conformance.test. 3600 TXT "one" "two; three" ""']],
    ['_sip._tcp', 'SRV', ['_sip._tcp.conformance.test. 3600 SRV 0 5 5060 mail.conformance.test.']],
    [String.raw`dot\.ted`, 'TXT', [String.raw`dot\.ted.conformance.test. 3600 TXT "a dot within a label"`]],
    ['odd', 'TYPE65280', [String.raw`odd.conformance.test. 3600 TYPE65280 \# 4 01020304`]],
  ]
  for (const [name, type, answer] of expected)
    assert.deepEqual(lines((await ask(subject, name, { type })).answer), answer)
})

test('§3.1: a dot within a label is not a border between labels', async () => {
  assert.equal((await ask(subject, 'dot.ted', { type: 'TXT' })).rcode, 3)
})

test('§4.1.1: id, opcode and RD are copied, QR is set, the reserved bits are clear', async () => {
  for (const id of [0, 1, 0xffff]) {
    const octets = await exchange(subject, queryFor('www', { id, flags: FLAGS.recursionDesired }))
    assert.equal(octets.readUInt16BE(0), id)
    assert.equal(octets.readUInt16BE(2) & 0xf950, 0x8100)
  }
})

test('§4.1.1: other opcodes are not implemented', async () => {
  for (const opcode of [1, 2, 3, 6, 15]) {
    const { rcode, opcode: copied, flags } = await ask(subject, 'www', { opcode })
    assert.deepEqual([rcode, copied, flags & FLAGS.response], [4, opcode, FLAGS.response], `opcode ${opcode}`)
  }
})

test('§4.1.1: a response is never answered, nor is less than a header', async () => {
  const response = queryFor('www', { id: 1, flags: FLAGS.response })
  const good = queryFor('www', { id: 2 })
  const answers = await exchangeUntil(
    subject,
    [response, Buffer.alloc(0), good.subarray(0, 11), good],
    (answer) => answer.readUInt16BE(0) === 2,
  )
  assert.equal(answers.length, 1)
})

const BROKEN: readonly [string, (good: Buffer) => Buffer][] = [
  ['§4.1.2: a question that is cut short', (good) => good.subarray(0, -3)],
  ['§4.1.2: no question', (good) => withCount(good.subarray(0, 12), 4, 0)],
  ['§4.1.2, RFC 9619 §4: two questions', (good) => withCount(Buffer.concat([good, good.subarray(12)]), 4, 2)],
  [
    '§4.1.4: a pointer to itself',
    (good) => Buffer.concat([good.subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])]),
  ],
  [
    '§4.1.4: an unknown label type',
    (good) => Buffer.concat([good.subarray(0, 12), Buffer.from([0x80, 0, 0, 1, 0, 1])]),
  ],
  ['§4.1: a record that is counted but not there', (good) => withCount(good, 10, 1)],
  [
    '§2.3.4: a name over 255 octets',
    (good) =>
      Buffer.concat([
        good.subarray(0, 12),
        Buffer.from('\u0001a'.repeat(130), 'latin1'),
        Buffer.from([0, 0, 1, 0, 1]),
      ]),
  ],
]

for (const [what, spoil] of BROKEN) {
  test(`${what} is a format error`, async () => {
    const octets = await exchange(subject, spoil(queryFor('www', { id: 99 })))
    assert.deepEqual([octets.readUInt16BE(0), octets.readUInt16BE(2) & 0xf80f], [99, 0x8001])
  })
}

function withCount(octets: Buffer, at: number, count: number): Buffer {
  const changed = Buffer.from(octets)
  changed.writeUInt16BE(count, at)
  return changed
}

test('§4.1.4: names in answers are compressed', async () => {
  const octets = await exchange(subject, queryFor('@', { type: 'MX' }))
  assert.equal(octets.toString('latin1').split('conformance').length - 1, 1)
  assert.equal(decodeMessage(octets).answer.length, 1)
})

test('§4.2.1: without EDNS an answer has 512 octets at most and TC says that it was cut', async () => {
  const octets = await exchange(subject, queryFor('big', { type: 'TXT' }))
  assert.ok(octets.length <= 512)
  assert.equal(decodeMessage(octets).flags & FLAGS.truncated, FLAGS.truncated)
  assert.deepEqual(
    decodeMessage(octets).questions.map((question) => question.type),
    [16],
  )
})

test('§3.2.4: classes other than IN are refused', async () => {
  assert.equal((await ask(subject, 'www', { class: 4 })).rcode, 5)
})
