/** What can be asked about conversations. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import {
  conversationsSchema,
  ladderSchema,
  type Conversations,
  type Ladder,
} from '../../../../lab/console/traffic/schema.ts'
import { downloadSchema } from '../../../../lab/console/schema.ts'
import { trafficOperations } from '../../../../lab/console/traffic/operations.ts'
import { Traffic } from '../../../../lab/console/traffic/traffic.ts'
import { openLab, temporaryFolder, type TestLab } from '../../../lab.ts'
import { questionOctets } from '../../../bench/dns-zone.ts'
import { dropService } from '../../../services.ts'
import { datagram, open, talk, until } from '../../../talk.ts'
import { missing } from '../../../tool.ts'

const scenario = 'domain: example.org\nservices: { dns: {}, http: {}, mail: {} }\n'
const files = { 'www/index.html': 'start' }

/** The answers of a lab's operations, each checked against its schema. */
class Asked {
  readonly lab: TestLab
  readonly operations: ReturnType<typeof trafficOperations>

  constructor(lab: TestLab) {
    this.lab = lab
    this.operations = trafficOperations(
      lab,
      new Traffic(lab, { error: (_fields, message) => assert.fail(message) }),
    )
  }

  async ask(name: string, input: object = {}): Promise<unknown> {
    const operation = this.operations[name] ?? assert.fail(name)
    const answer = operation.run(input, AbortSignal.timeout(10_000))
    return operation.output.parse(await (answer as Promise<unknown>))
  }

  async list(input: object = {}): Promise<Conversations> {
    return conversationsSchema.parse(await this.ask('conversations', input))
  }

  async summaries(input: object = {}): Promise<readonly string[]> {
    return (await this.list(input)).conversations.map(({ summary }) => summary)
  }

  query(name: string): Promise<Buffer | undefined> {
    return datagram(this.lab.address('dns', 'dns'), questionOctets(name, 'A'))
  }

  get(path: string): Promise<string> {
    return talk(
      this.lab.address('http', 'http'),
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
  }
}

const names = ['mail.example.org', 'smtp.example.org', 'nobody.example.org'] as const

test('what begins before somebody looks is not seen, what begins later is', async () => {
  await using lab = await openLab(scenario, { files })
  const early = await open(lab.address('http', 'http'))
  const asked = new Asked(lab)
  await asked.query(names[0])
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(await asked.list(), { conversations: [], skipped: 0, total: 0 })
  early.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await asked.query(names[1])
  const { conversations, total } = await asked.list()
  assert.deepEqual(
    conversations.map(({ service, summary }) => [service, summary]),
    [['dns', 'smtp.example.org A? → NOERROR, 1 answer: 127.0.0.1 [aa]']],
  )
  assert.equal(total, 1)
  early.destroy()
})

test('conversations are filtered and paged', async () => {
  await using lab = await openLab(scenario, { files })
  const asked = new Asked(lab)
  await asked.list()
  for (const name of names) await asked.query(name)
  await asked.get('/')
  await asked.get('/nothing')
  const all = (await asked.list()).conversations
  assert.equal(all.length, 5)
  assert.deepEqual(
    all.map(({ id }) => id),
    all.map(({ id }) => id).toSorted((a, b) => a - b),
  )
  assert.equal((await asked.list({ service: 'http' })).conversations.length, 2)
  assert.equal((await asked.list({ client: '127.0.0.1' })).conversations.length, 5)
  assert.equal((await asked.list({ client: '192.0.2.' })).conversations.length, 0)
  assert.deepEqual(await asked.summaries({ text: 'SMTP.example' }), [
    'smtp.example.org A? → NOERROR, 1 answer: 127.0.0.1 [aa]',
  ])
  assert.deepEqual(await asked.summaries({ text: 'dns.answered', limit: 1 }), [
    (await asked.summaries({ service: 'dns' })).at(-1),
  ])
  assert.match((await asked.summaries({ language: 'es' }))[0] ?? '', /NOERROR, 1 respuesta/)
  assert.equal((await asked.list({ text: '1 respuesta' })).conversations.length, 2)
  const refused = await asked.summaries({ isRefused: true })
  assert.equal(refused.length, 2)
  assert.match(refused[0] ?? '', /^nobody\.example\.org A\? → NXDOMAIN/)
  assert.equal(refused[1], 'GET /nothing → 404 Not Found')
  assert.equal((await asked.list({ isRefused: false })).conversations.length, 3)
  const page = (await asked.list({ limit: 2 })).conversations
  assert.deepEqual(page, all.slice(-2))
  assert.deepEqual((await asked.list({ limit: 2, before: page[0]?.id })).conversations, all.slice(1, 3))
  await assert.rejects(asked.list({ limit: 5000 }))
})

test('a stream tells of what begins and changes, and counts what is too much', async () => {
  await using lab = await openLab(scenario, { files })
  const asked = new Asked(lab)
  const aborting = new AbortController()
  const stream = asked.operations['conversations.follow']?.run(
    {},
    aborting.signal,
  ) as AsyncGenerator<Conversations>
  let next = stream.next()
  await asked.query(names[0])
  const { value: first } = (await next) as { readonly value: Conversations }
  assert.deepEqual([first.conversations.length, first.skipped, first.total], [1, 0, 1])
  next = stream.next()
  await Promise.all(Array.from({ length: 250 }, () => asked.query(names[1])))
  const told = new Map<number, boolean>()
  let skipped = 0
  while (told.size + skipped < 250) {
    const { value } = (await next) as { readonly value: Conversations }
    conversationsSchema.parse(value)
    assert.ok(value.conversations.length <= 100)
    for (const { id } of value.conversations) told.set(id, true)
    skipped += value.skipped
    next = stream.next()
  }
  assert.ok(skipped > 0)
  aborting.abort()
  assert.equal((await next).done, true)
})

test('a flood on the network is bounded, and a list of all of it holds nobody up for long', async () => {
  await using lab = await openLab(scenario, { files })
  const asked = new Asked(lab)
  await asked.list()
  for (let turn = 0; turn < 40; turn += 1)
    await Promise.all(Array.from({ length: 50 }, () => asked.query(names[turn % 3] ?? '')))
  let turns = 0
  const counting = setInterval(() => (turns += 1), 1)
  const { conversations, total } = await asked.list({ text: 'is in none of them' })
  clearInterval(counting)
  assert.equal(conversations.length, 0)
  assert.ok(total >= 2000)
  // It is read in turns, between which timers ring.
  assert.ok(turns > 5, `${turns} turns`)
})

test('a ladder, and one that is not there', async () => {
  await using lab = await openLab(scenario, { files })
  const asked = new Asked(lab)
  await asked.list()
  await asked.get('/')
  await until(async () => (await asked.list()).conversations[0]?.closedAt !== null)
  const { id = 0 } = (await asked.list()).conversations[0] ?? {}
  const ladder: Ladder = ladderSchema.parse(await asked.ask('ladder', { id }))
  assert.equal(ladder.conversation.id, id)
  assert.equal(ladder.left, 0)
  const spanish = ladderSchema.parse(await asked.ask('ladder', { id, language: 'es' }))
  assert.deepEqual(
    [ladder, spanish].map(({ steps }) => steps[0]?.text),
    ['TCP open (SYN, SYN-ACK, ACK)', 'TCP: conexión abierta (SYN, SYN-ACK, ACK)'],
  )
  assert.ok(ladder.steps.some(({ about }) => about?.rfc?.startsWith('RFC 9110') === true))
  await assert.rejects(asked.ask('ladder', { id: 99 }), /conversation 99 is not kept/)
  await assert.rejects(asked.ask('conversation.export', { id: 99, format: 'text' }), /is not kept/)
})

test('of a very long ladder the first 2,000 steps are shown', async () => {
  using folder = temporaryFolder()
  dropService(folder.path, 'echo')
  await using lab = await openLab('services: { echo: {} }', { services: [folder.path] })
  const asked = new Asked(lab)
  await asked.list()
  const client = await open(lab.address('echo', 'echo'))
  for (let turn = 0; turn < 1100; turn += 1) {
    client.write('x\n')
    await once(client, 'data')
  }
  const ladder = ladderSchema.parse(await asked.ask('ladder', { id: 1 }))
  assert.equal(ladder.steps.length, 2000)
  // The connection's beginning is a step as well.
  assert.equal(ladder.left, 201)
  client.destroy()
})

test('a conversation as text for a report, in both languages', async () => {
  await using lab = await openLab(scenario, { files })
  const asked = new Asked(lab)
  await asked.list()
  await asked.query(names[0])
  const { id = 0 } = (await asked.list()).conversations[0] ?? {}
  for (const [language, heading, arrow] of [
    ['en', `Conversation ${id}\n==============\n\nService `, 'client → server'],
    ['es', `Conversación ${id}\n==============\n\nServicio`, 'cliente → servidor'],
  ] as const) {
    const file = downloadSchema.parse(
      await asked.ask('conversation.export', { id, format: 'text', language }),
    )
    assert.equal(file.name, `conversation-${id}.txt`)
    const text = Buffer.from(file.base64, 'base64').toString()
    assert.ok(text.startsWith(heading), text)
    assert.match(text, new RegExp(`\\n +0\\.0000  ${arrow}  mail\\.example\\.org A\\?\\n`))
    assert.match(text, /\n +(?:ANSWER|RESPUESTA)[^\n]*\n +mail\.example\.org\.? /i)
  }
})

/** What tshark reads from a file: fields, one packet a line. */
function tshark(path: string, filter: string, ...words: readonly string[]): string {
  const { stdout } = spawnSync('tshark', ['-r', path, '-Y', filter, '-T', 'fields', ...words], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ')
}

test(
  'a conversation as a capture, which tshark reads, inside TLS too',
  { skip: missing('tshark') },
  async () => {
    await using lab = await openLab('domain: example.org\nservices: { http: {}, https: {} }\n', { files })
    using folder = temporaryFolder()
    const asked = new Asked(lab)
    await asked.list()
    await asked.get('/')
    const ca = await lab.world.certificates.authority()
    const client = connectTls({ ...lab.address('https', 'https'), ca, servername: 'www.example.org' })
    client.resume().write('GET /secret HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    await once(client, 'close')
    await until(async () => (await asked.list()).conversations.every(({ closedAt }) => closedAt !== null))
    for (const [service, uri, code] of [
      ['http', '/', '200'],
      ['https', '/secret', '404'],
    ] as const) {
      const { id = 0 } = (await asked.list({ service })).conversations[0] ?? {}
      const file = downloadSchema.parse(await asked.ask('conversation.export', { id, format: 'pcapng' }))
      const path = join(folder.path, file.name)
      writeFileSync(path, Buffer.from(file.base64, 'base64'))
      const { port } = lab.address(service, service)
      const as = `tcp.port==${port},${service === 'http' ? 'http' : 'tls'}`
      const fields = ['-d', as, '-e', 'http.request.uri', '-e', 'http.response.code']
      assert.equal(tshark(path, 'http', ...fields), `${uri} ${code}`)
      assert.equal(tshark(path, 'tcp.analysis.flags', '-e', 'frame.number'), '')
    }
  },
)
