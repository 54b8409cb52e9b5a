import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../../../lab/host/random.ts'
import { SmtpClient } from './smtp-client.ts'
import { settle, TestSmtp } from './smtp-server.ts'
import { PIECES } from './pieces.ts'

const lines = [
  'EHLO client.test',
  'HELO x',
  'MAIL FROM:<a@b.test> SIZE=100 BODY=8BITMIME',
  'MAIL FROM:<"q r"@[127.0.0.1]> RET=FULL ENVID=x+2By SMTPUTF8 AUTH=<>',
  'RCPT TO:<ana@lab.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b',
  'RCPT TO:<@x.test:ana@lab.test>',
  'DATA',
  'Subject: x\r\n\r\n..x\r\n.',
  '.',
  'BDAT 8\r\nxxxxxx\r\n',
  'BDAT 8 LAST\r\nxxxxxx\r\n',
  'RSET',
  'NOOP x',
  'VRFY ana',
  'EXPN all',
  'HELP',
  'AUTH PLAIN',
  'AUTH LOGIN AAAA',
  'AUTH SCRAM-SHA-256 biwsbj1hbmEscj1hYmM=',
  '=',
  '*',
  'bixhPWEsbj1h',
]

/** 100,000 command lines, most of them with something wrong. */
const ROUNDS = 100_000

test('no line is a fault of ours, and every session goes on or ends', { timeout: 110_000 }, async () => {
  const random = createRandom('smtp fuzz')
  const pick = (list: readonly string[]): string => list[random.integer(0, list.length)] ?? ''
  const mutate = (line: string): string => {
    let text = line
    for (let times = random.integer(0, 4); times > 0; times -= 1) {
      const place = random.integer(0, text.length + 1)
      const end = place + random.integer(0, 3)
      text =
        text.slice(0, place) + (random.integer(0, 4) === 0 ? pick(lines) : pick(PIECES)) + text.slice(end)
    }
    return text
  }
  // Faults and slow logins have their own tests.
  const mail = { mechanisms: ['SCRAM-SHA-256', 'PLAIN', 'LOGIN'] }
  await using smtp = new TestSmtp({
    mail,
    smtp: { maxErrors: 400, maxConnections: 100_000, maxConnectionsPerClient: 100_000 },
  })
  let client: SmtpClient | undefined
  for (let round = 0; round < ROUNDS; round += 10) {
    if (client === undefined || client.hasEnded) client = await smtp.greeted()
    client.send(Array.from({ length: 10 }, () => `${mutate(pick(lines))}\r\n`).join(''))
    await settle(3)
    assert.match(client.received, /^(?:\d{3}[- ][^\r\n]*\r\n)*$/)
    client.received = ''
    // A session that waits for the rest of a message is as good as over.
    if (round % 500 === 0) {
      client.stream.end()
      client = undefined
    }
  }
  assert.deepEqual(smtp.errors, [])
})
