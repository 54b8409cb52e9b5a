import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { Connections, type Held } from '../../../services/dns/policy/connections.ts'
import { frame } from '../../../services/dns/wire/framing.ts'
import { ask, openStream, queryFor, serverOf, type NameServer } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'

interface Fake extends Held {
  isBusy: boolean
  isClosed: boolean
}

function fake(owner: string, isBusy = false): Fake {
  const held: Fake = {
    owner,
    isBusy,
    isClosed: false,
    isIdle: () => !held.isBusy,
    close: () => {
      held.isClosed = true
    },
  }
  return held
}

/** Connections of which these are open. */
function full(limit: number, ...held: readonly Fake[]): Connections {
  const connections = new Connections(limit)
  for (const each of held) assert.equal(connections.admit(each), true)
  return connections
}

test('up to the limit everyone comes in, and again when someone has left', () => {
  const [a, b] = [fake('a', true), fake('b', true)]
  const connections = full(2, a, b)
  connections.remove(a)
  assert.equal(connections.admit(fake('a', true)), true)
  assert.deepEqual([a.isClosed, b.isClosed], [false, false])
})

test('a client that has all the places gives one up for another, the idle one that was unused longest', () => {
  const held = [fake('greedy', true), fake('greedy'), fake('greedy'), fake('greedy')]
  const connections = full(4, ...held)
  if (held[1] !== undefined) connections.touch(held[1])
  assert.equal(connections.admit(fake('modest')), true)
  assert.deepEqual(
    held.map((each) => each.isClosed),
    [false, false, true, false],
  )
})

test('a client that has all the places gives one up even if none is idle', () => {
  const held = [fake('greedy', true), fake('greedy', true)]
  const connections = full(2, ...held)
  assert.equal(connections.admit(fake('modest')), true)
  assert.deepEqual(
    held.map((each) => each.isClosed),
    [true, false],
  )
})

test('whoever has most may replace what it does not use, and nothing of others', () => {
  const [busy, idle, other] = [fake('greedy', true), fake('greedy'), fake('modest')]
  const connections = full(3, busy, idle, other)
  assert.equal(connections.admit(fake('greedy', true)), true)
  assert.deepEqual([busy.isClosed, idle.isClosed, other.isClosed], [false, true, false])
  assert.equal(connections.admit(fake('greedy', true)), false)
  assert.equal(other.isClosed, false)
})

test('clients with equal shares do not drive each other out', () => {
  const held = [fake('a', true), fake('b', true), fake('a', true), fake('b', true)]
  const connections = full(4, ...held)
  for (const owner of ['a', 'b']) assert.equal(connections.admit(fake(owner, true)), false)
  assert.equal(connections.admit(fake('c', true)), true)
  assert.equal(held.filter((each) => each.isClosed).length, 1)
})

const ZONE = '$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\nwww A 127.0.0.1\n'

async function open(): Promise<TestLab & { readonly subject: NameServer }> {
  const lab = await openLab('domain: conformance.test\nservices: { dns: { zone: zone.db } }', {
    files: { 'zone.db': ZONE },
  })
  return Object.assign(lab, { subject: serverOf(lab) })
}

async function connected(lab: TestLab, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ ...lab.address('dns', 'dns'), localAddress })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

function openConnections(lab: TestLab): number {
  return lab.status().reduce((sum, { connections }) => sum + connections, 0)
}

test('a thousand connections that say nothing leave a place for whoever asks, from there and from elsewhere', async () => {
  await using lab = await open()
  const silent = await Promise.all(Array.from({ length: 1000 }, () => connected(lab)))
  await until(() => openConnections(lab) <= 150)
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    const socket = await connected(lab, address)
    socket.write(frame(queryFor('www', { id: 5 })))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.equal(answer.readUInt16BE(2), 5)
    socket.destroy()
  }
  assert.equal((await ask(lab.subject, 'www')).rcode, 0)
  lab.clock.advance(10_000)
  await until(() => openConnections(lab) === 0)
  for (const socket of silent) socket.destroy()
})

test('a query that comes octet by octet does not keep its connection longer than one that does not come', async () => {
  await using lab = await open()
  const socket = await connected(lab)
  const closed = once(socket, 'close')
  for (const octet of frame(queryFor('www')).subarray(0, 9)) {
    socket.write(Buffer.from([octet]))
    await new Promise((resolve) => setTimeout(resolve, 5))
    lab.clock.advance(1000)
  }
  assert.equal(openConnections(lab), 1)
  lab.clock.advance(1000)
  await closed
})

test('queries that stop in the middle harm nobody', async () => {
  await using lab = await open()
  const whole = frame(queryFor('www', { id: 9 }))
  const sockets: Socket[] = []
  for (let length = 0; length < whole.length; length += 1) {
    const socket = await connected(lab)
    sockets.push(socket)
    if (length % 2 === 0) socket.end(whole.subarray(0, length))
    else socket.write(whole.subarray(0, length))
  }
  using stream = await openStream(lab.subject)
  stream.send(queryFor('www', { id: 10 }))
  assert.equal((await stream.receive()).id, 10)
  for (const socket of sockets) socket.resetAndDestroy()
  stream[Symbol.dispose]()
  await until(() => openConnections(lab) === 0)
})

test('a client that has sent its last query and closed its half is answered, then let go', async () => {
  await using lab = await open()
  const socket = connect({ ...lab.address('dns', 'dns'), allowHalfOpen: true })
  await once(socket, 'connect')
  socket.end(
    Buffer.concat([frame(queryFor('www', { id: 1 })), frame(queryFor('dns', { id: 2 })), Buffer.from([0])]),
  )
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  const octets = Buffer.concat(chunks)
  assert.deepEqual([octets.readUInt16BE(2), octets.readUInt16BE(octets.readUInt16BE(0) + 4)], [1, 2])
  await until(() => openConnections(lab) === 0)
})

test('answers leave as they are ready, in any order', async () => {
  await using lab = await openLab(
    `domain: conformance.test
services: { dns: { zone: zone.db } }
faults: [{ at: dns.answer, match: { name: www.conformance.test }, delay: 1000, times: 1 }]`,
    { files: { 'zone.db': ZONE } },
  )
  const subject = serverOf(lab)
  using stream = await openStream(subject)
  stream.send(queryFor('www', { id: 1 }), queryFor('dns', { id: 2 }), queryFor('www', { id: 3 }))
  assert.deepEqual([(await stream.receive()).id, (await stream.receive()).id], [2, 3])
  lab.clock.advance(1000)
  assert.equal((await stream.receive()).id, 1)
})

test('of one connection a hundred queries are under way at most; the others wait their turn', async () => {
  await using lab = await openLab(
    `domain: conformance.test
services: { dns: { zone: zone.db } }
faults: [{ at: dns.answer, delay: 60000 }]`,
    { files: { 'zone.db': ZONE } },
  )
  const socket = await connected(lab)
  socket.write(Buffer.concat(Array.from({ length: 150 }, (_, id) => frame(queryFor('www', { id })))))
  const asked = (): number => lab.journal.since(0, ['dns.queried']).length
  await until(() => asked() === 100)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(asked(), 100)
  lab.clock.advance(60_000)
  await until(() => asked() === 150)
  socket.destroy()
})
