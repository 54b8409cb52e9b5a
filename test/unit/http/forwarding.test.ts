/** Heads that a reverse proxy passes on, without a connection. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields, type HttpRequest } from '../../../lab/kit/http/request.ts'
import { requestHead, responseLines } from '../../../lab/web/forwarding.ts'

const location = {
  prefix: '/',
  server: { host: '127.0.0.1', port: 80 },
  authority: '127.0.0.1',
  path: '/base/',
  timeout: 1,
  preserveHost: false,
}

function fieldsOf(...lines: readonly (readonly [string, string])[]): Fields {
  const fields = new Fields()
  for (const [name, value] of lines) fields.add(name, value)
  return fields
}

const requestWith = (fields: Fields): HttpRequest => ({
  method: 'GET',
  target: '/',
  version: '1.1',
  fields,
  path: '/',
  query: undefined,
  host: 'site',
  bodyLength: 0,
  expectsContinue: false,
  persistent: true,
})

test('a client cannot hide what is added to Forwarded behind an open quote', () => {
  const table: readonly (readonly [value: string, isKept: boolean])[] = [
    ['for=10.0.0.1', true],
    ['for="[2001:db8::1]:80";by=_x', true],
    [String.raw`for="_a\"b"`, true],
    ['for="10.0.0.1', false],
    [String.raw`for="_a\"`, false],
    ['for=a"', false],
  ]
  for (const [value, isKept] of table) {
    const head = requestHead(
      location,
      requestWith(fieldsOf(['forwarded', value])),
      { host: '192.0.2.1' },
      'p',
    )
    const [, forwarded] = /^Forwarded: (.*)\r$/m.exec(head) ?? []
    const added = 'for=192.0.2.1;host="site";proto=http'
    assert.equal(forwarded, isKept ? `${value}, ${added}` : added, value)
  }
})

test('a redirect never comes to name another host, as a browser reads it', () => {
  for (const reference of ['/base//evil.example/', String.raw`/base/\evil.example/`]) {
    const answer = { version: '1.1', fields: fieldsOf(['location', reference]) } as const
    const lines = responseLines(location, requestWith(new Fields()), answer, 'p')
    assert.equal(lines, `Location: ${reference}\r\nVia: 1.1 p\r\n`)
  }
})

test('what proxies on the way say of themselves is passed on (RFC 9209 §2), what is for one of them is not', () => {
  const names = ['proxy-status', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-connection']
  const fields = fieldsOf(...names.map((name) => [name, 'x'] as const))
  const lines = responseLines(location, requestWith(new Fields()), { version: '1.1', fields }, 'p')
  assert.equal(lines, 'Proxy-Status: x\r\nVia: 1.1 p\r\n')
})
