import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '../../../lab/kit/http/request.ts'
import { Fields } from '../../../lab/kit/http/request.ts'
import { at, one, openGateway, openOrigin } from './gateway.ts'
import { get } from './server.ts'

/** The fields, but for Host, that the other server saw for those that a client sent. */
async function fieldsSeen(
  more: string,
  rule: object = {},
  first = 'GET /a/x HTTP/1.1\r\nHost: site:8080',
): Promise<readonly string[]> {
  await using origin = await openOrigin(one)
  await using gateway = await openGateway({ '/a/': { to: at(origin.port), ...rule } })
  const client = gateway.connect().send(`${first}\r\n${more}\r\n`)
  await client.until(/a$/)
  const [head = ''] = origin.heads
  const named = head.replace(/telelab-[0-9a-f]{8}/g, 'lab').replaceAll(String(origin.port), 'PORT')
  return named.trimEnd().split('\r\n').slice(1)
}

const added = [
  'Forwarded: for=192.0.2.1;host="site:8080";proto=http',
  'X-Forwarded-For: 192.0.2.1',
  'X-Forwarded-Host: site:8080',
  'X-Forwarded-Proto: http',
  'Via: 1.1 lab',
]

test('the other server is told for whom it is asked', async () => {
  assert.deepEqual(await fieldsSeen(''), ['Host: 127.0.0.1:PORT', ...added])
  assert.deepEqual(await fieldsSeen('', { preserveHost: true }), ['Host: site:8080', ...added])
  const before =
    'Forwarded: for=198.51.100.7\r\nX-Forwarded-For: 198.51.100.7\r\nX-Forwarded-For: 198.51.100.8\r\n' +
    'X-Forwarded-Host: first\r\nX-Forwarded-Proto: https\r\nVia: 1.0 a, 1.1 b\r\nVia: 1.1 c (d)\r\n'
  assert.deepEqual(await fieldsSeen(before), [
    'Host: 127.0.0.1:PORT',
    'Forwarded: for=198.51.100.7, for=192.0.2.1;host="site:8080";proto=http',
    'X-Forwarded-For: 198.51.100.7, 198.51.100.8, 192.0.2.1',
    'X-Forwarded-Host: first, site:8080',
    'X-Forwarded-Proto: https, http',
    'Via: 1.0 a, 1.1 b, 1.1 c (d), 1.1 lab',
  ])
  assert.deepEqual(await fieldsSeen('', { preserveHost: true }, 'GET /a/x HTTP/1.0'), [
    'Host: 127.0.0.1:PORT',
    'Forwarded: for=192.0.2.1;proto=http',
    'X-Forwarded-For: 192.0.2.1',
    'X-Forwarded-Proto: http',
    'Via: 1.0 lab',
  ])
})

test('fields of one connection and those of a body are not sent on, all others are (RFC 9110 §7.6.1)', async () => {
  const dropped =
    'Connection: X-Private, Keep-Alive ,constructor\r\nConnection: close\r\nX-Private: 1\r\nConstructor: 1\r\nKeep-Alive: timeout=5\r\n' +
    'TE: trailers\r\nTrailer: X\r\nUpgrade: websocket\r\nHTTP2-Settings: AA\r\nProxy-Connection: keep-alive\r\n' +
    'Proxy-Authorization: Basic YTpi\r\nExpect: 100-continue\r\nContent-Length: 0\r\n'
  const kept =
    'Accept: */*\r\nCookie: a=b\r\nCookie: c=d\r\nAuthorization: Basic YTpi\r\nIf-None-Match: "x"\r\nRange: bytes=0-1\r\nX-Empty:\r\nToString: \xe1\r\n'
  const seen = await fieldsSeen(dropped + kept)
  assert.deepEqual(seen, [
    'Host: 127.0.0.1:PORT',
    'Accept: */*',
    'Cookie: a=b',
    'Cookie: c=d',
    'Authorization: Basic YTpi',
    'If-None-Match: "x"',
    'Range: bytes=0-1',
    'X-Empty: ',
    'Tostring: \xe1',
    ...added,
  ])
})

test('fields that the client puts in Connection cannot take away what is added', async () => {
  const names = 'Connection: Via, Forwarded, X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto, Host\r\n'
  assert.deepEqual(await fieldsSeen(`${names}X-Forwarded-For: 10.0.0.1\r\nVia: 1.1 x\r\n`), [
    'Host: 127.0.0.1:PORT',
    ...added,
  ])
})

test('an answer comes without the fields of its connection, with Date and Server of this one alone', async () => {
  const raw =
    'HTTP/1.1 404 Nothing\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT\r\nServer: other\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n' +
    'Keep-Alive: timeout=9\r\nTrailer: X-T\r\nUpgrade: h2c\r\nProxy-Authenticate: Basic\r\nETag: "x"\r\nSet-Cookie: a=1; Path=/\r\n' +
    'Set-Cookie: b=2\r\nVia: 1.1 inner\r\nWWW-Authenticate: Basic\r\nConstructor: \xe1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\n\r\n'
  await using origin = await openOrigin(raw)
  await using gateway = await openGateway({ '/a/': at(origin.port) })
  const text = await gateway
    .connect()
    .send(get('/a/'))
    .until(/0\r\n\r\n$/)
  assert.deepEqual(text.replace(/telelab-[0-9a-f]{8}/, 'lab').split('\r\n'), [
    'HTTP/1.1 404 Not Found',
    'Date: Sun, 06 Nov 1994 08:49:37 GMT',
    'Server: test',
    'Etag: "x"'.replace('Etag', 'ETag'),
    'Set-Cookie: a=1; Path=/',
    'Set-Cookie: b=2',
    'WWW-Authenticate: Basic',
    'Constructor: \xe1',
    'Via: 1.1 inner, 1.1 lab',
    'Transfer-Encoding: chunked',
    'Connection: keep-alive',
    'Keep-Alive: timeout=10, max=99',
    '',
    '1',
    'a',
    '0',
    '',
    '',
  ])
})

test('the other server is told that a request came over TLS', async () => {
  await using origin = await openOrigin(one)
  await using gateway = await openGateway({ '/a/': at(origin.port) })
  const location = gateway.proxy.match('/a/')
  assert.ok(location)
  const request = { method: 'GET', path: '/a/', host: 'site', version: '1.1', fields: new Fields() }
  const client = { host: '192.0.2.1', scheme: 'https' } as const
  const answer = await gateway.proxy.answer(location, request as HttpRequest, client)
  assert.ok(!('problem' in answer))
  assert.match(origin.heads[0] ?? '', /;proto=https\r\n[^]*X-Forwarded-Proto: https\r\n/)
})
