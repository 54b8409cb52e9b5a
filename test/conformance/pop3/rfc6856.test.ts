/** RFC 6856: UTF8 and LANG. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, askAll, linesOf, openSubject, oursAlone } from './subject.ts'

const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString()

test('§2 UTF8 comes before the login, and no STLS behind it', oursAlone, async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  assert.match(await ask(client, 'UTF8'), /^\+OK/)
  assert.match(await ask(client, 'STLS'), /^-ERR/)
  await ask(client, 'USER ana')
  assert.match(await ask(client, 'PASS secret'), /^\+OK/)
  assert.match(await ask(client, 'UTF8'), /^-ERR/)
})

test('§2.1 a message in UTF-8 comes as it was sent', async () => {
  const message = `Subject: ${Buffer.from('ñandú', 'utf8').toString('latin1')}\r\n\r\n\u00FF\u0000\r\n`
  await using subject = await openSubject([message])
  const client = await subject.enter()
  const [status, text] = await askAll(client, 'RETR 1')
  assert.equal(status, `+OK ${message.length} octets`)
  assert.equal(text, message)
})

test('§3 LANG lists the languages and changes the one of the texts, in both states', oursAlone, async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  assert.deepEqual(linesOf(await askAll(client, 'LANG')).map(utf8), ['en English', 'es Español'])
  assert.match(await ask(client, 'LANG es'), /^\+OK es /)
  assert.equal(utf8(await ask(client, 'RETR 1')), '-ERR Inicia antes la sesión.')
  await ask(client, 'USER ana')
  assert.equal(utf8(await ask(client, 'PASS secret')), '+OK Sesión iniciada.')
  assert.equal(await ask(client, 'RETR 9'), '-ERR No existe ese mensaje.')
  assert.match(await ask(client, 'LANG xx'), /^-ERR /)
  assert.match(await ask(client, 'LANG en-GB'), /^\+OK en /)
  assert.equal(await ask(client, 'RETR 9'), '-ERR There is no such message.')
  assert.match(await ask(client, 'LANG ES-mx'), /^\+OK es /)
  assert.match(await ask(client, 'LANG *'), /^\+OK en /)
})
