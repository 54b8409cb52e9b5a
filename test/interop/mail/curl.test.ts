import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { BODIES, bodyOf, sendLetters } from './hard-mail.ts'
import { openMailLab, type MailLab } from './mail-lab.ts'

const skip = missing('curl')

async function curl(mail: MailLab, ...words: string[]): Promise<string> {
  const { code, out, error } = await mail.run('curl', ['-sS', '--max-time', '20', ...words])
  assert.equal(code, 0, error)
  return out
}

test('curl sends: plain, with STARTTLS that it verifies, and with a login', { skip }, async () => {
  await using mail = await openMailLab()
  const letter = mail.file('letter', 'Subject: hola\n\n.\n..x\nHola\n')
  const usual = ['--mail-from', 'ana@lab.test', '--mail-rcpt', 'ben@lab.test', '--crlf', '-T', letter]
  const authority = ['--cacert', await mail.authority()]
  const at = (scheme: string, endpoint: 'smtp' | 'submission' | 'smtps'): string =>
    `${scheme}://localhost:${mail.port(endpoint)}/client.test`
  await curl(mail, at('smtp', 'smtp'), ...usual)
  await curl(mail, at('smtp', 'smtp'), ...usual, ...authority, '--ssl-reqd')
  for (const mechanism of ['PLAIN', 'LOGIN'])
    await curl(
      mail,
      at('smtp', 'submission'),
      ...usual,
      '-u',
      'ana:ana',
      '--login-options',
      `AUTH=${mechanism}`,
    )
  await curl(mail, at('smtps', 'smtps'), ...usual, ...authority, '-u', 'ana:ana')
  const stored = mail.stored('ben')
  assert.deepEqual(
    stored.map((text) => / with (\S+) \(telelab\)/.exec(text)?.[1]),
    ['ESMTP', 'ESMTPS', 'ESMTPA', 'ESMTPA', 'ESMTPSA'],
  )
  for (const text of stored) assert.equal(bodyOf(text), '.\n..x\nHola\n')
  const { code } = await mail.run('curl', ['-sS', at('smtps', 'smtps'), ...usual, '-u', 'ana:ana'])
  assert.equal(code, 60)
  assert.equal(mail.stored('ben').length, stored.length)
})

test('curl lists, retrieves and deletes by POP3, by STLS and by TLS', { skip }, async () => {
  await using mail = await openMailLab()
  await sendLetters(mail)
  const authority = ['--cacert', await mail.authority()]
  const ways: readonly (readonly string[])[] = [
    [`pop3://localhost:${mail.port('pop3')}/`, '--login-options', 'AUTH=LOGIN'],
    [`pop3://localhost:${mail.port('pop3')}/`, '--login-options', 'AUTH=PLAIN'],
    [`pop3://localhost:${mail.port('pop3')}/`, '--ssl-reqd', ...authority],
    [`pop3s://localhost:${mail.port('pop3s')}/`, ...authority],
  ]
  for (const [url = '', ...words] of ways) {
    const ask = (path: string, ...more: string[]): Promise<string> =>
      curl(mail, `${url}${path}`, '-u', 'ben:ben', ...words, ...more)
    const listed = (await ask('')).trim().split('\r\n')
    assert.equal(listed.length, BODIES.length)
    const uids = (await ask('', '-X', 'UIDL')).trim().split('\r\n')
    assert.equal(new Set(uids.map((line) => line.split(' ')[1])).size, BODIES.length)
    for (const [place, body] of BODIES.entries()) {
      const message = await ask(String(place + 1))
      assert.equal(bodyOf(message), body)
      assert.equal(listed[place], `${place + 1} ${message.length}`)
    }
  }
  await curl(mail, `${ways[0]?.[0]}2`, '-u', 'ben:ben', '-X', 'DELE', '-l')
  assert.deepEqual(
    mail.stored('ben').map(bodyOf),
    BODIES.filter((_, place) => place !== 1),
  )
})
