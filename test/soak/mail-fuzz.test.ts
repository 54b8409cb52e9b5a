/** A million spoiled lines for SMTP and POP3: every session ends, nothing breaks, nothing is kept. `SEED=` repeats a run. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { test } from 'node:test'
import { createRandom } from '../../lab/host/random.ts'
import type { Address, Logger, Random } from '../../lab/service.ts'
import { fetchAll, openMailLab } from '../interop/mail/mail-lab.ts'
import { until } from '../talk.ts'
import { PIECES } from '../unit/mail/pieces.ts'
import { heap } from '../heap.ts'

const LINES = 1_000_000
const ROUNDS = 10
const LINES_A_SESSION = 100
const SESSIONS_AT_ONCE = 10
/** Octets by which the heap may differ between rounds: the journal's facts, as many as it keeps. */
const HEAP_TOLERANCE = 16 * 1024 * 1024

const seed = process.env['SEED'] ?? String(Math.floor(Math.random() * 1e9))

const SMTP = [
  'EHLO client.test', 'HELO x', 'MAIL FROM:<ana@lab.test> SIZE=100 BODY=8BITMIME', 'MAIL FROM:<>',
  'MAIL FROM:<"q r"@[127.0.0.1]> RET=FULL ENVID=x+2By SMTPUTF8 AUTH=<>', 'RCPT TO:<ben@lab.test>',
  'RCPT TO:<ben@lab.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b', 'RCPT TO:<@x.test:ben+tag@lab.test>', 'DATA',
  'Subject: x\r\n\r\n..x\r\n.', '.', 'BDAT 8\r\nxxxxxx\r\n', 'BDAT 8 LAST\r\nxxxxxx\r\n', 'BDAT 0 LAST', 'RSET', 'NOOP x',
  'VRFY ana', 'EXPN all', 'HELP', 'AUTH LOGIN', 'AUTH SCRAM-SHA-256 biwsbj1hbmEscj1hYmM=', '*', '=',
] // prettier-ignore

const POP3 = [
  'USER ana', 'PASS ana', 'APOP ana 0123456789abcdef0123456789abcdef', 'AUTH PLAIN', 'AUTH', 'AUTH LOGIN', 'CAPA', '*',
  'AUTH SCRAM-SHA-256 biwsbj1hbmEscj1hYmM=', '=', 'STAT', 'LIST', 'LIST 1', 'UIDL', 'UIDL 2', 'RETR 1', 'RETR 3', 'TOP 1 1',
  'TOP 2 0', 'DELE 1', 'DELE 2', 'RSET', 'NOOP', 'UTF8', 'LANG', 'LANG es', 'LAST', '', ' ', 'x'.repeat(300),
] // prettier-ignore

interface Protocol {
  readonly address: Address
  readonly seeds: readonly string[]
  /** What every session begins with. */
  readonly first: string
  readonly last: string
  /** What all that the server says must be. */
  readonly answers: RegExp
}

function mutate(random: Random, seeds: readonly string[]): string {
  const pick = (list: readonly string[]): string => list[random.integer(0, list.length)] ?? ''
  let text = pick(seeds)
  for (let times = random.integer(0, 4); times > 0; times -= 1) {
    const place = random.integer(0, text.length + 1)
    const kind = random.integer(0, 40)
    const put =
      kind === 0 ? pick(PIECES).repeat(random.integer(1, 9000)) : kind < 10 ? pick(seeds) : pick(PIECES)
    text = text.slice(0, place) + put + text.slice(place + random.integer(0, 3))
  }
  return `${text}${random.integer(0, 50) === 0 ? '\n' : '\r\n'}`
}

/** One session of spoiled lines; resolves with how many lines the server said. */
function session(protocol: Protocol, text: string): Promise<number> {
  const { host, port } = protocol.address
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    const socket = connect({ host, port, allowHalfOpen: true })
    socket.on('data', (piece: Buffer) => void pieces.push(piece))
    socket.on('error', () => socket.destroy())
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      const said = Buffer.concat(pieces).toString('latin1')
      if (!protocol.answers.test(said))
        reject(new Error(`a server said ${JSON.stringify(said.slice(0, 2000))}`))
      else resolve(said.split('\r\n').length - 1)
    })
    socket.end(Buffer.from(text, 'latin1'))
  })
}

function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}

test(`${LINES} spoiled lines`, async (t) => {
  t.diagnostic(`SEED=${seed}`)
  const errors: unknown[] = []
  const ignore = (): void => undefined
  const log: Logger = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (...words) => void errors.push(words),
  }
  await using mail = await openMailLab({
    lab: { log: () => log, seed },
    mail: {
      maxLogins: 1000,
      smtp: { maxErrors: 10_000 },
      pop3: { maxErrors: 10_000, apop: { ana: 'tanstaaf' } },
    },
  })
  const mailbox = mail.lab.world.mail.mailbox('ana')
  for (const text of ['A: b\r\n\r\n.x\r\n', 'y', `${'z'.repeat(200)}\r\n`.repeat(500)])
    await mailbox?.deliver(Buffer.from(text))
  const random = createRandom(seed)
  const smtp = {
    address: mail.at('smtp'),
    seeds: SMTP,
    first: 'EHLO x\r\n',
    last: 'QUIT\r\n',
    answers: /^(?:\d{3}[- ][^\r\n]*\r\n)*$/,
  }
  const pop3 = {
    address: mail.at('pop3'),
    seeds: POP3,
    first: '',
    last: '*\r\n',
    // Messages have any octets but no bare line ends.
    answers: /^\+OK telelab ready\.[^]*\r\n$/,
  }
  const before = descriptors()
  let answered = 0
  let first = 0
  let sent = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    while (sent < ((round + 1) * LINES) / ROUNDS) {
      const texts = Array.from({ length: SESSIONS_AT_ONCE }, (_, index) => {
        const protocol = index % 2 === 0 ? smtp : pop3
        // A mailbox is one session's at a time.
        const begin = index === 1 ? 'USER ana\r\nPASS ana\r\n' : protocol.first
        const lines = Array.from({ length: LINES_A_SESSION }, () => mutate(random, protocol.seeds))
        return [protocol, begin + lines.join('') + protocol.last] as const
      })
      const counts = await Promise.all(texts.map(([protocol, text]) => session(protocol, text)))
      answered += counts.reduce((sum, count) => sum + count, 0)
      sent += SESSIONS_AT_ONCE * LINES_A_SESSION
    }
    if (round === 0) first = heap()
  }
  await until(() => descriptors() <= before, 'as many descriptors as before')
  const grown = heap() - first
  const stored = mail.stored('ben').length
  t.diagnostic(
    `${sent} lines sent, ${answered} lines came back, ${stored} messages were taken; memory grew by ${grown} octets`,
  )
  assert.deepEqual(errors, [])
  assert.ok(grown < HEAP_TOLERANCE, `memory grew by ${grown} octets`)
  // Nothing was deleted without QUIT, and the mailbox is free.
  assert.ok((await fetchAll(mail.at('pop3'), 'ana')).length >= 3)
})
