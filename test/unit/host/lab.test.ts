import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { journalFiles } from '../../../lab/journal/file.ts'
import type { Logger } from '../../../lab/service.ts'
import { openLab, readScenario, temporaryFolder, writeFiles, type TestLabOptions } from '../../lab.ts'
import { dropService } from '../../services.ts'
import { open, talk, until } from '../../talk.ts'

const plain = 'services:\n  echo: {}\n'

/** A folder with an echo service and those that the test adds. */
function services(
  ...more: readonly (readonly [string, Parameters<typeof dropService>[2]])[]
): Disposable & { readonly path: string } {
  const folder = temporaryFolder()
  dropService(folder.path, 'echo')
  for (const [name, service] of more) dropService(folder.path, name, service)
  return folder
}

/** A log that keeps what is written at one level. */
function listening(lines: string[]): NonNullable<TestLabOptions['log']> {
  const note = (fields: object, message: string): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log: Logger = { debug: () => undefined, info: () => undefined, warn: note, error: note }
  return () => log
}

test('a service is a folder: dropped into a services path, it starts from a scenario', async () => {
  using folder = services()
  await using lab = await openLab(plain, { services: [folder.path] })
  assert.equal(await talk(lab.address('echo', 'echo'), 'hello lab'), 'hello lab')
  assert.deepEqual(
    lab.status().map(({ name, state }) => [name, state]),
    [['echo', 'running']],
  )
})

test('several instances of one service stand side by side', async () => {
  using folder = services()
  await using lab = await openLab('services:\n  one: { kind: echo }\n  two: { kind: echo }\n', {
    services: [folder.path],
  })
  assert.notEqual(lab.address('one', 'echo').port, lab.address('two', 'echo').port)
  assert.equal(await talk(lab.address('two', 'echo'), 'x'), 'x')
})

test('a failed start undoes what had started, last first, and frees the ports', async () => {
  using folder = services(['last', { start: "throw new Error('out of ideas')", after: ['echo'] }])
  const lab = await openLab('services:\n  last: {}\n  echo: {}\n', { services: [folder.path], start: false })
  await assert.rejects(lab.start(), /last could not start: out of ideas/)
  assert.deepEqual(
    lab.status().map(({ name, state, trouble }) => [name, state, trouble?.es]),
    [
      ['echo', 'stopped', undefined],
      ['last', 'failed', 'last no pudo arrancar: out of ideas'],
    ],
  )
  assert.deepEqual(
    lab.journal.since(0, ['service']).map(({ kind }) => kind),
    ['service.started', 'service.stopped'],
  )
  await lab[Symbol.asyncDispose]()
})

test('an error at once, in a listener, in a timer and in a promise ends one connection and is logged once', async () => {
  const start = `await ctx.tcp('faulty', (socket) => {
    socket.on('data', (bytes) => {
      const word = String(bytes)
      if (word === 'now') throw new Error('in a listener')
      if (word === 'later') ctx.clock.timer(1, () => { throw new Error('in a timer') })
      if (word === 'async') return Promise.reject(new Error('unheard'))
      socket.write(word)
    })
    socket.on('end', () => socket.end())
  })
  await ctx.tcp('other', () => { throw new Error('at once') })`
  const endpoints =
    "{ faulty: { transport: 'tcp', standard: 9, fallback: 9009 }, other: { transport: 'tcp', standard: 10, fallback: 9010 } }"
  using folder = services(['faulty', { start, endpoints }])
  const lines: string[] = []
  await using lab = await openLab('services:\n  faulty: {}\n  echo: {}\n', {
    services: [folder.path],
    log: listening(lines),
  })
  const bystander = await open(lab.address('faulty', 'faulty'))
  assert.equal(await talk(lab.address('faulty', 'faulty'), 'now'), '')
  assert.equal(await talk(lab.address('faulty', 'other'), 'x'), '')
  await talk(lab.address('faulty', 'faulty'), 'later')
  await until(() => lines.length === 3)
  assert.match(lines.join('\n'), /in a listener[\s\S]*at once[\s\S]*in a timer/)
  bystander.write('still here')
  assert.equal(
    String(await new Promise<Buffer>((resolve) => void bystander.once('data', resolve))),
    'still here',
  )
  assert.equal(await talk(lab.address('echo', 'echo'), 'and the others'), 'and the others')
  bystander.destroy()
})

test('an error, or a delay, while one service stops hurts no other', async () => {
  const throwing = "return { [Symbol.asyncDispose]: async () => { throw new Error('cannot let go') } }"
  const hanging = 'return { [Symbol.asyncDispose]: () => new Promise(() => undefined) }'
  using folder = services(['throwing', { start: throwing }], ['hanging', { start: hanging }])
  const lines: string[] = []
  const lab = await openLab('services:\n  echo: {}\n  throwing: {}\n  hanging: {}\n', {
    services: [folder.path],
    log: listening(lines),
  })
  const address = lab.address('echo', 'echo')
  await lab[Symbol.asyncDispose]()
  assert.deepEqual(
    lab.status().map(({ state }) => state),
    ['stopped', 'stopped', 'stopped'],
  )
  assert.match(lines.join('\n'), /cannot let go/)
  assert.match(lines.join('\n'), /still busy after/)
  await assert.rejects(open(address))
})

test('what a service must not be cut in is waited for, but not for ever', async () => {
  const busy = (milliseconds: number): string => `
    await ctx.tcp('busy', (socket) => {
      ctx.signal.addEventListener('abort', () => {
        end = performance.now() + ${milliseconds}
        setTimeout(() => socket.end('done'), ${milliseconds}).unref()
      })
    })
    let end = 0
    return { isBusy: () => performance.now() < end, [Symbol.asyncDispose]: async () => undefined }`
  const heard: string[] = []
  for (const milliseconds of [300, 60_000]) {
    using folder = services(['busy', { start: busy(milliseconds) }])
    await using lab = await openLab('services: { busy: {} }\n', { services: [folder.path] })
    const client = await open(lab.address('busy', 'busy'))
    let said = ''
    client.on('data', (octets: Buffer) => (said += octets.toString()))
    const closed = new Promise((resolve) => void client.once('close', resolve))
    await lab.stop()
    await closed
    heard.push(said)
  }
  assert.deepEqual(heard, ['done', ''])
})

test('stopping is safe while starting, twice, and ends open connections', async () => {
  using folder = services(['slow', { start: 'await ctx.clock.wait(60_000)' }])
  const lab = await openLab('services:\n  echo: {}\n  slow: {}\n', { services: [folder.path], start: false })
  const starting = lab.start()
  await until(() => lab.status()[0]?.state === 'running')
  const client = await open(lab.address('echo', 'echo'))
  const closed = new Promise((resolve) => void client.once('close', resolve))
  await Promise.all([lab.stop(), lab.stop(), assert.rejects(starting, /stopping/)])
  await closed
  await lab.stop()
  await assert.rejects(lab.start(), /stopping/)
  await lab[Symbol.asyncDispose]()
})

test('one service is stopped and started while the others go on', async () => {
  using folder = services(['other', {}])
  await using lab = await openLab('services:\n  echo: {}\n  other: {}\n', { services: [folder.path] })
  await lab.stopService('echo')
  await lab.stopService('echo')
  assert.throws(() => lab.address('echo', 'echo'))
  assert.equal(await talk(lab.address('other', 'other'), 'x'), 'x')
  await lab.startService('echo')
  assert.equal(await talk(lab.address('echo', 'echo'), 'back'), 'back')
  await assert.rejects(
    lab.startService('ecko'),
    /the scenario has no service "ecko" \(did you mean "echo"\?\)/,
  )
})

const greeter = {
  start: `const text = ctx.config.file ? ctx.files.text(ctx.config.file) : ctx.config.greeting
    await ctx.tcp('greeter', (socket) => { socket.end(text) })`,
  config: 'z.strictObject({ greeting: z.string().default("hello"), file: z.string().optional() })',
}

test('a reload restarts what changed and nothing else', async () => {
  using folder = services(['greeter', greeter])
  using place = temporaryFolder()
  const file = `${place.path}/scenario.yaml`
  const options = { services: [folder.path] }
  const write = async (text: string): Promise<typeof lab.scenario> => {
    writeFiles(place.path, { 'scenario.yaml': `title: T\n${text}` })
    const { scenario, problems } = await readScenario(file, options)
    assert.deepEqual(problems, [])
    assert.ok(scenario)
    return scenario
  }
  await using lab = await openLab(
    'services:\n  echo: {}\n  greeter: { greeting: one }\n  gone: { kind: echo }\n',
    options,
  )
  const kept = await open(lab.address('echo', 'echo'))
  const port = lab.address('greeter', 'greeter').port
  const changes = await lab.reload(
    await write('services:\n  echo: {}\n  greeter: { greeting: two }\n  new: { kind: echo }\n'),
  )
  assert.deepEqual(changes, {
    started: ['new'],
    restarted: ['greeter'],
    stopped: ['gone'],
    unchanged: ['echo'],
  })
  assert.equal(await talk(lab.address('greeter', 'greeter'), ''), 'two')
  assert.equal(lab.address('greeter', 'greeter').port, port, 'it keeps the port that it was given')
  kept.write('still')
  assert.equal(String(await new Promise<Buffer>((resolve) => void kept.once('data', resolve))), 'still')
  kept.destroy()
  // The text of a file counts as configuration.
  writeFiles(place.path, { 'note.txt': 'from a file' })
  await lab.reload(await write('services:\n  greeter: { file: note.txt }\n'))
  assert.equal(await talk(lab.address('greeter', 'greeter'), ''), 'from a file')
  writeFiles(place.path, { 'note.txt': 'changed' })
  const again = await lab.reload(await write('services:\n  greeter: { file: note.txt }\n'))
  assert.deepEqual(again.restarted, ['greeter'])
  assert.equal(await talk(lab.address('greeter', 'greeter'), ''), 'changed')
})

test('a reload reads when its turn has come: the one that is asked for last finds the newest', async () => {
  using folder = services()
  await using lab = await openLab(plain, { services: [folder.path] })
  using place = temporaryFolder()
  let written = ''
  const read = async (): Promise<typeof lab.scenario> => {
    const source = written
    // The first one to read takes its time over what it has read.
    if (source === 'old') await new Promise((resolve) => setTimeout(resolve, 50))
    writeFiles(place.path, { 'scenario.yaml': `title: ${source}\n${plain}` })
    const { scenario } = await readScenario(`${place.path}/scenario.yaml`, { services: [folder.path] })
    assert.ok(scenario)
    return scenario
  }
  written = 'old'
  const first = lab.reload(read)
  await new Promise((resolve) => setImmediate(resolve))
  written = 'new'
  await Promise.all([first, lab.reload(read)])
  assert.equal(lab.scenario.title.en, 'new')
})

test('a reload that cannot start puts everything back', async () => {
  using folder = services(['greeter', greeter], ['broken', { start: "throw new Error('no')" }])
  using place = temporaryFolder()
  await using lab = await openLab('services:\n  greeter: { greeting: one }\n', { services: [folder.path] })
  writeFiles(place.path, {
    'scenario.yaml': 'title: T\nservices:\n  greeter: { greeting: two }\n  broken: {}\n',
  })
  const { scenario } = await readScenario(`${place.path}/scenario.yaml`, { services: [folder.path] })
  assert.ok(scenario)
  await assert.rejects(lab.reload(scenario), /broken could not start: no/)
  assert.equal(await talk(lab.address('greeter', 'greeter'), ''), 'one')
  assert.deepEqual(
    lab.status().map(({ name }) => name),
    ['greeter'],
  )
})

test('what a service stored, published and timed ends or lasts as it should', async () => {
  const start = `const { database } = ctx.store()
    database.exec('CREATE TABLE IF NOT EXISTS visits (n INTEGER)')
    database.exec('INSERT INTO visits VALUES (1)')
    const { n } = database.prepare('SELECT count(*) AS n FROM visits').get()
    ctx.world.names.publish({ name: 'keeper.' + ctx.world.domain, type: 'A', data: ctx.world.address })
    ctx.clock.timer(1000, () => ctx.record({ kind: 'keeper.rang' }))
    await ctx.tcp('keeper', (socket) => { socket.end(String(n)) })`
  using folder = services(['keeper', { start }])
  await using lab = await openLab('services:\n  keeper: {}\n', { services: [folder.path] })
  assert.equal(await talk(lab.address('keeper', 'keeper'), ''), '1')
  assert.deepEqual(
    lab.world.names.list().map(({ name }) => name),
    ['keeper.lab.test'],
  )
  await lab.stopService('keeper')
  assert.deepEqual(lab.world.names.list(), [])
  lab.clock.advance(5000)
  assert.deepEqual(lab.journal.since(0, ['keeper']), [], 'its timer ended with it')
  await lab.startService('keeper')
  assert.equal(await talk(lab.address('keeper', 'keeper'), ''), '2', 'its store outlived it')
  lab.clock.advance(5000)
  assert.deepEqual(
    lab.journal.since(0, ['keeper']).map(({ service, kind }) => [service, kind]),
    [['keeper', 'keeper.rang']],
  )
})

test('the journal on disk holds every fact of the run, in order', async () => {
  using folder = services([
    'talker',
    {
      start:
        "for (let n = 0; n < 25_000; n += 1) { ctx.record({ kind: 'talker.said', data: { n } }); if (n % 500 === 0) await ctx.clock.wait(1) }",
    },
  ])
  using place = temporaryFolder()
  writeFiles(place.path, { 'scenario.yaml': 'title: T\nservices:\n  talker: {}\n' })
  const { scenario } = await readScenario(`${place.path}/scenario.yaml`, { services: [folder.path] })
  assert.ok(scenario)
  const { Lab } = await import('../../../lab/host/lab.ts')
  const lab = new Lab({ scenario, state: `${place.path}/state`, ports: 'any' })
  await lab.start()
  await lab.stop()
  const lines = readFileSync(journalFiles(`${place.path}/state`).at(-1) ?? '', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { seq: number; kind: string })
  assert.deepEqual(
    lines.map(({ seq }) => seq),
    lines.map((_, index) => index + 1),
  )
  assert.equal(lines.filter(({ kind }) => kind === 'talker.said').length, 25_000)
  assert.equal(lab.journal.dropped, 0)
})
