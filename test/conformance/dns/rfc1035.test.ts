import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage } from '../../../services/dns/wire/message.ts'
import {
  ask,
  askStream,
  bindDeviates,
  exchange,
  exchangeUntil,
  FLAGS,
  lines,
  openForAllTests,
  openStream,
  queryFor,
} from './subject.ts'

const subject = openForAllTests()

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

const LONG_LABEL = 'a'.repeat(63)
const LONG_NAME = [LONG_LABEL, 'b'.repeat(63), 'c'.repeat(63), 'd'.repeat(44), 'conformance.test.'].join('.')

test('§2.3.4: labels of 63 octets and names of 255 are found, and so is that there are none', async () => {
  assert.deepEqual(lines((await ask(subject, LONG_LABEL)).answer), [
    `${LONG_LABEL}.conformance.test. 3600 A 192.0.2.11`,
  ])
  const { answer, questions } = await ask(subject, LONG_NAME)
  assert.equal(questions[0]?.name.wire.length, 255)
  assert.deepEqual(lines(answer), [`${LONG_NAME} 3600 A 192.0.2.12`])
  assert.equal((await ask(subject, LONG_NAME.replace('dd', 'ee'))).rcode, 3)
})

test('§2.3.3, §3.1: a label holds any octets (RFC 2181 §11)', async () => {
  const { answer, questions } = await ask(subject, String.raw`OCTETS\000\032\200\255`, { type: 'TXT' })
  assert.equal(questions[0]?.name.wire.subarray(0, 11).toString('latin1'), '\nOCTETS\0 \u00c8\u00ff')
  assert.deepEqual(lines(answer), [
    String.raw`octets\000\032\200\255.conformance.test. 3600 TXT "an odd name"`,
  ])
  assert.equal((await ask(subject, String.raw`octets\000\032\232\255`, { type: 'TXT' })).rcode, 3)
})

test('§3.3.14: a character string has up to 255 octets, of any value', async () => {
  assert.deepEqual(lines((await ask(subject, 'string255', { type: 'TXT' })).answer), [
    `string255.conformance.test. 3600 TXT "${'s'.repeat(255)}"`,
  ])
  const [set] = (await ask(subject, 'nul', { type: 'TXT' })).answer
  assert.deepEqual(set?.data[0], Buffer.from([5, 0, 1, 34, 92, 255]))
})

test('§4.1.1: what only answers have is ignored in a query', async () => {
  const { rcode, answer, flags } = await ask(subject, 'www', {
    flags: FLAGS.authoritative | FLAGS.recursionAvailable | 5,
  })
  assert.deepEqual([rcode, lines(answer)], [0, ['www.conformance.test. 3600 A 192.0.2.4']])
  assert.equal(flags & FLAGS.authoritative, FLAGS.authoritative)
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
  [
    '§4.1.4: a pointer forwards',
    (good) => Buffer.concat([good.subarray(0, 12), Buffer.from([0xc0, 18, 0, 1, 0, 1, 0])]),
  ],
  [
    '§4.1.4: a pointer into nothing',
    (good) => Buffer.concat([good.subarray(0, 12), Buffer.from([0xff, 0xff, 0, 1, 0, 1])]),
  ],
  [
    '§4.1.4: labels that go round',
    (good) => Buffer.concat([good.subarray(0, 12), Buffer.from([1, 97, 0xc0, 12, 0, 1, 0, 1])]),
  ],
  ...[64, 128, 191].map((length): [string, (good: Buffer) => Buffer] => [
    `§2.3.4, §4.1.4: a label of ${length} octets`,
    (good) =>
      Buffer.concat([
        good.subarray(0, 12),
        Buffer.from([length]),
        Buffer.alloc(length, 'a'),
        Buffer.from([0, 0, 1, 0, 1]),
      ]),
  ]),
  ['§4.1: a record that is counted but not there', (good) => withCount(good, 10, 1)],
  ['§4.1: 65,535 answers that are not there', (good) => withCount(good, 6, 0xffff)],
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

test('§4.1: octets behind the end are a format error', bindDeviates('it ignores them'), async () => {
  const octets = await exchange(subject, Buffer.concat([queryFor('www', { id: 99 }), Buffer.from([0])]))
  assert.deepEqual([octets.readUInt16BE(0), octets.readUInt16BE(2) & 0xf80f], [99, 0x8001])
})

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

test('§4.1.4: an owner that is asked for is a pointer to the question', async () => {
  const octets = await exchange(subject, queryFor('mail'))
  const end = queryFor('mail').length
  assert.equal(octets.readUInt16BE(end), 0xc00c)
})

test('§4.1.4: names in data are compressed only where this document says (RFC 3597 §4)', async () => {
  const plain = Buffer.from('\u0004mail\u000bconformance\u0004test\0', 'latin1')
  assert.equal((await exchange(subject, queryFor('@', { type: 'MX' }))).includes(plain), false)
  assert.equal((await exchange(subject, queryFor('_sip._tcp', { type: 'SRV' }))).includes(plain), true)
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

const META = [
  ['MAILB', 253, 4],
  ['MAILA', 254, 4],
  ['a type for messages', 200, 1],
  ['OPT', 41, 1],
] as const

for (const [what, type, rcode] of META) {
  test(`§3.2.3, RFC 6895 §3.1: a question for ${what} has no data that could be meant`, async () => {
    const { answer, rcode: found } = await ask(subject, 'www', { type: `TYPE${type}` })
    assert.deepEqual([found, lines(answer)], [rcode, []])
  })
}

test(
  '§4.2.2: an empty message over TCP is not answered, and what comes after it is',
  bindDeviates('it ends the connection'),
  async () => {
    using stream = await openStream(subject)
    stream.send(Buffer.alloc(0), queryFor('www', { id: 2 }))
    const answer = await stream.receive().catch(() => undefined)
    assert.equal(answer?.id, 2)
  },
)

test('§4.2.2: an answer over TCP may have up to 65,535 octets and no TC', async () => {
  const { answer, flags } = await askStream(subject, 'big', { type: 'TXT' })
  assert.deepEqual([lines(answer).length, flags & FLAGS.truncated], [12, 0])
})
