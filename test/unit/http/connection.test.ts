import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpAnswer } from '../../../lab/kit/http/answer.ts'
import { eventually, get, openServer, pause, pieces, plain, statuses } from './server.ts'

/** The bodies of answers that the handler made of paths. */
const bodies = (text: string): string[] => text.split(/HTTP\/1\.1[^]*?\r\n\r\n/).slice(1)

test('a connection goes on in HTTP/1.1, and in 1.0 only if asked', async () => {
  await using server = await openServer(({ path }) => plain(path))
  const client = server.connect().send(get('/1'))
  assert.match(await client.until(/\/1$/), /Connection: keep-alive\r\nKeep-Alive: timeout=10, max=99\r\n/)
  client.send(get('/2'))
  assert.match(await client.until(/\/2$/), /max=98\r\n/)
  client.send(get('/3', 'Connection: foo, Close\r\n'))
  assert.match(await client.all(), /Connection: close\r\n\r\n\/3$/)
  const old = server.connect().send('GET /4 HTTP/1.0\r\n\r\n')
  assert.match(await old.all(), /Connection: close\r\n\r\n\/4$/)
  const kept = server.connect().send('GET /5 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n')
  assert.match(await kept.until(/\/5$/), /Connection: keep-alive\r\n/)
})

test('the last request that a connection may bring closes it', async () => {
  await using server = await openServer(({ path }) => plain(path), { requests: 3 })
  const text = await server.connect().send(get('/1').repeat(5)).all()
  assert.deepEqual(statuses(text), [200, 200, 200])
  assert.deepEqual(text.match(/max=\d+|Connection: close/g), ['max=2', 'max=1', 'Connection: close'])
  await eventually(
    () => server.server.connections === 0 || server.clock.pending === 0 || server.closed.length === 0,
  )
})

test('pipelined requests are answered in order, however long each takes', async () => {
  const pending: (() => void)[] = []
  await using server = await openServer(({ path }) =>
    path === '/quick' ? plain(path) : new Promise((resolve) => pending.push(() => resolve(plain(path)))),
  )
  const client = server.connect().send(get('/slow') + get('/quick') + get('/slower') + get('/quick'))
  await eventually(() => pending.length === 1)
  assert.equal(client.received, '')
  pending[0]?.()
  await eventually(() => pending.length === 2)
  assert.deepEqual(bodies(await client.until(/quick$/)), ['/slow', '/quick'])
  pending[1]?.()
  assert.deepEqual(bodies(await client.until(/quick[^]*quick$/)), ['/slow', '/quick', '/slower', '/quick'])
})

test('ten thousand pipelined requests are answered, one by one', async () => {
  let count = 0
  await using server = await openServer(() => plain(String((count += 1))), { requests: 100_000 })
  const client = server.connect().send(get('/').repeat(10_000))
  await client.until(() => client.received.endsWith('\r\n10000'))
  assert.equal(count, 10_000)
})

test('a connection without a request is closed in silence, from its start and after each answer', async () => {
  await using server = await openServer(() => plain('a'))
  const silent = server.connect()
  await eventually(() => server.server.connections === 1)
  server.clock.advance(9999)
  await pause()
  assert.equal(silent.hasEnded, false)
  server.clock.advance(1)
  assert.equal(await silent.all(), '')
  const busy = server.connect()
  for (let turn = 0; turn < 4; turn++) {
    busy.received = ''
    busy.send(get('/'))
    await busy.until(/a$/)
    server.clock.advance(turn < 3 ? 9999 : 10_000)
  }
  await busy.all()
  busy.socket.end()
  silent.socket.end()
  await eventually(() => server.closed.length === 2)
  assert.deepEqual(server.closed, ['idle', 'idle'])
})

test('a request that never ends is answered with 408, however often another octet comes', async () => {
  await using server = await openServer(() => plain('a'))
  for (const start of [
    'GET / HTTP/1.1\r\nHost: a\r\nX: ',
    'G',
    '\r\n',
    get('/', 'Content-Length: 500\r\n'),
  ]) {
    const client = server.connect().send(start)
    await pause()
    for (let second = 0; second < 14; second++) {
      server.clock.advance(1000)
      client.send('x')
      await pause(2)
    }
    assert.equal(client.received, '')
    server.clock.advance(1000)
    assert.match(
      await client.all(),
      /^HTTP\/1\.1 408 [^]*Connection: close\r\n[^]*slow$/,
      JSON.stringify(start),
    )
  }
})

test('while an answer is pending, no more than a bounded piece of input is taken', async () => {
  await using server = await openServer(() => new Promise(() => undefined))
  const client = server.connect().send(get('/') + get('/').repeat(500_000))
  let before = -1
  while (before !== client.socket.bytesWritten - client.socket.writableLength) {
    before = client.socket.bytesWritten - client.socket.writableLength
    await pause(50)
  }
  assert.ok(client.socket.writableLength > 5_000_000, 'the client still holds what it could not send')
})

test('a client that has closed its half still gets every answer', async () => {
  const body = pieces(200, 8192)
  const later = (): Promise<HttpAnswer> =>
    new Promise((resolve) => setTimeout(() => resolve(plain(body)), 30))
  await using server = await openServer(({ path }) => (path === '/large' ? later() : plain(path)))
  const client = server.connect()
  client.socket.end(get('/1') + get('/large') + get('/3'), 'latin1')
  const text = await client.all()
  assert.deepEqual(statuses(text), [200, 200, 200])
  assert.match(text, /\/3$/)
  await eventually(() => server.closed.length === 1)
  assert.deepEqual(server.closed, ['client'])
})

test('a request that ends in its middle is answered with 400', async () => {
  await using server = await openServer(() => plain('a'))
  for (const start of ['GET / HTTP/1.1\r\nHost: a\r\n', 'G', get('/', 'Content-Length: 5\r\n')]) {
    const client = server.connect()
    client.socket.end(start)
    assert.match(await client.all(), /^HTTP\/1\.1 400 [^]*incomplete$/)
  }
})

test('a refusal reaches a client that is still sending', async () => {
  await using server = await openServer(() => plain('a'))
  const client = server.connect().send(`GET / HTTP/1.1\r\n\r\n${'x'.repeat(500_000)}`)
  assert.match(await client.all(), /^HTTP\/1\.1 400 [^]*host-missing$/)
  assert.equal(client.error, undefined)
  client.socket.end()
  await eventually(() => server.closed.length === 1)
})

test('a client that stays after the end is dropped in time', async () => {
  await using server = await openServer(() => plain('a'))
  const client = server.connect().send(get('/', 'Connection: close\r\n'))
  await client.all()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(server.closed, [])
  server.clock.advance(2000)
  await eventually(() => server.closed.length === 1)
  assert.equal(server.server.connections, 0)
  assert.equal(server.clock.pending, 0)
})

test('a mistake in the handler answers 500, is told once, and hurts no other connection', async () => {
  await using server = await openServer(({ path }) => {
    if (path === '/throw') throw new Error('thrown')
    if (path === '/reject') return Promise.reject(new Error('rejected'))
    return plain('fine')
  })
  const other = server.connect().send(get('/'))
  await other.until(/fine$/)
  for (const path of ['/throw', '/reject']) {
    assert.match(
      await server
        .connect()
        .send(get(path) + get('/'))
        .all(),
      /^HTTP\/1\.1 500 [^]*Connection: close\r\n[^]*internal$/,
    )
  }
  assert.deepEqual(server.failed.map(String), ['Error: thrown', 'Error: rejected'])
  other.received = ''
  other.send(get('/'))
  await other.until(/fine$/)
})

test('stopping ends idle connections at once and others after their answer', async () => {
  let finish: (() => void) | undefined
  await using server = await openServer(({ path }) =>
    path === '/' ? plain('a') : new Promise((resolve) => (finish = () => resolve(plain('late')))),
  )
  const idle = server.connect().send(get('/'))
  await idle.until(/a$/)
  const busy = server.connect().send(get('/wait') + get('/'))
  await eventually(() => finish !== undefined)
  server.server.close()
  await idle.all()
  finish?.()
  const text = await busy.all()
  assert.deepEqual(statuses(text), [200])
  assert.match(text, /Connection: close\r\n\r\nlate$/)
  const after = server.connect()
  await after.all()
  for (const client of [idle, busy, after]) client.socket.end()
  await eventually(() => server.closed.length === 3)
  assert.deepEqual(server.closed, ['server stop', 'server stop', 'server stop'])
})
