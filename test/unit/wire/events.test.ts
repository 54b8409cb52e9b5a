/** What an attachment is told of a connection beside its bytes: the order of secrets, ends, resets, and what TLS carries. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, createServer } from 'node:tls'
import { test } from 'node:test'
import type { Attachment, Flow } from '../../../lab/wire/flow.ts'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { dropService } from '../../services.ts'
import { datagram, open, paced, talk, until } from '../../talk.ts'

/** An echo, one that turns to TLS at the word STARTTLS, and one that calls another server in TLS when it is told a port. */
async function openServices(): Promise<TestLab> {
  using folder = temporaryFolder()
  dropService(folder.path, 'echo')
  dropService(folder.path, 'secure', {
    start: `const { key, chain } = await ctx.certificate({ names: [ctx.world.domain], purpose: 'server' })
      const options = { key, cert: chain }
      await ctx.tcp('secure', (socket) => {
        socket.once('data', async () => {
          socket.write('GO')
          const secured = await ctx.upgrade(socket, options).catch(() => undefined)
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

/** Attaches what notes all that it is told, each piece of bytes as its direction and its first octet; disposed of, it has left. */
function watch(lab: TestLab): Disposable & { readonly seen: string[] } {
  const seen: string[] = []
  const told = (flow: Flow, text: string): void => void seen.push(`${flow.service} ${text}`)
  const witness: Attachment = {
    name: 'witness',
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
  const attached = lab.wire.attach(witness)
  return { seen, [Symbol.dispose]: () => attached[Symbol.dispose]() }
}

/** A connection that is ready for TLS. */
async function secureOn(lab: TestLab): Promise<Socket> {
  const plain = await open(lab.address('secure', 'secure'))
  plain.write('STARTTLS')
  await once(plain, 'data')
  return plain
}

test('each end tells that it has ended, before the connection is closed', async () => {
  await using lab = await openServices()
  const { seen } = watch(lab)
  assert.equal(await talk(lab.address('echo', 'echo'), 'x'), 'x')
  await until(() => seen.includes('echo closed'))
  assert.deepEqual(seen, [
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
  const { seen } = watch(lab)
  for (const text of ['now', 'later']) {
    seen.length = 0
    await datagram(lab.address('broken', 'broken'), text, 100)
    assert.deepEqual(seen, ['broken opened', `broken in ${text.charCodeAt(0)}`, 'broken closed'])
  }
  assert.equal(lab.wire.flows().length, 0)
})

test('who resets a connection is told: the other end, or the lab', async () => {
  await using lab = await openServices()
  const { seen } = watch(lab)
  const rude = await open(lab.address('echo', 'echo'))
  await until(() => lab.wire.flows().length === 1)
  rude.resetAndDestroy()
  await until(() => seen.includes('echo reset in'))
  const cut = await open(lab.address('echo', 'echo'))
  cut.on('error', () => undefined)
  await until(() => lab.wire.flows().length === 1)
  lab.wire.cut(lab.wire.flows()[0]?.id ?? 0)
  await until(() => seen.includes('echo reset out'))
})

test('secrets are told before the bytes that led to them count as delivered, and what TLS carries is seen', async () => {
  await using lab = await openServices()
  const { seen } = watch(lab)
  const plain = await secureOn(lab)
  const client = connectTls({ socket: plain, rejectUnauthorized: false })
  // The request follows the client's Finished at once, as most clients send it.
  client.once('secureConnect', () => client.write('ask'))
  await once(client, 'data')
  client.end()
  await until(() => seen.includes('secure closed'))
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

/** The client's octets, all but those of its first flight held back until a promise resolves. */
function heldBack(plain: Socket, released: Promise<void>): Duplex {
  let flights = 0
  return paced(plain, async (octets) => {
    flights += 1
    if (flights > 1) await released
    plain.write(octets)
  })
}

test('who has left is told to its end of a handshake that began before, the secrets included', async () => {
  await using lab = await openServices()
  const leaving = watch(lab)
  const { promise, resolve } = Promise.withResolvers<void>()
  const late = connectTls({ socket: heldBack(await secureOn(lab), promise), rejectUnauthorized: false })
  await until(() => leaving.seen.some((line) => line.startsWith('secure secret SERVER_TRAFFIC')))
  leaving[Symbol.dispose]()
  // Nobody is attached, so that the secrets of this one are not asked for.
  const other = connectTls({ socket: await secureOn(lab), rejectUnauthorized: false })
  await once(other, 'secureConnect')
  other.destroy()
  resolve()
  await until(() => leaving.seen.some((line) => line.startsWith('secure secured')))
  late.destroy()
  assert.ok(leaving.seen.includes('secure secret CLIENT_TRAFFIC_SECRET_0'))
})

test('a handshake that fails is told once', async () => {
  await using lab = await openServices()
  const { seen } = watch(lab)
  const plain = await secureOn(lab)
  plain.write('this is no TLS, not even nearly')
  await until(() => lab.wire.flows().length === 0)
  assert.deepEqual(
    seen.filter((line) => /failed|secured/.test(line)),
    ['secure failed'],
  )
})

test('TLS that a service speaks as a client is seen through, from the address that it has', async () => {
  await using lab = await openServices()
  const { seen } = watch(lab)
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
  const told = seen.filter((line) => /connected|upgrading|secured|CLIENT_TRAFFIC|plain/.test(line))
  assert.deepEqual(told, [
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
  const { seen } = watch(lab)
  const client = await open(lab.address('caller', 'caller'))
  client.write('1')
  assert.equal(String((await once(client, 'data'))[0]), 'refused')
  assert.deepEqual(
    seen.filter((line) => /reset|connected/.test(line)),
    ['caller reset in'],
  )
})

test('a connection that somebody refuses is seen by those who look on, whoever came first', async () => {
  await using lab = await openServices()
  lab.wire.attach({ name: 'ban', opened: () => 'refuse' })
  const { seen } = watch(lab)
  await talk(lab.address('echo', 'echo'), 'x')
  assert.deepEqual(seen, ['echo opened', 'echo reset out'])
})
