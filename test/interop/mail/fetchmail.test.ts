import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { BODIES, bodyOf, sendLetters } from './hard-mail.ts'
import { openMailLab, type MailLab } from './mail-lab.ts'

const skip = missing('fetchmail')
const MARK = '=== message\n'

/** Fetches the mail of ben, and gives back the texts that it took. */
async function fetchmail(mail: MailLab, where: string, how: string): Promise<readonly string[]> {
  mail.file('taken', '')
  const taker = mail.file('taker.sh', `{ echo '${MARK.trim()}'; cat; } >> ${mail.folder}/taken\n`)
  const file = mail.file(
    'fetchmailrc',
    `poll localhost proto pop3 ${where} uidl user ben password ben is root here ${how} mda "sh ${taker}"\n`,
  )
  const state = ['--pidfile', `${mail.folder}/pid`, '-i', `${mail.folder}/ids`]
  const { code, out, error } = await mail.run('fetchmail', ['-f', file, ...state])
  // 1: there was no mail.
  assert.ok(code === 0 || code === 1, out + error)
  return (await mail.run('cat', ['taken'])).out.split(MARK).slice(1).map(bodyOf)
}

test(
  'fetchmail takes what it has not taken yet, by USER, by STLS and by TLS, and then deletes',
  { skip },
  async () => {
    await using mail = await openMailLab()
    await sendLetters(mail)
    const authority = await mail.authority()
    const plain = `port ${mail.port('pop3')} auth password`
    const clear = `sslproto '' no sslcertck`
    assert.deepEqual(await fetchmail(mail, plain, `${clear} keep`), BODIES)
    assert.equal(mail.stored('ben').length, BODIES.length)
    assert.deepEqual(await fetchmail(mail, plain, `${clear} keep`), [])
    await sendLetters(mail)
    assert.deepEqual(
      await fetchmail(mail, plain, `sslproto "auto" sslcertck sslcertfile ${authority} keep`),
      BODIES,
    )
    await sendLetters(mail)
    const secure = `port ${mail.port('pop3s')} auth password`
    const taken = await fetchmail(mail, secure, `ssl sslcertck sslcertfile ${authority} nokeep`)
    assert.deepEqual(taken, BODIES)
    // It deletes what it has just taken, and leaves what it was told to keep.
    assert.equal(mail.stored('ben').length, 2 * BODIES.length)
  },
)
