/** What only our POP3 server has: its clock, its facts and faults, its limits. */
import assert from 'node:assert/strict'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { eventually, pause } from '../http/server.ts'
import { dialogue, TestPop3 } from './pop3-server.ts'

const MESSAGES = { ana: ['Subject: one\r\n\r\n.x\r\n', 'two\r\n', 'three\r\n'] }

test('a second login waits ten seconds for the first session, and is then told [IN-USE]', async () => {
  await using lab = await TestPop3.open({ messages: MESSAGES })
  const first = await lab.enter()
  const second = lab.connect().send('USER ana\r\nPASS secret\r\n')
  await second.until(/\n\+OK\r\n$/)
  await pause()
  lab.clock.advance(9000)
  await pause()
  assert.match(second.received, /\n\+OK\r\n$/)
  lab.clock.advance(1500)
  await second.until(/-ERR \[IN-USE\] [^\n]*\n$/)
  assert.equal(lab.factsOf('pop3.refused')[0]?.['why'], 'locked')
  second.send('USER ben\r\nPASS secret\r\n')
  await second.until(/Logged in\.\r\n$/)
  first.send('NOOP\r\n')
  await first.until(/\+OK\r\n$/)
})

test('the mailbox goes on to who waits, in turn, however a session ends, and never to one who has left', async () => {
  await using lab = await TestPop3.open({ messages: MESSAGES })
  let holder = await lab.enter()
  for (const leave of ['end', 'destroy', 'resetAndDestroy', 'QUIT'] as const) {
    const gone = lab.connect().send('USER ana\r\nPASS secret\r\n')
    await gone.until(/\n\+OK\r\n$/)
    await pause()
    const next = lab.connect().send('USER ana\r\nPASS secret\r\n')
    await next.until(/\n\+OK\r\n$/)
    await pause()
    gone.socket.resetAndDestroy()
    await pause()
    if (leave === 'QUIT') holder.send('QUIT\r\n')
    else holder.socket[leave]()
    await next.until(/Logged in\.\r\n$/)
    holder = next
  }
})

test('autologout after the time of the option says nothing and deletes nothing; each command puts it off', async () => {
  await using lab = await TestPop3.open({ messages: MESSAGES })
  const client = await lab.enter()
  for (let count = 0; count < 3; count++) {
    lab.clock.advance(599_000)
    client.received = ''
    client.send('DELE 1\r\n')
    await client.until(/\n/)
    await pause(2)
  }
  client.received = ''
  lab.clock.advance(601_000)
  assert.equal(await client.all(), '')
  assert.equal((await lab.mailbox().list()).length, 3)
  // It need not close its half for the next one to get in.
  await lab.enter()
})

test('facts tell who logged in and what was fetched and deleted, and never a password', async () => {
  await using lab = await TestPop3.open({ messages: MESSAGES })
  const ids = (await lab.mailbox().list()).map(({ id }) => id)
  await dialogue(
    lab,
    'USER ana',
    'PASS wrong-secret',
    'USER wrong-secret',
    'PASS x',
    'USER Ana@lab.test',
    'PASS secret',
    'RETR 1',
    'TOP 1 0',
    'TOP 1 9999',
    'DELE 3',
  )
  assert.deepEqual(lab.facts, [
    { kind: 'pop3.refused', account: 'ana', client: '127.0.0.1', mechanism: 'USER', why: 'rejected' },
    { kind: 'pop3.refused', account: undefined, client: '127.0.0.1', mechanism: 'USER', why: 'rejected' },
    {
      kind: 'pop3.logged-in',
      account: 'ana',
      client: '127.0.0.1',
      mechanism: 'USER',
      secure: false,
      messages: 3,
    },
    { kind: 'pop3.retrieved', account: 'ana', id: ids[0], octets: 20 },
    { kind: 'pop3.retrieved', account: 'ana', id: ids[0], octets: 20 },
    { kind: 'pop3.deleted', account: 'ana', id: ids[2], octets: 7 },
  ])
  assert.doesNotMatch(JSON.stringify(lab.facts), /secret/)
})

test('messages that another program moves, flags or removes in mid-session are told as they are', async () => {
  await using lab = await TestPop3.open({ messages: MESSAGES })
  const client = await lab.enter()
  const { folder } = lab.mailbox()
  const [one = '', two = '', three = ''] = (await readdir(join(folder, 'new'))).toSorted()
  await rename(join(folder, 'new', one), join(folder, 'cur', `${one}:2,S`))
  await rm(join(folder, 'new', two))
  await rename(join(folder, 'new', three), join(folder, 'cur', `${three}:2,`))
  client.send('RETR 1\r\nRETR 2\r\nDELE 2\r\nDELE 3\r\nSTAT\r\nQUIT\r\n')
  const text = await client.all()
  assert.match(
    text,
    /^\+OK 20 octets\r\n[^]*\r\n\.\r\n-ERR \[SYS\/TEMP\][^\n]*\n\+OK Mark[^\n]*\n\+OK Mark[^\n]*\n\+OK 1 20\r\n\+OK Logging out, messages deleted\.\r\n$/,
  )
  assert.deepEqual((await lab.mailbox().list()).length, 1)
})

test('what could not be deleted is told at QUIT', { skip: process.platform === 'win32' }, async () => {
  await using lab = await TestPop3.open({ messages: MESSAGES })
  const client = await lab.enter()
  // A folder in the place of a message cannot be removed as a file, for root either.
  const { folder } = lab.mailbox()
  const [one = ''] = (await readdir(join(folder, 'new'))).toSorted()
  await rm(join(folder, 'new', one))
  await mkdir(join(folder, 'new', one))
  client.send('DELE 1\r\nDELE 2\r\nQUIT\r\n')
  assert.match(
    await client.all(),
    /-ERR \[SYS\/TEMP\] Logging out, some messages could not be deleted\.\r\n$/,
  )
  assert.equal(lab.factsOf('pop3.deleted').length, 1)
  assert.equal((await lab.mailbox().list()).length, 1)
})

test('a mailbox that cannot be read is told at the login, and its lock is free again', async () => {
  await using lab = await TestPop3.open({ messages: MESSAGES })
  const { folder } = lab.mailbox()
  await rename(join(folder, 'new'), join(folder, 'aside'))
  await writeFile(join(folder, 'new'), 'in the way')
  assert.match(await dialogue(lab, 'USER ana', 'PASS secret'), /-ERR \[SYS\/TEMP\] The mailbox/)
  assert.equal(lab.errors.length, 1)
  await rm(join(folder, 'new'))
  await rename(join(folder, 'aside'), join(folder, 'new'))
  await lab.enter()
})

test('a large message goes out in portions as the client reads, and others are served meanwhile', async () => {
  await using lab = await TestPop3.open()
  const size = 25_000_000
  const line = `${'.'.repeat(99)}\r\n`
  const draft = lab.mailbox().draft()
  for (let done = 0; done < size; done += line.length * 600) await draft.write(Buffer.from(line.repeat(600)))
  await draft.commit()
  const [message] = await lab.mailbox().list()
  const client = await lab.enter()
  client.socket.removeAllListeners('data')
  client.socket.pause()
  const before = process.memoryUsage()
  client.send('RETR 1\r\n')
  await pause(100)
  const other = await lab.enter('ben')
  other.send('STAT\r\n')
  await other.until(/\+OK 0 0\r\n/)
  const after = process.memoryUsage()
  assert.ok(
    after.arrayBuffers - before.arrayBuffers < 10_000_000,
    `${after.arrayBuffers - before.arrayBuffers} octets`,
  )
  let octets = 0
  let tail = ''
  client.socket.on('data', (piece: Buffer) => {
    octets += piece.length
    tail = (tail + piece.toString('latin1')).slice(-5)
  })
  client.socket.resume()
  await eventually(() => tail === '\r\n.\r\n')
  const lines = (message?.octets ?? 0) / line.length
  assert.equal(octets, `+OK ${message?.octets} octets\r\n`.length + (message?.octets ?? 0) + lines + 3)
})

test('a client that does not read is not waited for without end', async () => {
  const messages = { ana: ['x'.repeat(20_000_000)] }
  // Its session would not end for the want of commands.
  await using lab = await TestPop3.open({ messages, pop3: { timeout: 86_400 } })
  const client = await lab.enter()
  client.socket.pause()
  client.send('RETR 1\r\n')
  // How soon the server begins to wait is the machine's affair.
  for (let turn = 0; lab.connections > 0; turn += 1) {
    assert.ok(turn < 1000, 'it is waited for')
    lab.clock.advance(61_000)
    await pause(20)
  }
  await lab.enter()
})

test('connections beyond the option are told so, and a stop ends those that are idle', async () => {
  await using lab = await TestPop3.open({ pop3: { maxConnections: 2 } })
  const clients = [lab.connect(), lab.connect()]
  await Promise.all(clients.map((client) => client.until(/\n/)))
  assert.match(await lab.connect().all(), /^-ERR \[SYS\/TEMP\] Too many connections/)
  assert.deepEqual(lab.factsOf('pop3.refused'), [{ kind: 'pop3.refused', client: '127.0.0.1', why: 'busy' }])
  lab.stop()
  for (const client of clients) assert.match(await client.all(), /^\+OK [^\n]*\n$/)
})

test('one client does not take the places of others', async () => {
  await using lab = await TestPop3.open({ pop3: { maxConnectionsPerClient: 1 } })
  const greeting = async (host: string): Promise<string> => {
    const [client, server] = duplexPair()
    lab.serve(server, host)
    const [octets] = await once(client, 'data')
    return String(octets)
  }
  assert.match(await greeting('10.0.0.1'), /^\+OK/)
  assert.match(await greeting('10.0.0.1'), /^-ERR \[SYS\/TEMP\] Too many connections/)
  assert.match(await greeting('10.0.0.2'), /^\+OK/)
})

test('what goes wrong in the lab is answered as an internal error, logged, and ends that session alone', async () => {
  // No schema lets this one through.
  const faults = [{ at: 'pop3.retrieve', delay: 'long' }]
  await using lab = await TestPop3.open({ messages: MESSAGES, faults })
  const client = await lab.enter()
  client.received = ''
  client.send('NOOP\r\nRETR 1\r\nNOOP\r\n')
  assert.equal(await client.all(), '+OK\r\n-ERR [SYS/TEMP] Internal error.\r\n')
  assert.equal(lab.errors.length, 1)
  await lab.enter()
})

test('ten thousand messages are listed without one of them being read', async () => {
  await using lab = await TestPop3.open()
  const { folder } = lab.mailbox()
  await lab.mailbox().list()
  // What reads them finds them empty.
  const names = Array.from({ length: 10_000 }, (_, place) => `16000${10_000 + place}.P1.example,S=10,W=12`)
  await Promise.all(names.map((name) => writeFile(join(folder, 'cur', `${name}:2,S`), '')))
  const client = await lab.enter()
  client.send('STAT\r\nLIST\r\nUIDL\r\n')
  const text = await client.until(/\r\n\.\r\n[^]*\r\n\.\r\n$/)
  assert.match(text, /^\+OK 10000 120000\r\n\+OK 10000 messages:\r\n1 12\r\n/)
  assert.match(text, /\n10000 1600019999\.P1\.example\r\n\.\r\n$/)
  assert.equal(text.split('\r\n').length, 20_006)
})
