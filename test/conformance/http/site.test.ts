/** The parts of the site that a course turns on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { openLab } from '../../lab.ts'
import { Client } from '../../unit/http/server.ts'

const page = `<p>${'the same line again and again '.repeat(100)}</p>`

const files = {
  'www/index.html': page,
  'www/large.txt': 'x'.repeat(300_000),
  'www/note.txt': 'short',
  'www/picture.png': Buffer.alloc(2000),
  'www/made.css': 'body{}'.repeat(200),
  'www/made.css.gz': gzipSync('body{}'.repeat(200)),
  'www/program.exe': 'MZ',
  'www/private/index.html': 'private',
  'blog/index.html': 'blog',
  'blog/start.html': 'blog start',
}

/** Sends requests of HTTP/1.1 to a lab with these options, the last of which closes; gives what came, octet by octet. */
async function ask(options: string, requests: readonly string[], more = ''): Promise<string> {
  await using lab = await openLab(`services:\n  http: ${options}\n${more}`, { files })
  const client = new Client(lab.address('http', 'http').port)
  const heads = requests.map((request, index) => {
    const [line = '', ...fields] = request.split('\n')
    const close = index === requests.length - 1 ? 'Connection: close\r\n' : ''
    const host = fields.some((field) => field.startsWith('Host:')) ? '' : 'Host: a\r\n'
    return `${line} HTTP/1.1\r\n${host}${fields.map((field) => `${field}\r\n`).join('')}${close}\r\n`
  })
  client.send(heads.join(''))
  const text = await client.all()
  client.socket.destroy()
  return text
}

const statusesOf = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

test('every Host has its site, and others get the first', async () => {
  const options = `{ validators: false, cookie: false, hosts: { blog.example.org: { root: blog }, "*.example.org": { root: blog, index: start.html } } }`
  const bodies = async (host: string): Promise<string> =>
    (await ask(options, [`GET /\nHost: ${host}`])).split('\r\n\r\n')[1] ?? ''
  assert.equal(await bodies('blog.example.org'), 'blog')
  assert.equal(await bodies('BLOG.Example.org.:8080'), 'blog')
  assert.equal(await bodies('other.example.org'), 'blog start')
  assert.equal(await bodies('deep.other.example.org'), 'blog start')
  assert.equal(await bodies('example.org'), page)
  assert.equal(await bodies('127.0.0.1'), page)
})

test('a folder may be forbidden, in all spellings, with what is in it', async () => {
  const paths = ['/private/', '/private', '/private/index.html', '/%70rivate/', '/private/missing.html']
  const text = await ask(
    '{ forbidden: [/private/] }',
    paths.map((path) => `GET ${path}`),
  )
  assert.deepEqual(statusesOf(text), [403, 403, 403, 403, 403])
  assert.deepEqual(statusesOf(await ask('{ forbidden: [/private/] }', ['GET /privates'])), [404])
})

test('an extension that is not served has the status that the course chose', async () => {
  for (const status of [403, 404, 415])
    assert.deepEqual(statusesOf(await ask(`{ unsupported: ${status} }`, ['GET /program.exe'])), [status])
})

test('HEAD is answered where the scenario says so', async () => {
  const text = await ask('{ head: true }', ['HEAD /note.txt', 'POST /'])
  assert.deepEqual(statusesOf(text), [200, 405])
  assert.match(text, /Content-Length: 5\r\n(?:[^\r]+\r\n)*\r\nHTTP\/1\.1 405/)
  assert.match(text, /\r\nAllow: GET, HEAD\r\n/)
})

test('text is coded on the fly as the client wants it, each coding with a tag of its own (RFC 9110 §8.4, §12.5.3)', async () => {
  const coded = async (accept: string, path = '/'): Promise<{ head: string; body: Buffer }> => {
    const text = await ask('{ compression: all }', [`GET ${path}\nAccept-Encoding: ${accept}`])
    const [head = ''] = text.split('\r\n\r\n', 1)
    return { head, body: Buffer.from(text.slice(head.length + 4), 'latin1') }
  }
  const gzip = await coded('gzip')
  assert.match(gzip.head, /\r\nContent-Encoding: gzip\r\n/)
  assert.equal(gunzipSync(gzip.body).toString(), page)
  const brotli = await coded('gzip, br')
  assert.match(brotli.head, /\r\nContent-Encoding: br\r\n/)
  assert.equal(brotliDecompressSync(brotli.body).toString(), page)
  const plain = await coded('identity')
  assert.equal(plain.body.toString(), page)
  const tags = [gzip, brotli, plain].map(({ head }) => /\r\nETag: (\S+)/.exec(head)?.[1])
  assert.equal(new Set(tags).size, 3)
  for (const { head } of [gzip, brotli, plain]) assert.match(head, /\r\nVary: Accept-Encoding\r\n/)
  for (const path of ['/note.txt', '/picture.png'])
    assert.doesNotMatch((await coded('gzip', path)).head, /Content-Encoding/)
})

test('a large text is coded while it is sent, in chunks', async () => {
  const text = await ask('{ compression: all }', ['GET /large.txt\nAccept-Encoding: gzip'])
  const [head = ''] = text.split('\r\n\r\n', 1)
  assert.match(head, /\r\nTransfer-Encoding: chunked\r\n/)
  const octets: string[] = []
  for (let at = head.length + 4; ;) {
    const end = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, end), 16)
    if (size === 0) break
    octets.push(text.slice(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
  assert.equal(gunzipSync(Buffer.from(octets.join(''), 'latin1')).toString(), 'x'.repeat(300_000))
})

test('a file that was coded beforehand is taken, unless it is older', async () => {
  const text = await ask('{ compression: files }', ['GET /made.css\nAccept-Encoding: gzip, br'])
  assert.match(text, /\r\nContent-Encoding: gzip\r\n/)
  assert.equal(
    gunzipSync(Buffer.from(text.split('\r\n\r\n').slice(1).join('\r\n\r\n'), 'latin1')).toString(),
    files['www/made.css'],
  )
  const other = await ask('{ compression: files }', ['GET /\nAccept-Encoding: gzip'])
  assert.doesNotMatch(other, /Content-Encoding/)
})

test('a visit that changes nothing is a visit: 304 counts, and no cache keeps a page from being asked for', async () => {
  const first = await ask('{}', ['GET /note.txt'])
  assert.match(first, /\r\nCache-Control: no-cache\r\n/)
  await using lab = await openLab('services:\n  http: {}', { files })
  const client = new Client(lab.address('http', 'http').port)
  client.send(
    'GET /note.txt HTTP/1.1\r\nHost: a\r\nCookie: visits=4\r\nIf-None-Match: *\r\nConnection: close\r\n\r\n',
  )
  const text = await client.all()
  assert.deepEqual(statusesOf(text), [304])
  assert.match(text, /\r\nSet-Cookie: visits=5;/)
})

test('a scenario can break length, fields, cookie and speed', async () => {
  const broken = (fault: string, fields = ''): Promise<string> =>
    ask('{ validators: false }', [`GET /note.txt${fields}`], `faults: [{ at: http.answer, ${fault} }]\n`)
  assert.match(await broken('length: 7'), /\r\nContent-Length: 12\r\n[^]*\r\n\r\nshort$/)
  assert.match(await broken('length: -99'), /\r\nContent-Length: 0\r\n/)
  const without = await broken('without: [content-type, Date]')
  assert.doesNotMatch(without, /Content-Type|Date:/)
  assert.match(without, /^HTTP\/1\.1 200 OK\r\nServer: /)
  const moved = await broken('status: 301, fields: { location: /elsewhere, Server: "$& of ours" }')
  assert.match(moved, /^HTTP\/1\.1 301 Moved Permanently\r\nlocation: \/elsewhere\r\nServer: \$& of ours\r\n/)
  assert.equal(moved.match(/^server:/gim)?.length, 1)
  assert.doesNotMatch(await broken('cookie: missing'), /Set-Cookie/)
  assert.match(await broken('cookie: value', '\nCookie: visits=3'), /Set-Cookie: visits=3; Expires/)
  assert.match(await broken('cookie: name'), /Set-Cookie: visits-2=1; Expires/)
  assert.match(
    await broken('cookie: expired'),
    /Set-Cookie: visits=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path/,
  )
  assert.match(await broken('cookie: date'), /Set-Cookie: visits=1; Expires=2026-11-21 10:00:00; Path/)
  assert.match(await broken('slow: 20'), /\r\n\r\nshort$/)
})
