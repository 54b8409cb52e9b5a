/** Streams as Server-Sent Events: resumed, bounded, counted. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { EventBody } from '../../../lab/console/http/events.ts'
import { Feed } from '../../../lab/console/feed.ts'
import type { StreamEvent } from '../../../lab/console/operation.ts'
import { Journal } from '../../../lab/journal/journal.ts'
import { openConsole, type TestConsole } from '../../console.ts'
import { until } from '../../talk.ts'

interface Told {
  readonly id: string | undefined
  readonly event: string
  readonly data: unknown
}

/** The events of a text, comments left out. */
function eventsOf(text: string): Told[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
      const data = field('data')
      return data === undefined
        ? []
        : [{ id: field('id'), event: field('event') ?? 'message', data: JSON.parse(data) as unknown }]
    })
}

/** Reads a stream until `isEnough` of its events. */
async function read(
  { base }: TestConsole,
  path: string,
  isEnough: (events: readonly Told[]) => boolean,
  after?: string,
): Promise<Told[]> {
  const stop = new AbortController()
  const answer = await fetch(`${base}/api/stream/${path}`, {
    signal: stop.signal,
    headers: after === undefined ? {} : { 'Last-Event-ID': after },
  })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  let text = ''
  for await (const piece of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += piece
    if (isEnough(eventsOf(text))) break
  }
  stop.abort()
  return eventsOf(text)
}

const fact = (kind: string): { kind: string; data: { n: number } } => ({ kind, data: { n: 1 } })

test('a stream goes on after the last event that the reader had, without a gap and nothing twice', async () => {
  await using console = await openConsole('services: {}\n')
  const { journal } = console.lab
  for (let count = 0; count < 10; count += 1) journal.record('a', fact('a.told'))
  const first = await read(console, 'log', (events) => events.length >= 8)
  const last = first.at(-1)?.id
  for (let count = 0; count < 5; count += 1) journal.record('a', fact('a.told'))
  const more = journal.last - Number(last)
  const second = await read(console, 'log', (events) => events.length >= more, last)
  const ids = [...first, ...second].map(({ id }) => Number(id))
  assert.deepEqual(
    ids,
    Array.from({ length: journal.last }, (_, index) => index + 1),
  )
  assert.ok([...first, ...second].every(({ event }) => event === 'message'))
})

test('kinds and `since` choose, and the facts to come follow', async () => {
  await using console = await openConsole('services: {}\n')
  const { journal } = console.lab
  journal.record('a', fact('a.one'))
  const input = encodeURIComponent(JSON.stringify({ since: journal.last, kinds: ['a.two'] }))
  const reading = read(console, `log?input=${input}`, (events) => events.length >= 1)
  await pause(50)
  journal.record('a', fact('a.one'))
  journal.record('a', fact('a.two'))
  const [only] = await reading
  assert.equal(only?.id, String(journal.last))
})

test('who comes back after facts that the journal no longer has is told how many they were', async () => {
  await using console = await openConsole('services: {}\n')
  const { journal } = console.lab
  const long = { kind: 'a.long', data: { text: 'x'.repeat(60_000) } }
  for (let count = 0; count < 120; count += 1) journal.record('a', long)
  const first = journal.since(0)[0]?.seq ?? 0
  assert.ok(first > 5)
  const events = await read(console, 'log', (told) => told.at(-1)?.id === String(journal.last), '3')
  const [lost, ...rest] = events
  assert.equal(lost?.event, 'lost')
  // All that is neither told nor was known.
  assert.equal(lost.data, journal.last - 3 - rest.length)
  assert.equal(rest.at(-1)?.id, String(journal.last))
})

test('a reader in a flood is given a bounded number of facts, and the number of the others', async () => {
  const journal = new Journal(() => 0)
  using feed = new Feed(journal, 0, [])
  for (let count = 0; count < 20_000; count += 1) journal.record('a', fact('a.told'))
  const stop = new AbortController()
  let told = 0
  let lost = 0
  for await (const { event, data } of feed.events(stop.signal)) {
    if (event === 'lost') lost += Number(data)
    else told += 1
    if (told + lost === journal.last) stop.abort()
  }
  assert.equal(told, 500)
  assert.equal(lost, 19_500)
})

/** A stream whose reader takes nothing. */
async function stuck({ address, token }: TestConsole): Promise<Socket> {
  const socket = connect(address)
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  socket.write(`GET /${token}/api/stream/log HTTP/1.1\r\nHost: 127.0.0.1:${address.port}\r\n\r\n`)
  return socket
}

test('readers who read nothing cost a bounded amount of memory', async () => {
  await using console = await openConsole('services: {}\n')
  const sockets = await Promise.all(Array.from({ length: 20 }, () => stuck(console)))
  const { journal } = console.lab
  const long = { kind: 'a.long', data: { text: 'x'.repeat(20_000) } }
  await pause(200)
  const before = process.memoryUsage()
  // 200 MB for each of them.
  for (let round = 0; round < 100; round += 1) {
    for (let count = 0; count < 100; count += 1) journal.record('a', long)
    await pause(5)
  }
  const { heapUsed, external } = process.memoryUsage()
  const grown = heapUsed + external - before.heapUsed - before.external
  assert.ok(grown < 150 * 1024 * 1024, `${grown} octets more`)
  for (const socket of sockets) socket.destroy()
})

test('a stream on which nothing happens shows that it lives, and ends when its reader goes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let ended = 0
  async function* silent(signal: AbortSignal): AsyncGenerator<StreamEvent> {
    await once(signal, 'abort')
    yield { data: '"never"' }
  }
  const body = new EventBody(silent, () => void (ended += 1))
  assert.equal(String(await body.read()), 'retry: 2000\n\n')
  for (let round = 0; round < 3; round += 1) {
    const piece = body.read()
    t.mock.timers.tick(15_000)
    assert.equal(String(await piece), ': still here\n\n')
  }
  const last = body.read()
  body.abort()
  assert.equal(await last, undefined)
  body.close()
  body.close()
  assert.equal(ended, 1)
})

test('what is there at once goes out in one piece, and the error of a stream to its reader', async () => {
  async function* broken(): AsyncGenerator<StreamEvent> {
    yield { id: '1', data: '1' }
    yield { event: 'lost', data: '2' }
    throw new Error('broken')
  }
  const body = new EventBody(broken, () => undefined)
  await body.read()
  await assert.rejects(async () => {
    assert.equal(String(await body.read()), 'id: 1\ndata: 1\n\nevent: lost\ndata: 2\n\n')
    await body.read()
  }, /broken/)
  body.close()
})

test('so many streams at a time, and a place is free again when its reader goes', async () => {
  await using console = await openConsole('services: {}\n')
  const sockets = await Promise.all(Array.from({ length: 100 }, () => stuck(console)))
  await Promise.all(sockets.map((socket) => once(socket, 'data')))
  const refused = await fetch(`${console.base}/api/stream/log`)
  assert.equal(refused.status, 503)
  await refused.body?.cancel()
  sockets.pop()?.destroy()
  await until(async () => {
    const answer = await fetch(`${console.base}/api/stream/log`)
    await answer.body?.cancel()
    return answer.status === 200
  })
  for (const socket of sockets) socket.destroy()
})

test('a stream that cannot be opened is an answer like any other', async () => {
  await using console = await openConsole('services: {}\n')
  for (const [path, status] of [
    ['nothing', 404],
    ['stop', 404],
    ['overview', 400],
    ['log?input=x', 400],
    ['log?input=%7B%22since%22%3A-1%7D', 400],
    ['log?input=%5B%5D', 400],
  ] as const) {
    const answer = await fetch(`${console.base}/api/stream/${path}`)
    assert.equal(answer.status, status, path)
    await answer.text()
  }
})

test('a lab that stops cuts its streams at once', async () => {
  const console = await openConsole('services: {}\n')
  const socket = await stuck(console)
  await once(socket, 'data')
  socket.resume()
  const closed = once(socket, 'close')
  await console[Symbol.asyncDispose]()
  await closed
  assert.deepEqual(console.logged, [])
})
