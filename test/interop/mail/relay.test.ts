import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { simpleParser } from 'mailparser'
import { test } from 'node:test'
import { missingPython, PYTHON } from '../../tool.ts'
import { until } from '../../talk.ts'
import { openTestOffice, type TestOffice } from '../../unit/mail/office.ts'
import { frontOf, RelayPeer } from './relay-peer.ts'

const far = 'x@far.test'

function openTo(peer: RelayPeer, config: object = {}): Promise<TestOffice> {
  return openTestOffice({ config: { routes: { '*': peer.route }, ...config } })
}

/** What was sent on, without our Received field. */
function withoutTrace(message: Buffer): string {
  const text = message.toString('latin1')
  return text.replace(/^Received: .*\r\n(?:\t.*\r\n)*/, '')
}

test('what goes to another server is, octet for octet, what came in, with and without TLS', async () => {
  const messages = [
    'Subject: plain\r\n\r\nHola\r\n',
    'Subject: dots\r\n\r\n.\r\n..\r\n...x\r\n.\r\n',
    '.dot: x\r\n\r\n.\r\n',
    `Subject: long\r\n\r\n${'y'.repeat(70_000)}\r\n`,
    'Subject: \xc3\xb1\r\n\r\n\xff\xfe\0\x80\r\n',
    'Subject: empty body\r\n\r\n',
    `Subject: big\r\n\r\n${'.0123456789abcdef\r\n'.repeat(50_000)}`,
    `Subject: ends at the portion\r\n\r\n${'z'.repeat(65_000)}\r\n.\r\n${'z'.repeat(64_000)}\r\n`,
  ]
  for (const disabledCommands of [[], ['STARTTLS']]) {
    await using peer = await RelayPeer.open({ options: { disabledCommands } })
    await using post = await openTo(peer)
    for (const text of messages)
      await post.send({ to: far, text: Buffer.from(text, 'latin1'), sender: { body: '8BITMIME' } })
    await until(() => peer.arrived.length === messages.length)
    const found = peer.arrived.map(({ message }) => withoutTrace(message))
    assert.deepEqual(found.toSorted(), messages.toSorted())
    for (const { isSecure, message } of peer.arrived) {
      assert.equal(isSecure, disabledCommands.length === 0)
      assert.match(
        message.toString('latin1'),
        /^Received: from client\.test \(\[127\.0\.0\.1\]\)\r\n\tby mail\.lab\.test /,
      )
    }
    await until(() => post.spool().length === 0)
  }
})

test('each recipient has its own fate: taken, put off, refused', async () => {
  await using peer = await RelayPeer.open({
    recipient: (address) =>
      address.startsWith('later')
        ? '450 4.2.1 not now'
        : address.startsWith('never')
          ? '550 5.1.1 nobody'
          : undefined,
  })
  await using post = await openTo(peer)
  const id = await post.send({ to: ['yes@far.test', 'later@far.test', 'never@far.test', 'ben@lab.test'] })
  await until(async () => (await post.mail('ana')).length === 1 && post.office.queue().length === 1)
  await until(() => post.office.queue()[0]?.recipients.every(({ attempts }) => attempts === 1) ?? false)
  assert.deepEqual(
    peer.arrived.map(({ to }) => to),
    [['yes@far.test']],
  )
  const [waiting, ...others] = post.office.queue()
  assert.deepEqual(others, [])
  assert.deepEqual(
    waiting?.recipients.map(({ address, state, attempts, reply, next }) => [
      address,
      state,
      attempts,
      reply,
      next !== undefined,
    ]),
    [
      ['ben@lab.test', 'delivered', 1, '250 2.1.5 delivered to the mailbox', false],
      ['yes@far.test', 'delivered', 1, '250 2.0.0 OK: message queued', false],
      ['later@far.test', 'waiting', 1, '450 4.2.1 not now', true],
      ['never@far.test', 'failed', 1, '550 5.1.1 nobody', false],
    ].toSorted((one, other) => order(waiting, one[0]) - order(waiting, other[0])),
  )
  const bounced = post.facts.find(({ kind }) => kind === 'smtp.bounced')
  assert.deepEqual(
    [bounced?.['id'], bounced?.['recipient'], bounced?.['reply']],
    [id, 'never@far.test', '550 5.1.1 nobody'],
  )
  const [bounce = ''] = await post.mail('ana')
  assert.match(bounce, /^Return-path: <>\nEnvelope-to: ana@lab\.test\n/)
  assert.doesNotMatch(bounce, /later@far|yes@far/)
})

function order(
  waiting: { readonly recipients: readonly { readonly address: string }[] } | undefined,
  address: unknown,
): number {
  return waiting?.recipients.findIndex((each) => each.address === address) ?? 0
}

test('a report is what mailparser and Python take for one', { skip: missingPython('email') }, async () => {
  await using peer = await RelayPeer.open({ recipient: () => '550 5.1.1 nobody of that name' })
  await using post = await openTo(peer)
  await post.send({
    from: 'ana+lists@lab.test',
    to: far,
    text: 'Subject: =?utf-8?q?a=C3=B1o?=\r\nX-Mark: 1\r\n\r\nthe body\r\n',
    sender: { envelopeId: 'env-1' },
    recipient: { original: 'rfc822;other@far.test' },
  })
  await until(async () => (await post.mail('ana')).length === 1)
  const [text = ''] = await post.mail('ana')
  const parsed = await simpleParser(text)
  assert.equal(parsed.subject, 'Mail delivery failed / Correo no entregado')
  assert.match(
    parsed.text ?? '',
    /could not be delivered[\s\S]*x@far\.test[\s\S]*no se ha podido entregar[\s\S]*Es definitivo: no se volverá/,
  )
  assert.equal(parsed.headers.get('auto-submitted'), 'auto-replied')
  const script = `
import sys, json, email, email.policy
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.SMTP)
parts = list(message.iter_parts())
status = parts[1].get_payload()
print(json.dumps({
  'type': message.get_content_type(), 'report': message.get_param('report-type'),
  'parts': [part.get_content_type() for part in parts],
  'message': dict(status[0].items()), 'recipient': dict(status[1].items()),
  'subject': parts[2].get_payload(0)['Subject'], 'body': parts[2].get_payload(0).get_content(),
  'defects': [str(d) for part in message.walk() for d in part.defects]}))`
  const { stdout, stderr } = spawnSync(PYTHON, ['-c', script], {
    input: Buffer.from(text, 'latin1'),
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  const read = JSON.parse(stdout) as Record<string, Record<string, string>>
  assert.deepEqual(
    {
      ...read,
      message: { ...read['message'], 'Arrival-Date': '' },
      recipient: { ...read['recipient'], 'Last-Attempt-Date': '' },
    },
    {
      type: 'multipart/report',
      report: 'delivery-status',
      parts: ['text/plain', 'message/delivery-status', 'message/rfc822'],
      message: {
        'Original-Envelope-Id': 'env-1',
        'Reporting-MTA': 'dns; mail.lab.test',
        'Received-From-MTA': 'dns; client.test',
        'Arrival-Date': '',
      },
      recipient: {
        'Original-Recipient': 'rfc822;other@far.test',
        'Final-Recipient': 'rfc822; x@far.test',
        Action: 'failed',
        Status: '5.1.1',
        'Remote-MTA': 'dns; 127.0.0.1',
        'Diagnostic-Code': 'smtp; 550 5.1.1 nobody of that name',
        'Last-Attempt-Date': '',
      },
      subject: 'año',
      body: 'the body\n',
      defects: [],
    },
  )
})

test('two offices mail each other, and a bounce finds its way back', async () => {
  const offices: TestOffice[] = []
  await using here = await frontOf(() => offices[0]?.office ?? assert.fail())
  await using there = await frontOf(() => offices[1]?.office ?? assert.fail())
  await using one = await openTestOffice({
    domain: 'one.test',
    config: { routes: { 'two.test': there.route } },
  })
  await using two = await openTestOffice({
    domain: 'two.test',
    config: { routes: { 'one.test': here.route }, aliases: { all: ['ana', 'ana@one.test'] } },
  })
  offices.push(one, two)
  await one.send({ from: 'ana@one.test', to: ['ben@two.test', 'all@two.test', 'nobody@two.test'] })
  await until(async () => (await one.mail('ana')).length === 2 && (await two.mail('ana')).length === 1)
  assert.match((await two.mail('ben'))[0] ?? '', /by mail\.two\.test[\s\S]*by mail\.one\.test[\s\S]*Hola\n$/)
  const texts = await one.mail('ana')
  assert.ok(
    texts.some((text) =>
      /Final-Recipient: rfc822; nobody@two\.test\nAction: failed\nStatus: 5\.1\.1\n/.test(text),
    ),
  )
  assert.ok(
    texts.some((text) => /by mail\.one\.test[\s\S]*by mail\.two\.test[\s\S]*by mail\.one\.test/.test(text)),
  )
  await until(() => one.spool().length === 0 && two.spool().length === 0)
})

test('NOTIFY, ORCPT and ENVID are passed on to a server that knows them; to another, success is reported here', async () => {
  const letter = {
    to: far,
    sender: { returned: 'HDRS', envelopeId: 'a+b' },
    recipient: { notify: ['SUCCESS', 'FAILURE'], original: 'rfc822;o@far.test' },
  } as const
  await using knowing = await RelayPeer.open()
  await using first = await openTo(knowing)
  await first.send(letter)
  await until(() => first.spool().length === 0 && knowing.arrived.length === 1)
  const [arrived] = knowing.arrived
  assert.deepEqual(arrived?.envelope.dsn, { ret: 'HDRS', envid: 'a+b' })
  assert.deepEqual(arrived?.envelope.rcptTo[0]?.dsn, {
    notify: ['SUCCESS', 'FAILURE'],
    orcpt: 'rfc822;o@far.test',
  })
  assert.deepEqual(await first.mail('ana'), [])
  await using plain = await RelayPeer.open({ options: { hideDSN: true } })
  await using second = await openTo(plain)
  await second.send(letter)
  await until(async () => (await second.mail('ana')).length === 1)
  assert.match((await second.mail('ana'))[0] ?? '', /Action: relayed\nStatus: 2\.0\.0\n/)
  await second.send({ ...letter, to: 'ben@lab.test' })
  await until(async () => (await second.mail('ana')).length === 2)
  const report = (await second.mail('ana')).find((text) => text.includes('Action: delivered')) ?? ''
  assert.match(report, /Subject: Mail delivered \/ Correo entregado\n/)
  assert.doesNotMatch(report, /Hola/)
})

test('an address that is not ASCII goes only where it is understood', async () => {
  const options = { hideSMTPUTF8: true, disabledCommands: ['STARTTLS'] }
  await using peer = await RelayPeer.open({ options })
  await using post = await openTo(peer)
  await post.send({ to: 'ñandú@far.test', sender: { isUtf8: true } })
  await until(async () => (await post.mail('ana')).length === 1)
  assert.match(
    Buffer.from((await post.mail('ana'))[0] ?? '', 'latin1').toString(),
    /Final-Recipient: utf-8; ñandú@far\.test\nAction: failed\nStatus: 5\.6\.7/,
  )
  await using knowing = await RelayPeer.open()
  await using other = await openTo(knowing)
  await other.send({ to: 'ñandú@far.test', sender: { isUtf8: true } })
  await until(() => knowing.arrived.length === 1)
})
