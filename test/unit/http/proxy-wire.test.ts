import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { at, one, openGateway, openOrigin } from './gateway.ts'
import { eventually, get, pause, statuses } from './server.ts'

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

/** All that a client hears of one answer, on a connection that it asks to be closed. */
async function heard(raw: string, request: string, thenClose = true): Promise<string> {
  await using origin = await openOrigin((socket) => {
    socket.write(raw, 'latin1')
    if (thenClose) socket.end()
  })
  await using gateway = await openGateway({ '/a/': at(origin.port) })
  const text = await gateway.connect().send(request).all()
  assert.deepEqual(gateway.failed, [])
  return text
}

const closing = (method: string, version = '1.1'): string =>
  `${method} /a/ HTTP/${version}\r\nHost: a\r\nConnection: close\r\n\r\n`

test('a body reaches the client in the framing that its version reads', async () => {
  const length = await heard('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc', closing('GET'))
  assert.match(length, /\r\nContent-Length: 3\r\n[^]*\r\n\r\nabc$/)
  const chunks = await heard(`${chunked}3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n`, closing('GET'))
  assert.match(chunks, /\r\nTransfer-Encoding: chunked\r\n[^]*\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/)
  const untilClose = await heard('HTTP/1.0 200 OK\r\n\r\nabc', closing('GET'))
  assert.match(untilClose, /\r\nTransfer-Encoding: chunked\r\n[^]*\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/)
  const old = await heard(`${chunked}3\r\nabc\r\n0\r\n\r\n`, closing('GET', '1.0'))
  assert.match(old, /\r\n\r\nabc$/)
  assert.doesNotMatch(old, /Transfer-Encoding|Content-Length/)
})

test('an answer without a body keeps what its head tells', async () => {
  const head = await heard('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n', closing('HEAD'))
  assert.match(head, /\r\nContent-Length: 3\r\n[^]*\r\n\r\n$/)
  assert.match(await heard(chunked, closing('HEAD')), /\r\nTransfer-Encoding: chunked\r\n[^]*\r\n\r\n$/)
  const same = 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 3\r\n\r\n'
  assert.match(await heard(same, closing('GET')), /^HTTP\/1.1 304 [^]*ETag: "x"\r\n[^]*\r\n\r\n$/)
  const none = await heard('HTTP/1.1 204 No Content\r\n\r\n', closing('GET'))
  assert.match(none, /^HTTP\/1.1 204 [^]*\r\n\r\n$/)
  assert.doesNotMatch(none, /Content-Length|Transfer-Encoding/)
  const interim = await heard(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${one}`, closing('GET'))
  assert.deepEqual(statuses(interim), [200])
  assert.doesNotMatch(interim, /Link/)
})

test('a server that takes no connection is 502', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await eventually(() => closed.listening)
  const address = closed.address()
  await new Promise((resolve) => closed.close(resolve))
  assert.ok(typeof address === 'object' && address !== null)
  await using gateway = await openGateway({ '/a/': at(address.port) })
  const text = await gateway
    .connect()
    .send(get('/a/'))
    .until(/gateway-refused$/)
  assert.deepEqual(statuses(text), [502])
})

test('a server that takes no connection in time is 504, any other failure to connect 502', async () => {
  const failing = (code: string) => ({
    connect: () => Promise.reject(Object.assign(new Error(code), { code })),
  })
  for (const [code, expected] of [
    ['ETIMEDOUT', /504[^]*gateway-slow$/],
    ['EHOSTUNREACH', /502[^]*gateway-refused$/],
    ['EMFILE', /502[^]*gateway-refused$/],
  ] as const) {
    await using gateway = await openGateway({ '/a/': at(1) }, failing(code))
    await gateway.connect().send(get('/a/')).until(expected)
  }
})

test('a head that does not come whole in time is 504, however often some of it comes', async () => {
  await using origin = await openOrigin((socket) => void socket.write('HTTP/1.1 200 OK\r\n'))
  await using gateway = await openGateway({ '/a/': { to: at(origin.port), timeout: 3 } })
  const client = gateway.connect().send(get('/a/'))
  for (let second = 1; second <= 3; second++) {
    await eventually(() => origin.heads.length === 1)
    await pause()
    assert.equal(client.received, '')
    origin.sockets[0]?.write('X: y\r\n')
    await pause()
    gateway.gatewayClock.advance(1000)
  }
  assert.deepEqual(statuses(await client.until(/gateway-slow$/)), [504])
  await eventually(() => gateway.opened[0]?.destroyed === true && gateway.gatewayClock.pending === 0)
})

test('an answer that is malformed, or ends before it begins, is 502', async () => {
  for (const raw of [
    '',
    'hello\r\n',
    'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 101 S\r\n\r\n',
  ]) {
    const text = await heard(raw, closing('GET'))
    assert.deepEqual([statuses(text), text.endsWith('gateway-answer')], [[502], true], raw)
  }
})

/** What a client hears of an answer that breaks off after some of its body. */
async function heardOfBroken(
  raw: string,
  breakOff: (socket: Socket) => void,
  version = '1.1',
): Promise<{ text: string; why: unknown; failed: readonly string[] }> {
  await using origin = await openOrigin((socket) => void socket.write(raw))
  await using gateway = await openGateway({ '/a/': at(origin.port) })
  const client = gateway.connect().send(get('/a/').replace('1.1', version))
  await client.until(/abc/)
  const [socket] = origin.sockets
  assert.ok(socket)
  breakOff(socket)
  const text = await client.all()
  client.socket.end()
  await eventually(() => gateway.closed.length === 1)
  assert.ok(gateway.opened.every(({ destroyed }) => destroyed))
  return { text, why: gateway.closed[0], failed: gateway.failed.map(String) }
}

test('a body that breaks off ends the connection of the client, without a last chunk', async () => {
  const length = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'
  const end = (socket: Socket): void => void socket.end()
  const reset = (socket: Socket): void => void socket.resetAndDestroy()
  const garbage = (socket: Socket): void => void socket.write('hello\r\n')
  for (const [raw, breakOff] of [
    [length, end],
    [length, reset],
    [`${chunked}3\r\nabc\r\n`, end],
    [`${chunked}3\r\nabc\r\n`, reset],
    [`${chunked}3\r\nabc\r\n`, garbage],
    ['HTTP/1.1 200 OK\r\n\r\nabc', reset],
  ] as const) {
    const { text, why, failed } = await heardOfBroken(raw, breakOff)
    assert.match(text, /abc(?:\r\n)?$/)
    assert.equal(why, 'error')
    assert.match(failed.join(), /^ResponseError: [^,]+$/)
  }
})

test('a body may pause as long as a head may take, and no longer; who does not read it has time', async () => {
  await using origin = await openOrigin((socket) => void socket.write(`${chunked}3\r\nabc\r\n`))
  await using gateway = await openGateway({ '/a/': { to: at(origin.port), timeout: 3 } })
  const client = gateway.connect().send(get('/a/'))
  await client.until(/abc\r\n$/)
  for (let round = 0; round < 3; round++) {
    gateway.gatewayClock.advance(2000)
    origin.sockets[0]?.write('1\r\nd\r\n')
    await client.until(new RegExp(`(?:1\r\nd\r\n){${round + 1}}$`))
    await pause()
  }
  gateway.gatewayClock.advance(3000)
  assert.match(await client.all(), /d\r\n$/)
  await eventually(() => gateway.gatewayClock.pending === 0)
  assert.deepEqual(gateway.failed.map(String), ['ResponseError: answer of another server not usable: slow'])
})

test('a client that does not read holds the other server back', async () => {
  const size = 60_000_000
  let isTaken = false
  await using origin = await openOrigin((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
    socket.write(Buffer.alloc(size, 'x'), () => (isTaken = true))
  })
  await using gateway = await openGateway({ '/a/': at(origin.port) })
  const client = gateway.connect()
  client.socket.pause()
  client.send(get('/a/'))
  let before = -1
  const read = (): number => gateway.opened[0]?.bytesRead ?? 0
  await eventually(() => read() > 0)
  while (before !== read()) {
    before = read()
    await pause(100)
  }
  assert.ok(!isTaken && before < size / 2, `${before} octets were taken for a client that reads none`)
  // The time that the client takes is not the other server's.
  gateway.gatewayClock.advance(60_000)
  client.socket.removeAllListeners('data')
  let received = 0
  client.socket.on('data', (octets) => (received += octets.length))
  client.socket.resume()
  await eventually(() => received > size)
  await eventually(() => gateway.answered.length === 1)
  assert.deepEqual(gateway.answered, [[200, size]])
})

test('a client that goes ends the exchange with the other server', async () => {
  await using origin = await openOrigin((socket) => {
    socket.write(chunked)
    const timer = setInterval(() => socket.write('3\r\nabc\r\n'), 5)
    socket.on('close', () => clearInterval(timer))
  })
  await using gateway = await openGateway({ '/a/': at(origin.port) })
  const client = gateway.connect().send(get('/a/'))
  await client.until(/abc/)
  client.socket.destroy()
  await eventually(() => gateway.opened[0]?.destroyed === true)
  await eventually(() => gateway.gatewayClock.pending === 0)
})
