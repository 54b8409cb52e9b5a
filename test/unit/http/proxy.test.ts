import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '../../../lab/kit/http/request.ts'
import { Fields } from '../../../lab/kit/http/request.ts'
import { responseLines } from '../../../lab/web/forwarding.ts'
import { at, one, openGateway, openOrigin } from './gateway.ts'
import { eventually, get, statuses } from './server.ts'

test('the longest prefix is taken, and none for its name without the slash', async () => {
  const to = 'http://127.0.0.1:1/'
  await using gateway = await openGateway({ '/app/': to, '/app/b/': to, '/other/': to })
  const prefixOf = (path: string): string | undefined => gateway.proxy.match(path)?.prefix
  assert.deepEqual(
    ['/app/', '/app/b/c', '/app/bc', '/app', '/application/', '/', '/App/', '/x/app/'].map(prefixOf),
    ['/app/', '/app/b/', '/app/', undefined, undefined, undefined, undefined, undefined],
  )
})

const targets: readonly (readonly [sent: string, asked: string | number])[] = [
  ['/app/', '/base/'],
  ['/app/a/b.html?x=1&y=%20', '/base/a/b.html?x=1&y=%20'],
  ['/app/?', '/base/?'],
  ['/app/a?b?c', '/base/a?b?c'],
  ['/%61pp/%41', '/base/%41'],
  ['/app/%C3%A1%20+;a=b', '/base/%C3%A1%20+;a=b'],
  ['/app/%252e%252e/', '/base/%252e%252e/'],
  ['/app/x..y/z..', '/base/x..y/z..'],
  ['/app/{a|b}^`[c]', '/base/{a|b}^`[c]'],
  ['/app/.well-known/x', '/base/.well-known/x'],
  ['/app/?/../..', '/base/?/../..'],
  ['http://other/app/x', '/base/x'],
  ['/app', 404],
  ['/app/..', 400],
  ['/app/../app/x', 400],
  ['/app/%2e%2e/x', 400],
  ['/app/.%2E/x', 400],
  ['/app/..%2fx', 400],
  ['/app/..;/x', 400],
  ['/app/./x', 400],
  ['/app//x', 400],
  ['/app/..%5cx', 400],
  ['/app/a%00', 400],
  ['/app/a%0d%0aX:y', 400],
  ['/app%2fx', 400],
  ['//app/x', 400],
]

test('what follows the prefix is asked for as it was sent, and nothing climbs out of it', async () => {
  await using origin = await openOrigin(one)
  await using gateway = await openGateway({ '/app/': at(origin.port, '/base/') })
  const client = gateway.connect()
  for (const [sent, asked] of targets) {
    const before = origin.heads.length
    client.received = ''
    await client.send(get(sent)).until(/\r\n\r\n./s)
    const lines = origin.heads.slice(before).map((head) => head.split('\r\n')[0])
    assert.deepEqual(lines, typeof asked === 'string' ? [`GET ${asked} HTTP/1.1`] : [], sent)
    assert.deepEqual(statuses(client.received), [typeof asked === 'string' ? 200 : asked], sent)
  }
})

test('redirects within the other server lead back to the prefix, others stay', () => {
  const location = {
    prefix: '/app/',
    server: { host: '127.0.0.1', port: 8081 },
    authority: '127.0.0.1:8081',
    path: '/base/',
    timeout: 1,
    preserveHost: true,
  }
  const request: HttpRequest = {
    method: 'GET',
    target: '/app/',
    version: '1.1',
    fields: new Fields(),
    path: '/app/',
    query: undefined,
    host: 'Site',
    bodyLength: 0,
    expectsContinue: false,
    persistent: true,
  }
  const back = (value: string, change: object = {}): string => {
    const fields = new Fields()
    fields.add('location', value)
    const lines = responseLines({ ...location, ...change }, request, { version: '1.1', fields }, 'p')
    return /^Location: (.*)\r\nVia: 1.1 p\r\n$/.exec(lines)?.[1] ?? lines
  }
  const table: readonly (readonly [from: string, to: string])[] = [
    ['http://127.0.0.1:8081/base/', '/app/'],
    ['http://127.0.0.1:8081/base/x?y#z', '/app/x?y#z'],
    ['HTTP://127.0.0.1:8081/base/x', '/app/x'],
    ['http://site/base/x', '/app/x'],
    ['http://site:80/base/x', '/app/x'],
    ['/base/x', '/app/x'],
    ['x/y', 'x/y'],
    ['../x', '../x'],
    ['', ''],
    ['/other', '/other'],
    ['/base', '/base'],
    ['//127.0.0.1:8081/base/', '//127.0.0.1:8081/base/'],
    ['http://127.0.0.1:8082/base/', 'http://127.0.0.1:8082/base/'],
    ['http://127.0.0.1:8081/other', 'http://127.0.0.1:8081/other'],
    ['https://127.0.0.1:8081/base/', 'https://127.0.0.1:8081/base/'],
    ['http://127.0.0.1:8081.evil/base/', 'http://127.0.0.1:8081.evil/base/'],
    ['http://127.0.0.1:8081@evil/base/', 'http://127.0.0.1:8081@evil/base/'],
  ]
  for (const [from, to] of table) assert.equal(back(from), to, from)
  assert.equal(back('http://127.0.0.1:8081', { path: '/' }), '/app/')
  assert.equal(back('http://127.0.0.1:8081?x', { path: '/' }), '/app/?x')
  // A path that begins with two slashes would name another host.
  assert.equal(back('/base//evil.example/', { prefix: '/' }), '/base//evil.example/')
  assert.equal(back('//evil.example/', { path: '/' }), '//evil.example/')
})

test('a server is reached at its address, and named as the scenario names it', async () => {
  const table: readonly (readonly [
    to: string,
    host: string,
    port: number,
    authority: string,
    path: string,
  ])[] = [
    ['http://127.0.0.1', '127.0.0.1', 80, '127.0.0.1', '/'],
    ['http://127.0.0.1:80/', '127.0.0.1', 80, '127.0.0.1', '/'],
    ["http://localhost:8081/a;b=c/~d/(e)'/", '127.0.0.1', 8081, 'localhost:8081', "/a;b=c/~d/(e)'/"],
    ['http://[0:0::1]:1/', '::1', 1, '[::1]:1', '/'],
  ]
  for (const [to, host, port, authority, path] of table) {
    await using gateway = await openGateway({ '/a/': to, '/b/': { to, timeout: 0.5, preserveHost: true } })
    const location = {
      prefix: '/a/',
      server: { host, port },
      authority,
      path,
      timeout: 10_000,
      preserveHost: false,
    }
    assert.deepEqual(gateway.proxy.match('/a/'), location)
    assert.deepEqual(gateway.proxy.match('/b/'), {
      ...location,
      prefix: '/b/',
      timeout: 500,
      preserveHost: true,
    })
  }
})

test('a request that comes back is refused, whatever else its Via holds', async () => {
  let port = 0
  await using origin = await openOrigin((socket, _number, head) => {
    // The other server forwards to this one again.
    const inner = gateway.connect()
    inner.send(head.replace('GET /', 'GET /a/'))
    void inner.until(/gateway-loop$/).then((text) => socket.write(text, 'latin1'))
  })
  port = origin.port
  await using gateway = await openGateway({ '/a/': at(port) })
  const text = await gateway
    .connect()
    .send(get('/a/', 'Via: 1.1 telelab-00000000\r\n'))
    .until(/gateway-loop$/)
  assert.deepEqual(statuses(text), [502])
  assert.equal(origin.heads.length, 1)
  await eventually(() => gateway.answered.length === 2)
})

test('only GET and HEAD within the location are forwarded', async () => {
  await using gateway = await openGateway({ '/a/': 'http://127.0.0.1:1/' })
  const location = gateway.proxy.match('/a/')
  assert.ok(location)
  const request = { method: 'GET', path: '/a/', fields: new Fields() } as HttpRequest
  for (const change of [{ method: 'POST' }, { path: '/b/' }, { path: '/a/../b' }, { path: '/a/%2e%2e/' }]) {
    await assert.rejects(
      gateway.proxy.answer(location, { ...request, ...change }, { host: '192.0.2.1' }),
      TypeError,
    )
  }
})

test('who has gone keeps no connection to another server that waits for its answer', async () => {
  await using origin = await openOrigin((socket, number) => {
    if (number === 0) socket.write(one, 'latin1')
  })
  await using gateway = await openGateway({ '/a/': at(origin.port) })
  await gateway.connect().send(get('/a/')).until(/a$/)
  const location = gateway.proxy.match('/a/')
  assert.ok(location)
  const request = { method: 'GET', path: '/a/', host: 'site', version: '1.1', fields: new Fields() }
  const gone = new AbortController()
  const client = { host: '192.0.2.1', gone: () => gone.signal }
  const pending = gateway.proxy.answer(location, request as HttpRequest, client)
  await eventually(() => origin.heads.length === 2)
  gone.abort()
  assert.ok('problem' in (await pending))
  await eventually(() => gateway.opened.every((socket) => socket.destroyed))
  // Neither is it asked once more.
  assert.deepEqual([gateway.opened.length, origin.heads.length], [1, 2])
})
