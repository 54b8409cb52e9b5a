/** Dovecot beside our server: on the same mailbox, and in the same words. */
import assert from 'node:assert/strict'
import { readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { runAgainst } from '../../conformance/against.ts'
import { Client } from '../../unit/http/server.ts'
import { TestPop3 } from '../../unit/mail/pop3-server.ts'
import { ask, askAll, linesOf } from '../../conformance/pop3/subject.ts'
import { missingDovecot, openDovecot, type Dovecot } from './dovecot.ts'

const skip = missingDovecot()

/**
 * Messages whose octets are told apart by how one reads them; all end their last line. None is empty, for which Dovecot
 * sends an empty line, and none begins with a dot, before which Dovecot 2.3 forgets to put another.
 */
const HARD = [
  '\r\n', '\r\n.\r\n\r\n', 'A: b\r\n\r\n', 'A: b\r\n\r\n.\r\n..\r\n...\r\n', 'A: b\r\n\r\n\u00FF\u0080\r\n',
  `A: b\r\n\r\n${'x'.repeat(5000)}\r\n`, `A: b\r\n\r\n${'.\r\n'.repeat(5000)}`, 'A: b\r\n\r\na\nb\nc\r\n', 'A: b\r\n\r\na\r\rb\r\n',
  `A: b\r\n\r\n${`.${'y'.repeat(70)}\r\n`.repeat(3000)}`, 'no head at all\r\n', ' \r\n \r\n', 'A: b\r\n \r\n\r\nbody\r\n', 'A: b\r\n\r\nx\r.\r\ny\r\n',
] // prettier-ignore

/** Every answer that depends on the messages. */
async function tour(client: Client, count: number): Promise<string[]> {
  const answers = [await ask(client, 'STAT'), ...linesOf(await askAll(client, 'LIST'))]
  for (let number = 1; number <= count; number++) {
    const retrieved = await askAll(client, `RETR ${number}`)
    answers.push(await ask(client, `LIST ${number}`), ...retrieved)
    for (const lines of [0, 1, 2, 100]) answers.push((await askAll(client, `TOP ${number} ${lines}`))[1])
  }
  return answers
}

async function enter(dovecot: Dovecot): Promise<Client> {
  const client = new Client(dovecot.address.port)
  await ask(client)
  await ask(client, 'USER ana')
  assert.match(await ask(client, 'PASS secret'), /^\+OK/)
  return client
}

test('both tell and send the same of the same hard messages', { skip }, async () => {
  await using lab = await TestPop3.open({ messages: { ana: HARD } })
  const ours = await lab.enter()
  const told = await tour(ours, HARD.length)
  ours.send('QUIT\r\n')
  await ours.all()
  await using dovecot = await openDovecot(lab.mailFolder)
  const client = await enter(dovecot)
  assert.deepEqual(await tour(client, HARD.length), told)
  client.socket.destroy()
})

// Dovecot tells the octets without the end that it gives the last line; we tell what is sent.
test('of a last line without an end Dovecot tells two octets less than both send', { skip }, async () => {
  const messages = ['A: b\r\n\r\nno end', 'A: b', 'A: b\r\n\r\nx\r']
  await using lab = await TestPop3.open({ messages: { ana: messages } })
  const sizes = async (client: Client): Promise<(readonly [number, string])[]> => {
    const found: [number, string][] = []
    for (const place of messages.keys()) {
      const [status, text] = await askAll(client, `RETR ${place + 1}`)
      found.push([Number(/\d+/.exec(status)?.[0]), text])
    }
    return found
  }
  const ours = await lab.enter()
  const told = await sizes(ours)
  ours.send('QUIT\r\n')
  await ours.all()
  await using dovecot = await openDovecot(lab.mailFolder)
  const client = await enter(dovecot)
  for (const [place, [size, text]] of (await sizes(client)).entries()) {
    const [told1 = 0, sent = ''] = told[place] ?? []
    assert.equal(sent, text)
    assert.equal(sent.replaceAll(/^\./gm, '').length, told1)
    assert.equal(size, told1 - 2)
  }
  client.socket.destroy()
})

test(
  'Dovecot moves and flags a mailbox while a session of ours is open, and removes from it',
  { skip },
  async () => {
    await using lab = await TestPop3.open({ messages: { ana: ['one\r\n', 'two\r\n', 'three\r\n'] } })
    await using dovecot = await openDovecot(lab.mailFolder)
    const ours = await lab.enter()
    const uids = linesOf(await askAll(ours, 'UIDL'))
    const { folder } = lab.mailbox()
    // It moves what is new to cur, and marks what was fetched as seen.
    const theirs = await enter(dovecot)
    await askAll(theirs, 'RETR 1')
    await ask(theirs, 'DELE 2')
    assert.match(await ask(theirs, 'QUIT'), /^\+OK/)
    assert.deepEqual(await readdir(join(folder, 'new')), [])
    assert.match((await readdir(join(folder, 'cur'))).toSorted()[0] ?? '', /:2,S$/)
    assert.deepEqual(await askAll(ours, 'RETR 1'), ['+OK 5 octets', 'one\r\n'])
    assert.match(await ask(ours, 'RETR 2'), /^-ERR \[SYS\/TEMP\]/)
    assert.deepEqual(await askAll(ours, 'RETR 3'), ['+OK 7 octets', 'three\r\n'])
    await ask(ours, 'DELE 3')
    assert.match(await ask(ours, 'QUIT'), /^\+OK/)
    // What comes meanwhile is seen by both.
    await lab.mailbox().deliver(Buffer.from('four\r\n'))
    dovecot.own()
    const after = await lab.enter()
    assert.equal(await ask(after, 'STAT'), '+OK 2 11')
    assert.equal(linesOf(await askAll(after, 'UIDL'))[0], uids[0])
    const again = await enter(dovecot)
    assert.equal(await ask(again, 'STAT'), '+OK 2 11')
    again.socket.destroy()
  },
)

test(
  'mutt’s way of marking: new to cur, flags that come and go, a rewritten file',
  { skip: process.platform === 'win32' },
  async () => {
    await using lab = await TestPop3.open({ messages: { ana: ['one\r\n', 'two\r\n'] } })
    const { folder } = lab.mailbox()
    const ours = await lab.enter()
    let [name = ''] = (await readdir(join(folder, 'new'))).toSorted()
    await rename(join(folder, 'new', name), join(folder, 'cur', `${name}:2,`))
    for (const flags of ['S', 'FS', 'RS', '']) {
      const from =
        (await readdir(join(folder, 'cur'))).find((each) => each.startsWith(name.slice(0, 20))) ?? ''
      await rename(join(folder, 'cur', from), join(folder, 'cur', `${name}:2,${flags}`))
      assert.deepEqual(await askAll(ours, 'RETR 1'), ['+OK 5 octets', 'one\r\n'])
    }
    // An edited message is written under a name of mutt’s own.
    await writeFile(join(folder, 'cur', '1795000000.R1.example:2,S'), 'edited\n')
    assert.equal(await ask(ours, 'STAT'), '+OK 2 10')
    ours.send('QUIT\r\n')
    await ours.all()
    assert.equal(await ask(await lab.enter(), 'STAT'), '+OK 3 18')
  },
)

test('Dovecot passes the conformance tests, but for the deviations that they list', { skip }, async (t) => {
  const { code, results } = await runAgainst('dovecot', 'pop3/rfc{1939,2449,5034,6856}.test.ts')
  assert.deepEqual(
    results.filter((line) => line.startsWith('not ok')),
    [],
  )
  assert.equal(code, 0)
  t.diagnostic(`${results.length} tests`)
  assert.ok(results.length > 30, `${results.length} tests`)
})
