import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempDisposable, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createWorld, type LabWorld } from '../../../lab/world/world.ts'
import { random, stillClock } from './fakes.ts'

function make(folder: string): LabWorld {
  return createWorld({
    domain: 'sstt9721.org',
    address: '127.0.0.1',
    accounts: [{ name: 'nombre1_9721' }],
    folder,
    clock: stillClock(),
    random,
  })
}

test('a world touches no file before it is used', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'world-'))
  const world = make(folder.path)
  assert.ok(world.mail.mailbox('nombre1_9721'))
  assert.equal(world.accounts.find('nombre1_9721')?.address, 'nombre1_9721@sstt9721.org')
  assert.deepEqual(await readdir(folder.path), [])
})

test('a reload changes domain, address and accounts, and what hangs on them', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'world-'))
  const world = make(folder.path)
  const before = await world.certificates.issue({ names: ['www.sstt9721.org'], purpose: 'server' })
  world.update({ domain: 'sstt1234.org', address: '192.168.56.102', accounts: [{ name: 'nombre2_1234' }] })
  assert.deepEqual([world.domain, world.address], ['sstt1234.org', '192.168.56.102'])
  assert.deepEqual(world.accounts.list(), [{ name: 'nombre2_1234', address: 'nombre2_1234@sstt1234.org' }])
  assert.equal(world.mail.mailbox('nombre1_9721'), undefined)
  assert.ok(world.mail.mailbox('nombre2_1234'))
  const after = await world.certificates.issue({
    names: ['www.sstt1234.org'],
    addresses: ['192.168.56.102'],
    purpose: 'server',
  })
  await assert.rejects(
    world.certificates.issue({ names: ['www.sstt9721.org'], purpose: 'server' }),
    /sstt1234\.org/,
  )
  const roots = [before, after].map(({ authority }) => new X509Certificate(authority))
  assert.equal(roots[0]?.subject, roots[1]?.subject)
  assert.notEqual(roots[0]?.serialNumber, roots[1]?.serialNumber)
  assert.equal(await world.certificates.authority(), after.authority)
})

test('certificates follow the domain and the address, each alone', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'world-'))
  const world = make(folder.path)
  await world.certificates.authority()
  world.update({ domain: 'sstt1234.org' })
  await world.certificates.issue({ names: ['www.sstt1234.org'], purpose: 'server' })
  world.update({ address: '192.168.56.102' })
  await world.certificates.issue({ names: [], addresses: ['192.168.56.102'], purpose: 'server' })
})

test('a wrong account list changes nothing at all', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'world-'))
  const world = make(folder.path)
  assert.throws(() => world.update({ domain: 'other.org', accounts: [{ name: 'a/b' }] }))
  assert.equal(world.domain, 'sstt9721.org')
  assert.ok(world.accounts.find('nombre1_9721'))
})

test('worlds share nothing', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'world-'))
  const [one, two] = [make(join(folder.path, 'one')), make(join(folder.path, 'two'))]
  one.names.publish({ name: 'www.sstt9721.org', type: 'A', data: '127.0.0.1' })
  await one.mail.mailbox('nombre1_9721')?.deliver(Buffer.from('x'))
  assert.deepEqual(two.names.list(), [])
  assert.deepEqual(await two.mail.mailbox('nombre1_9721')?.list(), [])
  assert.notEqual(await one.certificates.authority(), await two.certificates.authority())
})

test('a watcher of names that fails is logged', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'world-'))
  const logged: string[] = []
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (_: object, message: string) => logged.push(message),
  }
  const world = createWorld({
    domain: 'a.org',
    address: '127.0.0.1',
    accounts: [],
    folder: folder.path,
    clock: stillClock(),
    random,
    log,
  })
  world.names.watch(() => {
    throw new Error('a bug')
  })
  world.names.publish({ name: 'a.org', type: 'A', data: '127.0.0.1' })
  assert.equal(logged.length, 1)
})
