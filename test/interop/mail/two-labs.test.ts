/** Two labs of one process mail each other: by routes, and by the MX in the other's DNS. */
import assert from 'node:assert/strict'
import { simpleParser } from 'mailparser'
import { test } from 'node:test'
import { freePort } from '../../port.ts'
import { until } from '../../talk.ts'
import { fetchAll, openMailLab, type MailLab } from './mail-lab.ts'

interface Pair extends AsyncDisposable {
  readonly one: MailLab
  readonly two: MailLab
}

const anyPort = { submission: 0, smtps: 0, pop3: 0, pop3s: 0 }

/** Opens both; `find` tells one how it finds the domain of two, and two the same of one. */
async function openPair(
  find: (other: { domain: string; smtp: number; dns: number }) => object,
): Promise<Pair> {
  await using stack = new AsyncDisposableStack()
  const places = await Promise.all(
    ['one.test', 'two.test'].map(async (domain) => ({
      domain,
      smtp: await freePort(),
      dns: await freePort(),
    })),
  )
  const [one, two] = await Promise.all(
    places.map(async ({ domain, smtp, dns }, index) => {
      const other = places[1 - index] ?? assert.fail()
      return stack.use(
        await openMailLab({
          domain,
          lab: { ports: 'fallback' },
          services: { dns: { ports: { dns } } },
          mail: { ports: { ...anyPort, smtp }, relay: { to: [other.domain] }, ...find(other) },
        }),
      )
    }),
  )
  assert.ok(one !== undefined && two !== undefined)
  const moved = stack.move()
  return { one, two, [Symbol.asyncDispose]: () => moved.disposeAsync() }
}

async function send(mail: MailLab, from: string, to: readonly string[], text: string): Promise<void> {
  const client = await mail.smtp()
  assert.equal(await client.code(`MAIL FROM:<${from}>`), 250)
  for (const each of to) assert.equal(await client.code(`RCPT TO:<${each}>`), 250)
  assert.equal(await client.code('DATA'), 354)
  assert.equal(await client.code(`${text}\r\n.`), 250)
  assert.equal(await client.code('QUIT'), 221)
}

/** The ways that a lab finds the other. */
const WAYS: readonly (readonly [string, Parameters<typeof openPair>[0]])[] = [
  ['routes', ({ domain, smtp }) => ({ routes: { [domain]: `127.0.0.1:${smtp}` } })],
  ['the MX in the other’s DNS', ({ smtp, dns }) => ({ resolver: `127.0.0.1:${dns}`, outgoingPort: smtp })],
]

for (const [way, find] of WAYS)
  test(`two labs mail each other through ${way}, and a bounce comes back for an unknown user`, async () => {
    await using pair = await openPair(find)
    const { one, two } = pair
    const text = 'Subject: hola\r\n\r\n.dot\r\nHola'
    await send(one, 'ana@one.test', ['ben@two.test'], text.replaceAll(/^\./gm, '..'))
    await until(() => two.stored('ben').length === 1)
    await send(two, 'ben@two.test', ['ana@one.test', 'ana@two.test'], 'Subject: Re: hola\r\n\r\nHola')
    await until(() => one.stored('ana').length === 1 && two.stored('ana').length === 1)
    const [message = ''] = await fetchAll(two.at('pop3'), 'ben')
    assert.ok(message.endsWith(`${text}\r\n`))
    assert.match(
      message,
      /^Received: from mail\.one\.test[^]*?by mail\.two\.test with ESMTPS [^]*?^Received: from client\.test/m,
    )
    await send(one, 'ana@one.test', ['nobody@two.test', 'ana@two.test'], 'Subject: lost\r\n\r\nHola')
    await until(() => one.stored('ana').length === 2 && two.stored('ana').length === 2)
    const bounce = (await fetchAll(one.at('pop3'), 'ana')).at(-1) ?? ''
    assert.match(bounce, /^Return-path: <>\r\n/)
    assert.match(
      bounce,
      /^Final-Recipient: rfc822; nobody@two\.test\r\nAction: failed\r\nStatus: 5\.1\.1\r\n/m,
    )
    const parsed = await simpleParser(Buffer.from(bounce, 'latin1'))
    assert.match(parsed.text ?? '', /nobody@two\.test[^]*550 5\.1\.1/)
    assert.deepEqual(await one.lab.ask('mail', 'queue', null), [])
    assert.deepEqual(await two.lab.ask('mail', 'queue', null), [])
  })
