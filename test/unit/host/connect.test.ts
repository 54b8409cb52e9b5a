import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { openLab, temporaryFolder } from '../../lab.ts'
import { dropService } from '../../services.ts'
import { until } from '../../talk.ts'

test('datagrams that nobody reads are bounded, and the first of them are kept', async () => {
  using folder = temporaryFolder()
  const chatty = createSocket('udp4')
  using _closed = { [Symbol.dispose]: () => void chatty.close() }
  const listening = once(chatty, 'listening')
  chatty.bind(0, '127.0.0.1')
  await listening
  const chat = async (port: number, address: string): Promise<void> => {
    for (let number = 0; number < 2000; number += 1) {
      chatty.send(`${number}`, port, address)
      if (number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    chatty.send('end', port, address)
  }
  chatty.on('message', (_message, { port, address }) => void chat(port, address))
  dropService(folder.path, 'idle', {
    start: `const stream = await ctx.connect({ host: '127.0.0.1', port: ${chatty.address().port}, transport: 'udp' })
      stream.write(Buffer.from('go'))
      ctx.clock.timer(3_600_000, () => stream.on('data', (message) => ctx.record({ kind: 'idle.heard', data: { said: String(message) } })))`,
  })
  let arrived = 0
  await using lab = await openLab('services:\n  idle: {}\n', { services: [folder.path], start: false })
  let isOver = false
  lab.wire.attach({
    name: 'count',
    passed: (_flow, direction, bytes) => {
      if (direction === 'in') arrived += 1
      if (String(bytes) === 'end') isOver = true
      return undefined
    },
  })
  await lab.start()
  await until(() => isOver, 'the last datagram')
  assert.ok(arrived > 500, `${arrived} arrived`)
  lab.clock.advance(3_600_000)
  const heard = (): unknown[] => lab.journal.since(0, ['idle']).map(({ data }) => data?.['said'])
  await until(() => heard().length > 0)
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(heard().length <= 256, `${heard().length} were kept`)
  assert.equal(heard()[0], '0')
})
