import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { openPeer, peerCommands, peerNames } from '../../interop/http/peer.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { talk, until } from '../../talk.ts'
import { missing, PYTHON } from '../../tool.ts'
import { openGateway, type Gateway } from './gateway.ts'
import { statuses } from './server.ts'

const large = randomBytes(3_000_000)
const files = {
  'index.html': '<h1>Start</h1>',
  'large.bin': large,
  'text.txt': 'x'.repeat(20_000),
  'sub/index.html': 'sub',
}

/** One answer, taken apart; the body as the client of HTTP/1.1 reads it. */
interface Fetched {
  readonly status: number
  readonly head: string
  readonly body: Buffer
}

/** Asks as a client would that closes after its answer. */
async function fetched(gateway: Gateway, path: string, more = '', method = 'GET'): Promise<Fetched> {
  const client = gateway.connect()
  const text = await client
    .send(`${method} ${path} HTTP/1.1\r\nHost: site\r\nConnection: close\r\n${more}\r\n`)
    .all()
  const end = text.indexOf('\r\n\r\n') + 4
  const head = text.slice(0, end)
  let body = text.slice(end)
  if (/^Transfer-Encoding: chunked/m.test(head) && method !== 'HEAD') {
    let rest = body
    body = ''
    for (;;) {
      const [line = '', digits = ''] = /^([0-9a-f]+)\r\n/.exec(rest) ?? []
      const size = Number.parseInt(digits, 16)
      body += rest.slice(line.length, line.length + size)
      rest = rest.slice(line.length + size + 2)
      if (size === 0) break
    }
    assert.equal(rest, '')
  }
  return { status: statuses(head)[0] ?? 0, head, body: Buffer.from(body, 'latin1') }
}

/** What every server of files answers alike, the site being below /base/. */
async function checkFiles(gateway: Gateway): Promise<void> {
  const start = await fetched(gateway, '/app/')
  assert.deepEqual([start.status, start.body.toString()], [200, '<h1>Start</h1>'])
  assert.match(start.head, /\r\nContent-Length: 14\r\n/)
  assert.equal(start.head.match(/^(?:Date|Server):/gm)?.length, 2)
  const whole = await fetched(gateway, '/app/large.bin')
  assert.ok(whole.body.equals(large))
  const head = await fetched(gateway, '/app/large.bin', '', 'HEAD')
  assert.match(head.head, /\r\nContent-Length: 3000000\r\n/)
  assert.equal(head.body.length, 0)
  const since = /^Last-Modified: (.*)\r$/m.exec(whole.head)?.[1] ?? ''
  const same = await fetched(gateway, '/app/large.bin', `If-Modified-Since: ${since}\r\n`)
  assert.deepEqual([same.status, same.body.length], [304, 0])
  const folder = await fetched(gateway, '/app/sub')
  assert.deepEqual([folder.status, /^Location: (.*)\r$/m.exec(folder.head)?.[1]], [301, '/app/sub/'])
  assert.equal((await fetched(gateway, '/app/sub/')).body.toString(), 'sub')
  assert.equal((await fetched(gateway, '/app/none')).status, 404)
  assert.deepEqual(gateway.failed, [])
}

for (const name of peerNames) {
  test(`${name} behind the proxy`, { skip: missing(peerCommands[name]) }, async () => {
    const below = Object.fromEntries(Object.entries(files).map(([path, text]) => [`www/base/${path}`, text]))
    await using peer = await openPeer(name, {
      files: below,
      isGetOnly: false,
      directives:
        name === 'nginx' ? 'gzip on; gzip_proxied any; gzip_types text/plain; gzip_min_length 10;' : '',
    })
    await using gateway = await openGateway({ '/app/': `http://127.0.0.1:${peer.address.port}/base/` })
    await checkFiles(gateway)
    const part = await fetched(gateway, '/app/large.bin', 'Range: bytes=10-19\r\n')
    assert.deepEqual([part.status, part.body], [206, large.subarray(10, 20)])
    assert.match(part.head, /\r\nContent-Range: bytes 10-19\/3000000\r\n/)
    assert.ok(gateway.opened.length < 3, 'its connection is used again')
    if (name !== 'nginx') return
    // Compressed on the fly, so in chunks.
    const packed = await fetched(gateway, '/app/text.txt', 'Accept-Encoding: gzip\r\n')
    assert.match(packed.head, /\r\nContent-Encoding: gzip\r\n/)
    assert.equal(gunzipSync(packed.body).toString(), files['text.txt'])
  })
}

test(
  'the server of Python behind the proxy, which closes after each answer',
  { skip: missing(PYTHON) },
  async () => {
    using temporary = temporaryFolder()
    writeFiles(
      temporary.path,
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`base/${path}`, text])),
    )
    const port = await freePort()
    const child = spawn(
      PYTHON,
      ['-m', 'http.server', String(port), '--bind', '127.0.0.1', '-d', temporary.path],
      {
        stdio: 'ignore',
      },
    )
    try {
      let isThere = false
      const poll = async (): Promise<void> => {
        while (!isThere && child.exitCode === null) {
          isThere = (await talk({ host: '127.0.0.1', port }, 'HEAD / HTTP/1.0\r\n\r\n')).startsWith(
            'HTTP/1.0 200',
          )
        }
      }
      void poll()
      await until(() => isThere || child.exitCode !== null, 'the server of Python')
      await using gateway = await openGateway({ '/app/': `http://127.0.0.1:${port}/base/` })
      await checkFiles(gateway)
    } finally {
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    }
  },
)

/** Node's own server with a proxy before it. */
async function behindNode(
  listener: RequestListener,
  check: (gateway: Gateway) => Promise<void>,
): Promise<void> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  try {
    await using gateway = await openGateway({ '/app/': `http://127.0.0.1:${address.port}/` })
    await check(gateway)
  } finally {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
}

test("Node's server behind the proxy: chunks, trailers, hints, cookies", async () => {
  await behindNode(
    (request, response) => {
      response.writeEarlyHints({ link: '</x.css>; rel=preload' })
      response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], Trailer: 'X-Sum', 'X-Url': request.url ?? '' })
      for (let piece = 0; piece < 100; piece++) response.write('abc')
      response.addTrailers({ 'X-Sum': '1' })
      response.end()
    },
    async (gateway) => {
      for (let round = 0; round < 3; round++) {
        const { status, head, body } = await fetched(gateway, '/app/x?y')
        assert.deepEqual([status, body.toString()], [200, 'abc'.repeat(100)])
        assert.match(head, /^Set-Cookie: a=1\r\nSet-Cookie: b=2\r$/m)
        assert.match(head, /^X-Url: \/x\?y\r$/m)
        assert.doesNotMatch(head, /X-Sum|Link|Trailer/)
      }
      assert.equal(gateway.opened.length, 1)
    },
  )
})

test("Node's server that destroys its answer in the middle", async () => {
  await behindNode(
    (_request, response) => {
      response.write('abc')
      setTimeout(() => response.destroy(), 20)
    },
    async (gateway) => {
      const client = gateway.connect().send('GET /app/ HTTP/1.1\r\nHost: a\r\n\r\n')
      assert.match(await client.all(), /\r\n\r\n3\r\nabc\r\n$/)
    },
  )
})
