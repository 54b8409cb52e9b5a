import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { test } from 'node:test'
import type { Attachment, Flow, Verdict } from '../../../lab/wire/flow.ts'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { dropEchoes, dropService } from '../../services.ts'
import { datagram, open, talk, until } from '../../talk.ts'

const services = `services:
  echo: {}
  datagrams: {}
  secure: {}
`

/** A lab with an echo over TCP, one over UDP, and one that turns to TLS at the word STARTTLS. */
async function openEchoes(): Promise<TestLab> {
  using folder = temporaryFolder()
  dropEchoes(folder.path)
  dropService(folder.path, 'secure', {
    endpoints:
      "{ secure: { transport: 'tcp', standard: 7, fallback: 7007 }, tls: { transport: 'tcp', standard: 8, fallback: 8008 } }",
    start: `const { key, chain } = await ctx.certificate({ names: [ctx.world.domain], purpose: 'server' })
      const options = { key, cert: chain }
      await ctx.tls('tls', options, (socket) => { socket.pipe(socket) })
      await ctx.tcp('secure', (socket) => {
        socket.once('data', async () => {
          socket.write('GO')
          const secured = await ctx.upgrade(socket, options)
          secured.on('end', () => secured.end()); secured.on('data', (bytes) => { if (String(bytes) === 'throw') throw new Error('after the upgrade'); secured.write(bytes) })
        })
      })`,
  })
  return openLab(services, { services: [folder.path] })
}

/** An attachment that notes what it sees. */
function witness(
  passed?: (flow: Flow, direction: 'in' | 'out', bytes: Buffer) => Verdict | undefined,
): Attachment & { readonly seen: string[]; readonly secrets: Buffer[] } {
  const seen: string[] = []
  const secrets: Buffer[] = []
  return {
    name: 'witness',
    seen,
    secrets,
    opened: ({ service, transport, direction }) =>
      void seen.push(`opened ${service} ${transport} ${direction}`),
    passed: (flow, direction, bytes) => {
      seen.push(`${direction} ${String(bytes)}`)
      return passed?.(flow, direction, bytes)
    },
    secret: (_flow, line) => void secrets.push(line),
    closed: ({ service }) => void seen.push(`closed ${service}`),
  }
}

test('an attachment sees every byte of TCP and of UDP, until it is detached', async () => {
  await using lab = await openEchoes()
  const watching = witness()
  {
    using _attached = lab.wire.attach(watching)
    assert.equal(await talk(lab.address('echo', 'echo'), 'one'), 'one')
    assert.equal(String(await datagram(lab.address('datagrams', 'datagrams'), 'two')), 'two')
    await until(() => watching.seen.includes('closed echo'))
  }
  await talk(lab.address('echo', 'echo'), 'unseen')
  assert.deepEqual(
    watching.seen,
    [
      'opened echo tcp inbound',
      'in one',
      'out one',
      'closed echo',
      'opened datagrams udp inbound',
      'in two',
      'out two',
      'closed datagrams',
    ].toSorted((a, b) => watching.seen.indexOf(a) - watching.seen.indexOf(b)),
  )
})

test('an attachment refuses: TCP is reset, UDP stays silent', async () => {
  await using lab = await openEchoes()
  lab.wire.attach({ name: 'ban', opened: () => 'refuse' })
  assert.match(await talk(lab.address('echo', 'echo'), 'x'), /^(?:<reset>)?$/)
  assert.equal(await datagram(lab.address('datagrams', 'datagrams'), 'x', 100), undefined)
  assert.deepEqual(lab.wire.flows(), [])
})

test('an attachment delays, both ways, and keeps the order', async () => {
  await using lab = await openEchoes()
  let pieces = 0
  lab.wire.attach(
    witness((_flow, direction) => ({ delay: direction === 'in' && (pieces += 1) === 1 ? 60 : 5 })),
  )
  const client = await open(lab.address('echo', 'echo'))
  let answer = ''
  client.on('data', (bytes) => void (answer += String(bytes)))
  const begun = performance.now()
  client.write('a')
  await new Promise((resolve) => setTimeout(resolve, 20))
  client.write('b')
  await new Promise((resolve) => setTimeout(resolve, 20))
  client.end('c')
  await new Promise((resolve) => void client.once('close', resolve))
  assert.equal(answer, 'abc')
  assert.ok(performance.now() - begun >= 60)
  assert.equal(String(await datagram(lab.address('datagrams', 'datagrams'), 'late')), 'late')
})

test('an attachment cuts and drops', async () => {
  await using lab = await openEchoes()
  lab.wire.attach(
    witness((_flow, _direction, bytes) =>
      String(bytes).includes('bad') ? (bytes.length > 3 ? 'cut' : 'drop') : undefined,
    ),
  )
  assert.equal(await talk(lab.address('echo', 'echo'), 'good'), 'good')
  assert.match(await talk(lab.address('echo', 'echo'), 'bad news'), /<reset>|^$/)
  assert.equal(await datagram(lab.address('datagrams', 'datagrams'), 'bad', 100), undefined)
  assert.equal(String(await datagram(lab.address('datagrams', 'datagrams'), 'ok')), 'ok')
})

test('an open connection can be listed and cut', async () => {
  await using lab = await openEchoes()
  const client = await open(lab.address('echo', 'echo'))
  await until(() => lab.wire.flows().length === 1)
  const [flow] = lab.wire.flows()
  assert.equal(flow?.remote.port, client.localPort)
  const closed = new Promise((resolve) => void client.once('close', resolve))
  assert.equal(lab.wire.cut(flow?.id ?? 0), true)
  await closed
  await until(() => lab.wire.flows().length === 0)
  assert.equal(lab.wire.cut(flow?.id ?? 0), false)
})

test('large transfers pass the tap whole, with back-pressure', async () => {
  await using lab = await openEchoes()
  let bytes = 0
  lab.wire.attach({ name: 'count', passed: (_flow, _direction, piece) => void (bytes += piece.length) })
  const client = await open(lab.address('echo', 'echo'))
  const size = 8 * 1024 * 1024
  let received = 0
  client.on('data', (piece) => void (received += piece.length))
  client.end(Buffer.alloc(size, 'x'))
  await new Promise((resolve) => void client.once('close', resolve))
  assert.equal(received, size)
  assert.equal(bytes, 2 * size)
})

for (const isAttached of [false, true]) {
  test(`TLS from the start, by upgrade, and garbage instead: ${isAttached ? 'with' : 'without'} an attachment`, async () => {
    await using lab = await openEchoes()
    const watching = witness()
    if (isAttached) lab.wire.attach(watching)
    const ca = await lab.world.certificates.authority()
    const secure = async (socket: Socket | undefined, port: number): Promise<string> => {
      const client = connectTls({
        ...(socket === undefined ? { host: '127.0.0.1', port } : { socket }),
        ca,
        servername: 'lab.test',
      })
      client.write('in secret')
      const answer = await new Promise<string>((resolve, reject) => {
        client.once('data', (bytes) => resolve(String(bytes)))
        client.once('error', reject)
      })
      client.destroy()
      return answer
    }
    assert.equal(await secure(undefined, lab.address('secure', 'tls').port), 'in secret')
    const plain = await open(lab.address('secure', 'secure'))
    plain.write('STARTTLS')
    await new Promise((resolve) => void plain.once('data', resolve))
    assert.equal(await secure(plain, 0), 'in secret')
    assert.match(
      await talk(lab.address('secure', 'tls'), 'this is no TLS at all, not even nearly'),
      /^[^a-z]*(?:<reset>)?$/,
    )
    assert.equal(
      watching.secrets.some((line) => String(line).startsWith('CLIENT_TRAFFIC_SECRET_0')),
      isAttached,
    )
    await until(() => lab.wire.flows().length === 0)
  })
}

test('an error after the upgrade ends that connection alone', async () => {
  await using lab = await openEchoes()
  const ca = await lab.world.certificates.authority()
  const upgraded = async (): Promise<ReturnType<typeof connectTls>> => {
    const plain = await open(lab.address('secure', 'secure'))
    plain.write('STARTTLS')
    await new Promise((resolve) => void plain.once('data', resolve))
    const client = connectTls({ socket: plain, ca, servername: 'lab.test' })
    await new Promise((resolve) => void client.once('secureConnect', resolve))
    return client
  }
  const [one, two] = [await upgraded(), await upgraded()]
  const closed = new Promise((resolve) => void one.once('close', resolve))
  one.on('error', () => undefined)
  one.write('throw')
  await closed
  two.write('fine')
  assert.equal(String(await new Promise<Buffer>((resolve) => void two.once('data', resolve))), 'fine')
  two.destroy()
})
