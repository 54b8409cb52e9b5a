import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { bind, unbind } from '../../../lab/host/bind.ts'
import { LabError } from '../../../lab/host/error.ts'
import { Faults } from '../../../lab/host/fault.ts'
import { Lock } from '../../../lab/host/lock.ts'
import { startOrder } from '../../../lab/host/order.ts'
import { createRandom } from '../../../lab/host/random.ts'
import type { Instance } from '../../../lab/scenario/scenario.ts'
import { temporaryFolder } from '../../lab.ts'
import { datagram } from '../../talk.ts'

test('faults: the first that fits, so often, with its probability', () => {
  const faults = new Faults(createRandom('seed'))
  faults.plan([
    { at: 'smtp.rcpt', times: 2, reply: '451' },
    { at: 'dns.answer', match: { type: 'mx' }, drop: true },
    { at: 'dns.answer', probability: 0.25, delay: 5 },
  ])
  assert.deepEqual(
    [1, 2, 3].map(() => faults.take('smtp.rcpt')?.['reply']),
    ['451', '451', undefined],
  )
  assert.equal(faults.take('dns.answer', { type: 'MX' })?.['drop'], true)
  const hits = Array.from({ length: 4000 }, () => faults.take('dns.answer', { type: 'A' })).filter(
    (fault) => fault?.['delay'] === 5,
  ).length
  assert.ok(hits > 850 && hits < 1150, `${hits} of 4000`)
  faults.plan([{ at: 'smtp.rcpt', times: 2, reply: '451' }])
  assert.equal(faults.take('smtp.rcpt'), undefined, 'a reload does not use it anew')
})

test('faults that are written twice happen twice, after a reload too', () => {
  const faults = new Faults(createRandom('seed'))
  const twice = (): { at: string; times: number }[] => [
    { at: 'a.b', times: 1 },
    { at: 'a.b', times: 1 },
  ]
  faults.plan(twice())
  assert.ok(faults.take('a.b'))
  faults.plan(twice())
  assert.ok(faults.take('a.b'))
  assert.equal(faults.take('a.b'), undefined)
})

test('a seed makes chance repeatable and even', () => {
  const [one, two] = [createRandom('a'), createRandom('a')]
  assert.deepEqual(one.bytes(40), two.bytes(40))
  assert.notDeepEqual(createRandom('b').bytes(40), createRandom('a').bytes(40))
  const counts = Array.from({ length: 6 }, () => 0)
  for (let index = 0; index < 6000; index += 1) {
    const face = one.integer(0, 6)
    counts[face] = (counts[face] ?? 0) + 1
  }
  assert.ok(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(),
  )
})

test('services start after those that they name', () => {
  const instance = (name: string, ...after: string[]): Instance =>
    ({ name, service: { name, after } }) as unknown as Instance
  const names = (list: readonly Instance[]): string[] => startOrder(list).map((item) => item.name)
  assert.deepEqual(names([instance('web', 'dns'), instance('mail', 'web', 'missing'), instance('dns')]), [
    'dns',
    'web',
    'mail',
  ])
  assert.throws(
    () => startOrder([instance('a', 'b'), instance('b', 'a')]),
    /each want to start after the other: a, b/,
  )
})

test('a port in use is an error that names the service, the address and the program', async () => {
  const other = spawn(process.execPath, [
    '-e',
    "require('net').createServer().listen(0,'127.0.0.1',function(){console.log(this.address().port)})",
  ])
  try {
    const [bytes] = (await once(other.stdout, 'data')) as [Buffer]
    const port = Number(bytes)
    await assert.rejects(bind('web', 'tcp', { host: '127.0.0.1', port }), (error: unknown) => {
      assert.ok(error instanceof LabError)
      assert.match(
        error.text.en,
        new RegExp(
          `^web cannot listen on 127\\.0\\.0\\.1:${port}/tcp: the port is in use by ".*createServer.*" \\(process ${other.pid}\\)`,
        ),
      )
      assert.match(error.text.es, /el puerto está ocupado por/)
      return true
    })
  } finally {
    other.kill()
  }
})

test('an endpoint for TCP and UDP gets one number for both, or neither', async () => {
  const bound = await bind('dns', 'both', { host: '127.0.0.1', port: 0 })
  assert.equal(bound.datagrams?.address().port, bound.address.port)
  await unbind(bound)
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const taken = holder.address() as { port: number }
  await assert.rejects(
    bind('dns', 'both', { host: '127.0.0.1', port: taken.port }),
    /\/tcp: the port is in use/,
  )
  holder.close()
})

test('a multicast responder that holds the UDP port on all addresses is not in the way', async () => {
  const responder = createSocket({ type: 'udp4', reuseAddr: true })
  responder.bind(0)
  await once(responder, 'listening')
  const { port } = responder.address()
  const bound = await bind('dns', 'both', { host: '127.0.0.1', port })
  bound.datagrams?.on('message', (_message, peer) => bound.datagrams?.send('ours', peer.port, peer.address))
  assert.equal(String(await datagram(bound.address, 'whose?')), 'ours')
  await unbind(bound)
  responder.close()
})

test('a program that shares the UDP port of that very address is in the way', async () => {
  const other = createSocket({ type: 'udp4', reuseAddr: true })
  const listening = once(other, 'listening')
  other.bind(0, '127.0.0.1')
  await listening
  const { port } = other.address()
  if (process.platform === 'linux') {
    await assert.rejects(bind('dns', 'both', { host: '127.0.0.1', port }), /\/udp: the port is in use/)
  }
  other.close()
})

test('addresses that the machine does not have are told', async () => {
  await assert.rejects(bind('dns', 'tcp', { host: '192.0.2.1', port: 0 }), /this machine has no such address/)
})

test('a state folder belongs to one process, and is free again when that is killed', async () => {
  using folder = temporaryFolder()
  const path = import.meta.resolve('../../../lab/host/lock.ts')
  const holder = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { Lock } from '${path}'; const lock = await Lock.take('${folder.path}'); console.log('held'); setInterval(() => lock, 1000)`,
  ])
  await once(holder.stdout, 'data')
  assert.equal(await Lock.take(folder.path), undefined)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  using mine = await Lock.take(folder.path)
  assert.ok(mine)
})
