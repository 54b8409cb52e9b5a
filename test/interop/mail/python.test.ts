import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing, PYTHON } from '../../tool.ts'
import { LETTERS } from './hard-mail.ts'
import { openMailLab } from './mail-lab.ts'

const skip = missing(PYTHON)

const SENDER = `
import json, smtplib, ssl, sys
given = json.load(sys.stdin)
ports = given['ports']
trust = ssl.create_default_context(cafile=given['authority'])
letters = [letter.encode('latin-1') for letter in given['letters']]
replies = []
def send(server):
    for letter in letters:
        replies.append(server.sendmail('ana@lab.test', ['ben@lab.test'], letter, ['BODY=8BITMIME']))
    server.quit()
server = smtplib.SMTP('localhost', ports['smtp'])
server.ehlo()
extensions = sorted(server.esmtp_features)
send(server)
server = smtplib.SMTP('localhost', ports['submission'])
server.starttls(context=trust)
server.login('ana', 'ana')
send(server)
server = smtplib.SMTP_SSL('localhost', ports['smtps'], context=trust)
server.login('ana@lab.test', 'ana')
send(server)
refused = {}
server = smtplib.SMTP('localhost', ports['smtp'])
try:
    server.sendmail('ana@lab.test', ['nobody@lab.test', 'x@far.test'], b'x')
except smtplib.SMTPRecipientsRefused as error:
    refused = {name: reply[0] for name, reply in error.recipients.items()}
server.quit()
print(json.dumps({'replies': replies, 'extensions': extensions, 'refused': refused}))
`

const FETCHER = `
import json, poplib, ssl, sys
given = json.load(sys.stdin)
ports = given['ports']
trust = ssl.create_default_context(cafile=given['authority'])
def read(box):
    count, octets = box.stat()
    messages = [b'\\r\\n'.join(box.retr(number + 1)[1] + [b'']).decode('latin-1') for number in range(count)]
    sizes = [int(line.split()[1]) for line in box.list()[1]]
    tops = [len(box.top(number + 1, 0)[1]) for number in range(count)]
    uids = [line.split()[1].decode() for line in box.uidl()[1]]
    return {'count': count, 'octets': octets, 'messages': messages, 'sizes': sizes, 'uids': uids, 'tops': tops}
box = poplib.POP3('localhost', ports['pop3'])
capabilities = sorted(box.capa())
box.user('ben'); box.pass_('ben')
first = read(box); box.quit()
box = poplib.POP3('localhost', ports['pop3'])
box.stls(context=trust); box.user('ben'); box.pass_('ben')
second = read(box); box.quit()
box = poplib.POP3_SSL('localhost', ports['pop3s'], context=trust)
box.apop('ben', 'ben')
third = read(box)
for number in range(third['count']): box.dele(number + 1)
box.rset(); box.dele(1); box.quit()
print(json.dumps({'capabilities': capabilities, 'boxes': [first, second, third]}))
`

interface Box {
  readonly count: number
  readonly octets: number
  readonly messages: readonly string[]
  readonly sizes: readonly number[]
  readonly uids: readonly string[]
  readonly tops: readonly number[]
}

test('Python’s smtplib and poplib send and fetch, in clear, by STARTTLS and by TLS', { skip }, async () => {
  await using mail = await openMailLab({ mail: { pop3: { apop: { ben: 'ben' } } } })
  const authority = await mail.authority()
  const ports = Object.fromEntries(
    (['smtp', 'submission', 'smtps', 'pop3', 'pop3s'] as const).map((name) => [name, mail.port(name)]),
  )
  const python = async <Result>(script: string): Promise<Result> => {
    const input = JSON.stringify({ ports, authority, letters: LETTERS })
    const { out, error } = await mail.run(PYTHON, ['-c', script], { input: Buffer.from(input) })
    assert.equal(error, '')
    return JSON.parse(out) as Result
  }
  const sent = await python<{ replies: object[]; extensions: string[]; refused: object }>(SENDER)
  assert.deepEqual(new Set(sent.replies.map((each) => JSON.stringify(each))), new Set(['{}']))
  assert.deepEqual(sent.refused, { 'nobody@lab.test': 550, 'x@far.test': 550 })
  assert.deepEqual(sent.extensions, [
    '8bitmime', 'auth', 'chunking', 'dsn', 'enhancedstatuscodes', 'help', 'pipelining', 'size', 'smtputf8', 'starttls',
  ]) // prettier-ignore
  const { boxes, capabilities } = await python<{ boxes: [Box, Box, Box]; capabilities: string[] }>(FETCHER)
  assert.ok(
    ['CAPA', 'RESP-CODES', 'SASL', 'STLS', 'TOP', 'UIDL', 'USER'].some((name) => capabilities.includes(name)),
  )
  const [first, second, third] = boxes
  assert.deepEqual(second, first)
  assert.deepEqual(third, first)
  assert.equal(first.count, 3 * LETTERS.length)
  assert.deepEqual(
    first.sizes,
    first.messages.map(({ length }) => length),
  )
  assert.equal(
    first.octets,
    first.sizes.reduce((sum, size) => sum + size, 0),
  )
  for (const [place, message] of first.messages.entries())
    assert.ok(
      message.endsWith(LETTERS[place % LETTERS.length]?.split('\r\n\r\n').slice(1).join('\r\n\r\n') ?? '-'),
    )
  assert.equal(mail.stored('ben').length, 3 * LETTERS.length - 1)
})
