import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, get, openServer, pieces, plain } from './server.ts'

test('a client that does not read is not read from, and is cut off in time', async () => {
  const body = 'x'.repeat(100_000)
  let count = 0
  await using server = await openServer(() => plain(body, (count += 1) && 200), { requests: 100_000 })
  const client = server.connect()
  client.socket.pause()
  client.send(get('/').repeat(5000))
  await eventually(() => count > 0)
  let before = -1
  while (before !== count) {
    before = count
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.ok(count < 500, `${count} answers of 100 KB were made for a client that reads none`)
  server.clock.advance(20_000)
  await eventually(() => server.closed.length === 1)
  assert.deepEqual(server.closed, ['limit'])
})

test('a slow client of a body in pieces is cut off, and the body closed', async () => {
  const body = pieces(10_000, 8192)
  await using server = await openServer(() => plain(body))
  const client = server.connect()
  client.socket.pause()
  client.send(get('/'))
  await eventually(() => body.log.read > 3)
  let before = -1
  while (before !== body.log.read) {
    before = body.log.read
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.ok(before < 10_000)
  server.clock.advance(20_000)
  await eventually(() => server.closed.length === 1)
  assert.deepEqual(server.closed, ['limit'])
  await eventually(() => body.log.closed === 1)
})

test('a body in pieces arrives whole, and the connection goes on', async () => {
  await using server = await openServer(({ path }) => plain(path === '/end' ? 'end' : pieces(500, 8192)))
  const client = server.connect().send(get('/') + get('/end'))
  const text = await client.until(/end$/)
  assert.equal(text.split('x').length - 1 - (text.match(/max/g)?.length ?? 0), 500 * 8192)
  assert.deepEqual(server.answered, [
    [200, 500 * 8192],
    [200, 3],
  ])
})

test('a body that is shorter than announced ends the connection, one that is longer is cut', async () => {
  const short = pieces(2, 10, 25)
  const long = pieces(3, 10, 25)
  await using server = await openServer(({ path }) => plain(path === '/short' ? short : long))
  const client = server.connect().send(get('/short'))
  assert.match(await client.all(), /Content-Length: 25\r\n[^]*\r\n\r\nx{20}$/)
  const other = server.connect().send(get('/long') + get('/long'))
  assert.match(await other.until(/\r\n\r\nx{25}H/), /Content-Length: 25\r\n/)
  client.socket.end()
  await eventually(() => server.closed.length >= 1)
  assert.deepEqual([short.log.closed, server.closed[0]], [1, 'error'])
})

test('stopping ends a connection whose client reads late, once it has read', async () => {
  const body = 'x'.repeat(10_000_000)
  await using server = await openServer(() => plain(body))
  const client = server.connect()
  client.socket.pause()
  client.send(get('/'))
  await eventually(() => server.answered.length === 1)
  server.server.close()
  client.socket.resume()
  assert.ok((await client.all()).endsWith(body))
  client.socket.end()
  await eventually(() => server.closed.length === 1)
  assert.deepEqual(server.closed, ['server stop'])
})

test('a body that cannot be read ends its connection', async () => {
  await using server = await openServer(() =>
    plain({ length: 5, read: () => Promise.reject(new Error('disk')), close: () => undefined }),
  )
  const client = server.connect().send(get('/'))
  await client.all()
  await eventually(() => server.closed.length === 1)
  assert.deepEqual([server.closed, server.failed.map(String)], [['error'], ['Error: disk']])
})

test('an answer that comes after the client has gone is dropped with its body', async () => {
  let finish: (() => void) | undefined
  const body = pieces(1, 5)
  await using server = await openServer(() => new Promise((resolve) => (finish = () => resolve(plain(body)))))
  const client = server.connect().send(get('/'))
  await eventually(() => finish !== undefined)
  client.socket.resetAndDestroy()
  await eventually(() => server.closed.length === 1)
  finish?.()
  await eventually(() => body.log.closed === 1)
  assert.equal(body.log.read, 0)
  assert.deepEqual(server.answered, [])
})
