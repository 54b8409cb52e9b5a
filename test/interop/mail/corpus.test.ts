/** The hard messages come out of POP3 as they went into SMTP, octet for octet. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { simpleParser, type ParsedMail } from 'mailparser'
import { test } from 'node:test'
import { CORPUS, type Hard } from './corpus.ts'
import { fetchAll, openMailLab, type MailLab } from './mail-lab.ts'

/** Octets beyond which mailparser takes too long. */
const PARSED = 2_000_000
/** Octets of a chunk of BDAT, which end in the middle of lines. */
const CHUNK = 100_003

/** What our server puts on top, exactly, and an empty line where the message has no header. */
const TOP =
  /^Return-path: <ana@lab\.test>\r\nEnvelope-to: \w+@lab\.test\r\nDelivery-date: [^\r\n]+\r\nReceived: from client\.test \(\[127\.0\.0\.1\]\)\r\n\tby mail\.lab\.test with ESMTP \(telelab\)\r\n\t\(envelope-from <ana@lab\.test>\)\r\n\tid [^\r\n]+\r\n\tfor \w+@lab\.test; [^\r\n]+\r\n(\r\n)?$/

/** Sends all by DATA to ben, and by BDAT to ana. */
async function sendAll(mail: MailLab): Promise<void> {
  const client = await mail.smtp()
  for (const { name, text } of CORPUS) {
    assert.equal(await client.code('MAIL FROM:<ana@lab.test> BODY=8BITMIME'), 250)
    assert.equal(await client.code('RCPT TO:<ben@lab.test>'), 250)
    assert.equal(await client.code('DATA'), 354)
    assert.equal((await client.ask(`${text.replaceAll(/(^|\r\n)\./g, '$1..')}.`)).slice(0, 3), '250', name)
    assert.equal(await client.code('MAIL FROM:<ana@lab.test> BODY=8BITMIME'), 250)
    assert.equal(await client.code('RCPT TO:<ana@lab.test>'), 250)
    for (let at = 0; at < text.length; at += CHUNK) {
      const chunk = text.slice(at, at + CHUNK)
      assert.match(await client.send(`BDAT ${chunk.length}\r\n${chunk}`).reply(), /^250 /, name)
    }
    assert.equal(await client.code('BDAT 0 LAST'), 250, name)
  }
  assert.equal(await client.code('QUIT'), 221)
}

/** The first lines of a message: its header, the empty line, and so many of the text. */
function topOf(message: string, count: number): string {
  const head = /^(?:[^\r\n][^]*?\r\n)?\r\n|^[^]*$/.exec(message)?.[0] ?? ''
  const rest = message.slice(head.length).split('\r\n')
  const text = rest.slice(0, Math.min(count, rest.length - 1))
  return head + text.map((line) => `${line}\r\n`).join('')
}

/** What mailparser finds, but for the fields that were added. */
async function parse(message: string): Promise<object> {
  const options = { skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true }
  const parsed: ParsedMail = await simpleParser(Buffer.from(message, 'latin1'), options)
  const { attachments, headerLines, headers: _, ...rest } = parsed
  return {
    ...rest,
    fields: headerLines.filter(({ key }) => !ADDED.includes(key)),
    attachments: attachments.map(({ checksum, filename, contentType, size }) => ({
      checksum, filename, contentType, size,
    })), // prettier-ignore
  }
}

const ADDED = ['', 'return-path', 'envelope-to', 'delivery-date', 'received']

function assertSame(found: string, { name, text, isBare }: Hard): void {
  assert.ok(found.endsWith(text), `${name}: the end differs`)
  const [whole, gap] = TOP.exec(found.slice(0, found.length - text.length)) ?? []
  assert.ok(whole !== undefined, `${name}: ${found.slice(0, 600)}`)
  assert.equal(gap !== undefined, isBare, `${name}: an empty line`)
}

test(`${CORPUS.length} hard messages: what POP3 gives out is what came in by DATA and by BDAT`, async (t) => {
  assert.ok(CORPUS.length >= 60)
  await using mail = await openMailLab()
  await sendAll(mail)
  for (const account of ['ben', 'ana']) {
    const fetched = await fetchAll(mail.at('pop3'), account)
    assert.equal(fetched.length, CORPUS.length)
    const stored = mail.stored(account)
    for (const [place, hard] of CORPUS.entries()) {
      const found = fetched[place] ?? ''
      assertSame(found, hard)
      assert.equal(stored[place]?.replaceAll('\n', '\r\n') === found, true, `${hard.name}: the file differs`)
    }
    for (const count of [0, 1, 5, 1_000_000]) {
      const tops = await fetchAll(mail.at('pop3'), account, { top: count })
      for (const [place, { name }] of CORPUS.entries())
        assert.equal(tops[place] === topOf(fetched[place] ?? '', count), true, `TOP ${count}: ${name}`)
    }
    if (account === 'ana') continue
    for (const [place, { name, text, isBare }] of CORPUS.entries())
      if (text.length < PARSED)
        assert.deepEqual(await parse(fetched[place] ?? ''), await parse(isBare ? `\r\n${text}` : text), name)
  }
  t.diagnostic(`${CORPUS.length} messages, ${CORPUS.reduce((sum, { text }) => sum + text.length, 0)} octets`)
})

test('addresses in UTF-8 pass by SMTPUTF8 only, and are stored as they were written', async () => {
  await using mail = await openMailLab({ mail: { aliases: { ñandú: 'ben' } } })
  const octets = (text: string): string => Buffer.from(text).toString('latin1')
  const client = await mail.smtp()
  assert.equal(await client.code(octets('MAIL FROM:<añá@far.test> SMTPUTF8 BODY=8BITMIME')), 250)
  assert.equal(await client.code(octets('RCPT TO:<ñandú@lab.test>')), 250)
  assert.equal(await client.code('DATA'), 354)
  assert.equal(await client.code(octets('To: ñandú@lab.test\r\n\r\nx\r\n.')), 250)
  assert.equal(await client.code(octets('MAIL FROM:<añá@far.test>')), 553)
  const [message = ''] = await fetchAll(mail.at('pop3'), 'ben')
  assert.match(
    Buffer.from(message, 'latin1').toString(),
    /^Return-path: <añá@far\.test>\r\nEnvelope-to: ñandú@lab\.test\r\n[^]* with UTF8SMTP \(telelab\)\r\n[^]*\r\nTo: ñandú@lab\.test\r\n\r\nx\r\n$/,
  )
})

test('a CR or LF alone in a message is refused, by DATA and by BDAT', async () => {
  await using mail = await openMailLab()
  for (const text of ['a\rb\r\n', 'a\nb\r\n', '\r\r\n', '\n\r\n', 'a\r\r\n'])
    for (const end of [`DATA\r\n${text}.\r\n`, `BDAT ${text.length} LAST\r\n${text}`]) {
      const client = await (await mail.smtp()).begin('ana@lab.test', 'ben@lab.test')
      client.send(end)
      assert.match(await client.rest(), /(?:^|\n)5\d\d 5\.[56]\.\d [^\n]*\r\n$/)
      client.stream.destroy()
    }
  assert.deepEqual(mail.stored('ben'), [])
})

test('a file that another program put into the Maildir comes out whole, without a last line end too', async () => {
  await using mail = await openMailLab()
  const texts = [
    'A: b\n\nno end',
    'A: b',
    '',
    '\n',
    '.',
    'A: b\n\n.\n..\n.',
    'A: b\r\n\r\nCR LF\r\n',
    'A: b\n\nx\ry\n',
    `A: b\n\n${'.\n'.repeat(60_000)}.`,
  ]
  const folder = join(mail.maildir('ben'), 'cur')
  mkdirSync(folder, { recursive: true })
  for (const [place, text] of texts.entries())
    writeFileSync(join(folder, `10000000${place}.M1P1.other:2,S`), text, 'latin1')
  const expected = texts.map((text) => text.replaceAll(/\r?\n/g, '\r\n').replace(/([^\n])$/, '$1\r\n'))
  assert.deepEqual(await fetchAll(mail.at('pop3'), 'ben'), expected)
})
