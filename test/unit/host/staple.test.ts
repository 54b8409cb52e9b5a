import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect } from 'node:tls'
import type { Logger } from '../../../lab/service.ts'
import { openLab, temporaryFolder } from '../../lab.ts'
import { until } from '../../talk.ts'
import { dropService } from '../../services.ts'

/** What a client gets that asks for an OCSP answer: the answer, and what is said; and what the service's log warns of. */
async function meet(staple: string): Promise<readonly [answer: string, said: string, warnings: number]> {
  using folder = temporaryFolder()
  const start = `const { key, chain } = await ctx.certificate({ names: ['localhost'], purpose: 'server' })
    await ctx.tls('odd', { key, cert: chain, ${staple} }, (socket) => void socket.end('here'))`
  dropService(folder.path, 'odd', { start })
  let warnings = 0
  const quiet = (): void => undefined
  const log: Logger = { debug: quiet, info: quiet, warn: () => void warnings++, error: quiet }
  await using lab = await openLab('services:\n  odd: {}\n', { services: [folder.path], log: () => log })
  const { host, port } = lab.address('odd', 'odd')
  const socket = connect({ host, port, requestOCSP: true, rejectUnauthorized: false })
  let answer = 'none'
  socket.on('OCSPResponse', (octets: Buffer | null) => (answer = octets?.toString() ?? 'none'))
  let said = ''
  socket.setEncoding('latin1').on('data', (text: string) => (said += text))
  socket.on('error', (error) => (said = String(error)))
  await once(socket, 'close')
  return [answer, said, warnings]
}

test('a client that leaves before there is an answer disturbs nobody', async () => {
  using folder = temporaryFolder()
  const start = `const { key, chain } = await ctx.certificate({ names: ['localhost'], purpose: 'server' })
    const staple = async () => { ctx.record({ kind: 'odd.asked' }); await ctx.clock.wait(100); return Buffer.from('late') }
    await ctx.tls('odd', { key, cert: chain, staple }, (socket) => void socket.end('here'))`
  dropService(folder.path, 'odd', { start })
  await using lab = await openLab('services:\n  odd: {}\n', { services: [folder.path] })
  const { host, port } = lab.address('odd', 'odd')
  const visit = () => connect({ host, port, requestOCSP: true, rejectUnauthorized: false })
  const gone = visit()
  gone.on('error', () => undefined)
  await until(() => lab.journal.since(0, ['odd.asked']).length > 0)
  gone.destroy()
  const [answer] = await once(visit(), 'OCSPResponse')
  assert.equal(String(answer), 'late')
})

test('a client that asks is handed the OCSP answer, and goes without one that cannot be had', async () => {
  assert.deepEqual(await meet("staple: async () => Buffer.from('answer')"), ['answer', 'here', 0])
  assert.deepEqual(await meet("staple: async () => { throw new Error('none') }"), ['none', 'here', 1])
  assert.deepEqual(await meet(''), ['none', 'here', 0])
})
