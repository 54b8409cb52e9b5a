/** The conversations that the coursework shows, between Thunderbird, Exim 4.86 and Dovecot, replayed against our server. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, askAll, linesOf } from '../../conformance/pop3/subject.ts'
import { Client, pause } from '../../unit/http/server.ts'
import { openMailLab, type MailLab } from './mail-lab.ts'

const DOMAIN = 'sstt9721.org'
const [ONE, TWO] = [`nombre1_9721@${DOMAIN}`, `nombre2_9721@${DOMAIN}`]

/** The coursework's server: its name, and no extension but those that its EHLO shows. */
function openCoursework(): Promise<MailLab> {
  return openMailLab({
    domain: DOMAIN,
    accounts: ['nombre1_9721', 'nombre2_9721'],
    mail: {
      hostname: `smtp.${DOMAIN}`,
      senders: 'accounts',
      relay: { to: ['um.es'] },
      plaintext: 'allowed',
      mechanisms: ['PLAIN'],
      tls: false,
      smtps: false,
      pop3s: false,
      smtp: {
        banner: 'server ESMTP Exim 4.86_2 Ubuntu Mon, 13 May 2019 10:14:54 +0200',
        extensions: ['SIZE', '8BITMIME', 'PIPELINING', 'HELP'],
      },
      pop3: { banner: 'Dovecot ready.' },
    },
  })
}

/** One line of a client and the reply that the trace shows; no client line for the banner. */
type Exchange = readonly [said: string | undefined, reply: RegExp]

/** Lines 551–631 of the document, with the octets of frame 22. */
function sending(from: string, to: string, message: string): readonly Exchange[] {
  return [
    [undefined, /^220 server ESMTP Exim 4\.86_2 Ubuntu Mon, 13 May 2019 10:14:54 \+0200$/],
    [
      'EHLO [192.168.56.101]',
      /^250-smtp\.sstt9721\.org Hello \[192\.168\.56\.101\] \[127\.0\.0\.1\]\n250-SIZE 52428800\n250-8BITMIME\n250-PIPELINING\n250 HELP$/,
    ],
    [`MAIL FROM:<${from}> BODY=8BITMIME SIZE=${message.length}`, /^250 OK$/],
    [`RCPT TO:<${to}>`, /^250 Accepted$/],
    ['DATA', /^354 Enter message, ending with "\." on a line by itself$/],
    [`${message}.`, /^250 OK id=[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}$/],
    ['QUIT', /^221 smtp\.sstt9721\.org closing connection$/],
  ]
}

async function replay(mail: MailLab, exchanges: readonly Exchange[]): Promise<void> {
  const client = new Client(mail.port('smtp'))
  for (const [said, expected] of exchanges) {
    if (said !== undefined) await say(client, said)
    await client.until(/^\d{3} [^\n]*\r\n$/m)
    assert.match(client.received.trimEnd().replaceAll('\r\n', '\n'), expected)
    client.received = ''
  }
  // As in frame 29, it is the server that ends.
  assert.equal(await client.all(), '')
  client.socket.end()
}

/** What is longer than a segment comes in two, as in frames 443 and 444. */
async function say(client: Client, said: string): Promise<void> {
  client.send(said.slice(0, 1406))
  if (said.length > 1406) await pause()
  client.send(`${said.slice(1406)}\r\n`)
}

/** A message of 410 octets, as frame 22 has it. */
const FIRST = letter({ from: ONE, to: TWO, subject: 'Mensaje 1', octets: 410 })

function letter({
  from,
  to,
  subject,
  octets,
}: Readonly<Record<'from' | 'to' | 'subject', string>> & { readonly octets: number }): string {
  const [, name = ''] = /^(.*)@/.exec(from) ?? []
  const head = `To: ${to}\r\nFrom: ${name} <${from}>\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`
  return `${head}${'a'.repeat(octets - head.length - 2)}\r\n`
}

/** The forward of lines 715–760: 2512 octets with a text and an HTML part. */
function forward(): string {
  const parts = (filler: string): string =>
    [
      `To: ${ONE}`,
      `From: nombre2_9721 <${TWO}>`,
      'Subject: Fwd: Mensaje de prueba',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative; boundary="------------5B1A2C3D4E5F"',
      '',
      'This is a multi-part message in MIME format.',
      '--------------5B1A2C3D4E5F',
      'Content-Type: text/plain; charset=utf-8; format=flowed',
      '',
      '-------- Mensaje reenviado --------',
      filler,
      '--------------5B1A2C3D4E5F',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<html><body><p>-------- Mensaje reenviado --------</p></body></html>',
      '--------------5B1A2C3D4E5F--',
      '',
    ].join('\r\n')
  const missing = 2512 - parts('').length
  return parts(`${'x'.repeat(70)}\r\n`.repeat(Math.floor(missing / 72)) + 'x'.repeat(missing % 72))
}

test('the message from one to the other is sent as frames 8 to 33 show it', async () => {
  await using mail = await openCoursework()
  assert.equal(FIRST.length, 410)
  await replay(mail, sending(ONE, TWO, FIRST))
  assert.equal(mail.stored('nombre2_9721').length, 1)
})

test('the mailbox is fetched as frames 381 to 412 show it', async () => {
  await using mail = await openCoursework()
  await replay(mail, sending(ONE, TWO, FIRST))
  const client = new Client(mail.port('pop3'))
  assert.equal(await ask(client), '+OK Dovecot ready.')
  const [capable, capabilities] = await askAll(client, 'CAPA')
  assert.equal(capable, '+OK')
  // The 83 octets of frame 387: what Dovecot lists for a server without TLS.
  for (const name of ['TOP', 'UIDL', 'RESP-CODES', 'PIPELINING', 'USER', 'SASL PLAIN'])
    assert.match(capabilities, new RegExp(`^${name}`, 'm'))
  assert.equal(await ask(client, 'AUTH PLAIN'), '+ ')
  assert.equal(await ask(client, 'AG5vbWJyZTJfOTcyMQBub21icmUyXzk3MjE='), '+OK Logged in.')
  const size = FIRST.length + trace(mail)
  assert.equal(await ask(client, 'STAT'), `+OK 1 ${size}`)
  assert.deepEqual(await askAll(client, 'LIST'), ['+OK 1 messages:', `1 ${size}\r\n`])
  const [status, ...uids] = [await askAll(client, 'UIDL')].flatMap((answer) => [
    answer[0],
    ...linesOf(answer),
  ])
  assert.equal(status, '+OK')
  assert.match(uids.join(), /^1 [!-~]{1,70}$/)
  const [told, message] = await askAll(client, 'RETR 1')
  assert.equal(told, `+OK ${size} octets`)
  assert.ok(message.endsWith(FIRST))
  assert.equal(await ask(client, 'DELE 1'), '+OK Marked to be deleted.')
  assert.equal(await ask(client, 'QUIT'), '+OK Logging out, messages deleted.')
  assert.equal(await client.all(), '')
  client.socket.end()
  assert.deepEqual(mail.stored('nombre2_9721'), [])
})

/** Octets of the fields that the server has put on top. */
function trace(mail: MailLab): number {
  const [stored = ''] = mail.stored('nombre2_9721')
  return stored.replaceAll('\n', '\r\n').length - FIRST.length
}

test('an empty mailbox is left as frames 313 to 327 show it', async () => {
  await using mail = await openCoursework()
  const client = new Client(mail.port('pop3'))
  await ask(client)
  assert.equal(await ask(client, 'AUTH PLAIN'), '+ ')
  assert.equal(await ask(client, 'AG5vbWJyZTFfOTcyMQBub21icmUxXzk3MjE='), '+OK Logged in.')
  assert.equal(await ask(client, 'STAT'), '+OK 0 0')
  assert.equal(await ask(client, 'QUIT'), '+OK Logging out.')
  assert.equal(await client.all(), '')
  client.socket.end()
})

test('the forward with a text and an HTML part is sent as frames 424 to 458 show it', async () => {
  await using mail = await openCoursework()
  const message = forward()
  assert.equal(message.length, 2512)
  await replay(mail, sending(TWO, ONE, message))
  const [stored = ''] = mail.stored('nombre1_9721')
  assert.ok(stored.replaceAll('\n', '\r\n').endsWith(message))
})
