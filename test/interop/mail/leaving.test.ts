/** Clients that are too many, or that leave in the middle of something. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import { open, until } from '../../talk.ts'
import { Client } from '../../unit/http/server.ts'
import { fetchAll, openMailLab } from './mail-lab.ts'

/** Milliseconds after which a refused client is no longer waited for. */
const LINGER = 5001

function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}

test('beyond the limits a client is told, and those who are there stay', async () => {
  await using mail = await openMailLab({
    mail: { smtp: { maxConnections: 20, maxConnectionsPerClient: 10 }, pop3: { maxConnections: 10 } },
  })
  for (const [endpoint, reply] of [
    ['smtp', /^421 /],
    ['pop3', /^-ERR /],
  ] as const) {
    const inside = Array.from({ length: 10 }, () => new Client(mail.port(endpoint)))
    await Promise.all(inside.map((client) => client.until(/\n/)))
    const outside = new Client(mail.port(endpoint))
    assert.match(await outside.all(), reply)
    for (const client of inside) {
      client.send('NOOP\r\nQUIT\r\n')
      assert.match(await client.all(), /\r\n(?:221|\+OK) /)
    }
    for (const { socket } of [...inside, outside]) socket.destroy()
  }
})

test('clients that leave in the middle of a message, of an answer or of a login leave nothing behind', async () => {
  await using mail = await openMailLab()
  await mail.lab.world.mail.mailbox('ana')?.deliver(Buffer.from(`A: b\r\n\r\n${'x\r\n'.repeat(1_000_000)}`))
  const client = await (await mail.smtp()).begin('ana@lab.test', 'ben@lab.test')
  await client.ask('DATA')
  assert.equal(await client.code('x\r\n.'), 250)
  assert.equal(await client.code('QUIT'), 221)
  client.stream.destroy()
  await until(() => mail.lab.status().every(({ connections }) => connections === 0))
  const before = descriptors()
  const begin = 'EHLO x\r\nMAIL FROM:<ana@lab.test>\r\nRCPT TO:<ben@lab.test>\r\n'
  const text = `Subject: x\r\n\r\n${'y'.repeat(70)}\r\n`.repeat(3000)
  const beginnings: readonly (readonly ['smtp' | 'pop3', string])[] = [
    ['smtp', `${begin}DATA\r\n${text}`],
    ['smtp', `${begin}DATA\r\n${text}\r\n.`],
    ['smtp', `${begin}BDAT 1000000\r\n${text}`],
    ['smtp', `${begin}BDAT ${text.length}\r\n${text}`],
    ['smtp', 'EHLO x\r\nAUTH PLAIN\r\n'],
    ['pop3', 'USER ana\r\nPASS ana\r\nRETR 1\r\n'],
    ['pop3', 'USER ana\r\nPASS ana\r\nDELE 1\r\nSTAT\r\n'],
    ['pop3', 'AUTH SCRAM-SHA-256 biwsbj1hbmEscj1hYmM=\r\n'],
  ]
  for (let round = 0; round < 20; round += 1)
    await Promise.all(
      beginnings.map(async ([endpoint, said]) => {
        const socket = await open(mail.at(endpoint))
        socket.resume()
        socket.write(said)
        await setTimeout(Math.random() * 60)
        if (round % 2 === 0) socket.destroy()
        else socket.resetAndDestroy()
      }),
    )
  await until(() => descriptors() <= before, 'as many descriptors as before')
  await until(() => mail.unfinished('ben').length === 0, 'an empty tmp')
  await until(() => mail.lab.status().every(({ connections }) => connections === 0), 'no connection')
  assert.equal(mail.stored('ben').length, 1)
  assert.equal((await fetchAll(mail.at('pop3'), 'ana')).length, 1)
})

test('a client that is refused and does not close its half is not waited for', async () => {
  const few = { maxConnections: 1 }
  await using mail = await openMailLab({ mail: { smtp: few, pop3: few } })
  for (const endpoint of ['smtp', 'pop3'] as const) {
    const clients = Array.from({ length: 5 }, () => new Client(mail.port(endpoint)))
    await Promise.all(clients.slice(1).map((client) => client.all()))
    mail.lab.clock.advance(LINGER)
    await until(() => mail.lab.status().every(({ connections }) => connections <= 1), endpoint)
    for (const { socket } of clients) socket.destroy()
    await until(() => mail.lab.status().every(({ connections }) => connections === 0))
  }
})
