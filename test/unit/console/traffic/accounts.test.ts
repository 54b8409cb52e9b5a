/** Who the clients of conversations have proved to be. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { Conversation } from '../../../../lab/console/traffic/schema.ts'
import { trafficOperations } from '../../../../lab/console/traffic/operations.ts'
import { listedSchema, type Listed } from '../../../../lab/console/traffic/schema.ts'
import { downloadSchema } from '../../../../lab/console/schema.ts'
import { provedIn } from '../../../../lab/journal/identity.ts'
import type { Address } from '../../../../lab/service.ts'
import { open, until } from '../../../talk.ts'
import { conversationsOf, openLooking, type Looking } from './looking.ts'

const scenario = `domain: lab.test
accounts: [{ name: ana, password: first }, { name: bea, password: second }]
services: { dns: {}, mail: {}, https: { client: optional, cookie: false } }
`

const files = { 'www/index.html': 'start' }

/** Says the lines one after the other, each when the one before was answered. */
async function say(address: Address, lines: readonly string[]): Promise<void> {
  const socket = await open(address)
  await once(socket, 'data')
  for (const line of lines) {
    socket.write(`${line}\r\n`)
    await once(socket, 'data')
  }
  socket.end('QUIT\r\n').resume()
  await once(socket, 'close')
}

const pop3 = (name: string, password: string): readonly string[] => [`USER ${name}`, `PASS ${password}`]
const plain = (name: string, password: string): string =>
  `AUTH PLAIN ${Buffer.from(`\0${name}\0${password}`).toString('base64')}`

async function list(looking: Looking, input: object = {}): Promise<Listed> {
  const operation = trafficOperations(looking.lab, looking.traffic)['conversations']
  return listedSchema.parse(await operation?.run(input, AbortSignal.timeout(10_000)))
}

/** A conversation as text. */
async function exported({ lab, traffic }: Looking, id: number | undefined): Promise<string> {
  const operation = trafficOperations(lab, traffic)['conversation.export']
  const file = await operation?.run({ id, format: 'text' }, AbortSignal.timeout(10_000))
  return Buffer.from(downloadSchema.parse(file).base64, 'base64').toString()
}

/** Service and account of each conversation, when all have ended. */
async function told(looking: Looking): Promise<readonly (readonly [string, string | null])[]> {
  let all: readonly Conversation[] = []
  await until(async () => {
    all = await conversationsOf(looking)
    return all.every(({ closedAt }) => closedAt !== null)
  }, 'the ends of all conversations')
  return all.map(({ service, account }) => [service, account])
}

test('a login by POP3 or SMTP tells who the client is; a wrong one, a recipient and a stranger do not', async () => {
  await using looking = await openLooking(scenario, { files })
  const { lab } = looking
  const [popAddress, smtpAddress] = [lab.address('mail', 'pop3'), lab.address('mail', 'smtp')]
  await say(popAddress, pop3('ana', 'first'))
  await say(popAddress, pop3('ana', 'wrong'))
  await say(smtpAddress, ['EHLO client.test', plain('bea', 'second')])
  await say(smtpAddress, [
    'EHLO client.test',
    'MAIL FROM:<bea@lab.test>',
    'RCPT TO:<ana@lab.test>',
    'DATA',
    'Subject: x\r\n\r\nx\r\n.',
  ])
  assert.deepEqual(await told(looking), [
    ['mail', 'ana'],
    ['mail', null],
    ['mail', 'bea'],
    ['mail', null],
  ])
  // Ana's name is in this one's fact as well, as whose mail it is.
  assert.equal(lab.journal.since(0, ['smtp.delivered'])[0]?.data?.['account'], 'ana')

  const all = await list(looking)
  assert.match(await exported(looking, all.conversations[0]?.id), /^Account +ana$/m)
  assert.doesNotMatch(await exported(looking, all.conversations[1]?.id), /^Account/m)
  assert.deepEqual(all.accounts, ['ana', 'bea'])
  const ofBea = await list(looking, { account: 'bea' })
  assert.deepEqual(
    ofBea.conversations.map(({ id }) => id),
    [all.conversations[2]?.id],
  )
  assert.deepEqual((await list(looking, { account: 'be' })).conversations, [])
  assert.equal((await list(looking, { account: '' })).conversations.length, 4)
  const changes = await looking.traffic.changes({ account: 'bea' }, 0)
  assert.deepEqual([changes.conversations.length, changes.skipped], [1, 0])
})

test('a client certificate tells who the client is', async () => {
  await using looking = await openLooking(scenario, { files })
  const { certificates } = looking.lab.world
  const { key, chain } = await certificates.issue({ names: ['ana'], purpose: 'client' })
  const ca = await certificates.authority()
  for (const shown of [{ key, cert: chain }, {}]) {
    const client = connectTls({
      ...looking.lab.address('https', 'https'),
      ca,
      servername: 'www.lab.test',
      ...shown,
    })
    client.resume().write('GET / HTTP/1.1\r\nHost: www.lab.test\r\nConnection: close\r\n\r\n')
    await once(client, 'close')
  }
  assert.deepEqual(await told(looking), [
    ['https', 'ana'],
    ['https', null],
  ])
})

test('an exchange of datagrams has its own account, and not that of the one whose place it takes', async () => {
  await using looking = await openLooking(scenario, { files }, { count: 2, octets: 1_000_000 })
  const store = looking.traffic.attach()
  const address = { host: '127.0.0.1', port: 5060 }
  const begin = (id: number): void => {
    const ends = { local: address, remote: address, openedAt: 0 }
    store.opened({ id, service: 'sip', endpoint: 'sip', transport: 'udp', direction: 'inbound', ...ends })
  }
  begin(1)
  // Of a name that somebody made up to fill the memory only the beginning is kept.
  const data = { client: '127.0.0.1', account: 'a'.repeat(300) }
  const kept = 'a'.repeat(256)
  const entry = { seq: 1, at: 0, service: 'sip', connection: 1, kind: 'sip.registered', data }
  store.fact(entry, JSON.stringify(entry))
  assert.deepEqual([store.find(1)?.account, store.accounts()], [kept, [kept]])
  begin(2)
  begin(3)
  assert.deepEqual([store.find(1), store.find(3)?.account, store.accounts()], [undefined, undefined, []])
})

test('a fact names the account of its client together with the client', () => {
  const client = '127.0.0.1'
  for (const [data, account] of [
    [{ client, account: 'ana' }, 'ana'],
    [{ client, user: 'ana' }, 'ana'],
    [{ account: 'ana', recipient: 'ana@lab.test' }, undefined],
    [{ client, account: '' }, undefined],
    [{ client, account: 7 }, undefined],
    [undefined, undefined],
  ] as const)
    assert.equal(provedIn(data), account, JSON.stringify(data))
})
