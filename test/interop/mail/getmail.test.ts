import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { BODIES, bodyOf, sendLetters } from './hard-mail.ts'
import { openMailLab, storedIn, type MailLab } from './mail-lab.ts'

// As root it delivers only as somebody else.
const user = process.getuid?.() === 0 ? 'user = nobody\n' : ''

async function getmail(mail: MailLab, retriever: string, options: string): Promise<void> {
  const file = mail.file(
    'getmailrc',
    `[retriever]\nserver = localhost\nusername = ben\npassword = ben\n${retriever}\n` +
      `[destination]\ntype = Maildir\npath = ${mail.folder}/taken/\n${user}[options]\nread_all = false\ndelivered_to = false\nreceived = false\n${options}\n`,
  )
  const { code, out, error } = await mail.run('getmail', ['--getmaildir', mail.folder, '--rcfile', file])
  assert.equal(code, 0, out + error)
}

test(
  'getmail takes each message once, in clear and by TLS, and deletes when it is told to',
  { skip: missing('getmail') },
  async () => {
    await using mail = await openMailLab()
    await sendLetters(mail)
    for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(mail.folder, 'taken', part), { recursive: true })
    if (user !== '') await mail.run('sh', ['-c', 'chmod 755 . && chown -R nobody taken'])
    const taken = (): readonly string[] => storedIn(join(mail.folder, 'taken')).map(bodyOf)
    const clear = `type = SimplePOP3Retriever\nport = ${mail.port('pop3')}`
    await getmail(mail, clear, 'delete = false')
    assert.deepEqual(taken().toSorted(), BODIES.toSorted())
    await getmail(mail, clear, 'delete = false')
    assert.equal(taken().length, BODIES.length)
    await sendLetters(mail)
    const secure = `type = SimplePOP3SSLRetriever\nport = ${mail.port('pop3s')}\nca_certs = ${await mail.authority()}`
    await getmail(mail, secure, 'delete = true')
    // What it has seen it remembers by port.
    assert.deepEqual(taken().toSorted(), [...BODIES, ...BODIES, ...BODIES].toSorted())
    assert.deepEqual(mail.stored('ben'), [])
  },
)
