/** Mutated commands in memory; `LINES` sets how many. */
import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { createRandom } from '../../../lab/host/random.ts'
import { eventually } from '../http/server.ts'
import { TestPop3 } from './pop3-server.ts'

const LINES = Number(process.env['LINES'] ?? 20_000)
const AT_ONCE = 200

const SEEDS = [
  'USER ana', 'PASS secret', 'APOP ana 0123456789abcdef0123456789abcdef', 'AUTH PLAIN', 'AUTH', 'AUTH LOGIN',
  'AUTH PLAIN AGFuYQBzZWNyZXQ=', 'AUTH SCRAM-SHA-256 biwsbj1hbmEscj1hYmM=', 'AGFuYQBzZWNyZXQ=', '*', '=', 'CAPA',
  'STAT', 'LIST', 'LIST 1', 'UIDL', 'UIDL 2', 'RETR 1', 'RETR 3', 'TOP 1 1', 'TOP 2 0', 'DELE 1', 'DELE 2', 'RSET',
  'NOOP', 'UTF8', 'LANG', 'LANG es', 'LANG *', 'LAST', '', ' ', 'x'.repeat(300),
] // prettier-ignore

const random = createRandom('pop3-fuzz')
const pick = <Item>(items: readonly Item[]): Item => items[random.integer(0, items.length)] as Item

function mutate(line: string): string {
  const kind = random.integer(0, 12)
  const at = random.integer(0, line.length + 1)
  const octet = String.fromCharCode(random.integer(0, 256))
  if (kind === 0) return line.slice(0, at) + octet + line.slice(at)
  if (kind === 1) return line.slice(0, at) + line.slice(at + 1)
  if (kind === 2) return `${line} ${pick(SEEDS)}`
  if (kind === 3) return `${line}${'9'.repeat(random.integer(1, 30))}`
  if (kind === 4) return line.slice(0, at) + octet.repeat(random.integer(1, 14_000))
  return line
}

test(`${LINES} mutated lines get an answer each or end their connection, and delete nothing without QUIT`, async () => {
  await using lab = await TestPop3.open({
    pop3: { maxErrors: 1_000_000, apop: { ana: 'tanstaaf' } },
    mail: { maxLogins: 1_000_000 },
    messages: { ana: ['A: b\r\n\r\n.x\r\n', 'y', `${'z'.repeat(200)}\r\n`.repeat(500)] },
  })
  const before = process.memoryUsage().rss
  for (let done = 0; done < LINES; done += AT_ONCE) {
    const [client, server] = duplexPair()
    lab.serve(server)
    let tail = ''
    client.on('data', (piece: Buffer) => (tail = (tail + piece.toString('latin1')).slice(-200)))
    client.on('error', () => undefined)
    const lines = Array.from(
      { length: AT_ONCE },
      () => `${mutate(pick(SEEDS))}${pick(['\r\n', '\r\n', '\n'])}`,
    )
    if (done % (2 * AT_ONCE) === 0) lines.unshift('USER ana\r\nPASS secret\r\n')
    const text = Buffer.from(lines.join(''), 'latin1')
    for (let from = 0; from < text.length;) {
      const end = from + random.integer(1, 5000)
      client.write(text.subarray(from, end))
      from = end
    }
    // Ends whatever the lines have begun, and is answered last in all states.
    client.write('*\r\nLANG en\r\nLAST\r\n')
    const end = '+OK en The language is now English.\r\n-ERR Unknown command.\r\n'
    await eventually(() => tail.endsWith(end))
    client.destroy()
    server.destroy()
  }
  assert.deepEqual(lab.errors, [])
  assert.equal((await lab.mailbox().list()).length, 3)
  // The lock of the last session is free again.
  await lab.enter()
  assert.ok(process.memoryUsage().rss - before < 200_000_000, 'memory stays flat')
})
