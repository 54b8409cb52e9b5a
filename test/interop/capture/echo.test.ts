/** A service that knows nothing of captures, upgraded to TLS in mid-stream; and how connections end. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { dropEchoes, dropService } from '../../services.ts'
import { datagram, open, paced, talk, until } from '../../talk.ts'
import { assertSound, captured, fieldOf, fieldsOf, skip } from './tshark.ts'

const services = 'services:\n  echo: {}\n  datagrams: {}\n  secure: {}\n  caller: {}\n'

async function openEchoes(): Promise<TestLab> {
  using folder = temporaryFolder()
  dropEchoes(folder.path)
  dropService(folder.path, 'secure', {
    endpoints: "{ secure: { transport: 'tcp', standard: 7, fallback: 7007 } }",
    start: `const { key, chain } = await ctx.certificate({ names: [ctx.world.domain], purpose: 'server' })
      await ctx.tcp('secure', (socket) => {
        socket.once('data', async () => {
          socket.write('GO')
          const secured = await ctx.upgrade(socket, { key, cert: chain })
          secured.on('end', () => secured.end())
          secured.on('data', (bytes) => secured.write(bytes))
        })
      })`,
  })
  // It calls where it is told, and says whether that was possible.
  dropService(folder.path, 'caller', {
    endpoints: "{ caller: { transport: 'tcp', standard: 7, fallback: 7007 } }",
    start: `await ctx.tcp('caller', (socket) => {
        socket.once('data', async (port) => {
          try {
            const far = await ctx.connect({ host: '127.0.0.1', port: Number(String(port)) })
            far.end('hello'); far.resume(); far.on('close', () => socket.end('done'))
          } catch { socket.end('refused') }
        })
      })`,
  })
  return openLab(services, { services: [folder.path] })
}

/** The client's octets in pieces, as a slow one sends them. */
function inPieces(socket: Socket, size: number): Duplex {
  return paced(socket, async (octets) => {
    for (let at = 0; at < octets.length; at += size) {
      socket.write(octets.subarray(at, at + size))
      await setTimeout(10)
    }
  })
}

async function upgraded(lab: TestLab, size: number, options: ConnectionOptions): Promise<void> {
  const plain = await open(lab.address('secure', 'secure'))
  plain.setNoDelay(true)
  plain.write('STARTTLS')
  await once(plain, 'data')
  const socket = size === 0 ? plain : inPieces(plain, size)
  const client = connectTls({ socket, rejectUnauthorized: false, ...options })
  client.write('in secret')
  assert.equal(String((await once(client, 'data'))[0]), 'in secret')
  client.end()
  await once(plain, 'close')
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  // A flight that arrives in pieces leads to its secrets with the last one.
  for (const size of [0, 60]) {
    test(
      `an echo upgraded to ${version} in mid-stream, pieces of ${size || 'any'} octets`,
      { skip },
      async () => {
        using folder = temporaryFolder()
        await using lab = await openEchoes()
        const file = await captured(lab, folder.path, () =>
          upgraded(lab, size, { minVersion: version, maxVersion: version }),
        )
        await assertSound(file)
        const hex = (text: string): string => Buffer.from(text).toString('hex')
        const { port } = lab.address('secure', 'secure')
        const data = await fieldsOf(file, [], 'data', 'tcp.dstport', 'data.data')
        assert.deepEqual(
          data.map(([to, text]) => [to === String(port), text]),
          [
            [true, hex('STARTTLS')],
            [false, hex('GO')],
            [true, hex('in secret')],
            [false, hex('in secret')],
          ],
        )
      },
    )
  }
}

test('connections that are reset, refused and never stood', { skip }, async () => {
  using folder = temporaryFolder()
  await using lab = await openEchoes()
  const nobody = createServer().listen(0, '127.0.0.1')
  await once(nobody, 'listening')
  const closed = (nobody.address() as AddressInfo).port
  await new Promise<void>((resolve) => void nobody.close(() => resolve()))
  const file = await captured(lab, folder.path, async () => {
    const client = await open(lab.address('echo', 'echo'))
    client.write('one')
    await once(client, 'data')
    client.resetAndDestroy()
    await until(() => lab.wire.flows().length === 0)
    const cut = await open(lab.address('echo', 'echo'))
    await until(() => lab.wire.flows().length === 1)
    const gone = new Promise((resolve) => void cut.once('close', resolve))
    lab.wire.cut(lab.wire.flows()[0]?.id ?? 0)
    await gone
    assert.equal(await talk(lab.address('caller', 'caller'), String(closed)), 'refused')
    assert.equal(
      await talk(lab.address('caller', 'caller'), String(lab.address('echo', 'echo').port)),
      'done',
    )
    using _ban = lab.wire.attach({ name: 'ban', opened: () => 'refuse' })
    await talk(lab.address('echo', 'echo'), 'x')
  })
  await assertSound(file)
  const flags = await fieldsOf(file, [], 'tcp', 'tcp.stream', 'tcp.flags.str')
  const streams = Map.groupBy(flags, ([stream]) => stream)
  const said = [...streams.values()].map((rows) =>
    rows.map(([, flag = '']) => flag.replaceAll('·', '')).join(' '),
  )
  assert.equal(said[0], 'S AS A AP AP AR')
  assert.equal(said[1], 'S AS A AR')
  assert.equal(said[3], 'S AR')
  // To oneself: once, at the echo; and the ban.
  assert.equal(said.length, 7)
  assert.equal(said.at(-1), 'S AR')
  // Nobody is at the port that the caller was told first.
  assert.deepEqual(
    await fieldsOf(file, [], 'tcp.stream == 3', 'tcp.dstport', 'tcp.srcport').then((rows) =>
      rows.map((ports) => ports.indexOf(String(closed))),
    ),
    [0, 1],
  )
})

test('delays of another attachment, and datagrams', { skip }, async () => {
  using folder = temporaryFolder()
  await using lab = await openEchoes()
  using _slow = lab.wire.attach({ name: 'slow', passed: () => ({ delay: 20 }) })
  const file = await captured(lab, folder.path, async () => {
    assert.equal(await talk(lab.address('echo', 'echo'), 'slowly'), 'slowly')
    assert.equal(String(await datagram(lab.address('datagrams', 'datagrams'), 'there')), 'there')
    await upgraded(lab, 0, {})
  })
  await assertSound(file)
  const hex = (text: string): string => Buffer.from(text).toString('hex')
  const texts = ['slowly', 'there'].flatMap((text) => [hex(text), hex(text)])
  assert.deepEqual((await fieldOf(file, [], 'data.data')).slice(0, 4), texts)
})

test('only what is asked for', { skip }, async () => {
  using folder = temporaryFolder()
  await using lab = await openEchoes()
  const run = async (): Promise<void> => {
    await talk(lab.address('echo', 'echo'), 'echo')
    await datagram(lab.address('datagrams', 'datagrams'), 'datagram')
  }
  const seen = async (request: Parameters<typeof captured>[3]): Promise<string[]> => {
    const file = await captured(lab, folder.path, run, request)
    return [...new Set(await fieldOf(file, [], 'frame.interface_name'))]
  }
  assert.deepEqual(await seen({ services: ['datagrams'] }), ['datagrams'])
  assert.deepEqual(await seen({ services: ['echo/echo'] }), ['echo'])
  assert.deepEqual(await seen({ clients: ['127.0.0.0/8'], services: ['echo', 'datagrams'] }), [
    'echo',
    'datagrams',
  ])
  assert.deepEqual(await seen({ clients: ['10.0.0.1'] }), [])
  await assert.rejects(seen({ services: ['ecko'] }), /did you mean "echo"/)
  await assert.rejects(seen({ services: ['echo/ecko'] }), /did you mean "echo"/)
  await assert.rejects(seen({ clients: ['here'] }), /--client takes an address/)
  await assert.rejects(seen({ student: '1' }), /student 9721, not of 1/)
})
