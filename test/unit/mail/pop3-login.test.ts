/** Logging in at our POP3 server: faults, failures, APOP, and what a password is. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { pause } from '../http/server.ts'
import { dialogue, TestPop3 } from './pop3-server.ts'

const MESSAGES = { ana: ['Subject: one\r\n\r\n.x\r\n', 'two\r\n', 'three\r\n'] }

test('a fault at the greeting, the login or a message answers, waits or drops as it says', async () => {
  const at = async (point: string, damage: object, ...lines: readonly string[]): Promise<string> => {
    await using lab = await TestPop3.open({ messages: MESSAGES, faults: [{ at: point, ...damage }] })
    return await dialogue(lab, ...lines)
  }
  const enter = ['USER ana', 'PASS secret']
  assert.equal(await at('pop3.connect', { reply: '-ERR [SYS/TEMP] later' }), '-ERR [SYS/TEMP] later\r\n')
  assert.match(
    await at('pop3.connect', { reply: '+OK wrong banner' }),
    /^\+OK wrong banner\r\n\+OK Logging out/,
  )
  assert.equal(await at('pop3.connect', { drop: true }), '')
  const refused = await at('pop3.login', { reply: '-ERR [IN-USE] busy' }, ...enter, 'STAT')
  assert.match(refused, /\n-ERR \[IN-USE\] busy\r\n-ERR Log in first/)
  assert.match(await at('pop3.login', { drop: true }, ...enter, 'STAT'), /ready\.\r\n\+OK\r\n$/)
  assert.match(
    await at('pop3.retrieve', { reply: '-ERR no' }, ...enter, 'RETR 1', 'STAT'),
    /\n-ERR no\r\n\+OK 3 /,
  )
  assert.match(await at('pop3.retrieve', { drop: true }, ...enter, 'RETR 1', 'STAT'), /Logged in\.\r\n$/)
  assert.match(await at('pop3.retrieve', { delay: 20 }, ...enter, 'RETR 2'), /\+OK 5 octets\r\ntwo\r\n\.\r\n/)
})

test('a login that a fault refuses is told, and one that it only delays is not', async () => {
  const told = async (damage: object): Promise<unknown> => {
    await using lab = await TestPop3.open({ faults: [{ at: 'pop3.login', ...damage }] })
    await dialogue(lab, 'USER ana', 'PASS secret')
    return lab.facts.map(({ kind, account, why }) => ({ kind, account, why }))
  }
  const refused = [{ kind: 'pop3.refused', account: 'ana', why: 'fault' }]
  assert.deepEqual(await told({ reply: '-ERR [IN-USE] busy' }), refused)
  assert.deepEqual(await told({ drop: true }), refused)
  assert.deepEqual(await told({ delay: 5 }), [{ kind: 'pop3.logged-in', account: 'ana', why: undefined }])
})

test('after too many failed logins, or wrong commands, the connection ends', async () => {
  await using lab = await TestPop3.open({ mail: { maxLogins: 3 }, pop3: { maxErrors: 4 } })
  const login = ['USER ana', 'PASS wrong']
  const logins = await dialogue(lab, ...login, ...login, ...login, ...login)
  assert.equal(logins.match(/-ERR \[AUTH\]/g)?.length, 3)
  assert.doesNotMatch(logins, /Logging out/)
  const wrong = await dialogue(lab, 'A', 'B', 'C', 'D', 'E')
  assert.match(wrong, /(?:-ERR Unknown command\.\r\n){3}-ERR Too many wrong commands\.\r\n$/)
})

test('a failed login is answered after the delay of the option', async () => {
  await using lab = await TestPop3.open({ mail: { failureDelay: 5 }, pop3: { apop: { ana: 'x' } } })
  for (const command of ['USER ana\r\nPASS wrong', 'AUTH PLAIN AGFuYQB4', `APOP ana ${'0'.repeat(32)}`]) {
    const client = lab.connect().send(`${command}\r\n`)
    await client.until(/ready[^\n]*\n/)
    await pause(300)
    assert.doesNotMatch(client.received, /AUTH/)
    lab.clock.advance(5100)
    await client.until(/-ERR \[AUTH\]/)
  }
})

test('APOP takes the digest of the greeting’s timestamp and the secret, once', async () => {
  await using lab = await TestPop3.open({ messages: MESSAGES, pop3: { apop: { Ana: 'tanstaaf' } } })
  const digest = (greeting: string, secret = 'tanstaaf'): string => {
    const [timestamp = ''] = /<[^>]+@mail\.lab\.test>/.exec(greeting) ?? []
    assert.notEqual(timestamp, '')
    return createHash('md5').update(`${timestamp}${secret}`).digest('hex')
  }
  const client = lab.connect()
  const greeting = await client.until(/\n/)
  client.send(
    `APOP ana ${digest(greeting, 'wrong')}\r\nAPOP ben ${digest(greeting)}\r\nAPOP ana ${digest(greeting)}\r\n`,
  )
  await client.until(/(?:-ERR \[AUTH\][^\n]*\n){2}\+OK Logged in\.\r\n$/)
  const other = lab.connect()
  assert.notEqual(digest(await other.until(/\n/)), digest(greeting))
  await using without = await TestPop3.open()
  assert.doesNotMatch(await dialogue(without), /</)
})

test('blanks of a password count', async () => {
  await using lab = await TestPop3.open()
  assert.match(await dialogue(lab, 'USER eva', 'PASS  two  blanks '), /Logged in/)
  assert.match(await dialogue(lab, 'USER eva', 'PASS two  blanks'), /-ERR \[AUTH\]/)
})
