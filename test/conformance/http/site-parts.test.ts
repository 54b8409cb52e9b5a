/** Listing, passwords, another server behind, the access log: each over a lab. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openLab, type TestLab } from '../../lab.ts'
import { Client, eventually } from '../../unit/http/server.ts'
import { parseAnswers, type Parsed } from './subject.ts'

const files = {
  'www/index.html': 'start',
  'www/files/a & b.txt': 'text',
  'www/files/program.exe': 'MZ',
  'www/files/private/index.html': 'private',
  'www/files/.hidden.txt': 'hidden',
  'www/other/page.html': 'page',
  'www/secret/index.html': 'secret',
}

const windows = process.platform === 'win32' && 'Windows lets only administrators make links'

const open = (options: string, more = ''): Promise<TestLab> =>
  openLab(`services:\n  http: ${options}\n${more}`, { files })

async function ask(lab: TestLab, target: string, fields = ''): Promise<Parsed> {
  const client = new Client(lab.address('http', 'http').port)
  client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}Connection: close\r\n\r\n`)
  const [answer] = parseAnswers(await client.all())
  client.socket.destroy()
  assert.ok(answer)
  return answer
}

test('folders without a start page are listed where the scenario says so, without what is not served', async () => {
  await using lab = await open('{ listing: [/files/], forbidden: [/files/private/] }')
  const listed = await ask(lab, '/files/')
  assert.equal(listed.status, 200)
  assert.match(listed.body, /<a href="a%20%26%20b.txt"><bdi>a &amp; b.txt<\/bdi><\/a>/)
  assert.doesNotMatch(listed.body, /program|hidden|private/)
  assert.match(listed.fields.get('set-cookie') ?? '', /^visits=1;/)
  assert.equal((await ask(lab, '/other/')).status, 403)
  await using all = await open('{ listing: true }')
  assert.equal((await ask(all, '/other/')).status, 200)
})

test(
  'a folder whose name differs from a listed one by its letter case is another',
  { skip: process.platform !== 'linux' && 'the file system may take both for the same' },
  async () => {
    await using lab = await openLab('services:\n  http: { listing: [/files/] }\n', {
      files: { 'www/files/a.txt': 'x', 'www/Files/b.txt': 'x' },
    })
    assert.deepEqual([(await ask(lab, '/files/')).status, (await ask(lab, '/Files/')).status], [200, 403])
  },
)

test('a protected folder asks for a password; the name is told to the journal, and counts as a visit only inside', async () => {
  await using lab = await open(
    '{ protect: { /secret/: { scheme: basic } } }',
    'accounts: [{ name: ana, password: sesame }]\n',
  )
  const asked = await ask(lab, '/secret/')
  assert.equal(asked.status, 401)
  assert.match(asked.fields.get('www-authenticate') ?? '', /^Basic realm="telelab"/)
  assert.equal(asked.fields.has('set-cookie'), false)
  const token = Buffer.from('ana:sesame').toString('base64')
  const inside = await ask(lab, '/%73ecret/', `Authorization: Basic ${token}\r\n`)
  assert.deepEqual([inside.status, inside.body], [200, 'secret'])
  assert.equal((await ask(lab, '/secret/', 'Authorization: Basic YW5hOmFuYQ==\r\n')).status, 401)
  assert.equal((await ask(lab, '/')).status, 200)
  const users = lab.journal.since(0, ['http.answered']).map(({ data }) => data?.['user'])
  assert.deepEqual(users, [undefined, 'ana', undefined, undefined])
  const text = JSON.stringify(lab.journal.since(0))
  assert.ok(!text.includes('sesame') && !text.includes(token))
})

test('a link into a closed folder opens nothing', { skip: windows }, async () => {
  await using lab = await openLab(
    'services:\n  http: { forbidden: [/files/], protect: { /secret/: { scheme: basic } } }\n',
    { files },
  )
  const root = dirname(lab.stateFolder)
  symlinkSync('secret/index.html', join(root, 'www', 'link.html'))
  symlinkSync('files', join(root, 'www', 'shown'))
  symlinkSync('page.html', join(root, 'www', 'other', 'again.html'))
  assert.equal((await ask(lab, '/link.html')).status, 403)
  assert.equal((await ask(lab, '/shown/private/index.html')).status, 403)
  assert.equal((await ask(lab, '/other/again.html')).status, 200)
})

test(
  'a link into a closed folder tells nothing of it: no list, no names, no coded file',
  { skip: windows },
  async () => {
    const coded = gzipSync('secret'.repeat(200))
    const text = 'page'.repeat(200)
    await using lab = await openLab(
      `services:
  http:
    listing: true
    compression: files
    protect: { /secret/: { scheme: basic, users: { ana: sesame } } }
    forbidden: [/closed/]
`,
      {
        files: {
          'www/secret/a.txt': 'x',
          'www/secret/b/c.txt': 'x',
          'www/secret/z.gz': coded,
          'www/closed/a.txt': 'x',
          'www/page.txt': text,
        },
      },
    )
    const www = join(dirname(lab.stateFolder), 'www')
    symlinkSync('secret', join(www, 'link'))
    symlinkSync('closed', join(www, 'other'))
    symlinkSync('secret/a.txt', join(www, 'shown.txt'))
    symlinkSync('secret/z.gz', join(www, 'page.txt.gz'))
    for (const folder of ['/link/', '/other/']) {
      for (const name of ['', 'a.txt', 'gone.txt', 'b', 'b/', 'b/c.txt', 'b/gone.txt', 'gone/'])
        assert.equal((await ask(lab, folder + name)).status, 403, folder + name)
    }
    const list = await ask(lab, '/')
    assert.match(list.body, /secret\//)
    assert.doesNotMatch(list.body, /link|other|shown|closed/)
    assert.equal((await ask(lab, '/page.txt', 'Accept-Encoding: gzip\r\n')).body, text)
    assert.equal((await ask(lab, '/gone.txt')).status, 404)
    assert.equal((await ask(lab, '/secret')).status, 401)
    const token = Buffer.from('ana:sesame').toString('base64')
    const inside = async (path: string): Promise<number> =>
      (await ask(lab, path, `Authorization: Basic ${token}\r\n`)).status
    assert.deepEqual(
      [await inside('/secret'), await inside('/secret/'), await inside('/secret/gone')],
      [301, 200, 404],
    )
  },
)

test('another server answers below its prefix, and a page says so when it does not', async () => {
  const origin = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain')
    response.end(`${request.url} ${String(request.headers['x-forwarded-for'])}`)
  }).listen(0, '127.0.0.1')
  await once(origin, 'listening')
  const address = origin.address()
  const port = typeof address === 'object' ? address?.port : 0
  {
    await using lab = await open(`{ proxy: { /app/: "http://127.0.0.1:${port}/base/" } }`)
    const client = new Client(lab.address('http', 'http').port)
    client.send('GET /app/x%20y?q=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    assert.match(await client.all(), /^HTTP\/1\.1 200 OK\r\n[^]*\/base\/x%20y\?q=1 127\.0\.0\.1/)
    client.socket.destroy()
    assert.equal((await ask(lab, '/app')).status, 404)
    origin.closeAllConnections()
    origin.close()
    await once(origin, 'close')
    assert.equal((await ask(lab, '/app/', 'Accept-Language: es\r\n')).status, 502)
  }
})

test('a password that opened a folder here does not go to the server behind it', async () => {
  const seen: (string | undefined)[] = []
  const origin = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.end('behind')
  }).listen(0, '127.0.0.1')
  await once(origin, 'listening')
  const address = origin.address()
  const to = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`
  await using lab = await open(
    `{ protect: { /app/: { scheme: basic } }, proxy: { /app/: "${to}", /free/: "${to}" } }`,
    'accounts: [{ name: ana, password: sesame }]\n',
  )
  for (const path of ['/app/', '/free/']) {
    const client = new Client(lab.address('http', 'http').port)
    client.send(
      `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YW5hOnNlc2FtZQ==\r\nConnection: close\r\n\r\n`,
    )
    assert.match(await client.all(), /behind$/)
    client.socket.destroy()
  }
  assert.deepEqual(seen, [undefined, 'Basic YW5hOnNlc2FtZQ=='])
  origin.closeAllConnections()
  origin.close()
})

test('a client that goes takes the connection to the server behind with it', async () => {
  let isGone = false
  const origin = createServer((_request, response) => {
    response.on('close', () => (isGone = true))
    response.write('the beginning')
  }).listen(0, '127.0.0.1')
  await once(origin, 'listening')
  const address = origin.address()
  await using lab = await open(
    `{ proxy: { /app/: "http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/" } }`,
  )
  const client = new Client(lab.address('http', 'http').port)
  client.send('GET /app/ HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.until(/the beginning/)
  client.socket.destroy()
  await eventually(() => isGone)
  origin.close()
})

test('the access log has a line for each answer', async () => {
  await using lab = await open('{ accessLog: true, robots: disallow, favicon: builtin }')
  assert.match((await ask(lab, '/robots.txt')).body, /Disallow: \/\n/)
  assert.equal((await ask(lab, '/favicon.ico')).fields.get('content-type'), 'image/svg+xml')
  await ask(lab, '/missing', 'User-Agent: te"st\r\nReferer: http://a/\r\n')
  const path = join(lab.stateFolder, 'services', 'http', 'access.log')
  const lines = (): string[] => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [])
  await eventually(() => lines().length === 3)
  assert.deepEqual(
    lines().map((line) => line.replace(/\[[^\]]+\]/, '[]').replace(/ 404 \d+ /, ' 404 BYTES ')),
    [
      '127.0.0.1 - - [] "GET /robots.txt HTTP/1.1" 200 26 "-" "-"',
      '127.0.0.1 - - [] "GET /favicon.ico HTTP/1.1" 200 281 "-" "-"',
      '127.0.0.1 - - [] "GET /missing HTTP/1.1" 404 BYTES "http://a/" "te\\"st"',
    ],
  )
})

test('the access log writes a name beyond ASCII octet by octet in UTF-8, as Apache does', async () => {
  await using lab = await open(
    '{ accessLog: true, protect: { /secret/: { scheme: basic, users: { ñ中: pass } } } }',
  )
  const given = Buffer.from('ñ中:pass').toString('base64')
  assert.equal((await ask(lab, '/secret/', `Authorization: Basic ${given}\r\n`)).status, 200)
  const path = join(lab.stateFolder, 'services', 'http', 'access.log')
  await eventually(() => existsSync(path) && readFileSync(path, 'utf8').includes('\n'))
  assert.match(readFileSync(path, 'utf8'), /^127\.0\.0\.1 - \\xc3\\xb1\\xe4\\xb8\\xad \[/)
})
