/** Handshakes of TLS in captures, made by the lab's own server and recorded on their way. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { connect, type ConnectionOptions } from 'node:tls'
import { openLab } from '../../lab.ts'
import { judged, told } from './captured.ts'
import { conversation, ethernet, pcap } from './frames.ts'

await using lab = await openLab('domain: lab.test\nservices:\n  https: { root: www, client: optional }\n', {
  files: { 'www/index.html': 'hello' },
})
const { chain, key } = await lab.world.certificates.issue({ names: ['alice'], purpose: 'client' })
const identity = { cert: chain, key }

type Said = readonly ['>' | '<', Buffer]

function captured(said: readonly Said[]): Buffer {
  const talk = conversation(said, { server: '10.0.0.1:443', most: 500 })
  return pcap(talk.map((each) => ethernet(each)))
}

/** What crosses while a client asks for a page, or fails to. */
async function recorded(
  options: ConnectionOptions,
): Promise<{ said: readonly Said[]; octets: Buffer; session: Buffer | undefined }> {
  const said: Said[] = []
  const proxy = createServer((client) => {
    const server = connectTcp(lab.address('https', 'https'))
    client.on('data', (octets: Buffer) => void said.push(['>', octets])).on('error', () => undefined)
    server.on('data', (octets: Buffer) => void said.push(['<', octets])).on('error', () => undefined)
    client.pipe(server).pipe(client)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    servername: 'www.lab.test',
    ...options,
  })
  let session: Buffer | undefined
  socket.on('session', (ticket) => (session = ticket))
  socket.on('error', () => undefined)
  socket.on('secureConnect', () =>
    socket.write('GET / HTTP/1.1\r\nHost: lab.test\r\nConnection: close\r\n\r\n'),
  )
  socket.resume()
  await new Promise((done) => socket.on('close', done))
  proxy.close()
  return { said, octets: captured(said), session }
}

const old = { maxVersion: 'TLSv1.2' } as const
const plain = await recorded({})
const older = await recorded({ ...old, ...identity })
const again = await recorded({ session: plain.session })
const olderAgain = await recorded({ ...old, session: older.session })
const refused = await recorded({
  minVersion: 'TLSv1.1',
  maxVersion: 'TLSv1.1',
  ciphers: 'DEFAULT@SECLEVEL=0',
})

const table: readonly (readonly [string, Buffer, Record<string, unknown>, 'passed' | 'failed'])[] = [
  ['TLS 1.3', plain.octets, { version: 'TLSv1.3', name: 'www.lab.test', resumed: false }, 'passed'],
  ['TLS 1.3, another name', plain.octets, { name: 'lab.test' }, 'failed'],
  [
    'TLS 1.3, where the certificate of the client is encrypted',
    (await recorded(identity)).octets,
    { account: 'alice' },
    'failed',
  ],
  ['TLS 1.3, resumed', again.octets, { version: 'TLSv1.3', resumed: true }, 'passed'],
  [
    'TLS 1.2 with the certificate of the client',
    older.octets,
    { version: 'TLSv1.2', account: 'alice', subject: 'CN=alice' },
    'passed',
  ],
  ['TLS 1.2, resumed', olderAgain.octets, { version: 'TLSv1.2', resumed: true }, 'passed'],
  ['TLS 1.2, not resumed', older.octets, { resumed: true }, 'failed'],
  ['a refused handshake', refused.octets, {}, 'failed'],
]

for (const [name, octets, settings, expected] of table)
  await test(name, async () => {
    const { outcome } = await judged(octets, { 'tls.handshaken': settings })
    assert.equal(outcome, expected)
  })

await test('an alert tells why a handshake has failed', async () => {
  assert.match(await told(refused.octets, { 'tls.refused': { why: 'protocol_version' } }), /^passed \d/)
})

await test('a handshake that the capture has not seen to its end did not come about', async () => {
  const ends = older.said.map(([from]) => from)
  const last = ends.indexOf('<', ends.indexOf('>', ends.indexOf('<')))
  // The client has finished, the server not yet.
  assert.equal(
    (await judged(captured(older.said.slice(0, last)), { 'tls.handshaken': {} })).outcome,
    'failed',
  )
  assert.equal((await judged(older.octets, { 'tls.handshaken': {} })).outcome, 'passed')
})

await test('of what TLS carries it is told that it cannot be read', async () => {
  const { assertions } = await judged(plain.octets, { 'tls.handshaken': { name: 'other.test' } })
  assert.ok(
    assertions.some(({ title }) =>
      /^from frame \d+ on: TLS has begun, and of what it carries nothing can be read$/.test(title.en),
    ),
  )
})
