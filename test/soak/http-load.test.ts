/** The web site under load: thousands of idle connections, and slow attacks, keep nobody waiting and leave nothing behind. */
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { site } from '../conformance/http/subject.ts'
import { attacks, endure, openAttacked, type Attack } from '../interop/http/slow-attack.ts'
import { openLab } from '../lab.ts'
import { open, talk } from '../talk.ts'
import { missing } from '../tool.ts'
import { descriptors } from '../unit/http/fuzz.ts'
import { eventually } from '../unit/http/server.ts'

const IDLE = 5000
const ATTACKERS = 1000

/** Waits until this process holds no more descriptors than before. */
const allClosed = (before: number | undefined): Promise<void> => eventually(() => descriptors() === before)

/** Asks on an open connection, and resolves with the status of the answer. */
function ask(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error('closed before its answer'))
    socket.once('close', fail)
    socket.once('data', (answer: Buffer) => {
      socket.off('close', fail)
      resolve(answer.toString('latin1', 9, 12))
    })
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  })
}

test('5,000 idle connections while others are served', async (t) => {
  await using lab = await openLab(`services: { http: { maxConnections: ${IDLE + 100}, idleTimeout: 300 } }`, {
    files: site,
  })
  const address = lab.address('http', 'http')
  const before = descriptors()
  const idle: Socket[] = []
  const ends: Promise<void>[] = []
  while (idle.length < IDLE) {
    const batch = await Promise.all(Array.from({ length: 100 }, () => open(address)))
    // Half of them have never asked for anything.
    await Promise.all(batch.slice(0, 50).map(ask))
    for (const socket of batch) ends.push(new Promise((resolve) => socket.once('close', () => resolve())))
    idle.push(...batch)
  }
  const rss = process.memoryUsage.rss()
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = await open(address)
      const statuses: string[] = []
      for (let each = 0; each < 99; each += 1) statuses.push(await ask(socket))
      socket.end()
      return statuses
    }),
  )
  assert.deepEqual(
    answers.flat().filter((status) => status !== '200'),
    [],
  )
  const further = await Promise.all(
    Array.from({ length: 50 }, () => talk(address, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
  )
  assert.ok(further.every((answer) => answer.startsWith('HTTP/1.1 200 ')))
  assert.equal(idle.filter((socket) => socket.readableEnded || socket.destroyed).length, 0)
  // Those that still wait are as good as new.
  assert.deepEqual(new Set(await Promise.all(idle.map(ask))), new Set(['200']))
  t.diagnostic(`${IDLE} connections, both ends in this process: ${(rss / 1e6).toFixed(0)} MB`)
  for (const socket of idle) socket.resume()
  lab.clock.advance(301_000)
  await Promise.all(ends)
  await allClosed(before)
})

test('connections beyond the bound are refused at once, and those within it served', async () => {
  await using lab = await openLab('services: { http: { maxConnections: 500 } }', { files: site })
  const address = lab.address('http', 'http')
  const before = descriptors()
  const sockets = await Promise.all(Array.from({ length: 500 }, () => open(address)))
  await Promise.all(sockets.map(ask))
  for (let each = 0; each < 5; each += 1) {
    const refused = await Promise.all(Array.from({ length: 100 }, () => talk(address, 'GET / HTTP/1.1\r\n')))
    assert.ok(refused.every((answer) => answer.startsWith('HTTP/1.1 503 ')))
  }
  assert.deepEqual(new Set(await Promise.all(sockets.map(ask))), new Set(['200']))
  for (const socket of sockets) socket.destroy()
  await allClosed(before)
})

const skip = missing('slowhttptest')

for (const attack of Object.keys(attacks) as Attack[]) {
  test(`${attack} over 1,000 connections`, { skip }, async (t) => {
    await using lab = await openAttacked()
    // Those of the probes and of the attacker's program are not there yet.
    const before = descriptors()
    const { said, probes, longest } = await endure(lab, attack, { connections: ATTACKERS, seconds: 30 })
    const refused = probes.filter((status) => status === 503).length
    t.diagnostic(`${probes.length} probes, ${refused} refused, the longest took ${longest.toFixed(0)} ms`)
    // The attack may be over in two seconds: a probe goes out ten times a second.
    assert.ok(probes.length > 10)
    assert.ok(
      probes.every((status) => status === 200 || status === 503),
      `${probes.join(' ')}\n${said}`,
    )
    assert.ok(lab.journal.since(0, ['connection.opened']).length >= ATTACKERS + probes.length)
    await allClosed(before)
  })
}

test('a bound of connections that an attacker fills refuses others at once', { skip }, async (t) => {
  await using lab = await openAttacked('{ maxConnections: 200 }')
  const before = descriptors()
  const { said, probes, longest } = await endure(lab, 'slow headers', { connections: ATTACKERS, seconds: 20 })
  t.diagnostic(
    `${probes.length} probes, ${probes.filter((status) => status === 503).length} refused, the longest took ${longest.toFixed(0)} ms`,
  )
  assert.ok(probes.length > 20)
  assert.ok(
    probes.every((status) => status === 200 || status === 503),
    `${probes.join(' ')}\n${said}`,
  )
  await allClosed(before)
  assert.match(await talk(lab.address('http', 'http'), 'GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /)
})
