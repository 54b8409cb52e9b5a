import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { BODIES, bodyOf, sendLetters } from './hard-mail.ts'
import { openMailLab, storedIn, type MailLab } from './mail-lab.ts'

const skip = missing('mpop')

async function mpop(mail: MailLab, port: number, settings: string): Promise<readonly string[]> {
  const folder = join(mail.folder, String(port + Math.random()))
  for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(folder, part), { recursive: true })
  const file = mail.file(
    'mpoprc',
    `account default\nhost localhost\nport ${port}\nuser ben\npasswordeval echo ben\nuidls_file ${mail.folder}/uids\n` +
      `delivery maildir ${folder}\nreceived_header off\n${settings}\n`,
  )
  const { code, out, error } = await mail.run('mpop', ['-C', file])
  assert.equal(code, 0, out + error)
  return storedIn(folder).map(bodyOf)
}

test('mpop logs in by each mechanism, pipelines, and takes each message once', { skip }, async () => {
  await using mail = await openMailLab({ mail: { pop3: { apop: { ben: 'ben' } } } })
  const trust = `tls on\ntls_trust_file ${await mail.authority()}`
  const [clear, secure] = [mail.port('pop3'), mail.port('pop3s')]
  for (const [port, settings] of [
    [clear, 'auth user\ntls off'],
    [clear, 'auth plain\ntls off\npipelining on'],
    [clear, 'auth scram-sha-256\ntls off\npipelining off'],
    [clear, 'auth apop\ntls off'],
    [clear, `auth scram-sha-256\n${trust}`],
    [secure, `auth scram-sha-1\ntls_starttls off\n${trust}`],
    [secure, `auth login\ntls_starttls off\n${trust}`],
  ] as const) {
    await sendLetters(mail)
    assert.deepEqual((await mpop(mail, port, `${settings}\nkeep on`)).toSorted(), BODIES.toSorted(), settings)
  }
  assert.deepEqual(await mpop(mail, clear, 'auth user\ntls off\nkeep on'), [])
  assert.equal(mail.stored('ben').length, 7 * BODIES.length)
  await sendLetters(mail)
  assert.equal((await mpop(mail, clear, 'auth user\ntls off\nkeep off')).length, BODIES.length)
  // It deletes what it has taken earlier too.
  assert.deepEqual(mail.stored('ben'), [])
})
