import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MessageIntake, type Sink } from '../../../services/mail/delivery/intake.ts'
import { HeaderScanner } from '../../../services/mail/delivery/header.ts'
import { pause } from '../http/server.ts'
import { clientAt, recipientOf, senderOf } from './office.ts'
import { TestPop3 } from './pop3-server.ts'
import { TestSmtp } from './smtp-server.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const none: Sink = {
  top: '',
  judge: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  commit: () => Promise.resolve(() => undefined),
  abort: () => Promise.resolve(),
}

function intake(sink: Sink): MessageIntake {
  return new MessageIntake({
    id: '1hQ66p-0003DQ-BX',
    client: clientAt(),
    envelope: { sender: senderOf('a@b.test'), recipients: [recipientOf('ana@lab.test')] },
    hostname: 'mail.lab.test',
    maxReceived: 30,
    at: 0,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    sink,
    accepted: () => undefined,
  })
}

test('a message that comes octet by octet takes no more room than its octets', async () => {
  const text = Buffer.from(`X: y\r\n\r\n${'x'.repeat(59_000)}`)
  const written: Buffer[] = []
  const sink: Sink = {
    ...none,
    write: (octets) => {
      written.push(Buffer.from(octets))
      return Promise.resolve()
    },
  }
  collect()
  const before = process.memoryUsage().heapUsed
  const intakes = Array.from({ length: 5 }, () => intake(sink))
  for (const each of intakes)
    for (let place = 0; place < text.length; place += 1) await each.write(text.subarray(place, place + 1))
  collect()
  const grown = process.memoryUsage().heapUsed - before
  assert.ok(grown < 4_000_000, `five messages of 59 KB take ${grown} octets of heap`)
  await intakes[0]?.finish()
  assert.ok(Buffer.concat(written).toString().endsWith(text.toString()))
})

test('the fields that are looked for are found in any letter case, behind whatever short lines', () => {
  const scanner = new HeaderScanner()
  scanner.scan(
    Buffer.from('a:\r\n \r\nDATE: x\r\nd:\r\nrEcEiVeD: y\r\nM:\r\nmessage-ID :z\r\nReceived: y\r\n'),
  )
  assert.deepEqual([scanner.received, scanner.hasDate, scanner.hasMessageId], [2, true, true])
  assert.equal(scanner.scan(Buffer.from('x: y\r\n\r\nReceived: z\r\n')), 6)
})

test('a page of the Web cannot have a browser send mail with what it posts', async () => {
  await using smtp = new TestSmtp({ smtp: { maxErrors: 1000 } })
  const client = smtp.connect()
  await client.reply()
  client.send('POST / HTTP/1.1\r\nHost: lab.test\r\n\r\nHELO x\r\nMAIL FROM:<a@b.test>\r\n')
  assert.equal(await client.rest(), '500 5.5.1 This is SMTP, not HTTP\r\n')
})

test('a POP3 command that comes octet by octet has no more time than one that comes at once', async () => {
  await using lab = await TestPop3.open()
  const client = lab.connect()
  await client.until(/ready[^\n]*\n/)
  for (const octet of 'NOO') {
    await pause(20)
    client.send(octet)
    await pause(20)
    lab.clock.advance(250_000)
  }
  await pause(50)
  assert.ok(client.socket.readableEnded || client.socket.destroyed)
})

test('thousands of commands in one piece leave others their turns', async () => {
  await using smtp = new TestSmtp()
  const mail = await smtp.greeted()
  await using lab = await TestPop3.open()
  const pop3 = await lab.enter()
  for (const [client, pattern] of [
    [mail, /^(?:250 .*\r\n){5000}$/],
    [pop3, /^(?:\+OK\r\n){5000}$/],
  ] as const) {
    client.received = ''
    client.send('NOOP\r\n'.repeat(5000))
    let turns = 0
    while (client.received.length < 25_000 || !pattern.test(client.received)) {
      turns += 1
      assert.ok(turns < 100_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.ok(turns > 50, `${turns} turns`)
  }
})
