import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage } from '../../../services/dns/wire/message.ts'
import { ask, askStream, exchange, FLAGS, lines, openForAllTests, openStream, queryFor } from './subject.ts'

const subject = openForAllTests()

test('§6.1.1: who sends no OPT gets none, who sends one gets one', async () => {
  assert.equal((await ask(subject, 'www')).edns, undefined)
  const { edns, answer } = await ask(subject, 'www', { edns: {} })
  assert.equal(edns?.version, 0)
  assert.deepEqual(lines(answer), ['www.conformance.test. 3600 A 192.0.2.4'])
})

test('§6.1.1: a second OPT is a format error', async () => {
  const one = queryFor('www', { edns: {} })
  const two = Buffer.concat([one, one.subarray(-11)])
  two.writeUInt16BE(2, 10)
  assert.equal(decodeMessage(await exchange(subject, two)).rcode & 0xf, 1)
})

test('§6.1.2: an OPT that is not at the root is a format error', async () => {
  const query = queryFor('www', { edns: {} })
  const moved = Buffer.concat([query.subarray(0, -11), Buffer.from([1, 97]), query.subarray(-11)])
  assert.equal(decodeMessage(await exchange(subject, moved)).rcode & 0xf, 1)
})

test('§6.1.2: an option that is cut short is a format error', async () => {
  const query = queryFor('www', { edns: { options: Buffer.from([0, 3, 0, 9, 1]) } })
  assert.equal(decodeMessage(await exchange(subject, query)).rcode & 0xf, 1)
})

test('§6.1.1: an OPT in another section is a format error', async () => {
  for (const count of [6, 8]) {
    const query = queryFor('www', { edns: {} })
    query.writeUInt16BE(0, 10)
    query.writeUInt16BE(1, count)
    assert.equal(decodeMessage(await exchange(subject, query)).rcode & 0xf, 1)
  }
})

test('§6.1.1: an OPT may stand before other records of the additional section', async () => {
  const query = queryFor('www', { edns: {} })
  const record = Buffer.from([0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 1, 0])
  const longer = Buffer.concat([query, record])
  longer.writeUInt16BE(2, 10)
  const { rcode, edns, answer } = decodeMessage(await exchange(subject, longer))
  assert.deepEqual([rcode, edns?.version, answer.length], [0, 0, 1])
})

test('§6.1.2: an option without data, and several options, also of the same code', async () => {
  const options = Buffer.from([0xfd, 0xe9, 0, 0, 0xfd, 0xe9, 0, 0, 0xfd, 0xea, 0, 1, 9])
  const { rcode, edns, answer } = await ask(subject, 'www', { edns: { options } })
  assert.deepEqual([rcode, edns?.options.length, answer.length], [0, 0, 1])
})

test('§6.1.2: half an option code is a format error', async () => {
  for (const length of [1, 2, 3]) {
    const query = queryFor('www', { edns: { options: Buffer.alloc(length) } })
    assert.equal(decodeMessage(await exchange(subject, query)).rcode & 0xf, 1)
  }
})

test('§6.1.3: the extended code of a query is ignored', async () => {
  const query = queryFor('www', { edns: {} })
  query[query.length - 6] = 0xff
  const { rcode, answer } = decodeMessage(await exchange(subject, query))
  assert.deepEqual([rcode, answer.length], [0, 1])
})

test('§6.1.3: another version with unknown options gets BADVERS too', async () => {
  const options = Buffer.from([0xfd, 0xe9, 0, 0])
  const { rcode, edns } = await ask(subject, 'www', { edns: { version: 1, options, dnssec: true } })
  assert.deepEqual([rcode, edns?.version, edns?.options.length, edns?.dnssec], [16, 0, 0, true])
})

test('§6.1.2: unknown options are ignored', async () => {
  const { rcode, edns, answer } = await ask(subject, 'www', {
    edns: { options: Buffer.from([0xfd, 0xe9, 0, 2, 1, 2]) },
  })
  assert.deepEqual([rcode, edns?.options.length, answer.length], [0, 0, 1])
})

test('§6.1.3: other versions get BADVERS, our version, and no records', async () => {
  for (const version of [1, 255]) {
    const { rcode, edns, answer } = await ask(subject, 'www', { edns: { version } })
    assert.deepEqual([rcode, edns?.version, answer.length], [16, 0, 0])
  }
})

test('§6.1.4, RFC 3225 §3: DO is copied, the other bits are clear', async () => {
  const query = queryFor('www', { edns: { dnssec: true } })
  query.writeUInt16BE(0xffff, query.length - 4)
  const octets = await exchange(subject, query)
  const { edns } = decodeMessage(octets)
  assert.equal(edns?.dnssec, true)
  assert.ok(octets.includes(Buffer.from([0, 0, 41])))
  assert.equal(octets.readUInt16BE(octets.lastIndexOf(Buffer.from([0, 0, 41])) + 7), 0x8000)
  assert.equal((await ask(subject, 'www', { edns: {} })).edns?.dnssec, false)
})

test('§6.2.3: sizes below 512 count as 512', async () => {
  const { flags, answer } = await ask(subject, 'dns', { edns: { size: 0 } })
  assert.deepEqual([flags & FLAGS.truncated, answer.length], [0, 1])
})

for (const size of [512, 600, 1000, 1232, 65_535]) {
  test(`§6.2.5: an answer of a client that takes ${size} octets is not longer`, async () => {
    const octets = await exchange(subject, queryFor('big', { type: 'TXT', edns: { size } }))
    assert.ok(octets.length <= Math.min(size, 1232), String(octets.length))
    const { flags, edns } = decodeMessage(octets)
    assert.equal(flags & FLAGS.truncated, FLAGS.truncated)
    assert.notEqual(edns, undefined)
  })
}

const ERRORS: readonly [string, string, Parameters<typeof ask>[2] & object, number][] = [
  ['a name error', 'nothing', {}, 3],
  ['a refusal', 'www.example.net.', {}, 5],
  ['another class', 'www', { class: 4 }, 5],
  ['no data', 'www', { type: 'MX' }, 0],
  ['a referral', 'x.sub', {}, 0],
  ['another opcode', 'www', { opcode: 2 }, 4],
]

for (const [what, name, asking, rcode] of ERRORS) {
  test(`§7: ${what} has an OPT too`, async () => {
    const found = await ask(subject, name, { ...asking, edns: {} })
    assert.equal(found.rcode, rcode)
    assert.notEqual(found.edns, undefined)
  })
}

test('§6.2.3, §6.2.4: over TCP the size of the OPT is no bound', async () => {
  const { answer, flags, edns } = await askStream(subject, 'big', { type: 'TXT', edns: { size: 512 } })
  assert.deepEqual([lines(answer).length, flags & FLAGS.truncated], [12, 0])
  assert.notEqual(edns, undefined)
})

test('§6.2.5: what is longer than 512 octets comes whole to who can take it', async () => {
  const plain = await ask(subject, 'many', { type: 'MX' })
  assert.equal(lines(plain.additional).length < 37, true)
  const octets = await exchange(subject, queryFor('many', { type: 'MX', edns: { size: 4096 } }))
  assert.ok(octets.length > 512 && octets.length <= 1232, String(octets.length))
  const { answer, additional, flags } = decodeMessage(octets)
  assert.deepEqual([lines(answer).length, flags & FLAGS.truncated], [3, 0])
  assert.equal(lines(additional).length >= 37, true)
})

test('§6.1.2: a query over TCP may carry options up to the length of a message', async () => {
  using stream = await openStream(subject)
  const room = 65_535 - queryFor('www', { edns: {} }).length - 4
  const options = Buffer.alloc(room + 4)
  options.writeUInt16BE(65_001, 0)
  options.writeUInt16BE(room, 2)
  stream.send(queryFor('www', { id: 3, edns: { options } }))
  const { id, rcode, answer } = await stream.receive()
  assert.deepEqual([id, rcode, answer.length], [3, 0, 1])
})
