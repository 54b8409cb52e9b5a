/** RFC 1939: Post Office Protocol, version 3. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, askAll, dovecotDeviates, linesOf, MESSAGES, openSubject } from './subject.ts'

const SIZES = MESSAGES.map(({ length }) => length)
const TOTAL = SIZES.reduce((sum, size) => sum + size, 0)

test('§3 a greeting comes first; keywords may be in any case; what is unknown is answered by -ERR', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  assert.match(await ask(client), /^\+OK/)
  assert.match(await ask(client, 'uSeR ana'), /^\+OK/)
  assert.match(await ask(client, 'pass secret'), /^\+OK Logged in\.$/)
  assert.match(await ask(client, 'stat'), /^\+OK 3 /)
  assert.match(await ask(client, 'NOSUCH'), /^-ERR/)
  assert.match(await ask(client, ''), /^-ERR/)
})

test('§3 a command of another state is answered by -ERR', async () => {
  await using subject = await openSubject()
  for (const command of ['STAT', 'LIST', 'RETR 1', 'DELE 1', 'RSET', 'NOOP', 'TOP 1 0', 'UIDL']) {
    const stranger = subject.connect()
    await ask(stranger)
    assert.match(await ask(stranger, command), /^-ERR/, command)
  }
  const client = await subject.enter()
  for (const command of ['USER ana', 'PASS secret', 'APOP ana 0123456789abcdef0123456789abcdef'])
    assert.match(await ask(client, command), /^-ERR/, command)
})

test('§4 QUIT before the login says goodbye', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  assert.match(await ask(client, 'QUIT'), /^\+OK Logging out/)
  await client.all()
})

test(
  '§4 a mailbox is for one session at a time',
  dovecotDeviates('sessions share a Maildir unless it is told to lock'),
  async () => {
    await using subject = await openSubject()
    const first = await subject.enter()
    const second = subject.connect()
    await ask(second)
    await ask(second, 'USER ana')
    second.send('PASS secret\r\n')
    await ask(first, 'NOOP')
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.equal(second.received, '')
    await ask(first, 'QUIT')
    assert.match(await ask(second), /^\+OK/)
  },
)

test('§5 STAT and LIST tell the octets that RETR sends, dots that were put in not among them', async () => {
  await using subject = await openSubject()
  const client = await subject.enter()
  assert.equal(await ask(client, 'STAT'), `+OK 3 ${TOTAL}`)
  assert.deepEqual(
    linesOf(await askAll(client, 'LIST')),
    SIZES.map((size, place) => `${place + 1} ${size}`),
  )
  for (const [place, message] of MESSAGES.entries()) {
    assert.equal(await ask(client, `LIST ${place + 1}`), `+OK ${place + 1} ${SIZES[place]}`)
    const [status, text] = await askAll(client, `RETR ${place + 1}`)
    assert.equal(status, `+OK ${SIZES[place]} octets`)
    assert.equal(text.replaceAll(/^\./gm, ''), message)
  }
})

test('§5 an empty maildrop has no messages and an empty listing', async () => {
  await using subject = await openSubject([])
  const client = await subject.enter()
  assert.equal(await ask(client, 'STAT'), '+OK 0 0')
  assert.deepEqual(linesOf(await askAll(client, 'LIST')), [])
  assert.deepEqual(linesOf(await askAll(client, 'UIDL')), [])
  assert.match(await ask(client, 'RETR 1'), /^-ERR/)
  assert.equal(await ask(client, 'QUIT'), '+OK Logging out.')
})

test('§5 numbers that no message has are answered by -ERR', async () => {
  await using subject = await openSubject()
  for (const command of ['LIST', 'RETR', 'DELE', 'UIDL']) {
    const client = await subject.enter()
    for (const number of ['0', '4', '-1', 'x', '99999999999999999999'])
      assert.match(await ask(client, `${command} ${number}`), /^-ERR/, `${command} ${number}`)
    await ask(client, 'QUIT')
  }
  const client = await subject.enter()
  for (const command of ['RETR', 'DELE', 'TOP', 'TOP 1', 'TOP 9 1', 'TOP 1 -1', 'TOP 1 x'])
    assert.match(await ask(client, command), /^-ERR/, command)
})

test('§5 a deleted message is out of all answers and keeps its number, until RSET', async () => {
  await using subject = await openSubject()
  const client = await subject.enter()
  assert.match(await ask(client, 'DELE 1'), /^\+OK Marked to be deleted\.$/)
  for (const command of ['DELE 1', 'RETR 1', 'LIST 1', 'TOP 1 0', 'UIDL 1'])
    assert.match(await ask(client, command), /^-ERR/, command)
  assert.equal(await ask(client, 'STAT'), `+OK 2 ${TOTAL - (SIZES[0] ?? 0)}`)
  assert.deepEqual(linesOf(await askAll(client, 'LIST')), [`2 ${SIZES[1]}`, `3 ${SIZES[2]}`])
  assert.deepEqual(
    linesOf(await askAll(client, 'UIDL')).map((line) => line.split(' ')[0]),
    ['2', '3'],
  )
  assert.match(await ask(client, 'RSET'), /^\+OK/)
  assert.equal(await ask(client, 'STAT'), `+OK 3 ${TOTAL}`)
  assert.match(await ask(client, 'NOOP'), /^\+OK/)
})

test('§6 only QUIT deletes: a connection that breaks does not', async () => {
  await using subject = await openSubject()
  for (const leave of ['end', 'resetAndDestroy'] as const) {
    const client = await subject.enter()
    await ask(client, 'DELE 1')
    client.socket[leave]()
    await client.ended
    const again = await subject.enter()
    assert.equal(await ask(again, 'STAT'), `+OK 3 ${TOTAL}`)
    await ask(again, 'QUIT')
  }
  const client = await subject.enter()
  await ask(client, 'DELE 1')
  assert.equal(await ask(client, 'QUIT'), '+OK Logging out, messages deleted.')
  const last = await subject.enter()
  assert.match(await ask(last, 'STAT'), /^\+OK 2 /)
})

test('§7 TOP sends the head and so many lines of the body', async () => {
  await using subject = await openSubject()
  const client = await subject.enter()
  assert.deepEqual(linesOf(await askAll(client, 'TOP 1 0')), ['Subject: one', ''])
  assert.deepEqual(linesOf(await askAll(client, 'TOP 1 2')), ['Subject: one', '', 'first line', '..dot'])
  assert.deepEqual(linesOf(await askAll(client, 'TOP 2 5')), ['Subject: two', ''])
  assert.equal(linesOf(await askAll(client, 'TOP 1 1000')).length, 7)
})

test('§7 unique-ids are printable, their own for each message, and the same in the next session', async () => {
  await using subject = await openSubject()
  const client = await subject.enter()
  const first = linesOf(await askAll(client, 'UIDL'))
  assert.equal(first.length, 3)
  assert.equal(new Set(first.map((line) => line.split(' ')[1])).size, 3)
  for (const [place, line] of first.entries()) {
    assert.match(line, /^\d [!-~]{1,70}$/)
    assert.equal(await ask(client, `UIDL ${place + 1}`), `+OK ${line}`)
  }
  await ask(client, 'DELE 1')
  await ask(client, 'QUIT')
  const again = await subject.enter()
  assert.deepEqual(
    linesOf(await askAll(again, 'UIDL')).map((line) => line.split(' ')[1]),
    first.slice(1).map((line) => line.split(' ')[1]),
  )
})

test('§7 PASS takes all that follows its blank', async () => {
  await using subject = await openSubject()
  const client = subject.connect()
  await ask(client)
  for (const password of ['secret ', ' secret', 'wrong', '']) {
    await ask(client, 'USER ana')
    assert.match(await ask(client, `PASS ${password}`), /^-ERR/, JSON.stringify(password))
  }
  assert.match(await ask(client, 'PASS secret'), /^-ERR/)
})
