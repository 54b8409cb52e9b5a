/** Mail in captures: the same verbs judge it that judge the journal. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judged, told } from './captured.ts'
import { conversation, dialogue, ethernet, pcap, type Talk } from './frames.ts'

function file(...talks: readonly (readonly Buffer[])[]): Buffer {
  return pcap(talks.flatMap((talk) => talk.map((each) => ethernet(each))))
}

function mail(text: string, port = 25, more: Partial<Talk> = {}): Buffer {
  return file(conversation(dialogue(text), { server: `10.0.0.1:${port}`, ...more }))
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const secret = 'pa55word-of-alice'
const plain = base64(`\0alice@lab.test\0${secret}`)

const greeted = '< 220 mail.lab.test ESMTP\n> EHLO pc\n< 250-mail.lab.test\n< 250 AUTH PLAIN LOGIN'
const sent =
  '> MAIL FROM:<bob@lab.test> SIZE=20\n< 250 ok\n> RCPT TO:<alice@lab.test>\n< 250 ok\n> DATA\n< 354 go on\n> Subject: x\n> \n> RSET\n> .\n< 250 queued'

const smtp: readonly (readonly [string, string, Record<string, unknown>, string])[] = [
  [
    'a message',
    `${greeted}\n${sent}`,
    { 'smtp.accepted': { from: 'bob@lab.test', to: 'alice@lab.test', tls: false } },
    'passed 18',
  ],
  [
    'a message by its subject, in an encoded word',
    `${greeted}\n${sent.replace('Subject: x', 'Subject: Fwd: =?utf-8?q?c=C3=B3digo?=')}`,
    { 'smtp.accepted': { subject: 'código' } },
    'passed 18',
  ],
  [
    'a message of another subject',
    `${greeted}\n${sent}`,
    { 'smtp.accepted': { subject: 'código' } },
    'failed 18',
  ],
  [
    'a message to somebody else',
    `${greeted}\n${sent}`,
    { 'smtp.accepted': { to: 'carol@lab.test' } },
    'failed 18',
  ],
  [
    'a login by PLAIN at once',
    `${greeted}\n> AUTH PLAIN ${plain}\n< 235 ok\n${sent}`,
    { 'smtp.accepted': { account: 'alice' } },
    'passed 20',
  ],
  [
    'a login by PLAIN after a challenge',
    `${greeted}\n> auth plain\n< 334 \n> ${plain}\n< 235 ok\n${sent}`,
    { 'smtp.accepted': { account: 'alice' } },
    'passed 22',
  ],
  [
    'a login by LOGIN',
    `${greeted}\n> AUTH LOGIN\n< 334 VXNlcm5hbWU6\n> ${base64('alice')}\n< 334 UGFzc3dvcmQ6\n> ${base64(secret)}\n< 235 ok\n${sent}`,
    { 'smtp.accepted': { account: 'alice' } },
    'passed 24',
  ],
  [
    'a login by CRAM-MD5',
    `${greeted}\n> AUTH CRAM-MD5\n< 334 PDE=\n> ${base64('alice 0123456789abcdef0123456789abcdef')}\n< 235 ok\n${sent}`,
    { 'smtp.accepted': { account: 'alice' } },
    'passed 22',
  ],
  [
    'a login by SCRAM',
    `${greeted}\n> AUTH SCRAM-SHA-256 ${base64('n,,n=alice,r=abcdef')}\n< 334 cj0x\n> Yz1iaXdz\n< 334 dj0x\n> \n< 235 ok\n${sent}`,
    { 'smtp.accepted': { account: 'alice' } },
    'passed 24',
  ],
  [
    'a login that was refused',
    `${greeted}\n> AUTH PLAIN ${plain}\n< 535 no\n${sent}`,
    { 'smtp.accepted': { account: 'alice' } },
    'failed 20',
  ],
  [
    'a refused login',
    `${greeted}\n> AUTH PLAIN ${plain}\n< 535 no`,
    { 'smtp.refused': { account: 'alice', code: 535 } },
    'passed 9',
  ],
  [
    'a refused recipient',
    `${greeted}\n> MAIL FROM:<bob@lab.test>\n< 250 ok\n> RCPT TO:<nobody@lab.test>\n< 550 no`,
    { 'smtp.refused': { code: 550, from: 'bob@lab.test', to: 'nobody@lab.test' } },
    'passed 11',
  ],
  [
    'a message that was not taken',
    `${greeted}\n${sent.replace('250 queued', '451 later')}`,
    { 'smtp.accepted': {} },
    'failed',
  ],
  [
    'a message that was given up',
    `${greeted}\n${sent.replace('> DATA', '> RSET\n< 250 ok\n> DATA')}`,
    { 'smtp.accepted': {} },
    'failed',
  ],
  ['mail under TLS', `${greeted}\n> STARTTLS\n< 220 go on\n${sent}`, { 'smtp.accepted': {} }, 'failed'],
  [
    'a subject with another character',
    `${greeted}\n${sent.replace('Subject: x', 'Subject: =?utf-8?q?Adi=C3=B3s?=')}`,
    { 'smtp.accepted': { subject: 'Adiós' } },
    'passed 18',
  ],
  [
    'a subject in UTF-8',
    `${greeted}\n${sent.replace('Subject: x', 'Subject: Adiós')}`,
    { 'smtp.accepted': { subject: 'Adiós' } },
    'passed 18',
  ],
  [
    'HELO',
    `< 220 mail.lab.test\n> HELO pc\n< 250 hello\n${sent}`,
    { 'smtp.accepted': { from: 'bob@lab.test' } },
    'passed 17',
  ],
]

for (const [name, text, wanted, expected] of smtp)
  await test(`SMTP: ${name}`, async () => {
    assert.equal(await told(mail(text), wanted), expected)
    // At a port that is nobody's it is found by how both ends begin.
    assert.equal(await told(mail(text, 12_345), wanted), expected)
  })

await test('SMTP: a message that was refused, and one behind it', async () => {
  const refused = sent.replace('250 queued', '451 later')
  const octets = mail(`${greeted}\n${refused}\n${sent.replace('Subject: x', 'Subject: y')}`)
  assert.equal(await told(octets, { 'smtp.accepted': { subject: 'y' } }), 'passed 29')
  assert.equal(await told(octets, { 'smtp.accepted': { subject: 'x' } }), 'failed 29')
})

await test('SMTP: commands that were sent without waiting', async () => {
  const said = [
    ...dialogue(greeted),
    ['>', 'MAIL FROM:<bob@lab.test>\r\nRCPT TO:<nobody@lab.test>\r\nRCPT TO:<alice@lab.test>\r\nDATA\r\n'],
    ['<', '250 ok\r\n550 no\r\n250 ok\r\n354 go on\r\n'],
    ['>', 'x\r\n.\r\n'],
    ['<', '250 queued\r\n'],
  ] as const
  const octets = file(conversation(said, { server: '10.0.0.1:25' }))
  assert.equal(await told(octets, { 'smtp.accepted': { to: 'alice@lab.test' } }), 'passed 11')
  assert.equal(await told(octets, { 'smtp.accepted': { to: 'nobody@lab.test' } }), 'failed 11')
  assert.equal(await told(octets, { 'smtp.refused': { to: 'nobody@lab.test' } }), 'passed 9')
})

const ready = '< +OK ready'
const login = `${ready}\n> USER alice\n< +OK\n> PASS ${secret}\n< +OK`
const pop3: readonly (readonly [string, string, Record<string, unknown>, string])[] = [
  [
    'a login',
    login,
    { 'pop3.logged-in': { account: 'alice', mechanism: 'USER', secure: false } },
    'passed 8',
  ],
  [
    'a login that was refused',
    `${ready}\n> USER alice\n< +OK\n> PASS ${secret}\n< -ERR no`,
    { 'pop3.logged-in': {} },
    'failed',
  ],
  [
    'a login by AUTH',
    `${ready}\n> AUTH PLAIN\n< + \n> ${plain}\n< +OK`,
    { 'pop3.logged-in': { account: 'alice', mechanism: 'PLAIN' } },
    'passed 8',
  ],
  [
    'a message',
    `${login}\n> RETR 1\n< +OK 20\n< Subject: x\n< \n< +OK\n< .`,
    { 'pop3.retrieved': { account: 'alice' } },
    'passed 14',
  ],
  [
    'a message that has not come whole',
    `${login}\n> RETR 1\n< +OK 20\n< Subject: x`,
    { 'pop3.retrieved': {} },
    'failed',
  ],
  [
    'the top of a message',
    `${login}\n> TOP 1 0\n< +OK\n< Subject: x\n< .`,
    { 'pop3.retrieved': {} },
    'failed',
  ],
  [
    'a deletion',
    `${login}\n> DELE 1\n< +OK\n> QUIT\n< +OK`,
    { 'pop3.deleted': { account: 'alice' } },
    'passed 12',
  ],
  ['a deletion without QUIT', `${login}\n> DELE 1\n< +OK`, { 'pop3.deleted': {} }, 'failed'],
  [
    'a deletion that was taken back',
    `${login}\n> DELE 1\n< +OK\n> RSET\n< +OK\n> QUIT\n< +OK`,
    { 'pop3.deleted': {} },
    'failed',
  ],
  [
    'what follows STLS',
    `${ready}\n> STLS\n< +OK\n> USER alice\n< +OK\n> PASS x\n< +OK`,
    { 'pop3.logged-in': {} },
    'failed',
  ],
]

for (const [name, text, wanted, expected] of pop3)
  await test(`POP3: ${name}`, async () => {
    assert.equal(await told(mail(text, 110), wanted), expected)
    assert.equal(await told(mail(text, 12_345), wanted), expected)
  })

await test('where TLS begins, the check says so', async () => {
  const { assertions } = await judged(mail(`${ready}\n> STLS\n< +OK`, 110), { 'pop3.logged-in': {} })
  const texts = assertions.map(({ title }) => title)
  assert.ok(
    texts.some(
      ({ en }) =>
        en === 'from frame 6 on: the connection turns to TLS, and what it carries cannot be read any more',
    ),
  )
  assert.ok(texts.some(({ es }) => es.startsWith('desde la trama 6: la conexión pasa a TLS')))
})

await test('no password of a capture stands in what is found', async () => {
  const talks = [...smtp, ...pop3].map(([, text]) => text)
  const get = `> GET /?password=${secret} HTTP/1.1\n> Host: lab.test\n> Authorization: Basic ${base64(`alice:${secret}`)}\n> \n< HTTP/1.1 200 OK\n< Content-Length: 0\n< `
  const wanted: readonly Record<string, unknown>[] = [
    { 'smtp.accepted': { from: 'x' } },
    { 'smtp.refused': { account: 'x' } },
    { 'pop3.logged-in': { account: 'x', mechanism: 'x' } },
    { 'http.requested': { path: '/x', host: 'x' } },
  ]
  for (const [index, text] of [...talks, get].entries()) {
    const said = JSON.stringify(await judged(mail(text, 12_345), wanted))
    for (const word of [secret, base64(secret).slice(0, 12), plain.slice(8)])
      assert.ok(!said.includes(word), `talk ${index}: ${said}`)
  }
})
