/** Two thousand idle sessions, and clients that take their time: the others are served as ever. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import { ask } from '../conformance/pop3/subject.ts'
import { fetchAll, openMailLab, type MailLab } from '../interop/mail/mail-lab.ts'
import { open, until } from '../talk.ts'
import { Client } from '../unit/http/server.ts'

const IDLE = 2000
const LARGE = 25_000_000
/** Octets of commands that nobody takes for one client that does not read. */
const FLOOD = 100_000_000
/** Octets that a message of that size, which nobody reads, may take in memory. */
const MEMORY_TOLERANCE = 16 * 1024 * 1024

function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}

/** Sends some messages and fetches them. */
async function serve(mail: MailLab, count: number): Promise<void> {
  const client = await mail.smtp()
  for (let place = 0; place < count; place += 1) {
    await client.begin('ana@lab.test', 'ben@lab.test')
    assert.equal(await client.code('DATA'), 354)
    assert.equal(await client.code(`Subject: ${place}\r\n\r\nHola\r\n.`), 250)
  }
  assert.equal(await client.code('QUIT'), 221)
  assert.ok((await fetchAll(mail.at('pop3'), 'ben')).length >= count)
}

test(`${IDLE} idle sessions are greeted and do not hold the others; with them all descriptors go`, async () => {
  const most = { maxConnections: 2 * IDLE, maxConnectionsPerClient: 2 * IDLE }
  await using mail = await openMailLab({ mail: { smtp: most, pop3: most } })
  await serve(mail, 1)
  const before = descriptors()
  const sockets: Socket[] = []
  let greeted = 0
  for (let count = 0; count < IDLE; count += 100) {
    const addresses = Array.from({ length: 100 }, (_, index) => mail.at(index % 2 === 0 ? 'smtp' : 'pop3'))
    for (const socket of await Promise.all(addresses.map(open))) {
      socket.once('data', () => (greeted += 1))
      sockets.push(socket)
    }
  }
  await until(() => greeted === IDLE, 'a greeting for each')
  assert.equal(mail.lab.status().find(({ name }) => name === 'mail')?.connections, IDLE)
  await serve(mail, 20)
  for (const socket of sockets) socket.destroy()
  await until(() => descriptors() <= before, 'as many descriptors as before')
})

test('clients that write or read an octet at a time, or not at all, hold nobody, and no memory', async () => {
  await using mail = await openMailLab()
  const line = `${'x'.repeat(98)}\r\n`
  const large = Buffer.from(`Subject: large\r\n\r\n${line.repeat(LARGE / line.length)}`)
  await mail.lab.world.mail.mailbox('ana')?.deliver(large)
  const before = process.memoryUsage()
  // One that never reads its RETR.
  const deaf = new Client(mail.port('pop3'))
  await ask(deaf)
  deaf.send('USER ana\r\nPASS ana\r\n')
  await deaf.until(/Logged in/)
  deaf.socket.pause()
  deaf.send('RETR 1\r\nRETR 1\r\nRETR 1\r\n')
  // Ones that write an octet a second, in a command and in a message.
  const slow = [new Client(mail.port('smtp')), new Client(mail.port('pop3')), new Client(mail.port('smtp'))]
  const texts = ['EHLO x\r\n', 'CAPA\r\n', 'a\r\n.\r\nQ']
  const last = slow.at(-1)
  last?.send('EHLO x\r\nMAIL FROM:<ana@lab.test>\r\nRCPT TO:<ben@lab.test>\r\nDATA\r\n')
  for (let place = 0; place < 8; place += 1) {
    for (const [index, client] of slow.entries()) client.send(texts[index]?.[place] ?? '')
    await serve(mail, 10)
    await setTimeout(1000)
  }
  const after = process.memoryUsage()
  assert.ok(after.arrayBuffers - before.arrayBuffers < MEMORY_TOLERANCE, 'what is not read is not held')
  await slow[0]?.until(/^250 HELP/m)
  await slow[1]?.until(/^\.\r/m)
  await last?.until(/^250 2\.0\.0 OK id/m)
  // The deaf one is as far as it was, and may go on.
  deaf.received = ''
  deaf.socket.resume()
  let octets = 0
  deaf.socket.removeAllListeners('data').on('data', (piece: Buffer) => (octets += piece.length))
  await until(() => octets > 3 * LARGE, 'the whole of three answers').catch(() => undefined)
  assert.ok(octets > 3 * LARGE, `${octets} octets came`)
  for (const { socket } of [...slow, deaf]) socket.destroy()
})

test('clients that only write, and never read a reply, are not read on', async () => {
  await using mail = await openMailLab({
    mail: { smtp: { maxErrors: 1_000_000 }, pop3: { maxErrors: 1_000_000 } },
  })
  const before = process.memoryUsage().rss
  for (const endpoint of ['smtp', 'pop3'] as const) {
    const socket = await open(mail.at(endpoint))
    socket.pause()
    const commands = Buffer.from((endpoint === 'smtp' ? 'HELP\r\n' : 'CAPA\r\n').repeat(100_000))
    let written = 0
    let isStuck = false
    while (!isStuck && written < FLOOD) {
      written += commands.length
      isStuck = await new Promise<boolean>((resolve) => {
        socket.write(commands, () => resolve(false))
        void setTimeout(3000).then(() => resolve(true))
      })
    }
    assert.ok(isStuck, `${endpoint} read ${written} octets`)
    await serve(mail, 5)
    socket.destroy()
  }
  assert.ok(process.memoryUsage().rss - before < 10 * MEMORY_TOLERANCE)
})
