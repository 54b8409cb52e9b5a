import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { ask, exchange, FLAGS, lines, openForAllTests, queryFor } from './subject.ts'

const subject = openForAllTests()

test('§4: the answer comes from the address and port that were asked', async () => {
  const socket = createSocket('udp4')
  try {
    // Of a connected socket the system drops what comes from elsewhere.
    socket.connect(subject.address.port, subject.address.host)
    await once(socket, 'connect')
    socket.send(queryFor('www', { id: 1 }))
    const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(5000) })) as [Buffer]
    assert.equal(answer.readUInt16BE(0), 1)
  } finally {
    socket.close()
  }
})

test('§5: an answer holds the whole record set, each record once', async () => {
  const { answer } = await ask(subject, 'differing')
  assert.deepEqual(lines(answer), [
    'differing.conformance.test. 60 A 192.0.2.10',
    'differing.conformance.test. 60 A 192.0.2.9',
  ])
})

test('§5.5: no record stands in two sections', async () => {
  for (const [name, type] of [
    ['dns', 'A'],
    ['@', 'NS'],
    ['@', 'ANY'],
  ] as const) {
    const { answer, authority, additional } = await ask(subject, name, { type })
    const all = lines([...answer, ...authority, ...additional])
    assert.notEqual(all.length, 0)
    assert.deepEqual(all, [...new Set(all)])
  }
})

test('§9: extra sets that do not fit do not set TC, and each is whole or left out', async () => {
  const octets = await exchange(subject, queryFor('many', { type: 'MX' }))
  assert.ok(octets.length <= 512)
  const { answer, additional, flags } = await ask(subject, 'many', { type: 'MX' })
  assert.equal(lines(answer).length, 3)
  assert.equal(flags & FLAGS.truncated, 0)
  for (const set of additional)
    assert.equal(set.data.length, set.type === 28 ? 12 : 1, lines(additional).join('\n'))
})

test('§9: what an answer that is cut still holds is whole', async () => {
  const { answer, flags } = await ask(subject, 'big', { type: 'TXT', edns: { size: 1232 } })
  assert.equal(flags & FLAGS.truncated, FLAGS.truncated)
  assert.ok(lines(answer).length === 0 || lines(answer).length === 12, lines(answer).join('\n'))
})

test('§6.1: what stands at a cut and below belongs to the zone below, so AA is clear', async () => {
  for (const [name, type] of [
    ['sub', 'NS'],
    ['sub', 'SOA'],
    ['ns.sub', 'A'],
    ['hidden.sub', 'AAAA'],
  ] as const) {
    const { answer, flags } = await ask(subject, name, { type })
    assert.deepEqual([lines(answer), flags & FLAGS.authoritative], [[], 0])
  }
})

test('§10.1: beside an alias there is nothing else', async () => {
  const { answer } = await ask(subject, 'alias', { type: 'ANY' })
  assert.deepEqual(lines(answer), ['alias.conformance.test. 3600 CNAME www.conformance.test.'])
})
