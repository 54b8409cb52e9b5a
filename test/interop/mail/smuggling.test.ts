/** What some servers have taken for the end of a message: no two messages come from one, not even through a relay. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open } from '../../talk.ts'
import { SmtpClient } from '../../unit/mail/smtp-client.ts'
import { missingExim, openEximRelay, type EximRelay } from './exim-relay.ts'
import { fetchAll, openMailLab } from './mail-lab.ts'

const SPELLINGS = [
  '\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\r.\n', '\n.\r', '\r\r\n.\r\n', '\r\n.\r\r\n', '\n\n.\r\n',
  '\r\n.\n\r\n', '\n\r.\n\r', '\r\n\0.\r\n', '\r\n.\0\r\n', '\r\0\n.\r\n', '\r\n.\r\0\n', '\r\n. \r\n', '\r\n .\r\n', '\r\n.\t\r\n',
  '\r\n..\r\n', '\r\n.\x0b\r\n', '\x85.\x85', '\r\n.\x85\r\n',
] as const // prettier-ignore

/** The text of a message that hides another behind the spelling. */
function hiding(index: number, spelling: string, to: string): string {
  const hidden = [
    'MAIL FROM:<hidden@far.test>',
    `RCPT TO:<${to}>`,
    'DATA',
    'Subject: hidden',
    '',
    'hidden',
    '.',
    '',
  ].join('\r\n')
  return `Subject: shown ${index}\r\n\r\nshown${spelling}${hidden}`
}

/** Sends it by DATA as it is, or by BDAT; what is answered does not matter. */
async function offer(
  port: number,
  { from, to, text, isChunked }: { from: string; to: string; text: string; isChunked: boolean },
): Promise<void> {
  const client = await new SmtpClient(await open({ host: '127.0.0.1', port })).greet()
  await client.begin(from, to)
  client.send(isChunked ? `BDAT ${text.length} LAST\r\n${text}QUIT\r\n` : `DATA\r\n${text}\r\n.\r\nQUIT\r\n`)
  await client.rest()
  client.stream.destroy()
}

/** No message came from the hidden sender, and each that came is one of ours, once. */
function assertNoneHidden(messages: readonly string[]): void {
  for (const message of messages) assert.doesNotMatch(message, /^Return-path: <hidden@far\.test>/i)
  const subjects = messages.map((message) => /^Subject: (.*?)\r?$/m.exec(message)?.[1] ?? '')
  assert.ok(
    subjects.every((subject) => /^shown \d+$/.test(subject)),
    subjects.join(),
  )
  assert.equal(new Set(subjects).size, subjects.length)
}

async function settled(exim: EximRelay): Promise<void> {
  const end = Date.now() + 30_000
  // The clients have ended, so that what it has taken is in its spool.
  for (let quiet = 0; quiet < 10; quiet = exim.waiting() === 0 ? quiet + 1 : 0) {
    assert.ok(Date.now() < end, exim.log())
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('no spelling ends a message for us, by DATA and by BDAT', async () => {
  await using mail = await openMailLab()
  for (const [index, spelling] of SPELLINGS.entries())
    for (const isChunked of [false, true]) {
      const text = hiding(2 * index + Number(isChunked), spelling, 'ana@lab.test')
      await offer(mail.port('smtp'), { from: 'x@far.test', to: 'ana@lab.test', text, isChunked })
    }
  const messages = await fetchAll(mail.at('pop3'), 'ana')
  assertNoneHidden(messages)
  // What is neither CR nor LF alone is text, and arrives.
  assert.ok(messages.length >= 18, `${messages.length}`)
})

test(
  'what swaks gives to us, and it and a client with BDAT to Exim, and Exim to us, stays one message',
  { skip: missingExim('swaks') },
  async (t) => {
    await using mail = await openMailLab()
    await using exim = await openEximRelay(mail.port('smtp'))
    const { port } = exim.address
    for (const [index, spelling] of SPELLINGS.entries()) {
      for (const [part, to] of [port, mail.port('smtp')].entries()) {
        const file = mail.file(
          'data',
          Buffer.from(hiding(4 * index + part, spelling, 'ana@lab.test'), 'latin1'),
        )
        const words = ['--server', `127.0.0.1:${to}`, '--from', 'x@far.test', '--to', 'ana@lab.test']
        await mail.run('swaks', [...words, '--data', `@${file}`, '--no-data-fixup', '--timeout', '5'])
      }
      for (const isChunked of [false, true])
        // Exim goes on as it got it: by DATA, or by BDAT.
        await offer(port, {
          from: isChunked ? 'bdat@far.test' : 'x@far.test',
          to: 'ana@lab.test',
          text: hiding(4 * index + 2 + Number(isChunked), spelling, 'ana@lab.test'),
          isChunked: true,
        })
    }
    await settled(exim)
    const messages = await fetchAll(mail.at('pop3'), 'ana')
    assertNoneHidden(messages)
    assert.ok(messages.length >= SPELLINGS.length, exim.log())
    t.diagnostic(`${messages.length} messages came through Exim`)
  },
)

test('what we pass on to Exim stays one message', { skip: missingExim() }, async (t) => {
  await using exim = await openEximRelay(1)
  await using mail = await openMailLab({
    mail: { routes: { 'far.test': `127.0.0.1:${exim.address.port}` }, relay: { to: ['far.test'] } },
  })
  for (const [index, spelling] of SPELLINGS.entries())
    for (const isChunked of [false, true]) {
      const text = hiding(2 * index + Number(isChunked), spelling, 'y@far.test')
      await offer(mail.port('smtp'), { from: 'ana@lab.test', to: 'y@far.test', text, isChunked })
    }
  const end = Date.now() + 20_000
  while (((await mail.lab.ask('mail', 'queue', null)) as unknown[]).length > 0) {
    assert.ok(Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await settled(exim)
  assertNoneHidden(exim.kept())
  t.diagnostic(`${exim.kept().length} messages came to Exim`)
  assert.ok(exim.kept().length >= 18)
})
