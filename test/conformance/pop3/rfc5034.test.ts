/** RFC 5034: AUTH, with the mechanisms of RFC 4616 and RFC 7677. */
import assert from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import { ask, askAll, linesOf, openSubject, oursAlone } from './subject.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const PLAIN = base64('\0ana\0secret')

test('§4 AUTH PLAIN asks by an empty challenge, as in the coursework', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  assert.equal(await ask(client, 'AUTH PLAIN'), '+ ')
  assert.equal(await ask(client, PLAIN), '+OK Logged in.')
  assert.match(await ask(client, 'STAT'), /^\+OK 3 /)
})

test('§4 the response may come with the command', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  assert.match(await ask(client, `auth plain ${PLAIN}`), /^\+OK/)
})

test('§4 an asterisk cancels, and what is no Base64 is refused', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  for (const response of ['*', 'no base64!']) {
    assert.equal(await ask(client, 'AUTH PLAIN'), '+ ')
    assert.match(await ask(client, response), /^-ERR/)
  }
  await ask(client, 'AUTH PLAIN')
  assert.match(await ask(client, PLAIN), /^\+OK/)
})

test('§4 a mechanism that there is not is refused, and so is AUTH behind the login', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  assert.match(await ask(client, 'AUTH NOSUCH'), /^-ERR/)
  assert.match(await ask(client, `AUTH PLAIN ${PLAIN}`), /^\+OK/)
  assert.match(await ask(client, `AUTH PLAIN ${PLAIN}`), /^-ERR/)
})

test('§4 wrong credentials are told by [AUTH]', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  assert.match(await ask(client, `AUTH PLAIN ${base64('\0ana\0wrong')}`), /^-ERR \[AUTH\]/)
})

test('LOGIN asks for the name and the password', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  assert.equal(await ask(client, 'AUTH LOGIN'), `+ ${base64('Username:')}`)
  assert.equal(await ask(client, base64('ana')), `+ ${base64('Password:')}`)
  assert.match(await ask(client, base64('secret')), /^\+OK/)
})

test('AUTH alone lists the mechanisms', oursAlone, async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  assert.deepEqual(linesOf(await askAll(client, 'AUTH')), ['PLAIN', 'LOGIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'])
})

test('§4 a response may have 12,288 octets', oursAlone, async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  await ask(client, 'AUTH PLAIN')
  assert.match(await ask(client, 'A'.repeat(12_288)), /^-ERR (?!The line)/)
  await ask(client, 'AUTH PLAIN')
  assert.match(await ask(client, 'A'.repeat(12_292)), /^-ERR The line is too long/)
  assert.match(await ask(client, `AUTH PLAIN ${PLAIN}`), /^\+OK/)
})

test('SCRAM-SHA-256 proves the password to both sides (RFC 7677)', oursAlone, async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  const bare = 'n=ana,r=abcdefgh'
  const first = await ask(client, `AUTH SCRAM-SHA-256 ${base64(`n,,${bare}`)}`)
  const challenge = Buffer.from(first.slice(2), 'base64').toString()
  const [, nonce = '', salt = '', rounds = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(challenge) ?? []
  const salted = pbkdf2Sync('secret', Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256')
  const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const clientKey = hmac(salted, 'Client Key')
  const last = `c=biws,r=${nonce}`
  const signed = `${bare},${challenge},${last}`
  const signature = hmac(createHash('sha256').update(clientKey).digest(), signed)
  const proof = clientKey.map((octet, place) => octet ^ (signature[place] ?? 0))
  const final = await ask(client, base64(`${last},p=${Buffer.from(proof).toString('base64')}`))
  const server = hmac(hmac(salted, 'Server Key'), signed).toString('base64')
  assert.equal(Buffer.from(final.slice(2), 'base64').toString(), `v=${server}`)
  assert.equal(await ask(client, ''), '+OK Logged in.')
})
