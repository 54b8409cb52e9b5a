/** Who may come in: the token, the names under which the console answers, and other sites. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openConsole, type TestConsole } from '../../console.ts'
import { talk } from '../../talk.ts'

/** The answer to a request written by hand; `more` are further field lines. */
async function raw(
  { address }: TestConsole,
  line: string,
  more: readonly string[] = [],
  host = `127.0.0.1:${address.port}`,
  body = '',
): Promise<string> {
  const fields = [`Host: ${host}`, ...more, ...(body === '' ? [] : [`Content-Length: ${body.length}`])]
  return talk(address, `${line} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${body}`)
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4)

/** A head without what differs from answer to answer. */
const headOf = (answer: string): string =>
  answer
    .split('\r\n\r\n', 1)
    .join('')
    .replaceAll(/^(?:Date|Connection|Keep-Alive): .*\r\n?/gm, '')

const json = 'Content-Type: application/json'

test('without the token every path and every method gets the word 401 and nothing else', async () => {
  await using console = await openConsole('services: {}\n')
  const { token } = console
  const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
  const paths = [
    '',
    'api/overview',
    'api/stream/log',
    'assets/app.ts',
    'openapi.json',
    'download/ca.pem',
    'nothing',
  ]
  const prefixes = ['', wrong, token.slice(1), `${token}x`, token.toLowerCase(), '%00', 'api', `x/${token}`]
  const targets = [
    '/',
    '/favicon.ico',
    // Without the slash the page's own links would lead past the token.
    `/${token}`,
    ...prefixes.flatMap((prefix) => paths.map((path) => `/${prefix}/${path}`)),
    ...paths.map((path) => `/${path}?token=${token}`),
  ]
  const heads = new Set<string>()
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'BREW']) {
    for (const target of targets) {
      const answer = await raw(console, `${method} ${target}`, [json])
      assert.equal(statusOf(answer), 401, `${method} ${target}: ${answer}`)
      assert.equal(bodyOf(answer), method === 'HEAD' ? '' : 'Unauthorized\n')
      heads.add(headOf(answer))
    }
  }
  // Whatever is asked, the answer is the same: nobody learns what there is.
  assert.equal(heads.size, 1)
  for (const bearer of [wrong, '', `${token} `, `${token}, ${token}`, 'x'.repeat(5000)]) {
    const answer = await raw(console, 'GET /openapi.json', [`Authorization: Bearer ${bearer}`])
    assert.equal(statusOf(answer), bearer === `${token} ` ? 200 : 401, bearer)
  }
})

test('the token opens as part of the path, or as a bearer of scripts', async () => {
  await using console = await openConsole('services: {}\n')
  const { token } = console
  assert.equal(statusOf(await raw(console, `GET /${token}/`)), 200)
  const answer = await raw(
    console,
    'POST /api/status',
    [json, `Authorization: Bearer ${token}`],
    undefined,
    '{}',
  )
  assert.equal(statusOf(answer), 200)
  assert.match(bodyOf(answer), /"scenario":"scenario"|"scenario":/)
})

test('a ticket leads to the page, once, and opens nothing by itself', async () => {
  await using console = await openConsole('services: {}\n')
  const { token } = console
  const { pathname: path } = new URL(console.console.ticketUrl())
  assert.ok(!path.includes(token))
  assert.equal(statusOf(await raw(console, `GET ${path}/api/status`)), 401)
  assert.equal(statusOf(await raw(console, `POST ${path}`)), 401)
  assert.equal(statusOf(await raw(console, `GET ${path}`, ['Origin: http://evil.example'])), 403)
  assert.equal(statusOf(await raw(console, `GET ${path}`, [], 'evil.example')), 403)
  const answer = await raw(console, `GET ${path}`)
  assert.equal(statusOf(answer), 303)
  assert.match(answer, new RegExp(`^Location: /${token}/\\r$`, 'm'))
  assert.equal(statusOf(await raw(console, `GET ${path}`)), 401)
  for (const ticket of ['', 'x', token])
    assert.equal(statusOf(await raw(console, `GET /open/${ticket}`)), 401)
})

test('under any other name there is nobody, token or not: a name that leads here is no name of ours', async () => {
  await using console = await openConsole('services: {}\n')
  const { token, address } = console
  for (const host of [
    'evil.example',
    `evil.example:${address.port}`,
    `127.0.0.1.nip.io:${address.port}`,
    `localhost.:${address.port}`,
    '127.0.0.1',
    'localhost',
    `127.0.0.1:${address.port + 1}`,
    `[::ffff:127.0.0.1]:${address.port}`,
    `0.0.0.0:${address.port}`,
    `127.1:${address.port}`,
  ]) {
    const answer = await raw(console, `GET /${token}/`, [], host)
    assert.equal(statusOf(answer), 403, host)
    assert.equal(bodyOf(answer), 'Forbidden\n')
  }
  // RFC 9112 §3.2.2: the absolute form stands above the field.
  const absolute = await raw(console, `GET http://evil.example/${token}/`)
  assert.equal(statusOf(absolute), 403)
  assert.equal(statusOf(await talk(address, `GET /${token}/ HTTP/1.0\r\n\r\n`)), 403)
  for (const host of [`localhost:${address.port}`, `LOCALHOST:${address.port}`, `[::1]:${address.port}`])
    assert.equal(statusOf(await raw(console, `GET /${token}/`, [], host)), 200, host)
})

test('a page of another origin is turned away though its browser knew the address', async () => {
  await using console = await openConsole('services: {}\n')
  const { token, address } = console
  const own = `http://127.0.0.1:${address.port}`
  for (const [field, isOwn] of [
    [`Origin: ${own}`, true],
    ['Origin: null', false],
    ['Origin: http://evil.example', false],
    [`Origin: https://127.0.0.1:${address.port}`, false],
    [`Origin: http://localhost:${address.port}`, false],
    [`Origin: ${own}.evil.example`, false],
    [`Origin: http://127.0.0.1:${address.port + 1}`, false],
    ['Sec-Fetch-Site: same-origin', true],
    ['Sec-Fetch-Site: none', true],
    ['Sec-Fetch-Site: same-site', false],
    ['Sec-Fetch-Site: cross-site', false],
  ] as const) {
    for (const line of [`GET /${token}/`, `POST /${token}/api/status`, `GET /${token}/assets/app.ts`]) {
      const answer = await raw(console, line, [field, json])
      assert.equal(statusOf(answer) !== 403, isOwn, `${line} ${field}`)
      assert.doesNotMatch(answer, /Access-Control/i)
    }
  }
})

test('a change is no form and no link: POST with JSON alone', async () => {
  let reloads = 0
  const actions = {
    reload: async () => ({ started: [], restarted: [], stopped: [], unchanged: [`${++reloads}`] }),
  }
  await using console = await openConsole('services: {}\n', { actions })
  const { token } = console
  const path = `/${token}/api/reload`
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/json',
    '',
  ]) {
    const answer = await raw(console, `POST ${path}`, [`Content-Type: ${type}`], undefined, '{}')
    assert.equal(statusOf(answer), 415, type)
  }
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
    assert.equal(statusOf(await raw(console, `${method} ${path}`, [json])), 405, method)
  assert.equal(reloads, 0)
  assert.equal(statusOf(await raw(console, `POST ${path}`, [`${json}; charset=utf-8`], undefined, '{}')), 200)
  assert.equal(reloads, 1)
})

test('every answer says what its reader may do with it', async () => {
  await using console = await openConsole('services: {}\n')
  const { token } = console
  for (const target of [
    '/',
    `/${token}/`,
    `/${token}/assets/app.ts`,
    `/${token}/openapi.json`,
    `/${token}/x`,
  ]) {
    const answer = await raw(console, `GET ${target}`)
    for (const field of [
      /^X-Content-Type-Options: nosniff\r$/m,
      /^Referrer-Policy: no-referrer\r$/m,
      /^Cache-Control: no-store\r$/m,
      /^Cross-Origin-Opener-Policy: same-origin\r$/m,
      /^Cross-Origin-Resource-Policy: same-origin\r$/m,
      /^Content-Security-Policy: default-src 'none'.*frame-ancestors 'none'/m,
    ])
      assert.match(answer, field, target)
    assert.doesNotMatch(answer, /Set-Cookie|Access-Control/i)
  }
  const page = await raw(console, `GET /${token}/`)
  assert.match(page, /Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';/)
  assert.doesNotMatch(page, /unsafe/)
})

test('the files of the page are those of its folder, by whatever path they are asked for', async () => {
  await using console = await openConsole('services: {}\n')
  const { token } = console
  const found = await raw(console, `GET /${token}/assets/app.ts`)
  assert.equal(statusOf(found), 200)
  assert.match(found, /^Content-Type: text\/javascript; charset=utf-8\r$/m)
  assert.doesNotMatch(bodyOf(found), /import type|: string/)
  for (const path of [
    '../console.ts',
    '../../../package.json',
    '..%2fconsole.ts',
    '%2e%2e/console.ts',
    '%2e%2e%2fconsole.ts',
    '..\\console.ts',
    'words/../../console.ts',
    '/etc/passwd',
    '//etc/passwd',
    'tsconfig.json',
    'index.html',
    '',
    '.',
    'app.ts/',
    'app.ts%00',
    'app.ts%00.css',
    'words',
    '%',
    '%ff.ts',
    'file:///etc/passwd',
    'x'.repeat(5000),
  ])
    assert.match(await raw(console, `GET /${token}/assets/${path}`), /^HTTP\/1\.1 40[04] /, path)
  assert.deepEqual(console.logged, [])
})
