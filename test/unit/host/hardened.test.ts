import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import { LabError } from '../../../lab/host/error.ts'
import { journalFiles } from '../../../lab/journal/file.ts'
import type { Logger } from '../../../lab/service.ts'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { dropService } from '../../services.ts'
import { datagram, open, talk, until } from '../../talk.ts'

/** A lab with one service of that start, and what it logs. */
async function labOf(
  start: string,
  endpoints?: string,
): Promise<{ readonly lab: TestLab; readonly lines: string[] }> {
  using folder = temporaryFolder()
  dropService(folder.path, 'odd', { start, ...(endpoints !== undefined && { endpoints }) })
  const lines: string[] = []
  const note = (fields: object, message: string): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log: Logger = { debug: () => undefined, info: () => undefined, warn: note, error: note }
  return { lab: await openLab('services:\n  odd: {}\n', { services: [folder.path], log: () => log }), lines }
}

test('listening twice on one endpoint is an error, at the same moment too', async () => {
  await assert.rejects(
    labOf("await Promise.all([ctx.tcp('odd', () => undefined), ctx.tcp('odd', () => undefined)])"),
    /listens on its endpoint "odd" already/,
  )
  await assert.rejects(labOf("await ctx.tcp('od', () => undefined)"), /no endpoint "od"/)
})

test('what a service does after its end has no effect', async () => {
  const { lab } = await labOf(`
    ctx.signal.addEventListener('abort', () => {
      ctx.clock.timer(1, () => ctx.record({ kind: 'odd.rang' }))
      try { ctx.world.names.publish({ name: 'ghost.lab.test', type: 'A', data: '127.0.0.1' }) } catch { ctx.record({ kind: 'odd.refused' }) }
      ctx.connect({ host: '127.0.0.1', port: 9 }).catch(() => ctx.record({ kind: 'odd.unconnected' }))
    })`)
  await lab.stopService('odd')
  lab.clock.advance(1000)
  await until(() => lab.journal.since(0, ['odd']).length === 2)
  assert.deepEqual(
    lab.journal
      .since(0, ['odd'])
      .map(({ kind }) => kind)
      .toSorted(),
    ['odd.refused', 'odd.unconnected'],
  )
  assert.deepEqual(lab.world.names.list(), [])
  await lab[Symbol.asyncDispose]()
})

test('a connection that is being made ends with the service', async () => {
  // A backlog that is full lets nobody in.
  const silent = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 })
  await once(silent, 'listening')
  const { lab } = await labOf(
    "ctx.connect({ host: '192.0.2.1', port: 9, timeout: 60_000 }).catch(() => ctx.record({ kind: 'odd.gave-up' }))",
  )
  await lab.stopService('odd')
  await until(() => lab.journal.since(0, ['odd']).length === 1)
  silent.close()
  await lab[Symbol.asyncDispose]()
})

test('a health that throws, and a fact that is no JSON, are told and cost nothing else', async () => {
  const { lab, lines } = await labOf(`
    ctx.record({ kind: 'odd.bad', data: { n: 1n } })
    ctx.record({ kind: 'odd.good' })
    return { health() { throw new Error('no idea') }, async [Symbol.asyncDispose]() {} }`)
  assert.match(lab.status()[0]?.trouble?.en ?? '', /cannot say how it is: no idea/)
  await until(() => lines.some((line) => line.includes('odd.bad')))
  assert.equal(lab.journal.dropped, 1)
  await lab.stop()
  const file = journalFiles(lab.stateFolder).at(-1) ?? ''
  assert.match(readFileSync(file, 'utf8'), /odd\.good[\s\S]*journal\.dropped/)
  await lab[Symbol.asyncDispose]()
})

test('a service that throws when it hears of mistakes goes on, and the reload is refused as it would be', async () => {
  const { lab, lines } = await labOf(`
    ctx.files.text('scenario.yaml')
    return { rejected() { throw new Error('not now') }, async [Symbol.asyncDispose]() {} }`)
  const [file = ''] = lab.scenario.sources
  const problem = { file, line: 1, column: 1, path: '', message: { en: 'wrong', es: 'mal' } }
  const refused = new LabError({ en: 'refused', es: 'rechazado' }, { problems: [problem] })
  await assert.rejects(
    lab.reload(() => Promise.reject(refused)),
    refused,
  )
  assert.equal(lab.status()[0]?.state, 'running')
  assert.match(lines.join('\n'), /hearing of mistakes; the service goes on .*not now/)
  await lab[Symbol.asyncDispose]()
})

test('an attachment that throws is detached, and the traffic goes on', async () => {
  for (const method of ['opened', 'passed', 'closed'] as const) {
    const { lab, lines } = await labOf(
      "await ctx.tcp('odd', (socket) => { socket.pipe(socket) }); await ctx.udp('odd', (message) => message)",
      "{ odd: { transport: 'both', standard: 7, fallback: 7007 } }",
    )
    lab.wire.attach({
      name: 'clumsy',
      [method]: () => {
        throw new Error('oh')
      },
    })
    const address = lab.address('odd', 'odd')
    assert.equal(await talk(address, 'one'), 'one', method)
    assert.equal(String(await datagram(address, 'two')), 'two', method)
    await until(() => lines.length === 1)
    assert.match(lines[0] ?? '', /attachment of the wire failed[\s\S]*clumsy/)
    assert.equal(lab.wire.isAttached, false)
    await lab[Symbol.asyncDispose]()
  }
})

test('the firewall is asked before the lab connects outwards', async () => {
  const { lab } = await labOf(`
    for (const transport of ['tcp', 'udp']) {
      ctx.clock.timer(1000, () => void ctx.connect({ host: '127.0.0.1', port: 9, transport }).catch((error) => ctx.record({ kind: 'odd.refused', data: { why: error.message } })))
    }`)
  const seen: string[] = []
  lab.wire.attach({
    name: 'firewall',
    opened: ({ direction, transport }) => (seen.push(`${direction} ${transport}`), 'refuse'),
    closed: () => void seen.push('closed'),
  })
  lab.clock.advance(1000)
  await until(() => lab.journal.since(0, ['odd']).length === 2)
  assert.deepEqual(seen.toSorted(), ['closed', 'closed', 'outbound tcp', 'outbound udp'])
  assert.match(
    JSON.stringify(lab.journal.since(0, ['odd'])),
    /firewall does not let odd reach 127\.0\.0\.1:9/,
  )
  await lab[Symbol.asyncDispose]()
})

test('a service that does not read holds its client back, through a delay too', async () => {
  const { lab } = await labOf("await ctx.tcp('odd', (socket) => { socket.pause() })")
  lab.wire.attach({ name: 'slow', passed: () => ({ delay: 1 }) })
  const client = await open(lab.address('odd', 'odd'))
  const piece = Buffer.alloc(1024 * 1024)
  for (let sent = 0; sent < 64; sent += 1) client.write(piece)
  let before = -1
  await until(async () => {
    const now = client.bytesWritten - client.writableLength
    const isStill = now === before
    before = now
    await new Promise((resolve) => setTimeout(resolve, 300))
    return isStill
  }, 'the client to be held back')
  assert.ok(client.writableLength > 32 * 1024 * 1024, `${client.writableLength} octets wait`)
  client.destroy()
  await lab[Symbol.asyncDispose]()
})
