/** What somebody with the token, or a program gone wrong, may do to the console, and what the lab goes on doing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Console } from '../../../lab/console/console.ts'
import { FactCounts } from '../../../lab/console/counts.ts'
import { openConsole } from '../../console.ts'
import { open, talk, until } from '../../talk.ts'

test('two hundred connections at once are served, those beyond the bound told so, and the lab answers', async () => {
  await using console = await openConsole('services: {}\n')
  const { address, token } = console
  const sockets = await Promise.all(Array.from({ length: 200 }, () => open(address)))
  const request = `GET /${token}/ HTTP/1.1\r\nHost: 127.0.0.1:${address.port}\r\n\r\n`
  const answers = sockets.map(
    (socket) =>
      new Promise<string>((resolve) =>
        socket.once('data', (piece: Buffer) => resolve(piece.toString('latin1'))),
      ),
  )
  for (const socket of sockets) socket.write(request)
  for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1\.1 200 /)
  const more = await Promise.all(Array.from({ length: 120 }, () => open(address)))
  const busy = await Promise.all(
    more.slice(70, 90).map(
      (socket) =>
        new Promise<string>((resolve) => {
          socket.once('data', (piece: Buffer) => resolve(piece.toString('latin1')))
          socket.once('close', () => resolve('closed'))
        }),
    ),
  )
  for (const answer of busy) assert.match(answer, /^HTTP\/1\.1 (?:503|401) |^closed/)
  for (const socket of [...sockets, ...more]) socket.destroy()
  await until(async () => (await console.ask('status').catch(() => undefined))?.status === 200)
})

test('JSON that is huge, deep, broken or none is refused, and nothing is logged as a mistake of ours', async () => {
  await using console = await openConsole('services: {}\n')
  const { base, address, token } = console
  const post = async (body: string): Promise<number> => {
    const answer = await fetch(`${base}/api/service.ask`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    })
    await answer.text()
    return answer.status
  }
  const deep = 100_000
  for (const body of [
    '{',
    'null',
    '[]',
    '1',
    '"x"',
    '{"a":}',
    '\0',
    '\ud800',
    '{"__proto__":{"name":"dns"}}',
    '{"constructor":1}',
    `{"name":"dns","operation":"zones","input":${'['.repeat(deep)}${']'.repeat(deep)}}`,
    `{"name":"dns","operation":"zones","input":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
    `{"name":${'"x"'.padEnd(200_000)}}`,
    `{"name":"${'\\"'.repeat(100_000)}`,
    `{${Array.from({ length: 20_000 }, (_, key) => `"k${key}":1`).join(',')}}`,
  ])
    assert.equal(await post(body), 400, body.slice(0, 60))
  const huge = await talk(
    address,
    `POST /${token}/api/status HTTP/1.1\r\nHost: 127.0.0.1:${address.port}\r\nContent-Type: application/json\r\nContent-Length: 300000\r\n\r\n{`,
  )
  assert.match(huge, /^HTTP\/1\.1 413 /)
  assert.equal((await console.ask('status')).status, 200)
  assert.deepEqual(console.logged, [])
})

test('an input of very many values is refused before each of them is found wrong', async () => {
  await using console = await openConsole('services: {}\n')
  const many = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, key) => [key, 1]))
  const told = JSON.stringify((await console.ask('status', many(3000))).body)
  assert.match(told, /too many values/)
  assert.match(JSON.stringify((await console.ask('status', many(1000))).body), /has 1000 mistakes/)
})

test('the time of the lab stays within years of four digits, however often it is moved', async () => {
  await using console = await openConsole('services: {}\n')
  const moves = Array.from({ length: 90 }, () =>
    console.ask('clock.advance', { milliseconds: 3_200_000_000_000 }),
  )
  const statuses = (await Promise.all(moves)).map(({ status }) => status)
  assert.deepEqual([...new Set(statuses)], [200, 400])
  assert.match(JSON.stringify((await console.ask('status')).body), /"now":"\d{4}-/)
})

test('the token is in no log, no fact and no answer', async () => {
  await using console = await openConsole('services: { dns: {} }\n')
  const { token, base } = console
  await console.ask('overview')
  await console.ask('nothing')
  await (await fetch(`${base}/api/none`)).text()
  await (await fetch(`${base}/assets/../x`)).text()
  for (const operation of ['overview', 'status', 'openapi', 'faults', 'conversations', 'tasks'])
    assert.ok(!JSON.stringify((await console.ask(operation)).body).includes(token), operation)
  assert.ok(!JSON.stringify(console.lab.journal.since(0)).includes(token))
  assert.ok(!console.logged.join('').includes(token))
  assert.equal((await console.ask('console')).status, 404)
})

test('moving the time of the lab far ahead ends neither connections nor streams', async () => {
  await using console = await openConsole('services: {}\n')
  const stream = await fetch(`${console.base}/api/stream/log`)
  const reader = stream.body?.getReader()
  await reader?.read()
  assert.equal((await console.ask('clock.advance', { milliseconds: 1e11 })).status, 200)
  console.lab.journal.record('a', { kind: 'a.told' })
  const piece = await reader?.read()
  assert.ok(piece?.done === false)
  await reader?.cancel()
})

test('two consoles never have the same token, and the second takes another port', async () => {
  await using one = await openConsole('services: {}\n')
  await using other = await openConsole('services: {}\n')
  assert.match(one.token, /^[\w-]{22}$/)
  assert.notEqual(one.token, other.token)
  assert.notEqual(one.console.port, other.console.port)
})

test('a console that could not be loaded is loaded for the next who comes', async () => {
  await using whole = await openConsole('services: {}\n')
  const { lab, operations } = whole
  let tries = 0
  const load = async (): Promise<typeof operations> => {
    tries += 1
    if (tries === 1) throw new Error('no descriptor is left')
    return operations
  }
  const complaints: string[] = []
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (_fields: object, message: string) => void complaints.push(message),
  }
  const actions = { reload: async () => ({}), stop: () => undefined }
  using counts = new FactCounts(lab.journal)
  const desk = { lab, actions, counts }
  await using console = await Console.open({ desk, operations: { first: {}, load }, log, port: 0 })
  await assert.rejects(fetch(console.url))
  const answer = await fetch(console.url)
  assert.equal(answer.status, 200)
  await answer.text()
  assert.deepEqual(complaints, ['the console could not be loaded'])
})
