import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { openMailLab, type MailLab, type Ran } from './mail-lab.ts'

const skip = missing('msmtp')
const LETTER = 'From: ana@lab.test\nTo: ben@lab.test\nSubject: año\n\nlínea\n.\n..dots\n'

interface Account {
  readonly endpoint: 'submission' | 'smtps' | 'smtp'
  readonly settings: string
  readonly password?: string
}

function msmtp(mail: MailLab, { endpoint, settings, password = 'ana' }: Account): Promise<Ran> {
  const file = mail.file(
    'msmtprc',
    `account default\nhost localhost\nport ${mail.port(endpoint)}\nfrom ana@lab.test\nuser ana\n` +
      `passwordeval echo ${password}\n${settings}\n`,
  )
  return mail.run('msmtp', ['-C', file, 'ben@lab.test'], { input: Buffer.from(LETTER) })
}

test('msmtp logs in by each mechanism, in clear and under TLS that it verifies', { skip }, async () => {
  await using mail = await openMailLab()
  const trust = `tls on\ntls_trust_file ${await mail.authority()}`
  const ways: readonly (readonly [Account, protocol: string])[] = [
    [{ endpoint: 'submission', settings: 'auth scram-sha-256\ntls off' }, 'ESMTPA'],
    [{ endpoint: 'submission', settings: `auth scram-sha-256\n${trust}` }, 'ESMTPSA'],
    [{ endpoint: 'smtps', settings: `auth scram-sha-256\ntls_starttls off\n${trust}` }, 'ESMTPSA'],
    [{ endpoint: 'submission', settings: `auth scram-sha-1\n${trust}` }, 'ESMTPSA'],
    [{ endpoint: 'submission', settings: `auth plain\n${trust}` }, 'ESMTPSA'],
    [{ endpoint: 'smtps', settings: `auth login\ntls_starttls off\n${trust}` }, 'ESMTPSA'],
    [{ endpoint: 'smtp', settings: 'auth off\ntls off' }, 'ESMTP'],
  ]
  for (const [account] of ways) {
    const { code, error } = await msmtp(mail, account)
    assert.equal(code, 0, `${account.settings}: ${error}`)
  }
  const stored = mail.stored('ben')
  assert.deepEqual(
    stored.map((text) => / with (\S+) \(telelab\)/.exec(text)?.[1]),
    ways.map(([, protocol]) => protocol),
  )
  for (const text of stored)
    assert.ok(
      Buffer.from(text, 'latin1')
        .toString()
        .endsWith(LETTER.slice(LETTER.indexOf('\n\n'))),
    )
})

test('msmtp is told of a wrong password, and does not trust a root that it has not', { skip }, async () => {
  await using mail = await openMailLab()
  const trust = `tls on\ntls_trust_file ${await mail.authority()}`
  const rejected = await msmtp(mail, {
    endpoint: 'submission',
    settings: `auth scram-sha-256\n${trust}`,
    password: 'other',
  })
  assert.match(rejected.error, /authentication failed[\s\S]*535 5\.7\.8 /)
  const { error } = await msmtp(mail, { endpoint: 'submission', settings: 'auth scram-sha-256\ntls on' })
  assert.match(error, /certificate/)
  assert.deepEqual(mail.stored('ben'), [])
})
