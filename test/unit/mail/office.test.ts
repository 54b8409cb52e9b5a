import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../lab.ts'
import { until } from '../../talk.ts'
import { clientAt, openTestOffice, recipientOf, senderOf } from './office.ts'

const body = 'Subject: x\r\n\r\nHola\r\n'

test('a message for one mailbox gets the fields that Exim writes, and no queue entry', async () => {
  await using post = await openTestOffice()
  const id = await post.send({ from: 'someone@other.test' })
  const [text = ''] = await post.mail('ben')
  const date = String.raw`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}`
  assert.match(
    text,
    new RegExp(
      [
        String.raw`^Return-path: <someone@other\.test>`,
        String.raw`Envelope-to: ben@lab\.test`,
        `Delivery-date: ${date}`,
        String.raw`Received: from client\.test \(\[127\.0\.0\.1\]\)`,
        String.raw`	by mail\.lab\.test with ESMTP \(telelab\)`,
        String.raw`	\(envelope-from <someone@other\.test>\)`,
        `	id ${id}`,
        String.raw`	for ben@lab\.test; ${date}`,
        'Subject: x',
        '',
        'Hola',
        '$',
      ].join('\n'),
    ),
  )
  assert.match(id, /^[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}$/)
  assert.deepEqual(post.spool(), [])
  assert.deepEqual(
    post.facts.map(({ kind, id: which }) => [kind, which]),
    [
      ['smtp.accepted', id],
      ['smtp.delivered', id],
    ],
  )
  assert.equal(post.facts[0]?.['client'], '127.0.0.1')
  assert.equal(post.facts[0]?.['subject'], 'x')
})

test('however a message is cut into pieces, the mailbox gets the same octets', async () => {
  await using post = await openTestOffice()
  const text = Buffer.concat([
    Buffer.from('Subject: ñ\r\nX-Long: '),
    Buffer.alloc(1200, 'y'),
    Buffer.from('\r\n\r\n..\r\n.\r\n\0\rx\r\n'),
    Buffer.alloc(100, 0xff),
    Buffer.from('\r\nend\r\n'),
  ])
  for (const portion of [1, 2, 3, 7, 64, text.length]) await post.send({ text, portion })
  const texts = await post.mail('ben')
  const expected = text.toString('latin1').replaceAll('\r\n', '\n')
  assert.equal(texts.length, 6)
  for (const each of texts) assert.equal(each.slice(-expected.length), expected)
})

test('a message of megabytes goes to the mailbox in portions, and nothing is left behind when it is given up', async () => {
  await using post = await openTestOffice()
  const text = Buffer.from(
    `Subject: big\r\n\r\n${'0123456789abcdef'.repeat(8).concat('\r\n').repeat(20_000)}`,
  )
  await post.send({ text, portion: 5000 })
  const [stored = ''] = await post.mail('ben')
  assert.equal(stored.slice(stored.indexOf('Subject: big')), text.toString().replaceAll('\r\n', '\n'))
  const intake = post.office.open(clientAt(), {
    sender: senderOf('ana@lab.test'),
    recipients: [recipientOf('ben@lab.test')],
  })
  await intake.write(text)
  await intake.abort()
  assert.equal((await post.mail('ben')).length, 1)
})

test('mail programs get the Date and Message-Id that they left out, at the end of their header', async () => {
  await using post = await openTestOffice()
  const ana = post.world.accounts.find('ana')
  const client = { entrance: 'submission', account: ana } as const
  const bodies: readonly (readonly [string, RegExp])[] = [
    ['Subject: a\r\n\r\nx\r\n', /\nSubject: a\nMessage-Id: <E[\w-]+@mail\.lab\.test>\nDate: .*\n\nx\n$/],
    ['Subject: b\r\nDATE : now\r\n\r\nx\r\n', /\nSubject: b\nDATE : now\nMessage-Id: <.*>\n\nx\n$/],
    ['Date: x\r\nMessage-ID: <1@x>\r\n\r\nx\r\n', /\nDate: x\nMessage-ID: <1@x>\n\nx\n$/],
    ['Subject: only\r\n', /\nSubject: only\nMessage-Id: .*\nDate: .*\n$/],
    ['no header at all\r\n', /\nMessage-Id: .*\nDate: .*\n\nno header at all\n$/],
    ['\r\nno header\r\n', /\nMessage-Id: .*\nDate: .*\n\nno header\n$/],
  ]
  for (const portion of [1, 2, 1000])
    for (const [text, expected] of bodies) {
      await post.send({ text, portion, client })
      assert.match((await post.mail('ben')).at(-1) ?? '', expected)
    }
})

test('what comes from other servers is not completed, but text without a header is kept apart', async () => {
  await using post = await openTestOffice()
  await post.send({ text: 'Hola: qué tal\r\n' })
  await post.send({ text: 'Hola Ben: qué tal\r\n' })
  await post.send({ text: '' })
  const [field = '', plain = '', empty = ''] = await post.mail('ben')
  assert.match(field, /; .*\nHola: /)
  assert.match(plain, /; .*\n\nHola Ben: /)
  assert.match(empty, /for ben@lab\.test; .*\n$/)
})

test('a message that has been through too many servers goes in circles', async () => {
  await using post = await openTestOffice({ config: { maxReceived: 3 } })
  const received = 'Received: by x\r\n\tfor y; now\r\n'
  await post.send({ text: `${received.repeat(2)}${body}`, portion: 1 })
  const refusal = await post.offer({ text: `${received.repeat(3)}${body}`, portion: 1 })
  assert.ok(typeof refusal === 'object')
  assert.deepEqual([refusal.code, refusal.status], [554, '5.4.6'])
  await post.send({ text: `Subject: x\r\n\r\n${received.repeat(5)}` })
  assert.equal((await post.mail('ben')).length, 2)
})

test('a message for two mailboxes comes to each once, and leaves nothing in the queue', async () => {
  await using post = await openTestOffice({ config: { aliases: { all: ['ana', 'ben', 'ana+x'] } } })
  const id = await post.send({ to: ['all@lab.test', 'ben+y@lab.test'] })
  await until(() => post.facts.filter(({ kind }) => kind === 'smtp.delivered').length === 2)
  for (const name of ['ana', 'ben']) {
    const texts = await post.mail(name)
    assert.equal(texts.length, 1)
    assert.match(texts[0] ?? '', /^Return-path: <ana@lab.test>\nEnvelope-to: all@lab\.test/)
    assert.doesNotMatch(texts[0] ?? '', /\n\tfor /)
    assert.match(texts[0] ?? '', new RegExp(`\\n\\tid ${id};`))
  }
  assert.match((await post.mail('ben'))[0] ?? '', /Envelope-to: all@lab\.test,\n\tben\+y@lab\.test\n/)
  await until(() => post.spool().length === 0)
})

test('a message that a fault loses is told of as if it were taken', async () => {
  await using post = await openTestOffice()
  const intake = post.office.open(clientAt(), {
    sender: senderOf('ana@lab.test'),
    recipients: [recipientOf('ben@lab.test')],
  })
  await intake.write(Buffer.from(body))
  assert.ok('id' in (await intake.lose()))
  assert.deepEqual(await post.mail('ben'), [])
  assert.deepEqual(
    post.facts.map(({ kind }) => kind),
    ['smtp.accepted'],
  )
})

test('ids never come twice, not even after a restart or where time stands still', async () => {
  using folder = temporaryFolder()
  const seen = new Set<string>()
  for (let start = 0; start < 3; start += 1) {
    await using post = await openTestOffice({ folder: folder.path })
    for (let count = 0; count < 50; count += 1) seen.add(await post.send({}))
  }
  assert.equal(seen.size, 150)
})

test('the messages of the scenario are delivered once, however often the lab starts', async () => {
  using folder = temporaryFolder()
  writeFileSync(join(folder.path, 'one.eml'), 'Subject: one\n\n1\n')
  writeFileSync(join(folder.path, 'two.eml'), 'Subject: two\r\n\r\n2\r\n')
  const config = { inbox: { Ana: ['two.eml', 'one.eml'] } }
  for (let start = 0; start < 2; start += 1) {
    await using post = await openTestOffice({ folder: folder.path, config })
    assert.deepEqual(await post.mail('ana'), ['Subject: two\n\n2\n', 'Subject: one\n\n1\n'])
  }
})

test('where the disk does not take a message, its sender is told to come again', async () => {
  await using post = await openTestOffice()
  writeFileSync(join(post.folder, 'mail'), 'in the way')
  for (const text of [body, body.repeat(10_000)]) {
    const refusal = await post.offer({ text, portion: 30_000 })
    assert.deepEqual(refusal, { code: 451, status: '4.3.0', text: 'local error in processing' })
  }
  assert.deepEqual(post.facts, [])
})
