/** What becomes of mail, and of those who send it, when the lab stops (RFC 5321 §3.8). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Mailbox } from '../../../lab/service.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { SmtpClient } from './smtp-client.ts'
import { settle, TestSmtp } from './smtp-server.ts'

/** Milliseconds that a message takes to be safe on the slow disk: longer than the grace of open connections. */
const SLOW = 400

const SCENARIO = 'domain: example.org\naccounts: [{ name: ana }]\nservices: { mail: {} }\n'

/** Has each message take long between its last octet and its place in the mailbox. */
function slowDown(mailbox: Mailbox): void {
  const draft = mailbox.draft.bind(mailbox)
  mailbox.draft = () => {
    const made = draft()
    const commit = async (): Promise<string> => {
      await pause(SLOW)
      return made.commit()
    }
    return { write: (octets) => made.write(octets), commit, abort: () => made.abort() }
  }
}

/** Sends messages until the server says that it stops; counts what it is told of them. */
async function sendOn(lab: TestLab, answers: number[]): Promise<void> {
  const client = await new SmtpClient(connect(lab.address('mail', 'smtp'))).greet()
  for (;;)
    for (const line of [
      'MAIL FROM:<>',
      'RCPT TO:<ana@example.org>',
      'DATA',
      'Subject: one\r\n\r\nText\r\n.',
    ]) {
      const code = await client.code(line)
      if (line.endsWith('.')) answers.push(code)
      if (code === 421) return
    }
}

test('a lab that stops has answered for each message that it has stored', async () => {
  await using lab = await openLab(SCENARIO)
  const mailbox = lab.world.mail.mailbox('ana')
  assert.ok(mailbox)
  slowDown(mailbox)
  const answers: number[] = []
  const clients = Array.from({ length: 20 }, async (_, number) => {
    // Some are at the beginning of a message when the lab stops, others at its end.
    await pause(number * 10)
    await sendOn(lab, answers)
  })
  // Each client is in the middle of a later message then, however slow the machine is.
  while (answers.length <= 20) await pause(10)
  await pause(SLOW / 2)
  await lab.stop()
  await Promise.all(clients)
  const stored = await mailbox.list()
  assert.equal(answers.filter((code) => code === 250).length, stored.length)
})

test('a message that another server is about to take is not sent to it again', async () => {
  const taken = Promise.withResolvers<void>()
  const server = createServer((socket) => {
    socket.write('220 far.test\r\n')
    socket.on('error', () => undefined)
    let message: string | undefined
    socket.on('data', (octets: Buffer) => {
      if (message === undefined) {
        message = octets.toString().startsWith('DATA') ? '\r\n' : undefined
        socket.write(message === undefined ? '250 OK\r\n' : '354 Go\r\n')
        return
      }
      message += octets.toString()
      if (!message.endsWith('\r\n.\r\n')) return
      message = undefined
      taken.resolve()
      setTimeout(() => socket.write('250 OK\r\n'), SLOW)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  server.unref()
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const mail = { relay: { to: ['far.test'] }, routes: { 'far.test': `127.0.0.1:${port}` } }
  await using lab = await openLab(`domain: example.org\nservices: ${JSON.stringify({ mail })}\n`)
  const client = await new SmtpClient(connect(lab.address('mail', 'smtp'))).greet()
  await client.begin('eva@far.test', 'eva@far.test')
  await client.code('DATA')
  assert.equal(await client.code('Subject: one\r\n\r\nText\r\n.'), 250)
  await taken.promise
  await lab.stop()
  assert.deepEqual(readdirSync(join(lab.stateFolder, 'services', 'mail', 'queue')), [])
})

test('a message that is being stored is answered, and the client told that it was the last', async () => {
  await using smtp = new TestSmtp()
  const client = await (await smtp.greeted()).begin()
  await client.ask('DATA')
  client.send('Subject: one\r\n\r\nText\r\n')
  await settle()
  const { promise, resolve } = Promise.withResolvers<void>()
  smtp.office.hold = promise
  client.send('.\r\nNOOP\r\n')
  await settle()
  assert.equal(smtp.server.isBusy, true)
  smtp.stop()
  resolve()
  assert.deepEqual(await client.codes(2), [250, 421])
  assert.equal(await client.rest(), '')
  assert.deepEqual([smtp.server.isBusy, smtp.office.taken.length], [false, 1])
})

test('a message whose end has not come is given up', async () => {
  await using smtp = new TestSmtp()
  const client = await (await smtp.greeted()).begin()
  await client.ask('DATA')
  client.send('Subject: one\r\n\r\nText\r\n')
  await settle()
  smtp.stop()
  assert.match(await client.reply(), /^421 4\.3\.2 /)
  assert.equal(await client.rest(), '')
  assert.deepEqual([smtp.server.isBusy, smtp.office.taken.length, smtp.office.aborted], [false, 0, 1])
})

test('a client that waits for nothing is told so at once', async () => {
  await using smtp = new TestSmtp()
  const client = await smtp.greeted()
  smtp.stop()
  assert.match(await client.reply(), /^421 4\.3\.2 /)
  assert.equal(await client.rest(), '')
})

test('a client whose messages are being deleted hears that they are', async () => {
  await using lab = await openLab(SCENARIO)
  const mailbox = lab.world.mail.mailbox('ana')
  assert.ok(mailbox)
  await mailbox.deliver(Buffer.from('Subject: one\r\n\r\nText\r\n'))
  const remove = mailbox.remove.bind(mailbox)
  mailbox.remove = async (id) => {
    await pause(SLOW)
    return remove(id)
  }
  const socket = connect(lab.address('mail', 'pop3'))
  let said = ''
  socket.on('data', (octets: Buffer) => void (said += octets.toString()))
  socket.write('USER ana\r\nPASS ana\r\nDELE 1\r\nQUIT\r\n')
  const closed = once(socket, 'close')
  while (!said.includes('deleted')) await pause(5)
  await lab.stop()
  await closed
  assert.match(said, /\+OK [^\r]*deleted[^]*\r\n\+OK [^\r]*\r\n$/)
  assert.deepEqual(await mailbox.list(), [])
})
