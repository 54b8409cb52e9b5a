/** RFC 2449: capabilities, response codes and pipelining; RFC 3206 for AUTH and SYS. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, askAll, dovecotDeviates, linesOf, oursAlone, openSubject } from './subject.ts'

test('§5 CAPA lists capabilities before and after the login', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  const before = linesOf(await askAll(client, 'CAPA'))
  const inside = linesOf(await askAll(await subject.enter(), 'CAPA'))
  for (const tag of ['TOP', 'UIDL', 'RESP-CODES', 'PIPELINING', 'AUTH-RESP-CODE']) {
    assert.ok(before.includes(tag), tag)
    assert.ok(inside.includes(tag), tag)
  }
  assert.ok(before.includes('USER'))
  assert.ok(before.some((line) => /^SASL .*\bPLAIN\b/.test(line)))
})

test(
  '§6 what logs in is announced in both states',
  dovecotDeviates('USER and SASL are gone behind the login'),
  async () => {
    await using subject = await openSubject()
    const inside = linesOf(await askAll(await subject.enter(), 'CAPA'))
    assert.ok(inside.includes('USER'))
    assert.ok(inside.some((line) => line.startsWith('SASL ')))
  },
)

test('§6 EXPIRE and IMPLEMENTATION say that nothing expires, and who this is', oursAlone, async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  const lines = linesOf(await askAll(client, 'CAPA'))
  for (const tag of ['EXPIRE NEVER', 'IMPLEMENTATION telelab', 'UTF8', 'LANG', 'STLS'])
    assert.ok(lines.includes(tag), tag)
  assert.ok(!lines.some((line) => line.startsWith('LOGIN-DELAY')))
})

test(
  '§4 a command of more than 255 octets is refused, and the next one answered',
  dovecotDeviates('longer lines are taken'),
  async () => {
    await using subject = await openSubject()
    const client = await subject.enter()
    assert.match(await ask(client, `NOOP${' '.repeat(249)}`), /^\+OK/)
    assert.match(await ask(client, `NOOP${' '.repeat(250)}`), /^-ERR/)
    assert.match(await ask(client, 'NOOP'), /^\+OK/)
  },
)

test('§4 a line that never ends is refused and not kept', oursAlone, async () => {
  await using subject = await openSubject()
  const client = await subject.enter()
  client.send('x'.repeat(1_000_000))
  assert.match(await ask(client, ''), /^-ERR The line is too long/)
  assert.match(await ask(client, 'NOOP'), /^\+OK/)
})

test('§6.6 pipelined commands are answered in their order', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  client.send('USER ana\r\nPASS secret\r\nSTAT\r\nRETR 2\r\nTOP 1 0\r\nLIST 1\r\nDELE 1\r\nRSET\r\nQUIT\r\n')
  const lines = (await client.all()).split('\r\n')
  assert.deepEqual(
    lines.map((line) => line.replace(/ .*/, '')).filter((line) => line !== ''),
    ['+OK', '+OK', '+OK', '+OK', '+OK', 'Subject:', '.', '+OK', 'Subject:', '.', '+OK', '+OK', '+OK', '+OK'],
  )
})

test('§6.6 a client that pipelines may close its half and still gets all answers', oursAlone, async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  client.socket.end('USER ana\r\nPASS secret\r\nRETR 1\r\nDELE 1\r\n')
  const text = await client.all()
  assert.match(text, /last line\r\n\.\r\n\+OK Marked to be deleted\.\r\n$/)
  // Without QUIT nothing is deleted.
  assert.match(await ask(await subject.enter(), 'STAT'), /^\+OK 3 /)
})

test('RFC 3206 §4 a wrong password is told by [AUTH]', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  await ask(client, 'USER ana')
  assert.match(await ask(client, 'PASS wrong'), /^-ERR \[AUTH\] /)
  await ask(client, 'USER nobody')
  assert.match(await ask(client, 'PASS wrong'), /^-ERR \[AUTH\] /)
})
