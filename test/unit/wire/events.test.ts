/** What an attachment is told of a connection beside its bytes: the order of secrets, ends, resets, and what TLS carries. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTls, createServer } from 'node:tls'
import { test } from 'node:test'
import type { Attachment, Flow } from '../../../lab/wire/flow.ts'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { dropService } from '../../services.ts'
import { datagram, open, talk, until } from '../../talk.ts'

/** An echo, one that turns to TLS at the word STARTTLS, and one that calls another server in TLS when it is told a port. */
async function openServices(): Promise<TestLab> {
  using folder = temporaryFolder()
  dropService(folder.path, 'echo')
  dropService(folder.path, 'secure', {
    start: `const { key, chain } = await ctx.certificate({ names: [ctx.world.domain], purpose: 'server' })
      await ctx.tcp('secure', (socket) => {
        socket.once('data', async () => {
          socket.write('GO')
          const secured = await ctx.upgrade(socket, { key, cert: chain }).catch(() => undefined)
          secured?.on('data', (bytes) => { secured.cork(); secured.write(bytes); secured.write('!'); secured.uncork() })
          secured?.on('end', () => secured.end())
        })
      })`,
  })
  dropService(folder.path, 'caller', {
    start: `const { connect } = await import('node:tls')
      await ctx.tcp('caller', (socket) => {
        socket.once('data', async (port) => {
          const plain = await ctx.connect({ host: '127.0.0.1', port: Number(port) }).catch(() => undefined)
          if (plain === undefined) return void socket.end('refused')
          const secured = connect({ socket: plain, rejectUnauthorized: false })
          ctx.reveal(plain, secured)
          secured.on('data', (bytes) => { socket.end(bytes); secured.destroy() })
          secured.write('hello')
        })
      })`,
  })
  dropService(folder.path, 'broken', {
    endpoints: "{ broken: { transport: 'udp', standard: 7, fallback: 7007 } }",
    start: `await ctx.udp('broken', (message) => {
      if (String(message) === 'later') return Promise.reject(new Error('a bug, later'))
      throw new Error('a bug')
    })`,
  })
  return openLab('services: { echo: {}, secure: {}, caller: {}, broken: {} }', { services: [folder.path] })
}

/** Notes all that it is told, each piece of bytes as its direction and its first octet. */
function witness(): Attachment & { readonly seen: string[] } {
  const seen: string[] = []
  const told = (flow: Flow, text: string): void => void seen.push(`${flow.service} ${text}`)
  return {
    name: 'witness',
    seen,
    opened: (flow) => {
      told(flow, 'opened')
      return undefined
    },
    connected: (flow) => told(flow, `connected ${flow.local.port > 0 ? 'from a port' : 'from nowhere'}`),
    passed: (flow, direction, bytes) => {
      told(flow, `${direction} ${bytes[0] ?? 0}`)
      return undefined
    },
    delivered: (flow) => told(flow, 'delivered'),
    ended: (flow, direction) => told(flow, `ended ${direction}`),
    upgrading: (flow) => told(flow, 'upgrading'),
    secret: (flow, line) => told(flow, `secret ${line.toString('latin1').split(' ')[0]}`),
    secured: (flow, outcome) =>
      told(flow, 'failure' in outcome ? 'failed' : `secured ${outcome.version} ${outcome.cipher}`),
    plain: (flow, direction, bytes) => told(flow, `plain ${direction} ${String(bytes)}`),
    closed: (flow, reset) => told(flow, reset === undefined ? 'closed' : `reset ${reset}`),
  }
}

test('each end tells that it has ended, before the connection is closed', async () => {
  await using lab = await openServices()
  const watching = witness()
  lab.wire.attach(watching)
  assert.equal(await talk(lab.address('echo', 'echo'), 'x'), 'x')
  await until(() => watching.seen.includes('echo closed'))
  assert.deepEqual(watching.seen, [
    'echo opened',
    'echo in 120',
    'echo out 120',
    'echo delivered',
    'echo ended in',
    'echo ended out',
    'echo closed',
  ])
})

test('an exchange of datagrams ends though the service fails, at once or later', async () => {
  await using lab = await openServices()
  const watching = witness()
  lab.wire.attach(watching)
  for (const text of ['now', 'later']) {
    watching.seen.length = 0
    await datagram(lab.address('broken', 'broken'), text, 100)
    assert.deepEqual(watching.seen, ['broken opened', `broken in ${text.charCodeAt(0)}`, 'broken closed'])
  }
  assert.equal(lab.wire.flows().length, 0)
})

test('who resets a connection is told: the other end, or the lab', async () => {
  await using lab = await openServices()
  const watching = witness()
  lab.wire.attach(watching)
  const rude = await open(lab.address('echo', 'echo'))
  await until(() => lab.wire.flows().length === 1)
  rude.resetAndDestroy()
  await until(() => watching.seen.includes('echo reset in'))
  const cut = await open(lab.address('echo', 'echo'))
  cut.on('error', () => undefined)
  await until(() => lab.wire.flows().length === 1)
  lab.wire.cut(lab.wire.flows()[0]?.id ?? 0)
  await until(() => watching.seen.includes('echo reset out'))
})

test('secrets are told before the bytes that led to them count as delivered, and what TLS carries is seen', async () => {
  await using lab = await openServices()
  const watching = witness()
  lab.wire.attach(watching)
  const plain = await open(lab.address('secure', 'secure'))
  plain.write('STARTTLS')
  await once(plain, 'data')
  const client = connectTls({ socket: plain, rejectUnauthorized: false })
  // The request follows the client's Finished at once, as most clients send it.
  client.once('secureConnect', () => client.write('ask'))
  await once(client, 'data')
  client.end()
  await until(() => watching.seen.includes('secure closed'))
  const { seen } = watching
  assert.deepEqual(
    seen.filter((line) => /upgrading|secured|plain/.test(line)),
    [
      'secure upgrading',
      'secure secured TLSv1.3 TLS_AES_256_GCM_SHA384',
      'secure plain in ask',
      'secure plain out ask',
      'secure plain out !',
    ],
  )
  // What the client's Finished came with is delivered after the secret that deciphers what is behind it.
  const secret = seen.indexOf('secure secret CLIENT_TRAFFIC_SECRET_0')
  const before = seen.slice(0, secret)
  const arrived = before.filter((line) => line.startsWith('secure in ')).length
  const delivered = before.filter((line) => line === 'secure delivered').length
  assert.ok(secret > 0 && delivered < arrived, `${arrived} arrived, ${delivered} delivered`)
})

test('a handshake that fails is told once', async () => {
  await using lab = await openServices()
  const watching = witness()
  lab.wire.attach(watching)
  const plain = await open(lab.address('secure', 'secure'))
  plain.write('STARTTLS')
  await once(plain, 'data')
  plain.write('this is no TLS, not even nearly')
  await until(() => lab.wire.flows().length === 0)
  assert.deepEqual(
    watching.seen.filter((line) => /failed|secured/.test(line)),
    ['secure failed'],
  )
})

test('TLS that a service speaks as a client is seen through, from the address that it has', async () => {
  await using lab = await openServices()
  const watching = witness()
  lab.wire.attach(watching)
  const { key, chain } = await lab.world.certificates.issue({ names: ['other.lab.test'], purpose: 'server' })
  const server = createServer({ key, cert: chain }, (socket) => void socket.end('welcome'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0
  const client = await open(lab.address('caller', 'caller'))
  client.write(String(port))
  assert.equal(String((await once(client, 'data'))[0]), 'welcome')
  server.close()
  const seen = watching.seen.filter((line) => /connected|upgrading|secured|CLIENT_TRAFFIC|plain/.test(line))
  assert.deepEqual(seen, [
    'caller connected from a port',
    'caller upgrading',
    'caller plain out hello',
    'caller secret CLIENT_TRAFFIC_SECRET_0',
    'caller secured TLSv1.3 TLS_AES_256_GCM_SHA384',
    'caller plain in welcome',
  ])
})

test('a connection that is refused was never there', async () => {
  await using lab = await openServices()
  const watching = witness()
  lab.wire.attach(watching)
  const client = await open(lab.address('caller', 'caller'))
  client.write('1')
  assert.equal(String((await once(client, 'data'))[0]), 'refused')
  assert.deepEqual(
    watching.seen.filter((line) => /reset|connected/.test(line)),
    ['caller reset in'],
  )
})

test('a connection that somebody refuses is seen by those who look on, whoever came first', async () => {
  await using lab = await openServices()
  const watching = witness()
  lab.wire.attach({ name: 'ban', opened: () => 'refuse' })
  lab.wire.attach(watching)
  await talk(lab.address('echo', 'echo'), 'x')
  assert.deepEqual(watching.seen, ['echo opened', 'echo reset out'])
})
