import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frame } from '../../../services/dns/wire/framing.ts'
import { ask, bindDeviates, FLAGS, lines, openForAllTests, openStream, queryFor } from './subject.ts'

const subject = openForAllTests()

test('§5: an answer that is too long for UDP comes whole over TCP', async () => {
  using stream = await openStream(subject)
  stream.send(queryFor('big', { type: 'TXT' }))
  const { answer, flags } = await stream.receive()
  assert.deepEqual([answer[0]?.data.length, flags & 0x0200], [12, 0])
})

test('§6.2.1: many queries share a connection, sent at once', async () => {
  using stream = await openStream(subject)
  const ids = Array.from({ length: 500 }, (_, index) => index)
  stream.send(...ids.map((id) => queryFor('www', { id })))
  const answers = new Set<number>()
  while (answers.size < ids.length) answers.add((await stream.receive()).id)
  assert.deepEqual(
    [...answers].toSorted((a, b) => a - b),
    ids,
  )
})

test('§8: the length may come apart, as may the message', async () => {
  using stream = await openStream(subject)
  stream.socket.setNoDelay(true)
  for (const octet of frame(queryFor('www', { id: 5 }))) {
    stream.socket.write(Buffer.from([octet]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal((await stream.receive()).id, 5)
  const two = Buffer.concat([frame(queryFor('www', { id: 6 })), frame(queryFor('mail', { id: 7 }))])
  stream.socket.write(two.subarray(0, 40))
  await new Promise((resolve) => setImmediate(resolve))
  stream.socket.write(two.subarray(40))
  assert.deepEqual([(await stream.receive()).id, (await stream.receive()).id], [6, 7])
})

test('§6.2.4: a client that sends no more still gets its answers, then the end', async () => {
  using stream = await openStream(subject)
  stream.socket.end(Buffer.concat([frame(queryFor('www', { id: 1 })), frame(queryFor('mail', { id: 2 }))]))
  assert.deepEqual([(await stream.receive()).id, (await stream.receive()).id], [1, 2])
  await stream.ended()
})

test('§6.2.1: a malformed query does not disturb others', async () => {
  using stream = await openStream(subject)
  const broken = queryFor('www', { id: 1 }).subarray(0, -2)
  stream.send(broken, queryFor('www', { id: 2 }))
  const codes = new Map<number, number>()
  for (let count = 0; count < 2; count += 1) {
    const { id, rcode } = await stream.receive()
    codes.set(id, rcode)
  }
  assert.deepEqual([codes.get(1), codes.get(2)], [1, 0])
})

test('§5: over TCP the answers are those of UDP', async () => {
  using stream = await openStream(subject)
  for (const [name, type] of [
    ['www', 'A'],
    ['@', 'MX'],
    ['nothing', 'A'],
    ['x.sub', 'A'],
    ['chain', 'A'],
    ['www.example.net.', 'A'],
  ] as const) {
    stream.send(queryFor(name, { type }))
    const tcp = await stream.receive()
    const udp = await ask(subject, name, { type })
    for (const section of ['answer', 'authority', 'additional'] as const)
      assert.deepEqual(lines(tcp[section]), lines(udp[section]), `${name} ${type} ${section}`)
    assert.deepEqual([tcp.rcode, tcp.flags], [udp.rcode, udp.flags])
  }
})

test('§6.2.2: many clients are served at the same time', async () => {
  await using streams = new AsyncDisposableStack()
  const count = 100
  const opened = await Promise.all(
    Array.from({ length: count }, async () => streams.use(await openStream(subject))),
  )
  for (const [id, stream] of opened.entries()) stream.send(queryFor('www', { id }))
  const ids = await Promise.all(opened.map(async (stream) => (await stream.receive()).id))
  assert.deepEqual(
    ids,
    opened.map((_, index) => index),
  )
})

test('§6.2.4: a client that resets in the middle of its query harms nobody', async () => {
  using other = await openStream(subject)
  for (let turn = 0; turn < 10; turn += 1) {
    using stream = await openStream(subject)
    stream.send(...Array.from({ length: 20 }, (_, id) => queryFor('big', { id, type: 'TXT' })))
    stream.socket.write(Buffer.from([0, 50, 1, 2]))
    stream.socket.resetAndDestroy()
  }
  other.send(queryFor('www', { id: 1 }))
  assert.equal((await other.receive()).id, 1)
})

test(
  'RFC 1035 §4.1.1: a response is not answered, and what comes after it is',
  bindDeviates('it ends the connection'),
  async () => {
    using stream = await openStream(subject)
    stream.send(queryFor('www', { id: 1, flags: FLAGS.response }), queryFor('www', { id: 2 }))
    const answer = await stream.receive().catch(() => undefined)
    assert.equal(answer?.id, 2)
  },
)
