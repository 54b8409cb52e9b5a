import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { bind } from '../../../lab/host/bind.ts'
import { holderOf, isElsewhere } from '../../../lab/host/holder.ts'

/** Another program that listens on the address, as `transport`; the port 0 is a free one. */
async function program(
  transport: 'tcp' | 'udp',
  host: string,
  port = 0,
): Promise<AsyncDisposable & { readonly pid: number | undefined; readonly port: number }> {
  const script =
    transport === 'tcp'
      ? `const s = require('node:net').createServer().listen({ port: ${port}, host: '${host}', ipv6Only: true }, () => console.log(s.address().port))`
      : `const s = require('node:dgram').createSocket('${host.includes(':') ? 'udp6' : 'udp4'}').bind(${port}, '${host}', () => console.log(s.address().port))`
  const child: ChildProcess = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  assert.ok(child.stdout)
  const [bytes] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    pid: child.pid,
    port: Number(bytes),
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

const linux = process.platform === 'linux' ? false : 'only Linux tells the holder by address'
const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
)
const both = linux || (hasIpv6 ? false : 'needs ::1')

for (const transport of ['tcp', 'udp'] as const) {
  test(
    `the holder of a ${transport} port is found by its address, not by the number alone`,
    { skip: linux },
    async () => {
      await using one = await program(transport, '127.0.0.2')
      await using other = await program(transport, '127.0.0.3', one.port)
      assert.equal((await holderOf(transport, '127.0.0.2', one.port))?.pid, one.pid)
      assert.equal((await holderOf(transport, '127.0.0.3', one.port))?.pid, other.pid)
      assert.equal(await holderOf(transport, '127.0.0.4', one.port), undefined)
    },
  )

  test(
    `the holder of a ${transport} port is told apart by the family of its address`,
    { skip: both },
    async () => {
      await using six = await program(transport, '::1')
      await using four = await program(transport, '127.0.0.1', six.port)
      assert.equal((await holderOf(transport, '::1', six.port))?.pid, six.pid)
      assert.equal((await holderOf(transport, '0:0:0:0:0:0:0:1', six.port))?.pid, six.pid)
      assert.equal((await holderOf(transport, '127.0.0.1', six.port))?.pid, four.pid)
      assert.equal(await holderOf(transport, '127.0.0.2', six.port), undefined)
    },
  )
}

test('a program on all addresses holds the port of each', { skip: linux }, async () => {
  await using everywhere = await program('tcp', '0.0.0.0')
  assert.equal((await holderOf('tcp', '127.0.0.9', everywhere.port))?.pid, everywhere.pid)
  await using one = await program('tcp', '127.0.0.9')
  assert.equal((await holderOf('tcp', '0.0.0.0', one.port))?.pid, one.pid)
})

test('UDP sockets of that very address are told from others, in both families', { skip: both }, async () => {
  for (const [host, elsewhere, type] of [
    ['127.0.0.1', '127.0.0.2', 'udp4'],
    ['::1', '::', 'udp6'],
    ['0.0.0.0', '127.0.0.1', 'udp4'],
  ] as const) {
    const socket = createSocket({ type, reuseAddr: true })
    const listening = once(socket, 'listening')
    socket.bind(0, host)
    await listening
    const { port } = socket.address()
    assert.equal(await isElsewhere(host, port), false, host)
    assert.equal(await isElsewhere(elsewhere, port), true, elsewhere)
    socket.close()
  }
})

test('an IPv6 address stands in brackets before its port', { skip: both }, async () => {
  const holder = createServer().listen(0, '::1')
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' ? address?.port : undefined
  assert.ok(port)
  await assert.rejects(
    bind('web', 'tcp', { host: '::1', port }),
    new RegExp(
      `web cannot listen on \\[::1\\]:${port}/tcp: the port is in use by ".*" \\(process ${process.pid}\\)`,
    ),
  )
  holder.close()
})
