/** Clients that go while their answers are under way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, openGateway, openOrigin } from './gateway.ts'
import { eventually, get, openServer, pieces, plain } from './server.ts'

test('a client that goes in the middle of a forwarded body is not laid at the door of the server behind', async () => {
  for (const framing of ['Content-Length: 9', 'Transfer-Encoding: chunked', 'X-Framing: until close']) {
    await using origin = await openOrigin(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n1\r\na\r\n`)
    await using gateway = await openGateway({ '/app/': at(origin.port) })
    const client = gateway.connect().send(get('/app/'))
    await client.until(/\r\n\r\n[^]/)
    client.socket.resetAndDestroy()
    await eventually(() => gateway.closed.length === 1 && gateway.answered.length === 1)
    await eventually(() => origin.sockets.every((socket) => socket.destroyed))
    assert.deepEqual(gateway.failed, [], framing)
    assert.equal(gateway.answered[0]?.[0], 200)
  }
})

test('the end of a connection is told after its last answer, though the client went before that', async () => {
  const reading = Promise.withResolvers<undefined>()
  const asked = Promise.withResolvers<undefined>()
  const read = (): Promise<undefined> => {
    asked.resolve(undefined)
    return reading.promise
  }
  const body = { ...pieces(9, 8), read }
  await using server = await openServer(() => plain(body))
  const client = server.connect().send(get('/'))
  await asked.promise
  client.socket.resetAndDestroy()
  await eventually(() => server.server.connections === 0)
  assert.deepEqual([server.answered, server.closed], [[], []])
  reading.resolve(undefined)
  await eventually(() => server.closed.length === 1)
  assert.deepEqual(server.answered, [[200, 0]])
})
