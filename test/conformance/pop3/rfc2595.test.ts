/** RFC 2595 §4: STLS. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as secure, type TLSSocket } from 'node:tls'
import { test } from 'node:test'
import { TestPop3 } from '../../unit/mail/pop3-server.ts'

async function upgrade(
  lab: TestPop3,
  before = '',
): Promise<{ tls: TLSSocket; readonly ask: (line: string) => Promise<string> }> {
  const ca = await lab.certify()
  const client = lab.connect().send(before)
  await client.until(new RegExp(`^${'[^\\n]*\\n'.repeat(before.split('\n').length)}$`))
  client.received = ''
  client.send('STLS\r\n')
  await client.until(/^\+OK [^\n]*\n$/)
  client.socket.removeAllListeners('data')
  const tls = secure({ socket: client.socket, ca, servername: 'localhost' })
  await once(tls, 'secureConnect')
  let received = ''
  tls.on('data', (piece: Buffer) => (received += piece.toString('latin1')))
  return {
    tls,
    ask: async (line) => {
      received = ''
      tls.write(`${line}\r\n`)
      while (!/^[^\n]*\n/.test(received) || (line.startsWith('CAPA') && !received.endsWith('\r\n.\r\n')))
        await once(tls, 'data')
      return received
    },
  }
}

test('behind STLS all begins anew, without a greeting and without STLS', async () => {
  await using lab = await TestPop3.open({ messages: { ana: ['a\r\n'] } })
  const { ask, tls } = await upgrade(lab, 'USER ana\r\n')
  assert.match(await ask('PASS secret'), /^-ERR Give a name/)
  assert.doesNotMatch(await ask('CAPA'), /STLS/)
  assert.match(await ask('STLS'), /^-ERR/)
  assert.match(await ask('USER ana'), /^\+OK/)
  assert.match(await ask('PASS secret'), /^\+OK Logged in/)
  assert.match(await ask('STAT'), /^\+OK 1 3/)
  assert.match(await ask('QUIT'), /^\+OK/)
  assert.equal(lab.factsOf('pop3.logged-in')[0]?.['secure'], true)
  tls.destroy()
})

test('STLS with commands in clear behind it is refused at once, and they are not obeyed', async () => {
  await using lab = await TestPop3.open()
  await lab.certify()
  for (const behind of ['CAPA\r\n', 'USER ana\r\nPASS secret\r\n', 'US']) {
    const client = lab.connect().send(`STLS\r\n${behind}`)
    const answer = await client.until(/\n[^\n]*\n/)
    assert.match(answer, /^\+OK [^\n]*\n-ERR Nothing may follow STLS[^\n]*\n$/)
    assert.equal(await client.all(), answer)
  }
})

test('STLS is refused behind the login, and where it is off', async () => {
  await using lab = await TestPop3.open()
  const client = await lab.enter()
  client.send('STLS\r\nCAPA\r\n')
  assert.doesNotMatch(await client.until(/^-ERR[^]*\r\n\.\r\n$/), /STLS/)
  await using off = await TestPop3.open({ mail: { tls: false } })
  const other = off.connect().send('CAPA\r\nSTLS\r\n')
  assert.doesNotMatch(await other.until(/\r\n\.\r\n-ERR [^\n]*\n$/), /STLS\r\n/)
})

test('a password in clear is refused before it is asked for, and taken under TLS', async () => {
  await using lab = await TestPop3.open({ mail: { plaintext: 'refused' } })
  const client = lab
    .connect()
    .send('CAPA\r\nUSER ana\r\nPASS secret\r\nAUTH PLAIN\r\nAUTH LOGIN AAAA\r\nAUTH NOSUCH\r\n')
  const text = await client.until(/\n\.\r\n(?:-ERR[^\n]*\n){5}$/)
  assert.doesNotMatch(text, /^USER/m)
  assert.match(text, /^SASL SCRAM-SHA-1 SCRAM-SHA-256\r$/m)
  assert.equal(text.match(/-ERR \[AUTH\]/g)?.length, 4)
  const { ask, tls } = await upgrade(lab)
  assert.match(await ask('CAPA'), /\nUSER\r\n[^]*SASL PLAIN LOGIN/)
  assert.match(await ask('USER ana'), /^\+OK/)
  assert.match(await ask('PASS secret'), /^\+OK/)
  tls.destroy()
})

test('on this machine alone a password may cross in clear, unless the option says otherwise', async () => {
  for (const [plaintext, host, isTaken] of [
    ['loopback', '127.0.0.1', true],
    ['loopback', '192.168.56.7', false],
    ['allowed', '192.168.56.7', true],
    ['refused', '127.0.0.1', false],
  ] as const) {
    await using lab = await TestPop3.open({ mail: { plaintext }, host })
    const client = lab.connect().send('USER ana\r\n')
    assert.match(await client.until(/\n(?:\+OK|-ERR \[AUTH\])[^\n]*\n$/), isTaken ? /\n\+OK\r\n$/ : /-ERR/)
  }
})

test('connections that began with STLS count until they close', async () => {
  await using lab = await TestPop3.open({ pop3: { maxConnections: 1 } })
  const { tls } = await upgrade(lab)
  const second = lab.connect()
  assert.match(await second.all(), /^-ERR \[SYS\/TEMP\]/)
  tls.destroy()
  await once(tls, 'close')
  for (let tries = 0; tries < 100; tries++) {
    const next = lab.connect()
    if ((await next.until(/\n/)).startsWith('+OK')) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('the connection is counted still')
})
