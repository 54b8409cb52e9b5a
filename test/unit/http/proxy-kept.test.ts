import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { connectTcp } from '../../../lab/host/connect.ts'
import { Tap } from '../../../lab/wire/tap.ts'
import { at, one, openGateway, openOrigin } from './gateway.ts'
import { eventually, get } from './server.ts'

test('one connection serves one request after another, and is closed after 4 s without any', async () => {
  await using origin = await openOrigin(one)
  await using gateway = await openGateway({ '/a/': at(origin.port) })
  const client = gateway.connect()
  for (let request = 1; request <= 5; request++) {
    client.received = ''
    await client.send(get('/a/')).until(/\r\n\r\na$/)
    await eventually(() => gateway.gatewayClock.pending > 0)
    gateway.gatewayClock.advance(3999)
  }
  assert.deepEqual([origin.heads.length, origin.sockets.length], [5, 1])
  assert.equal(gateway.opened[0]?.destroyed, false)
  gateway.gatewayClock.advance(1)
  await eventually(() => gateway.opened[0]?.destroyed === true)
  client.received = ''
  await client.send(get('/a/')).until(/\r\n\r\na$/)
  assert.equal(origin.sockets.length, 2)
  gateway.stop()
  await eventually(() => gateway.opened[1]?.destroyed === true)
  assert.equal(gateway.gatewayClock.pending, 0)
})

test('no more than eight connections are kept', async () => {
  const waiting: Socket[] = []
  await using origin = await openOrigin((socket) => void waiting.push(socket))
  await using gateway = await openGateway({ '/a/': at(origin.port) })
  const clients = Array.from({ length: 12 }, () => gateway.connect().send(get('/a/')))
  await eventually(() => waiting.length === 12)
  for (const socket of waiting) socket.write(one)
  await Promise.all(clients.map((client) => client.until(/\r\n\r\na$/)))
  assert.equal(gateway.opened.filter(({ destroyed }) => !destroyed).length, 8)
})

test('a request on a connection that the server has just closed is sent once more on a fresh one', async () => {
  for (const leave of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
    await using origin = await openOrigin((socket, number) => {
      if (number === 1) leave(socket)
      else socket.write(one)
    })
    await using gateway = await openGateway({ '/a/': at(origin.port) })
    const client = gateway.connect()
    await client.send(get('/a/')).until(/\r\n\r\na$/)
    await client.send(get('/a/')).until(/\r\n\r\na[^]*\r\n\r\na$/)
    assert.deepEqual([origin.heads.length, origin.sockets.length], [3, 2])
    assert.equal(origin.heads[2], origin.heads[1])
  }
})

test('a request is sent again neither after a first octet, nor on a fresh connection, nor when time is up', async () => {
  const wait = (): undefined => undefined
  const speak = (socket: Socket): unknown => socket.end('H')
  const leave = (socket: Socket): unknown => socket.end()
  const cases: readonly (readonly [(socket: Socket, number: number) => unknown, string, number])[] = [
    [(socket, number) => (number === 0 ? socket.write(one) : speak(socket)), 'gateway-answer', 2],
    [(socket, number) => (number === 0 ? socket.write(one) : leave(socket)), 'gateway-answer', 3],
    [(socket, number) => (number === 0 ? socket.write(one) : wait()), 'gateway-slow', 2],
  ]
  for (const [reply, problem, heads] of cases) {
    await using origin = await openOrigin((socket, number) => void reply(socket, number))
    await using gateway = await openGateway({ '/a/': at(origin.port) })
    const client = gateway.connect()
    await client.send(get('/a/')).until(/\r\n\r\na$/)
    client.send(get('/a/'))
    await eventually(() => origin.heads.length >= 2)
    if (problem === 'gateway-slow') gateway.gatewayClock.advance(10_000)
    await client.until(new RegExp(`${problem}$`))
    assert.equal(origin.heads.length, heads, problem)
  }
})

test('a connection on which the server speaks unasked is not used again', async () => {
  for (const stray of [one, 'x']) {
    await using origin = await openOrigin(one)
    await using gateway = await openGateway({ '/a/': at(origin.port) })
    const client = gateway.connect()
    await client.send(get('/a/')).until(/\r\n\r\na$/)
    origin.sockets[0]?.write(stray)
    await eventually(() => gateway.opened[0]?.destroyed === true)
    assert.equal(gateway.gatewayClock.pending, 0)
    await client.send(get('/a/')).until(/\r\n\r\na[^]*\r\n\r\na$/)
    assert.equal(origin.sockets.length, 2)
  }
})

test('over a wire that is watched, and delays, bodies come whole and connections are kept', async () => {
  const body = 'x'.repeat(400_000)
  await using origin = await openOrigin((socket, number) => {
    if (number < 3) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    else socket.end(`HTTP/1.1 200 OK\r\n\r\n${body}`)
  })
  const local = { host: '', port: 0 }
  const about = {
    id: 1,
    service: 'http',
    endpoint: '',
    transport: 'tcp',
    direction: 'outbound',
    openedAt: 0,
  } as const
  let seen = 0
  const witness = { name: 'witness', passed: () => ((seen += 1) % 3 === 0 ? { delay: 1 } : undefined) }
  await using gateway = await openGateway(
    { '/a/': at(origin.port) },
    {
      connect: async (target) => {
        const socket = await connectTcp(target, new AbortController().signal)
        return new Tap(socket, { ...about, local, remote: target }, [witness], () => socket.resetAndDestroy())
      },
    },
  )
  for (let request = 0; request < 4; request++) {
    const client = gateway.connect().send(get('/a/').replace('1.1', '1.0'))
    assert.ok((await client.all()).endsWith(`\r\n\r\n${body}`))
  }
  assert.deepEqual([origin.sockets.length, gateway.failed.length, seen > 10], [1, 0, true])
  await eventually(() => origin.sockets[0]?.destroyed === true)
})
