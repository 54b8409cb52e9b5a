/** What comes to the port of `https` and is no TLS, or half of it, or a lot at once, beside Apache and nginx. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect as dial, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import type { Address } from '../../../lab/service.ts'
import { openLab } from '../../lab.ts'
import { open, talk, until } from '../../talk.ts'
import { missing } from '../../tool.ts'
import { peerNames } from '../http/peer.ts'
import { authorityIn, domain } from './forge.ts'
import { openSecurePeer } from './peer.ts'

const skip = missing('nginx', 'apache2')
const files = { 'www/index.html': 'start' }
const scenario = `domain: ${domain}\nservices:\n  https: { cookie: false }\n`

/** Resolves with the whole answer over TLS. */
async function get({ host, port }: Address): Promise<string> {
  const socket = connect({ host, port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
  socket.write('GET / HTTP/1.0\r\n\r\n')
  await once(socket, 'close')
  return answer
}

/** The first octets of a handshake, as Node sends them. */
async function clientHello(): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk)
      socket.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  connect({ host: '127.0.0.1', port: address.port }).on('error', () => undefined)
  const hello = await promise
  server.close()
  return hello
}

test('a request without TLS gets no page, while Apache and nginx answer 400', { skip }, async () => {
  await using lab = await openLab(scenario, { files })
  const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
  // Neither an alert nor a page: Node ends the connection before anybody could write to it.
  assert.doesNotMatch(await talk(lab.address('https', 'https'), request), /HTTP/)
  const server = await authorityIn(join(lab.stateFolder, 'certs')).issueNew({
    names: ['localhost'],
    purpose: 'server',
  })
  for (const name of peerNames) {
    await using peer = await openSecurePeer(name, { server })
    assert.match(await talk(peer.address, request), /^HTTP\/1\.1 400 /)
  }
  const fact = lab.journal.since(0, ['tls.failed'])[0]
  assert.equal(fact?.data?.['why'], 'ERR_SSL_HTTP_REQUEST')
})

test('garbage and half handshakes end, and the others are served', async () => {
  const complaints: string[] = []
  const complain = (_: object, message: string): void => void complaints.push(message)
  const log = { debug: () => undefined, info: () => undefined, warn: complain, error: complain }
  await using lab = await openLab(scenario, { files, log: () => log })
  const at = lab.address('https', 'https')
  const hello = await clientHello()
  const pieces = [
    Buffer.alloc(0),
    Buffer.of(0x16),
    Buffer.of(0x16, 3, 1, 0xff, 0xff),
    Buffer.of(0x15, 3, 3, 0, 2, 2, 40),
    Buffer.of(0x80, 0x2e, 1, 0, 2),
    randomBytes(1000),
    hello.subarray(0, 5),
    hello.subarray(0, -1),
    hello,
    Buffer.concat([hello, hello]),
    Buffer.concat([hello, randomBytes(100)]),
    Buffer.concat([hello.subarray(0, 60), randomBytes(hello.length - 60)]),
  ]
  for (const piece of pieces) {
    const socket = await open(at)
    socket.resume()
    socket.end(piece)
    await Promise.race([once(socket, 'close'), new Promise((done) => setTimeout(done, 3000))])
    assert.ok(socket.destroyed, piece.subarray(0, 20).toString('hex'))
  }
  for (const piece of pieces) {
    const socket = await open(at)
    socket.write(piece)
    setImmediate(() => socket.resetAndDestroy())
  }
  assert.match(await get(at), /start$/)
  const kinds = ['tls.failed', 'tls.handshaken']
  await until(() => lab.journal.since(0, kinds).length === 2 * pieces.length + 1, 'a fact for each')
  const words = lab.journal.since(0, ['tls.failed']).map(({ data }) => data?.['why'])
  assert.ok(words.includes('the client left during the handshake'))
  assert.deepEqual(complaints, [])
})

test('200 handshakes at once', async () => {
  await using lab = await openLab(scenario, { files })
  const at = lab.address('https', 'https')
  const answers = await Promise.all(Array.from({ length: 200 }, () => get(at)))
  assert.ok(answers.every((answer) => answer.endsWith('start')))
  assert.equal(lab.journal.since(0, ['tls.handshaken']).length, 200)
})

test('a slow handshake is given 20 seconds in all, and holds up nobody', async () => {
  await using lab = await openLab(scenario, { files })
  const at = lab.address('https', 'https')
  const hello = await clientHello()
  const begun = performance.now()
  const slow = Array.from({ length: 100 }, async (_, number) => {
    const socket = dial(at)
    socket.on('error', () => undefined)
    socket.resume()
    // Some say nothing, some one octet each second, some all but the last octet.
    let place = number % 3 === 2 ? hello.length - 1 : 0
    socket.write(hello.subarray(0, place))
    const timer = setInterval(() => {
      if (number % 3 === 1) socket.write(hello.subarray(place, (place += 1)))
    }, 1000)
    // A client that writes where the server has closed already has an error first, for which `once` would not wait on.
    await new Promise<void>((resolve) => socket.once('close', () => resolve()))
    clearInterval(timer)
  })
  assert.match(await get(at), /start$/)
  assert.ok(performance.now() - begun < 5000)
  await Promise.all(slow)
  assert.ok(performance.now() - begun < 25_000)
  const failures = lab.journal.since(0, ['tls.failed']).map(({ data }) => data?.['why'])
  assert.deepEqual([failures.length, new Set(failures)], [100, new Set(['ERR_TLS_HANDSHAKE_TIMEOUT'])])
})
