/** Every operation answers as its schema says, and the description of them holds together. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { cacheSchema, errorSchema, zonesSchema } from '../../../lab/console/schema.ts'
import { openConsole, type TestConsole } from '../../console.ts'
import { datagram } from '../../talk.ts'

const scenario = `
domain: lab.test
accounts: [{ name: ana }, { name: ben, password: other }]
services: { dns: { forwarders: [127.0.0.1:9] }, http: {}, mail: {} }
faults: [{ at: smtp.rcpt, reply: 451 4.7.1 Later, times: 2 }]
`

const files = { 'www/index.html': '<h1>hi</h1>' }

const letter = Buffer.from(
  'From: a@b\nSubject: =?utf-8?q?=C3=B1?=\nDate: Mon, 1 Jan 2024 10:00:00 +0100\n\nhi\n',
)

const changes = { started: [], restarted: ['dns'], stopped: [], unchanged: ['http'] }

/** Something for each operation to tell of. */
async function openBusy(): Promise<{ console: TestConsole; inputs: Readonly<Record<string, unknown>> }> {
  const task = { id: 'mx', title: { en: 'a', es: 'b' }, points: 2, score: 0, state: 'open' } as const
  const { state: _state, ...about } = task
  const result = {
    ...about,
    group: 'dns',
    outcome: 'failed',
    score: 0,
    assertions: [{ title: task.title, holds: false, difference: { expected: 'a', actual: 'b', at: 0 } }],
    evidence: { facts: [1] },
    milliseconds: 1,
  } as const
  const console = await openConsole(scenario, {
    files,
    actions: { reload: async () => changes },
    tasks: {
      tasks: () => [task],
      check: async () => [result],
      hint: async () => ({ text: task.title, cost: 1 }),
    },
  })
  const { lab } = console
  await lab.world.mail.mailbox('ana')?.deliver(letter)
  const [stored] = (await lab.world.mail.mailbox('ana')?.list()) ?? []
  // From here on conversations are kept.
  await console.ask('conversations')
  const question = Buffer.from('000101000001000000000000036c616204746573740000060001', 'hex')
  await datagram(lab.address('dns', 'dns'), question)
  const added = (await console.ask('faults.add', { at: 'dns.answer', drop: true, match: { type: 'MX' } }))
    .body
  const { id } = z.object({ id: z.int() }).parse(added)
  const listed = z.object({ conversations: z.array(z.object({ id: z.int() })) })
  const [conversation] = listed.parse((await console.ask('conversations')).body).conversations
  return {
    console,
    inputs: {
      'clock.advance': { milliseconds: 1000 },
      'faults.add': { at: 'pop3.login', times: 1 },
      'faults.set': { id, isOn: false },
      'faults.remove': { id },
      'service.start': { name: 'http' },
      'service.stop': { name: 'http' },
      'service.ask': { name: 'dns', operation: 'zones' },
      hint: { task: 'mx' },
      mailbox: { account: 'ana' },
      message: { account: 'ana', id: stored?.id },
      ladder: { id: conversation?.id },
      'conversation.export': { id: conversation?.id, format: 'text' },
    },
  }
}

test('every answer is of its schema, and says nothing beyond it', async () => {
  const { console, inputs } = await openBusy()
  await using _console = console
  const asked = Object.entries(console.operations).filter(
    ([, { isStream, isLocal }]) => !isStream && !isLocal,
  )
  // What takes the others' matter away comes last.
  const ordered = asked.toSorted(
    ([one], [other]) => Number(one === 'faults.remove') - Number(other === 'faults.remove'),
  )
  for (const [name, { output }] of ordered) {
    const { status, body } = await console.ask(name, inputs[name] ?? {})
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`)
    const parsed = output.safeParse(body)
    assert.ok(parsed.success, `${name}: ${parsed.error?.message}`)
    // A schema leaves out what it does not know.
    if (!['openapi', 'service.ask'].includes(name)) assert.deepEqual(parsed.data, body, name)
  }
  assert.deepEqual(console.logged, [])
})

test('a stopped and a failed service are told by the same schema', async () => {
  await using console = await openConsole(scenario, { files })
  await console.lab.stopService('dns')
  const { body } = await console.ask('overview')
  const output = console.operations['overview']?.output
  assert.deepEqual(output?.parse(body), body)
  const told = z
    .object({ services: z.array(z.looseObject({ name: z.string(), state: z.string() })) })
    .parse(body)
  const dns = told.services.find(({ name }) => name === 'dns')
  assert.equal(dns?.state, 'stopped')
  assert.deepEqual(dns?.['operations'], [])
})

test('the overview: addresses with what to type, counters, faults, accounts', async () => {
  await using console = await openConsole(scenario, { files })
  const { host, port } = console.lab.address('dns', 'dns')
  for (let query = 0; query < 3; query += 1)
    await datagram({ host, port }, Buffer.from('000101000001000000000000036c616204746573740000060001', 'hex'))
  const { body } = await console.ask('overview')
  const overview = console.operations['overview']?.output.parse(body)
  const { services, faults, accounts } = overview as import('../../../lab/console/schema.ts').Overview
  const dns = services.find(({ name }) => name === 'dns')
  assert.equal(dns?.endpoints[0]?.try, `dig @127.0.0.1 -p ${port} www.lab.test A`)
  assert.equal(dns.counts['dns.queried'], 3)
  assert.deepEqual(dns.faultPoints, ['dns.answer'])
  assert.deepEqual(dns.operations, ['zones', 'cache'])
  assert.deepEqual(accounts, [
    { name: 'ana', password: 'ana' },
    { name: 'ben', password: 'other' },
  ])
  assert.deepEqual(
    faults.map(({ at, settings, origin, left }) => ({ at, settings, origin, left })),
    [{ at: 'smtp.rcpt', settings: { reply: '451 4.7.1 Later', times: 2 }, origin: 'scenario', left: 2 }],
  )
})

test('what a name service tells of its zones and its cache is as the page reads it', async () => {
  await using console = await openConsole(scenario, { files })
  for (const [operation, schema] of [
    ['zones', zonesSchema],
    ['cache', cacheSchema],
  ] as const) {
    const { body } = await console.ask('service.ask', { name: 'dns', operation })
    assert.deepEqual(schema.parse(body), body)
  }
})

test('errors come in both languages, with what is wrong where', async () => {
  await using console = await openConsole(scenario, { files })
  for (const [operation, input, status, wrong] of [
    ['nothing', {}, 404, /no operation "nothing"/],
    ['overvew', {}, 404, /did you mean "overview"/],
    ['stop', {}, 404, /no operation/],
    ['constructor', {}, 404, /no operation/],
    ['log', {}, 400, /stream/],
    ['overview', { x: 1 }, 400, /1 mistake/],
    ['clock.advance', { milliseconds: 'a', y: 1 }, 400, /2 mistakes/],
    ['service.start', { name: 'dnss' }, 400, /did you mean "dns"/],
    ['service.ask', { name: 'dns', operation: 'none' }, 409, /knows nothing/],
    ['service.ask', { name: 'dns', operation: 'zones', input: { limit: -1 } }, 400, /1 mistake/],
    ['message', { account: 'ana', id: 'x' }, 404, /no message/],
    ['mailbox', { account: '../ben' }, 404, /no account/],
    ['ladder', { id: 99 }, 400, /not kept/],
  ] as const) {
    const answer = await console.ask(operation, input)
    assert.equal(answer.status, status, `${operation} ${JSON.stringify(answer.body)}`)
    const { error, problems } = errorSchema.parse(answer.body)
    assert.match(error.en, wrong)
    assert.notEqual(error.es, error.en)
    if (/mistake/.test(error.en)) assert.ok(problems.length > 0)
    for (const { message } of problems) assert.notEqual(message.es, message.en)
  }
})

/** All that `$ref` says in a description. */
function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refsOf(inner),
  )
}

const described = z.strictObject({
  operationId: z.string(),
  summary: z.string().min(10),
  requestBody: z
    .looseObject({ content: z.looseObject({ 'application/json': z.looseObject({}) }) })
    .optional(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.enum(['query', 'header']) })).optional(),
  responses: z.looseObject({ 200: z.looseObject({ description: z.string() }), 401: z.looseObject({}) }),
})

const document = z.strictObject({
  openapi: z.literal('3.1.1'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.string() })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(
    z.string().startsWith('/'),
    z.union([z.strictObject({ post: described }), z.strictObject({ get: described })]),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[\w.-]+$/), z.looseObject({})),
    responses: z.record(z.string(), z.looseObject({ description: z.string() })),
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.string() })),
  }),
})

test('the description is OpenAPI 3.1: every operation there, every reference resolved', async () => {
  await using console = await openConsole('services: {}\n')
  const answer = await fetch(`${console.base}/openapi.json`)
  const body: unknown = await answer.json()
  const { paths } = document.parse(body)
  const wanted = Object.entries(console.operations)
    .filter(([, { isLocal }]) => !isLocal)
    .map(([name, { isStream }]) => (isStream ? `/api/stream/${name}` : `/api/${name}`))
  assert.deepEqual(Object.keys(paths).toSorted(), wanted.toSorted())
  assert.ok(wanted.length >= 22)
  const refs = refsOf(body)
  assert.ok(refs.length > 10)
  for (const ref of refs) {
    assert.match(ref, /^#\/components\//)
    const found = ref
      .slice(2)
      .split('/')
      .reduce<unknown>((here, step) => (here === undefined ? here : Reflect.get(Object(here), step)), body)
    assert.ok(found !== undefined, ref)
  }
})
