/** Kills a lab under load, again and again, and looks what became of the mail that it had taken. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { temporaryFolder } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { open, until } from '../../talk.ts'
import { checkedLetter, tokenOf } from '../../unit/mail/queue-letter.ts'
import { SmtpClient } from '../../unit/mail/smtp-client.ts'
import { keptMaildir, keptOptions, openKeptLab } from './kept-lab.ts'
import { fetchAll, namesIn, storedIn } from './mail-lab.ts'
import { RelayPeer } from './relay-peer.ts'

/** Kills on the same state before it is looked through. */
const IN_A_ROW = 5
/** Milliseconds of load within which a kill comes. */
const WITHIN = 800
const SENDERS = 6
/** Milliseconds after which what lies in tmp is taken for dead. */
const ABANDONED = 36 * 3_600_000

/** The ways that a message can go: one mailbox, small and large; two; one and another server, which is down; that alone. */
const WAYS: readonly { readonly to: readonly string[]; readonly octets: number }[] = [
  { to: ['ben@lab.test'], octets: 4000 },
  { to: ['ben@lab.test'], octets: 200_000 },
  { to: ['ana@lab.test', 'ben@lab.test'], octets: 4000 },
  { to: ['ben@lab.test', 'x@far.test'], octets: 100_000 },
  { to: ['x@far.test', 'y@far.test'], octets: 2000 },
]

/** What came of some kills. */
export interface KillTally {
  /** Messages that were answered with 250. */
  taken: number
  /** Messages that were stored though their sender had not been told. */
  untold: number
  /** Entries of the queue at the last start. */
  waited: number
  /** Files in tmp that the kills left, all of which went by rule. */
  left: number
}

interface Said {
  readonly token: string
  readonly to: readonly string[]
}

/** Kills so many times; asserts that nothing taken is lost, doubled or half. */
export async function killUnderLoad(kills: number): Promise<KillTally> {
  const tally: KillTally = { taken: 0, untold: 0, waited: 0, left: 0 }
  for (let done = 0; done < kills; done += IN_A_ROW) {
    using folder = temporaryFolder()
    const farPort = await freePort()
    const said: Said[] = []
    for (let kill = 0; kill < Math.min(IN_A_ROW, kills - done); kill += 1) {
      await runAndKill(folder.path, farPort, said)
      // As the kill left it: what can be seen is whole.
      for (const account of ['ana', 'ben'])
        assert.ok(
          !storedIn(keptMaildir(folder.path, account)).map(tokenOf).includes(undefined),
          'half a message',
        )
    }
    tally.left += age(folder.path)
    await look(folder.path, farPort, said, tally)
    tally.taken += said.length
  }
  return tally
}

/** Stops a lab of this process so many times instead; asserts the same. */
export async function stopUnderLoad(stops: number): Promise<KillTally> {
  const tally: KillTally = { taken: 0, untold: 0, waited: 0, left: 0 }
  using folder = temporaryFolder()
  const farPort = await freePort()
  const said: Said[] = []
  for (let stop = 0; stop < stops; stop += 1) {
    const lab = await openKeptLab(folder.path, keptOptions(farPort))
    const { port } = lab.address('mail', 'smtp')
    const senders = Array.from({ length: SENDERS }, (_, index) => send(port, index, said))
    await setTimeout(randomInt(0, WITHIN))
    await lab.stop()
    await Promise.all(senders)
    for (const account of ['ana', 'ben'])
      tally.left += namesIn(join(keptMaildir(folder.path, account), 'tmp')).length
  }
  await look(folder.path, farPort, said, tally)
  tally.taken = said.length
  return tally
}

/** One life of the lab, in a process of its own. */
async function runAndKill(folder: string, farPort: number, said: Said[]): Promise<void> {
  const script = join(import.meta.dirname, 'kept-child.ts')
  const child = spawn(process.execPath, [script, folder, JSON.stringify(keptOptions(farPort))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const [smtp = 0, pop3 = 0] = await portsOf(child)
  const senders = Array.from({ length: SENDERS }, (_, index) => send(smtp, index, said))
  const readers = [watch(keptMaildir(folder, 'ben'), child), readByPop3(pop3, child)]
  await setTimeout(randomInt(0, WITHIN))
  child.kill('SIGKILL')
  const [, signal]: unknown[] = await ended
  assert.equal(signal, 'SIGKILL', 'the lab ended by itself')
  await Promise.all([...senders, ...readers])
}

async function portsOf(child: ChildProcess): Promise<number[]> {
  assert.ok(child.stdout)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  await until(() => text.endsWith('\n') || child.exitCode !== null, 'the ports of the lab')
  return JSON.parse(text) as number[]
}

/** Sends one message after the other until the lab is gone, and notes those that were taken. */
async function send(port: number, index: number, said: Said[]): Promise<void> {
  try {
    const client = await new SmtpClient(await open({ host: '127.0.0.1', port })).greet()
    for (let count = index; ; count += 1) {
      const { to, octets } = WAYS[count % WAYS.length] ?? assert.fail()
      const { token, text } = checkedLetter(octets)
      const commands = ['MAIL FROM:<ana@lab.test>', ...to.map((each) => `RCPT TO:<${each}>`), 'DATA']
      client.send(`${commands.join('\r\n')}\r\n`)
      assert.equal((await client.codes(commands.length)).at(-1), 354)
      if ((await client.code(`${text}.`)) === 250) said.push({ token, to })
    }
  } catch {
    // The lab was killed.
  }
}

/** What another program sees in `new` meanwhile is whole. */
async function watch(maildir: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const folder = join(maildir, 'new')
    for (const name of namesIn(folder).slice(-3))
      assert.notEqual(tokenOf(readFileSync(join(folder, name), 'latin1')), undefined, 'half a message in new')
    await setTimeout(20)
  }
}

/** And so is what POP3 tells. */
async function readByPop3(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    try {
      const messages = await fetchAll({ host: '127.0.0.1', port }, 'ana')
      for (const text of messages)
        assert.notEqual(tokenOf(text.replaceAll('\r\n', '\n')), undefined, 'half by POP3')
      await setTimeout(50)
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      await setTimeout(20)
    }
  }
}

/** Makes all that lies in tmp old; returns how many files that are. */
function age(folder: string): number {
  const then = new Date(Date.now() - ABANDONED - 60_000)
  return ['ana', 'ben']
    .map((account) => join(keptMaildir(folder, account), 'tmp'))
    .flatMap((tmp) => namesIn(tmp).map((name) => join(tmp, name)))
    .map((path) => utimesSync(path, then, then)).length
}

/** Starts the lab once more, and counts. */
async function look(folder: string, farPort: number, said: readonly Said[], tally: KillTally): Promise<void> {
  await using lab = await openKeptLab(folder, keptOptions(farPort))
  const queue = async (): Promise<readonly object[]> =>
    (await lab.ask('mail', 'queue', null)) as unknown as readonly object[]
  tally.waited += (await queue()).length
  await using peer = await RelayPeer.open({}, farPort)
  // Attempts that began at the start, before that server was there, fail and are planned anew.
  await waitFor(async () => {
    await lab.ask('mail', 'flush', {})
    return (await queue()).length === 0
  }, 'an empty queue')
  for (const account of ['ana', 'ben'] as const) {
    const stored = storedIn(keptMaildir(folder, account)).map(tokenOf)
    const fetched = (await fetchAll(lab.address('mail', 'pop3'), account)).map((text) =>
      tokenOf(text.replaceAll('\r\n', '\n')),
    )
    assert.deepEqual(fetched.toSorted(), stored.toSorted())
    const address = `${account}@lab.test`
    tally.untold += check(stored, said, address) - said.filter(({ to }) => to.includes(address)).length
    assert.deepEqual(readdirSync(join(keptMaildir(folder, account), 'tmp')), [])
  }
  for (const address of ['x@far.test', 'y@far.test']) {
    const arrived = peer.arrived.filter(({ to }) => to.includes(address))
    check(
      arrived.map(({ message }) => tokenOf(message.toString('latin1').replaceAll('\r\n', '\n'))),
      said,
      address,
    )
  }
  const spool = join(folder, '.lab', 'services', 'mail', 'queue')
  assert.deepEqual(readdirSync(spool), [])
}

/** Asserts that each message for the address is there once and whole; returns how many there are. */
function check(found: readonly (string | undefined)[], said: readonly Said[], address: string): number {
  const tokens = found.map((token) => token ?? assert.fail(`half a message for ${address}`))
  const set = new Set(tokens)
  assert.equal(set.size, tokens.length, `a message came twice to ${address}`)
  for (const { token, to } of said)
    if (to.includes(address)) assert.ok(set.has(token), `a message for ${address} is lost`)
  return tokens.length
}

async function waitFor(condition: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await condition())) {
    assert.ok(Date.now() < end, `${what} did not come about`)
    await setTimeout(50)
  }
}
