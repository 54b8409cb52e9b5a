import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { smuggling } from '../../conformance/http/smuggling.ts'
import { openGateway, openOrigin, type Gateway } from './gateway.ts'
import { eventually } from './server.ts'

/** A server that takes more than is right, with all the requests that it saw. */
async function openVictim(): Promise<
  { server: Server; seen: IncomingMessage[]; port: number } & AsyncDisposable
> {
  const seen: IncomingMessage[] = []
  const server = createServer({ insecureHTTPParser: true, requireHostHeader: false }, (request, response) => {
    seen.push(request)
    request.resume()
    response.end('a')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the listener has no port')
  return {
    server,
    seen,
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Sends octets, then the end of the client's half, and waits until all was answered. */
async function tell(gateway: Gateway, raw: string): Promise<string> {
  const client = gateway.connect()
  client.socket.end(raw, 'latin1')
  return client.all()
}

/** What the server saw is what the proxy sent: one request for each, with the mark that no client can know. */
function judge(seen: readonly IncomingMessage[], title: string): void {
  for (const { url = '', headers, method = '' } of seen) {
    assert.match(url, /^\/in\//, title)
    assert.match(method, /^(?:GET|HEAD)$/, title)
    assert.match(headers.via ?? '', /telelab-[0-9a-f]{8}$/, title)
    assert.match(String(headers['x-forwarded-for']), /192\.0\.2\.1$/, title)
    assert.equal(headers['content-length'], undefined, title)
    assert.equal(headers['transfer-encoding'], undefined, title)
  }
}

test('no request within another reaches the other server', async () => {
  await using victim = await openVictim()
  await using gateway = await openGateway({ '/': `http://127.0.0.1:${victim.port}/in/` })
  for (const [title, raw, requests] of smuggling) {
    victim.seen.length = 0
    await tell(gateway, raw)
    judge(victim.seen, title)
    assert.ok(!victim.seen.some(({ url }) => url?.includes('hidden')), title)
    assert.equal(victim.seen.length, title === 'a body on HEAD' ? 1 : requests, title)
  }
  assert.deepEqual(gateway.failed, [])
})

test('whatever octets are tried, the other server sees whole requests of the proxy and no other', async () => {
  const inner = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
  const field = fc.constantFrom(
    'Content-Length: 36',
    'Content-Length: 0',
    'Content-Length : 5',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding:\tchunked',
    'Transfer-Encoding: identity',
    'Transfer_Encoding: chunked',
    'Content_Length: 36',
    'Connection: Content-Length',
    'Connection: close',
    'Connection: keep-alive, Host, Via',
    'TE: trailers',
    'Upgrade: h2c',
    'Expect: 100-continue',
    `X: ${'a'.repeat(200)}`,
    'X: \xe9\xa0',
    'X:',
    'Host: b',
    `X: a\r${inner}`,
    `X: a\n${inner}`,
    'X: a\x00',
    ' X: a',
    'Max-Forwards: 0',
    'Cookie: a="\\"',
  )
  const usual = fc.constantFrom('/outer', '/a;b?c=%0d%0a', '/%C4%8D%C4%8A')
  const strange = fc.constantFrom(
    '/outer?x=\x7f',
    '/outer%0d%0aX:%20y',
    '/outer%20HTTP/1.1%0d%0a',
    '/a/%2e%2e/b',
    '//outer',
    'http://x/outer',
    '/outer?a\tb',
    '/outer#x',
    '*',
    'x:80',
  )
  const request = fc
    .record({
      method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'get'),
      path: fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: strange }),
      fields: fc.array(field, { maxLength: 2 }),
    })
    .map(
      ({ method, path: asked, fields }) =>
        `${[`${method} ${asked} HTTP/1.1`, 'Host: a', ...fields].join('\r\n')}\r\n\r\n`,
    )
  const part = fc.oneof(
    { weight: 3, arbitrary: request },
    fc.constantFrom(inner, '0\r\n\r\n', '24\r\n', '\r\n'),
  )
  await using victim = await openVictim()
  await using gateway = await openGateway({ '/': `http://127.0.0.1:${victim.port}/in/` })
  let total = 0
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
      victim.seen.length = 0
      const raw = parts.join('')
      const answers = (await tell(gateway, raw))
        .split(/(?=HTTP\/1\.1 )/)
        .filter((answer) => /\r\nVia: /.test(answer))
      judge(victim.seen, raw)
      assert.equal(victim.seen.length, answers.length, raw)
      total += victim.seen.length
    }),
    { numRuns: 400 },
  )
  assert.ok(total > 100)
  assert.deepEqual(gateway.failed, [])
})

test('what the other server sends is never taken for more answers than were asked for', async () => {
  // Each answer hides another; the client asks twice and must see the outer one twice.
  const hidden = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled'
  const answers = [
    `HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nouter${hidden}`,
    `HTTP/1.1 200 OK\r\nContent-Length: 0, 5\r\n\r\n${hidden}`,
    `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nouter\r\n0\r\n\r\n${hidden}`,
    `HTTP/1.1 204 No Content\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    `HTTP/1.1 304 Not Modified\r\n\r\n${hidden}`,
    `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n${hidden}`,
    `HTTP/1.1 200 OK\r\nX: a\n\nContent-Length: 0\r\n\r\n${hidden}`,
  ]
  for (const raw of answers) {
    await using origin = await openOrigin(raw)
    await using gateway = await openGateway({ '/': `http://127.0.0.1:${origin.port}/` })
    const ask = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    const text = await tell(gateway, ask + ask)
    assert.equal(text.match(/HTTP\/1\.1 \d/g)?.length, 2, raw)
    assert.doesNotMatch(text, /smuggled/, raw)
    await eventually(() => gateway.opened.every(({ destroyed }) => destroyed))
  }
})
