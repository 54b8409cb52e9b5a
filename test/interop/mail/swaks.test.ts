import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { openMailLab, type MailLab, type Ran } from './mail-lab.ts'

const skip = missing('swaks')

function swaks(mail: MailLab, endpoint: Parameters<MailLab['port']>[0], ...words: string[]): Promise<Ran> {
  const subject = words.join(' ')
  const usual = ['--server', '127.0.0.1', '--port', String(mail.port(endpoint)), '--timeout', '10']
  const letter = ['--to', 'ben@lab.test', '--from', 'ana@lab.test', '--header', `Subject: ${subject}`]
  return mail.run('swaks', [...usual, ...letter, ...words])
}

/** Each way that swaks knows, with the protocol that the Received field then names. */
const WAYS: readonly (readonly [Parameters<MailLab['port']>[0], string, ...string[]])[] = [
  ['smtp', 'ESMTP'],
  ['smtp', 'SMTP', '--protocol', 'SMTP'],
  ['smtp', 'ESMTP', '--pipeline'],
  ['smtp', 'ESMTPS', '--tls'],
  ['smtp', 'ESMTPS', '--tls', '--pipeline'],
  ['submission', 'ESMTPA', '--auth', 'PLAIN', '--auth-user', 'ana', '--auth-password', 'ana'],
  ['submission', 'ESMTPA', '--auth', 'LOGIN', '--auth-user', 'ana', '--auth-password', 'ana'],
  [
    'submission',
    'ESMTPSA',
    '--tls',
    '--auth',
    'PLAIN',
    '--auth-user',
    'ana@lab.test',
    '--auth-password',
    'ana',
  ],
  ['smtps', 'ESMTPSA', '--tls-on-connect', '--auth', 'LOGIN', '--auth-user', 'ana', '--auth-password', 'ana'],
]

test('swaks sends in every way it knows', { skip }, async () => {
  await using mail = await openMailLab()
  for (const [endpoint, , ...words] of WAYS) {
    const { code, out } = await swaks(mail, endpoint, ...words)
    assert.equal(code, 0, `${words.join(' ')}: ${out}`)
    assert.match(out, /^<[-~*] {1,2}250 2\.0\.0 OK id=\S+$/m)
  }
  const protocols = mail.stored('ben').map((text) => / with (\S+) \(telelab\)/.exec(text)?.[1])
  assert.deepEqual(
    protocols,
    WAYS.map(([, protocol]) => protocol),
  )
  assert.match(mail.stored('ben')[0] ?? '', /^Return-path: <ana@lab\.test>\n/)
})

test('swaks checks our certificate against the root of the lab', { skip }, async () => {
  await using mail = await openMailLab()
  const authority = await mail.authority()
  const { code, out } = await swaks(mail, 'smtp', '--tls', '--tls-verify', '--tls-ca-path', authority)
  assert.equal(code, 0, out)
  const { code: refused } = await swaks(mail, 'smtp', '--tls', '--tls-verify')
  assert.notEqual(refused, 0)
  assert.equal(mail.stored('ben').length, 1)
})

test('swaks is told why its mail is refused', { skip }, async () => {
  await using mail = await openMailLab({ mail: { smtp: { maxSize: 2000 } } })
  for (const [words, reply] of [
    [['--to', 'nobody@lab.test'], '550 5.1.1 '],
    [['--to', 'x@elsewhere.test'], '550 5.7.1 '],
    [['--from', 'nobody@lab.test'], '550 5.1.0 '],
    [['--body', 'x'.repeat(3000)], '552 5.3.4 '],
  ] as const) {
    const { code, out } = await swaks(mail, 'smtp', ...words)
    assert.notEqual(code, 0)
    assert.ok(out.includes(`\n<** ${reply}`), `${reply}: ${out}`)
  }
  const { code, out } = await swaks(mail, 'submission')
  assert.notEqual(code, 0)
  assert.match(out, /^<\*\* 530 5\.7\.0 /m)
  const wrong = ['--auth', 'PLAIN', '--auth-user', 'ana', '--auth-password', 'other']
  const { out: rejected } = await swaks(mail, 'submission', ...wrong)
  assert.match(rejected, /^<\*\* 535 5\.7\.8 /m)
  assert.deepEqual(mail.stored('ben'), [])
})
