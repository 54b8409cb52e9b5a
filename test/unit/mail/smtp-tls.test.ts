import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import { connect, createSecureContext, TLSSocket } from 'node:tls'
import { labAuthority } from '../../authority.ts'
import { temporaryFolder } from '../../lab.ts'
import type { SmtpClient } from './smtp-client.ts'
import { settle, TestSmtp, type SmtpSetting } from './smtp-server.ts'

/** Lets the server speak TLS. */
async function withTls(): Promise<SmtpSetting> {
  using folder = temporaryFolder()
  const authority = labAuthority(folder.path)
  const { key, chain } = await authority.issue({ names: ['mail.sstt9721.org'], purpose: 'server' })
  const secureContext = createSecureContext({ key, cert: chain })
  return {
    upgrade: async (stream: Duplex) => {
      const secured = new TLSSocket(stream, { isServer: true, secureContext })
      await Promise.race([
        once(secured, 'secure'),
        once(secured, 'error').then(() => Promise.reject(new Error('TLS'))),
      ])
      return secured
    },
  }
}

async function startTls(client: SmtpClient): Promise<void> {
  assert.match(await client.ask('STARTTLS'), /^220 2\.0\.0 /)
  client.stream.removeAllListeners('data')
  const secured = connect({
    socket: client.stream,
    rejectUnauthorized: false,
    servername: 'mail.sstt9721.org',
  })
  await once(secured, 'secureConnect')
  client.stream = secured
}

describe('STARTTLS (RFC 3207)', () => {
  test('begins anew, under TLS', async () => {
    await using smtp = new TestSmtp({ ...(await withTls()), mail: { plaintext: 'refused' } })
    const client = await smtp.greeted('submission')
    assert.match(await client.ask('EHLO x'), /250-STARTTLS\n250-AUTH SCRAM-SHA-1 SCRAM-SHA-256\n/)
    await startTls(client)
    assert.equal(await client.code('MAIL FROM:<a@b.test>'), 503)
    const hello = await client.ask('EHLO x')
    assert.doesNotMatch(hello, /STARTTLS/)
    assert.match(hello, /250-AUTH PLAIN LOGIN SCRAM/)
    assert.equal(await client.code('STARTTLS'), 503)
    assert.equal(await client.code(`AUTH PLAIN ${Buffer.from('\0ana\0secret').toString('base64')}`), 235)
    await client.begin()
    await client.ask('DATA')
    assert.equal(await client.code('x\r\n.'), 250)
    assert.equal(smtp.office.taken[0]?.client.protocol, 'ESMTPSA')
    assert.equal(await client.code('QUIT'), 221)
  })

  test('forgets the login and the transaction before it', async () => {
    await using smtp = new TestSmtp(await withTls())
    const client = await smtp.greeted('submission')
    await client.ask(`AUTH PLAIN ${Buffer.from('\0ana\0secret').toString('base64')}`)
    await client.begin()
    await startTls(client)
    await client.ask('EHLO x')
    assert.equal(await client.code('MAIL FROM:<a@b.test>'), 530)
    assert.equal(await client.code('RCPT TO:<ana@lab.test>'), 503)
  })

  test('obeys nothing that came in clear behind it', async () => {
    await using smtp = new TestSmtp(await withTls())
    const client = await smtp.greeted()
    client.send('STARTTLS\r\nMAIL FROM:<a@b.test>\r\n')
    assert.deepEqual(await client.codes(1), [503])
    await settle()
    assert.equal(client.received, '')
    assert.equal(await client.code('RCPT TO:<ana@lab.test>'), 503)
  })

  test('is not there without TLS', async () => {
    await using smtp = new TestSmtp({ mail: { tls: false } })
    const client = await smtp.greeted()
    assert.doesNotMatch(await client.ask('EHLO x'), /STARTTLS/)
    assert.equal(await client.code('STARTTLS'), 500)
  })

  test('a handshake that fails ends the connection, and concerns nobody else', async () => {
    await using smtp = new TestSmtp({
      upgrade: (stream) => (stream.destroy(), Promise.reject(new Error('no'))),
    })
    const client = await smtp.greeted()
    assert.equal(await client.code('STARTTLS'), 220)
    await settle()
    await smtp.greeted()
    assert.deepEqual(smtp.errors, [])
  })
})
