import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage } from '../../../services/dns/wire/message.ts'
import { ask, exchange, openForAllTests, openStream, queryFor } from './subject.ts'

const subject = openForAllTests()

/** A query with the question so many times, whatever it says. */
function asking(times: number, count: number, opcode = 0): Buffer {
  const one = queryFor('www', { id: 21, opcode })
  const many = Buffer.concat([one.subarray(0, 12), ...Array.from({ length: times }, () => one.subarray(12))])
  many.writeUInt16BE(count, 4)
  return many
}

for (const [times, count] of [
  [0, 0],
  [1, 0],
  [2, 2],
  [3, 3],
  [1, 2],
  [1, 65_535],
  [0, 1],
] as const) {
  test(`§4: ${times} questions counted as ${count} are a format error`, async () => {
    const octets = await exchange(subject, asking(times, count))
    const { id, rcode, answer, flags } = decodeMessage(octets)
    assert.deepEqual([id, rcode, answer.length, flags & 0x8000], [21, 1, 0, 0x8000])
    assert.ok(octets.readUInt16BE(4) <= 1)
  })
}

test('§4: two different questions are a format error, though both could be answered', async () => {
  const [a, b] = [queryFor('www'), queryFor('mail')]
  const both = Buffer.concat([a, b.subarray(12)])
  both.writeUInt16BE(2, 4)
  const { rcode, answer } = decodeMessage(await exchange(subject, both))
  assert.deepEqual([rcode, answer.length], [1, 0])
})

test('§4: one question is answered', async () => {
  const { rcode, questions, answer } = await ask(subject, 'www')
  assert.deepEqual([rcode, questions.length, answer.length], [0, 1, 1])
})

test('§4: over TCP the error does not end the connection', async () => {
  using stream = await openStream(subject)
  stream.send(asking(2, 2))
  assert.equal((await stream.receive()).rcode, 1)
  stream.send(queryFor('www', { id: 22 }))
  assert.deepEqual([(await stream.receive()).id], [22])
})
