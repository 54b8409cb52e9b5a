import assert from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { describe, test } from 'node:test'
import { TestSmtp } from './smtp-server.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const right = base64('\0ana\0secret')
const wrong = base64('\0ana\0wrong')

describe('AUTH (RFC 4954)', () => {
  test('submission takes mail of those alone who have logged in', async () => {
    await using smtp = new TestSmtp()
    for (const entrance of ['submission', 'smtps'] as const) {
      const client = await smtp.greeted(entrance)
      assert.equal(await client.ask('MAIL FROM:<a@b.test>'), '530 5.7.0 Authentication required')
      assert.equal(await client.ask(`AUTH PLAIN ${right}`), '235 2.7.0 Authentication succeeded')
      await client.begin()
      assert.equal(await client.code('AUTH PLAIN'), 503)
      assert.equal(await client.code('RSET'), 250)
      assert.equal(await client.code(`AUTH PLAIN ${right}`), 503)
      assert.doesNotMatch(await client.ask('EHLO x'), /AUTH/)
    }
  })

  test('asks for what the command did not bring', async () => {
    await using smtp = new TestSmtp()
    const client = await smtp.greeted()
    assert.equal(await client.ask('auth plain'), '334 ')
    assert.match(await client.ask(right), /^235 /)
    const other = await smtp.greeted()
    assert.equal(await other.ask('AUTH LOGIN'), `334 ${base64('Username:')}`)
    assert.equal(await other.ask(base64('ana@lab.test')), `334 ${base64('Password:')}`)
    assert.match(await other.ask(base64('secret')), /^235 /)
    const login = { account: 'ana', client: '127.0.0.1', entrance: 'smtp', secure: false }
    assert.deepEqual(smtp.factsOf('smtp.logged-in'), [
      { kind: 'smtp.logged-in', ...login },
      { kind: 'smtp.logged-in', ...login },
    ])
  })

  test('SCRAM-SHA-256 proves both to each other', async () => {
    await using smtp = new TestSmtp({ mail: { plaintext: 'refused' } })
    const client = await smtp.greeted('submission')
    const challenge = await client.ask(`AUTH SCRAM-SHA-256 ${base64('n,,n=ana,r=abc')}`)
    const serverFirst = Buffer.from(challenge.slice(4), 'base64').toString()
    const [, nonce = '', salt = '', rounds = ''] = /^r=(.*),s=(.*),i=(.*)$/.exec(serverFirst) ?? []
    const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
    const salted = pbkdf2Sync('secret', Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256')
    const clientKey = hmac(salted, 'Client Key')
    const message = `n=ana,r=abc,${serverFirst},c=biws,r=${nonce}`
    const signature = hmac(createHash('sha256').update(clientKey).digest(), message)
    const proof = Buffer.from(clientKey.map((octet, place) => octet ^ (signature[place] ?? 0)))
    const last = await client.ask(base64(`c=biws,r=${nonce},p=${proof.toString('base64')}`))
    const verifier = hmac(hmac(salted, 'Server Key'), message).toString('base64')
    assert.equal(Buffer.from(last.slice(4), 'base64').toString(), `v=${verifier}`)
    assert.match(await client.ask(''), /^235 /)
  })

  for (const [title, lines, code] of [
    ['a wrong password', [`AUTH PLAIN ${wrong}`], 535],
    ['an unknown name', [`AUTH PLAIN ${base64('\0nobody\0x')}`], 535],
    ['an unknown mechanism', ['AUTH GSSAPI'], 504],
    ['no mechanism', ['AUTH'], 501],
    ['words too many', ['AUTH PLAIN a b'], 501],
    ['what is no base64', ['AUTH PLAIN !!!!'], 501],
    ['what is no base64, as a response', ['AUTH PLAIN', '!!!!'], 501],
    ['a client that gives up', ['AUTH PLAIN', '*'], 501],
    ['an empty response', ['AUTH PLAIN ='], 501],
    ['a response that is too long', ['AUTH PLAIN', 'A'.repeat(12_292)], 500],
    ['a response that is too long at once', [`AUTH PLAIN ${'A'.repeat(12_292)}`], 500],
  ] as const) {
    test(`answers ${title} with ${code}, and goes on`, async () => {
      await using smtp = new TestSmtp()
      const client = await smtp.greeted()
      let last = 0
      for (const line of lines) last = await client.code(line)
      assert.equal(last, code)
      assert.equal(await client.code('NOOP'), 250)
    })
  }

  test('no password crosses a network in clear', async () => {
    await using smtp = new TestSmtp()
    const client = await smtp.greeted('submission', '192.168.56.101')
    assert.match(await client.ask('EHLO x'), /AUTH SCRAM-SHA-1 SCRAM-SHA-256\n/)
    assert.match(await client.ask(`AUTH PLAIN ${right}`), /^538 5\.7\.11 /)
    const secure = await smtp.greeted('smtps', '192.168.56.101')
    assert.match(await secure.ask(`AUTH PLAIN ${right}`), /^235 /)
  })

  test('who fails too often is sent away; no password is told', async () => {
    await using smtp = new TestSmtp({ mail: { maxLogins: 2 } })
    const client = await smtp.greeted()
    assert.equal(await client.code(`AUTH PLAIN ${wrong}`), 535)
    assert.equal(await client.code(`AUTH PLAIN ${wrong}`), 535)
    assert.equal(await client.rest(), '')
    assert.deepEqual(
      smtp.factsOf('smtp.refused').map(({ account, code }) => [account, code]),
      [
        ['ana', 535],
        ['ana', 535],
      ],
    )
    assert.doesNotMatch(JSON.stringify(smtp.facts), /wrong"|secret/)
  })

  test('a failed login is answered late', async () => {
    await using smtp = new TestSmtp({ mail: { failureDelay: 5 } })
    const client = await smtp.greeted()
    client.send(`AUTH PLAIN ${wrong}\r\n`)
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.equal(client.received, '')
    smtp.clock.advance(5000)
    assert.deepEqual(await client.codes(1), [535])
  })
})

test('reports of success are for those whose mail may be sent on, not for whom a stranger names', async () => {
  await using smtp = new TestSmtp({ mail: { plaintext: 'allowed' } })
  const near = await smtp.greeted()
  assert.match(await near.ask('EHLO x'), /\n250-DSN\n/)
  const stranger = await smtp.greeted('smtp', '192.168.56.101')
  assert.doesNotMatch(await stranger.ask('EHLO x'), /DSN/)
  await stranger.begin()
  assert.match(await stranger.ask('RCPT TO:<ben@lab.test> NOTIFY=SUCCESS'), /^555 5\.5\.4 /)
  const known = await smtp.greeted('smtp', '192.168.56.101')
  assert.equal(await known.code(`AUTH PLAIN ${right}`), 235)
  await known.begin()
  assert.equal(await known.code('RCPT TO:<ben@lab.test> NOTIFY=SUCCESS'), 250)
  const submitter = await smtp.greeted('submission', '192.168.56.101')
  assert.match(await submitter.ask('EHLO x'), /\n250-DSN\n/)
})
