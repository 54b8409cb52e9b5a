import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { settle, TestSmtp } from './smtp-server.ts'

test('the coursework’s conversation comes out as Exim had it', async () => {
  const extensions = ['SIZE', '8BITMIME', 'PIPELINING', 'HELP']
  const setting = { smtp: { extensions, banner: 'server ESMTP Exim' }, mail: { hostname: 'server' } }
  await using smtp = new TestSmtp(setting)
  const client = smtp.connect('smtp', '192.168.56.101')
  assert.equal(await client.reply(), '220 server ESMTP Exim')
  assert.equal(
    await client.ask('EHLO [192.168.56.101]'),
    '250-server Hello [192.168.56.101] [192.168.56.101]\n250-SIZE 52428800\n250-8BITMIME\n250-PIPELINING\n250 HELP',
  )
  assert.equal(await client.ask('MAIL FROM: <nombre1@sstt.org> BODY=8BITMIME SIZE=410'), '250 OK')
  assert.equal(await client.ask('RCPT TO: <nombre2@sstt.org>'), '250 Accepted')
  assert.equal(await client.ask('DATA'), '354 Enter message, ending with "." on a line by itself')
  assert.equal(await client.ask('Subject: x\r\n\r\n..\r\n.'), '250 OK id=id-1')
  assert.equal(await client.ask('QUIT'), '221 server closing connection')
  assert.equal(await client.rest(), '')
  const [taken] = smtp.office.taken
  assert.equal(taken?.content, 'Subject: x\r\n\r\n.\r\n')
  assert.equal(taken.client.protocol, 'ESMTP')
  assert.equal(taken.envelope.sender.size, 410)
  assert.deepEqual(smtp.facts, [{ kind: 'smtp.connected', client: '192.168.56.101', entrance: 'smtp' }])
})

describe('pipelining (RFC 2920)', () => {
  test('replies leave in one write', async () => {
    await using smtp = new TestSmtp()
    const client = await smtp.greeted()
    const sizes: number[] = []
    client.stream.on('data', (chunk: Buffer) => sizes.push(chunk.length))
    client.send('MAIL FROM:<a@b.test>\r\nRCPT TO:<ana@lab.test>\r\nRCPT TO:<ben@lab.test>\r\nDATA\r\n')
    assert.deepEqual(await client.codes(4), [250, 250, 250, 354])
    assert.equal(sizes.length, 1)
  })

  test('what follows the message in the same segment is obeyed', async () => {
    await using smtp = new TestSmtp()
    const client = await smtp.greeted()
    const mail = 'MAIL FROM:<a@b.test>\r\nRCPT TO:<ana@lab.test>\r\nDATA\r\na\r\n.\r\n'
    client.send(`${mail}${mail}NOOP\r\nQUIT\r\n`)
    assert.deepEqual(await client.codes(10), [250, 250, 354, 250, 250, 250, 354, 250, 250, 221])
    assert.equal(smtp.office.taken.length, 2)
  })

  test('a refused DATA leaves no message behind it to be read', async () => {
    await using smtp = new TestSmtp()
    smtp.office.refusals.set('no@lab.test', { code: 550, status: '5.1.1', text: 'no' })
    const client = await smtp.greeted()
    client.send('MAIL FROM:<a@b.test>\r\nRCPT TO:<no@lab.test>\r\nDATA\r\nRSET\r\nNOOP\r\n')
    assert.deepEqual(await client.codes(5), [250, 550, 554, 250, 250])
    assert.equal(smtp.office.taken.length, 0)
    const refused = { kind: 'smtp.refused', client: '127.0.0.1', entrance: 'smtp', account: undefined }
    const told = { code: 550, why: 'no', from: 'a@b.test', to: ['no@lab.test'] }
    assert.deepEqual(smtp.factsOf('smtp.refused'), [{ ...refused, ...told }])
  })
})

test('the order of commands is kept', async () => {
  await using smtp = new TestSmtp({ smtp: { maxErrors: 100 } })
  const client = smtp.connect()
  await client.reply()
  for (const [line, code] of [
    ['MAIL FROM:<a@b.test>', 503],
    ['AUTH PLAIN', 503],
    ['STARTTLS', 503],
    ['EHLO', 501],
    ['HELO a b', 501],
    ['EHLO x', 250],
    ['RCPT TO:<ana@lab.test>', 503],
    ['DATA', 503],
    ['MAIL FROM:<a@b.test>', 250],
    ['MAIL FROM:<a@b.test>', 503],
    ['AUTH PLAIN', 503],
    ['DATA', 503],
    ['DATA now', 501],
    ['RCPT TO:<ana@lab.test>', 250],
    ['RSET now', 501],
    ['RSET', 250],
    ['RCPT TO:<ana@lab.test>', 503],
    ['MAIL FROM:<a@b.test>', 250],
    ['HELO x', 250],
    ['RCPT TO:<ana@lab.test>', 503],
    ['NOOP whatever', 250],
    ['HELP me', 214],
    ['VRFY ana', 252],
    ['EXPN all', 502],
    ['NONSENSE', 500],
    ['', 500],
    ['quit now', 501],
    ['quit', 221],
  ] as const)
    assert.equal(await client.code(line), code, line)
})

test('each reply but 3xx, the greeting and hello has its code, where that is offered (RFC 2034)', async () => {
  await using smtp = new TestSmtp({ smtp: { maxErrors: 100 } })
  const client = smtp.connect()
  assert.match(
    await client.reply(),
    /^220 mail\.lab\.test ESMTP telelab \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/,
  )
  assert.match(await client.ask('EHLO'), /^501 [A-Z]/)
  assert.match(await client.ask('EHLO x'), /^250-mail\.lab\.test Hello x \[127\.0\.0\.1\]\n/)
  assert.equal(await client.ask('MAIL FROM:<a@b.test>'), '250 2.1.0 OK')
  assert.equal(await client.ask('RCPT TO:<ana@lab.test>'), '250 2.1.5 Accepted')
  assert.match(await client.ask('HELP'), /^214-2\.0\.0 .*\n214 2\.0\.0 /)
  assert.match(await client.ask('DATA'), /^354 Enter/)
  assert.equal(await client.ask('.'), '250 2.0.0 OK id=id-1')
  for (const line of [
    'RSET',
    'NOOP',
    'VRFY a',
    'EXPN a',
    'FOO',
    'RCPT TO:<a@b>',
    'MAIL FROM:x',
    'AUTH',
    'QUIT',
  ])
    assert.match(await client.ask(line), /^([245])\d\d \1\.\d\.\d+ /, line)
})

test('only extensions that are offered exist', async () => {
  await using smtp = new TestSmtp({ smtp: { extensions: [], maxErrors: 100 } })
  const client = await smtp.greeted()
  assert.equal(await client.ask('EHLO x'), '250 mail.lab.test Hello x [127.0.0.1]')
  for (const line of ['BDAT 0 LAST', 'STARTTLS', 'AUTH PLAIN', 'HELP', 'FOO'])
    assert.match(await client.ask(line), /^500 [^\d]/, line)
})

test('VRFY and EXPN tell who is here, if they may (RFC 5321 §3.5)', async () => {
  await using smtp = new TestSmtp({ smtp: { verify: true } })
  const client = await smtp.greeted()
  assert.equal(await client.ask('VRFY ana'), '250 2.1.5 <ana@lab.test>')
  assert.equal(await client.ask('EXPN all'), '250-2.1.5 <ana@lab.test>\n250 2.1.5 <ben@lab.test>')
  assert.equal(await client.code('VRFY all'), 252)
  assert.equal(await client.code('VRFY nobody'), 550)
  assert.equal(await client.code('VRFY'), 501)
})

test('the office is told how a message came (RFC 3848)', async () => {
  await using smtp = new TestSmtp()
  const auth = `AUTH PLAIN ${Buffer.from('\0ana\0secret').toString('base64')}`
  for (const [entrance, lines, protocol] of [
    ['smtp', ['HELO x'], 'SMTP'],
    ['smtp', ['EHLO x', auth], 'ESMTPA'],
    ['smtps', ['EHLO x', auth], 'ESMTPSA'],
  ] as const) {
    const client = smtp.connect(entrance)
    await client.reply()
    for (const line of lines) await client.ask(line)
    await client.begin()
    await client.ask('DATA')
    assert.equal(await client.code('.'), 250)
    const last = smtp.office.taken.at(-1)?.client
    assert.equal(last?.protocol, protocol)
    assert.equal(last.account?.name, protocol.endsWith('A') ? 'ana' : undefined)
  }
  const client = await smtp.greeted()
  assert.equal(await client.code('MAIL FROM:<a@b.test> SMTPUTF8'), 250)
  assert.equal(await client.code('RCPT TO:<\xc3\xb1@lab.test>'), 250)
  await client.ask('DATA')
  await client.ask('.')
  assert.equal(smtp.office.taken.at(-1)?.client.protocol, 'UTF8SMTP')
})

test('the office’s last word is the reply', async () => {
  await using smtp = new TestSmtp()
  smtp.office.refusals.set('message', { code: 452, status: '4.2.2', text: 'full' })
  const client = await (await smtp.greeted()).begin()
  await client.ask('DATA')
  assert.equal(await client.ask('a\r\n.'), '452 4.2.2 full')
  smtp.office.refusals.clear()
  await client.begin()
  assert.equal(await client.code('DATA'), 354)
})

test('a client that leaves within a message leaves nothing', async () => {
  await using smtp = new TestSmtp()
  const client = await (await smtp.greeted()).begin()
  await client.ask('DATA')
  client.send('half a mess').stream.end()
  await client.rest()
  await settle()
  assert.equal(smtp.office.aborted, 1)
  assert.equal(smtp.office.taken.length, 0)
})

test('a client that closes its half still gets the replies', async () => {
  await using smtp = new TestSmtp()
  const client = smtp.connect()
  client.send('EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<ana@lab.test>\r\nDATA\r\nx\r\n.\r\n').stream.end()
  assert.deepEqual(await client.codes(6), [220, 250, 250, 250, 354, 250])
  assert.equal(await client.rest(), '')
})

test('a bug ends one connection, with words', async () => {
  await using smtp = new TestSmtp()
  smtp.office.judgeRecipient = () => Promise.reject(new Error('a bug'))
  const client = await smtp.greeted()
  await client.ask('MAIL FROM:<a@b.test>')
  assert.equal(await client.ask('RCPT TO:<ana@lab.test>'), '421 4.3.0 mail.lab.test Internal error')
  assert.equal(await client.rest(), '')
  assert.equal(smtp.errors.length, 1)
})
