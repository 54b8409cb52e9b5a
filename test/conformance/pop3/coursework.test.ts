/** The POP3 conversations of the coursework, as its traces of Dovecot 2.2 show them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestPop3 } from '../../unit/mail/pop3-server.ts'
import { ask, askAll, linesOf } from './subject.ts'

const SETTING = { pop3: { banner: 'Dovecot ready.' } }
const PLAIN = Buffer.from('\0ben\0secret').toString('base64')

test('a client with no mail logs in, asks and leaves', async () => {
  await using lab = await TestPop3.open(SETTING)
  const client = lab.connect()
  assert.equal(await ask(client), '+OK Dovecot ready.')
  assert.equal((await askAll(client, 'CAPA'))[0], '+OK')
  assert.equal(await ask(client, 'AUTH PLAIN'), '+ ')
  assert.equal(await ask(client, PLAIN), '+OK Logged in.')
  assert.equal(await ask(client, 'STAT'), '+OK 0 0')
  assert.equal(await ask(client, 'QUIT'), '+OK Logging out.')
  await client.all()
})

test('a client fetches its one message and has it deleted', async () => {
  const message = `Subject: prueba\r\n\r\n${'x'.repeat(731)}\r\n`
  assert.equal(message.length, 752)
  await using lab = await TestPop3.open({ ...SETTING, messages: { ben: [message] } })
  const client = lab.connect()
  assert.equal(await ask(client), '+OK Dovecot ready.')
  assert.equal((await askAll(client, 'CAPA'))[0], '+OK')
  assert.equal(await ask(client, 'AUTH PLAIN'), '+ ')
  assert.equal(await ask(client, PLAIN), '+OK Logged in.')
  assert.equal(await ask(client, 'STAT'), '+OK 1 752')
  const list = await askAll(client, 'LIST')
  assert.equal(list[0], '+OK 1 messages:')
  assert.deepEqual(linesOf(list), ['1 752'])
  const uidl = await askAll(client, 'UIDL')
  assert.equal(uidl[0], '+OK')
  assert.match(linesOf(uidl).join(), /^1 [!-~]{1,70}$/)
  assert.deepEqual(await askAll(client, 'RETR 1'), ['+OK 752 octets', message])
  assert.equal(await ask(client, 'DELE 1'), '+OK Marked to be deleted.')
  assert.equal(await ask(client, 'QUIT'), '+OK Logging out, messages deleted.')
  await client.all()
  assert.deepEqual(await lab.mailbox('ben').list(), [])
})
