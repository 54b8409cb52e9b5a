/** Mailboxes as the page reads them: looked at and never changed, whatever the messages are. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPkcs12 } from '../../../certs/pkcs12.ts'
import { letterSchema, mailboxPageSchema, mailboxesSchema } from '../../../lab/console/mail/schema.ts'
import { openConsole, type TestConsole } from '../../console.ts'

const scenario = 'domain: lab.test\naccounts: [{ name: ana }, { name: ben }]\nservices: {}\n'

const letter = (subject: string, ...rest: string[]): Buffer =>
  Buffer.from(
    [
      'From: =?utf-8?q?Ana_Mu=C3=B1oz?= <ana@lab.test>',
      'To: ben@lab.test',
      `Subject: ${subject}`,
      'Date: Mon, 1 Jan 2024 10:00:00 +0100 (CET)',
      ...rest,
    ].join('\n'),
    'latin1',
  )

async function deliver(console: TestConsole, message: Buffer): Promise<string> {
  const id = await console.lab.world.mail.mailbox('ana')?.deliver(message)
  assert.ok(id)
  return id
}

test('mailboxes and messages, the newest first, a page at a time', async () => {
  await using console = await openConsole(scenario)
  const { folder } = console.lab.world.mail.mailbox('ben') ?? { folder: '' }
  for (const subject of ['one', '=?utf-8?q?dos_=C3=B1?=', 'three'])
    await deliver(console, letter(subject, '', 'x'))
  const { mailboxes, skipped } = mailboxesSchema.parse((await console.ask('mailboxes')).body)
  assert.deepEqual(
    mailboxes.map(({ account, messages }) => [account, messages]),
    [
      ['ana', 3],
      ['ben', 0],
    ],
  )
  assert.equal(skipped, 0)
  const read = async (input: object) => mailboxPageSchema.parse((await console.ask('mailbox', input)).body)
  const all = await read({ account: 'ana' })
  assert.equal(all.total, 3)
  assert.deepEqual(
    all.messages.map(({ subject, from, to, date, isSeen }) => ({ subject, from, to, date, isSeen })),
    ['three', 'dos ñ', 'one'].map((subject) => ({
      subject,
      from: 'Ana Muñoz <ana@lab.test>',
      to: 'ben@lab.test',
      date: '2024-01-01T09:00:00.000Z',
      isSeen: false,
    })),
  )
  assert.ok(all.messages.every(({ receivedAt }) => Math.abs((receivedAt ?? 0) - Date.now()) < 60_000))
  const second = await read({ account: 'ana', from: 1, limit: 1 })
  assert.deepEqual([second.messages.map(({ subject }) => subject), second.total], [['dos ñ'], 3])
  assert.deepEqual((await read({ account: 'ben' })).messages, [])
  // Looking makes nothing.
  assert.ok(!existsSync(folder))
})

test('a message: header decoded, tree, text, HTML, source; the mailbox stays as it was', async () => {
  await using console = await openConsole(scenario)
  const id = await deliver(
    console,
    letter(
      'both',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain; charset=iso-8859-1',
      '',
      'ma\xf1ana',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      '<script>alert(1)</script><p>ma=C3=B1ana',
      '--b--',
    ),
  )
  const mailbox = console.lab.world.mail.mailbox('ana')
  assert.ok(mailbox)
  const before = readdirSync(join(mailbox.folder, 'new'))
  const told = letterSchema.parse((await console.ask('message', { account: 'ana', id })).body)
  assert.equal(told.text, 'mañana')
  assert.equal(told.html, '<script>alert(1)</script><p>mañana')
  assert.deepEqual(told.headers.map(({ name, value }) => `${name}: ${value}`).slice(0, 3), [
    'From: Ana Muñoz <ana@lab.test>',
    'To: ben@lab.test',
    'Subject: both',
  ])
  assert.deepEqual(
    told.tree.parts.map(({ type, encoding, octets }) => ({ type, encoding, octets })),
    [
      { type: 'text/plain', encoding: null, octets: 6 },
      { type: 'text/html', encoding: 'quoted-printable', octets: 39 },
    ],
  )
  assert.match(told.source, /\nmañana\n/)
  assert.equal(told.isCut, false)
  assert.deepEqual(readdirSync(join(mailbox.folder, 'new')), before)
  // Another program marks it as seen.
  const [name = ''] = before
  renameSync(join(mailbox.folder, 'new', name), join(mailbox.folder, 'cur', `${name}:2,RS`))
  const again = letterSchema.parse((await console.ask('message', { account: 'ana', id })).body)
  assert.equal(again.message.isSeen, true)
})

test('the HTML of a message comes under rules that let it do nothing', async () => {
  await using console = await openConsole(scenario)
  const id = await deliver(console, letter('html', 'Content-Type: text/html', '', '<script>x()</script>'))
  const answer = await fetch(`${console.base}/mail/ana/${encodeURIComponent(id)}/html`)
  assert.equal(answer.status, 200)
  assert.equal(await answer.text(), '<script>x()</script>')
  const policy = answer.headers.get('content-security-policy') ?? ''
  assert.match(policy, /^default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:;/)
  assert.match(policy, /; sandbox$/)
  assert.doesNotMatch(policy, /script-src|allow-/)
  const plain = await deliver(console, letter('text', '', 'x'))
  for (const path of [
    `mail/ana/${plain}/html`,
    'mail/ana/none/html',
    `mail/carl/${id}/html`,
    `mail/ana/${id}`,
    'mail',
  ]) {
    const missing = await fetch(`${console.base}/${path}`)
    assert.equal(missing.status, 404, path)
    await missing.text()
  }
})

test('parts and sources are saved, never shown', async () => {
  await using console = await openConsole(scenario)
  const id = await deliver(
    console,
    letter(
      'file',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'text',
      '--b',
      'Content-Type: text/html',
      `Content-Disposition: attachment; filename*=utf-8''..%2Fa%C3%B1o%22%0d%0a%E2%80%AE.html`,
      'Content-Transfer-Encoding: base64',
      '',
      'PGI+',
      '--b--',
    ),
  )
  const part = await fetch(`${console.base}/download/mail/ana/${id}/2`)
  assert.equal(await part.text(), '<b>')
  assert.equal(part.headers.get('content-type'), 'application/octet-stream')
  assert.equal(
    part.headers.get('content-disposition'),
    `attachment; filename=".._a_o____.html"; filename*=UTF-8''.._a%C3%B1o%22___.html`,
  )
  const source = await fetch(`${console.base}/download/mail/ana/${id}/source.eml`)
  assert.match(await source.text(), /^From: =\?utf-8/)
  for (const what of [
    '3',
    '2.1',
    '0.0',
    '-1',
    'x',
    '..%2f..',
    '1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1',
  ]) {
    const missing = await fetch(`${console.base}/download/mail/ana/${id}/${what}`)
    assert.equal(missing.status, 404, what)
    await missing.text()
  }
})

test('a message larger than is read is told as cut, and costs no more', async () => {
  await using console = await openConsole(scenario)
  const id = await deliver(
    console,
    Buffer.concat([letter('large', '', ''), Buffer.alloc(8 * 1024 * 1024, 'line\n')]),
  )
  const told = letterSchema.parse((await console.ask('message', { account: 'ana', id })).body)
  assert.equal(told.isCut, true)
  assert.equal(told.source.length, 1024 * 1024)
  assert.equal(told.text?.length, 1024 * 1024)
  assert.ok(told.message.octets > 8 * 1024 * 1024)
})

test('the certificates: the root as PEM, and a client’s with its key under the password of the person', async () => {
  await using console = await openConsole(scenario)
  const root = await fetch(`${console.base}/download/ca.pem`)
  assert.match(root.headers.get('content-disposition') ?? '', /^attachment; filename="ca\.pem"/)
  const authority = new X509Certificate(await root.text())
  const make = (name: string, input: object): Promise<Response> =>
    fetch(`${console.base}/download/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
    })
  const answer = await make('ana.p12', { password: 'señal' })
  assert.equal(answer.headers.get('content-type'), 'application/x-pkcs12')
  const content = await readPkcs12(Buffer.from(await answer.arrayBuffer()), 'señal')
  const certificate = new X509Certificate(content.certificate)
  assert.match(certificate.subject, /CN=ana/)
  assert.ok(certificate.verify(authority.publicKey))
  for (const [name, input, status] of [
    ['ana.p12', {}, 400],
    ['ana.p12', { password: '' }, 400],
    ['carl.p12', { password: 'x' }, 404],
    ['..%2fana.p12', { password: 'x' }, 404],
    ['ana.pem', { password: 'x' }, 404],
  ] as const) {
    const refused = await make(name, input)
    assert.equal(refused.status, status, name)
    await refused.text()
  }
})
