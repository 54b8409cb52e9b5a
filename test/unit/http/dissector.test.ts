import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { MASK } from '../../../lab/kit/dissect/text.ts'
import { httpDissector } from '../../../lab/web/dissect/dissector.ts'
import { service as authority } from '../../../services/ca/index.ts'
import { service as http } from '../../../services/http/index.ts'
import { service as https } from '../../../services/https/index.ts'
import {
  checkChunking,
  checkFloods,
  checkLanguages,
  checkOctets,
  ladder,
  partOf,
  stepsOf,
  type Said,
} from '../dissection.ts'

const client = (...lines: readonly string[]): Said => ['client', Buffer.from(lines.join('\r\n'))]
const server = (...lines: readonly string[]): Said => ['server', Buffer.from(lines.join('\r\n'))]

const get = client(
  'GET /index.html HTTP/1.1',
  'Host: www.sstt9721.org:8080',
  'User-Agent: curl/8.5.0',
  'Cookie: cookie_counter=3',
  '',
  '',
)
const page = server(
  'HTTP/1.1 200 OK',
  'Content-Type: text/html; charset=utf-8',
  'Content-Length: 16',
  'Set-Cookie: cookie_counter=4; Max-Age=120',
  '',
  '<h1>Año\u0000</h1>\r\n',
)
const missing = server('HTTP/1.1 404 Not Found', 'Content-Length: 0', '', '')

test('requests and answers of a connection that is kept', () => {
  const steps = stepsOf(httpDissector, [
    get,
    page,
    client('GET /favicon.ico HTTP/1.1', 'Host: x', '', ''),
    missing,
  ])
  assert.deepEqual(ladder(steps), [
    '→ GET /index.html HTTP/1.1',
    '← HTTP/1.1 200 OK',
    '←# 16 octets of text/html',
    '→ GET /favicon.ico HTTP/1.1',
    '←! HTTP/1.1 404 Not Found',
  ])
  assert.deepEqual(partOf(steps[0], 'Fields'), [
    'Host: www.sstt9721.org:8080',
    'User-Agent: curl/8.5.0',
    'Cookie: cookie_counter=3',
  ])
  assert.deepEqual(partOf(steps[1], 'Body'), ['text/html; charset=utf-8', '16 octets (Content-Length)'])
  assert.deepEqual(partOf(steps[2], 'Body'), ['<h1>Año\\x00</h1>'])
  assert.equal(steps[4]?.about?.rfc, 'RFC 9110 §15.5.5')
})

test('the end of a body is known by the request, the status and the fields', () => {
  const chunked = server(
    'HTTP/1.1 200 OK',
    'Transfer-Encoding: chunked',
    '',
    '5;x=y',
    'hello',
    '1',
    '!',
    '0',
    'T: v',
    '',
    '',
  )
  const steps = stepsOf(httpDissector, [
    client(
      'HEAD / HTTP/1.1',
      'Host: x',
      '',
      'GET /a HTTP/1.1',
      'Host: x',
      '',
      'GET /b HTTP/1.1',
      'Host: x',
      '',
      '',
    ),
    client('POST /c HTTP/1.1', 'Host: x', 'Expect: 100-continue', 'Content-Length: 3', '', ''),
    server('HTTP/1.1 200 OK', 'Content-Length: 500', '', 'HTTP/1.1 304 Not Modified', 'ETag: "a"', '', ''),
    chunked,
    server('HTTP/1.1 100 Continue', '', ''),
    client('a=b'),
    server('HTTP/1.0 200 OK', 'Content-Type: text/plain', '', 'until the end'),
  ])
  assert.deepEqual(ladder(steps), [
    '→ HEAD / HTTP/1.1',
    '→ GET /a HTTP/1.1',
    '→ GET /b HTTP/1.1',
    '→ POST /c HTTP/1.1',
    '← HTTP/1.1 200 OK',
    '← HTTP/1.1 304 Not Modified',
    '← HTTP/1.1 200 OK',
    '←# 6 octets',
    '← HTTP/1.1 100 Continue',
    '→# 3 octets',
    '← HTTP/1.0 200 OK',
    '←# 13 octets of text/plain',
  ])
  assert.deepEqual(
    steps
      .filter(({ from, kind }) => from === 'server' && kind === 'reply')
      .map((step) => partOf(step, 'Body')?.at(-1)),
    [
      'none: HEAD asks for the head alone',
      'none: 304 has no body',
      'in chunks (Transfer-Encoding)',
      'none: 100 has no body',
      'until the connection closes',
    ],
  )
})

test('what cannot be read is told, and the next message is found', () => {
  const cases: readonly (readonly [said: readonly Said[], steps: readonly string[]])[] = [
    [
      [client('GET  / HTTP/1.1', 'Host: x', '', 'GET /b HTTP/1.1', '', '')],
      ['→ GET  / HTTP/1.1', '→ GET /b HTTP/1.1'],
    ],
    [[client('PRI * HTTP/2.0', '', '')], ['→ PRI * HTTP/2.0']],
    [
      [['client', Buffer.from('160301', 'hex')]],
      ['→# TLS, where HTTP is expected', '→# 3 octets more, not read'],
    ],
    [
      [server('\u0000\u0001 image', ''), missing],
      ['←# octets that are not HTTP', '←! HTTP/1.1 404 Not Found'],
    ],
    [[client('GET / HTTP/1.1', 'Host: x')], ['→# GET / HTTP/1.1 (the head was cut short)']],
    [
      [server('HTTP/1.1 200 OK', 'Content-Length: 9', '', 'abc')],
      ['← HTTP/1.1 200 OK', '←# 3 of 9 octets, cut short'],
    ],
    [
      [server('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'x', '')],
      ['← HTTP/1.1 200 OK', '←# malformed chunks: the size of a chunk'],
    ],
    [
      [get, server('HTTP/1.1 101 Switching Protocols', '', '\u0081\u0000')],
      ['→ GET /index.html HTTP/1.1', '← HTTP/1.1 101 Switching Protocols', '←# 3 octets more, not read'],
    ],
    [
      [client(`GET /${'a'.repeat(70_000)} HTTP/1.1`, '', 'GET / HTTP/1.1', '', '')],
      ['→# a head of more than 65536 octets', '→ GET / HTTP/1.1'],
    ],
  ]
  for (const [said, steps] of cases) assert.deepEqual(ladder(stepsOf(httpDissector, said)), steps)
  const [bare, smuggled] = stepsOf(httpDissector, [
    client(
      'GET / HTTP/1.1\nHost: x\n\nPOST / HTTP/1.1',
      'Content-Length: 1',
      'Transfer-Encoding: chunked',
      '',
      'a',
    ),
  ])
  assert.deepEqual(partOf(bare, 'Line ends'), ['LF alone, where CR LF belongs'])
  assert.deepEqual(partOf(smuggled, 'Body'), [
    'where it ends cannot be known: both Content-Length and Transfer-Encoding',
  ])
})

test('no password is shown, wherever HTTP carries one', () => {
  const secret = 'S3cr3t-Wort'
  const encoded = Buffer.from(`ana:${secret}`).toString('base64')
  const form = (type: string, body: string): Said =>
    client('POST / HTTP/1.1', `Content-Type: ${type}`, `Content-Length: ${body.length}`, '', body)
  const cases: readonly Said[] = [
    client('GET / HTTP/1.1', `Authorization: Basic ${encoded}`, '', ''),
    client('GET / HTTP/1.1', `authorization:${encoded}`, '', ''),
    client('GET / HTTP/1.1', 'Authorization: Basic', ` ${encoded}`, `\t${encoded}`, '', ''),
    client('GET / HTTP/1.1', `Authorization : Basic ${encoded}`, '', ''),
    client('GET / HTTP/1.1', `Proxy-Authorization: Bearer ${encoded}`, `X-Auth-Token: ${secret}`, '', ''),
    client('GET / HTTP/1.1', `Authorization Basic ${encoded}`, '', ''),
    client(`Authorization: Basic ${encoded}`, ''),
    client(`Authorization: ${encoded}`, ''),
    client(
      `GET http://ana:${secret}@host/?a=b&password=${secret}&b=c HTTP/1.1`,
      `Referer: http://ana:${secret}@host/`,
      '',
      '',
    ),
    client(`GET /?clave=${secret} `, ''),
    client(`GET /?auth=${secret} HTTP/1.1`, 'Host: a', `X-Auth: ${secret}`, '', ''),
    form('application/x-www-form-urlencoded', `user=ana&contrase%C3%B1a=${secret}&new-password=${secret}`),
    form('application/json', `{"user": "ana", "password": "a\\"${secret}", "pwd":"${secret}"}`),
    form('text/xml', `<password>${secret}</password>`),
  ]
  for (const said of cases) {
    const text = JSON.stringify(stepsOf(httpDissector, [said]))
    assert.ok(!text.includes(secret) && !text.includes(encoded), text)
    assert.ok(text.includes(MASK), text)
  }
  const [, challenge] = stepsOf(httpDissector, [
    get,
    server(
      'HTTP/1.1 401 Unauthorized',
      'WWW-Authenticate: Digest realm="a", nonce="b"',
      'Content-Length: 0',
      '',
      '',
    ),
  ])
  assert.deepEqual(partOf(challenge, 'Fields')?.[0], 'WWW-Authenticate: Digest realm="a", nonce="b"')
})

test('a body is counted, and only the beginning of a text is shown', () => {
  const answer = (type: string, body: Buffer): readonly Said[] => [
    server('HTTP/1.1 200 OK', `Content-Type: ${type}`, `Content-Length: ${body.length}`, '', ''),
    ['server', body],
  ]
  const [, text] = stepsOf(httpDissector, answer('text/plain', Buffer.from('añ'.repeat(1000))))
  assert.deepEqual(text?.text, { en: '3000 octets of text/plain', es: '3000 octetos de text/plain' })
  assert.equal(text.octets, 3000)
  assert.equal(partOf(text, 'Body')?.[0], `${'añ'.repeat(170)}a…`)
  const [, latin] = stepsOf(
    httpDissector,
    answer('text/plain; charset=ISO-8859-1', Buffer.from('año', 'latin1')),
  )
  assert.deepEqual(partOf(latin, 'Body'), ['año'])
  const [, image] = stepsOf(httpDissector, answer('image/jpeg', Buffer.alloc(5)))
  assert.deepEqual(
    [image?.text, image?.parts],
    [{ en: '5 octets of image/jpeg', es: '5 octetos de image/jpeg' }, undefined],
  )
})

test('the steps are the same however the octets come', () => {
  const chunks = server('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '5', 'hello', '0', '', '')
  const post = client('POST /f HTTP/1.1', 'Content-Length: 4', 'Content-Type: text/plain', '', 'a\u20ac')
  const large = client(`GET / HTTP/1.1\r\nA: ${'a'.repeat(40_000)}`, `B: ${'b'.repeat(40_000)}`, '', '')
  const head = client('HEAD / HTTP/1.1', '', '')
  checkChunking(httpDissector, [get, page, missing, chunks, post, head, server('HTTP/1.0 200 OK', '', 'abc')])
  checkChunking(httpDissector, [large, get], 10)
})

test('our own words are in both languages, and each step stands for its octets', () => {
  const said: readonly Said[] = [
    get,
    page,
    client('HEAD / HTTP/1.1', 'A: b', '', ''),
    server('HTTP/1.1 200 OK', 'Content-Length: 5', '', ''),
    client('POST / HTTP/1.1', 'Content-Length: 1', 'Transfer-Encoding: chunked', '', 'a'),
    server('HTTP/1.1 204 No Content', '', ''),
    server('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '5', 'hello', '0', '', ''),
    server('HTTP/1.1 200 OK', ...Array.from({ length: 102 }, (_, at) => `A${at}: b`), '', 'the end'),
  ]
  const steps = stepsOf(httpDissector, said)
  checkLanguages(steps, /^(?:[A-Z]+ \/|HTTP\/1\.1 \d|[\w-]+: \S|text\/|<h1>|hello$|the end$)/)
  assert.deepEqual(ladder(steps, 'es').slice(2), [
    '←# 16 octetos de text/html',
    '→ HEAD / HTTP/1.1',
    '← HTTP/1.1 200 OK',
    '→ POST / HTTP/1.1',
    '← HTTP/1.1 204 No Content',
    '← HTTP/1.1 200 OK',
    '←# 5 octetos',
    '← HTTP/1.1 200 OK',
    '→# 1 octeto más, sin leer',
    '←# 7 octetos',
  ])
  checkOctets(steps, said)
  const odd: readonly (readonly Said[])[] = [
    [['client', Buffer.from('160301', 'hex')]],
    [server('\u0000 image', '')],
    [client('GET / HTTP/1.1', 'Host: x')],
    [client('GET ')],
    [server('HTTP/1.1 200 OK', 'Content-Length: 9', '', 'abc')],
    [server('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'x', '')],
    [client(`GET /${'a'.repeat(70_000)} HTTP/1.1`, '')],
    [client('GET / HTTP/1.1\n\n')],
  ]
  for (const each of odd)
    checkLanguages(stepsOf(httpDissector, each), /^(?:GET |HTTP\/1\.1 200|[\w-]+: |abc$)/)
})

test('in the middle of a conversation the next message is looked for', () => {
  const said = [client('rest of a body', 'GET /a HTTP/1.1', '', ''), server('<p>', ''), missing]
  assert.deepEqual(ladder(stepsOf(httpDissector, said, 'middle')), [
    '→ GET /a HTTP/1.1',
    '←! HTTP/1.1 404 Not Found',
  ])
})

test('floods leave little behind', () => checkFloods(httpDissector))

test('no password is shown in any cut of any request', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9]{8,20}$/), fc.nat(200), (secret, cut) => {
      const octets = Buffer.from(
        `GET /?password=${secret} HTTP/1.1\r\nAuthorization: Basic ${secret}\r\n\r\n`,
      )
      const text = JSON.stringify(stepsOf(httpDissector, [['client', octets.subarray(0, cut)]]))
      assert.ok(!text.includes(secret), text)
    }),
  )
})

test('the services of the Web have it', async () => {
  for (const service of [http, https, authority])
    assert.equal(await service.dissector?.('', 'tcp'), httpDissector)
})
