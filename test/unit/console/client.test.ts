import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { ask, isAlive, stream } from '../../../lab/console/client.ts'
import { LabError } from '../../../lab/host/error.ts'
import { temporaryFolder } from '../../lab.ts'

/** A control socket of an ill-behaved lab. */
async function server(serve: (socket: Socket) => void): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = temporaryFolder()
  const path = join(folder.path, 'control.sock')
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    serve(socket)
  }).listen(path)
  await once(listener, 'listening')
  return {
    path,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      const closed = once(listener, 'close')
      listener.close()
      await closed
      folder[Symbol.dispose]()
    },
  }
}

const refusal = (pattern: RegExp) => (error: unknown) =>
  error instanceof LabError && error.blame === 'failed' && pattern.test(error.text.en) && error.text.es !== ''

const silent = refusal(/does not answer/)
const strange = refusal(/is not understood: it may be a lab of another version/)

/** Milliseconds after which a lab that does nothing more is given up. */
const patience = 200

for (const [what, serve] of [
  ['accepts and is silent', (socket: Socket) => socket.resume()],
  ['does not even read', () => undefined],
  ['sends half a line and no more', (socket: Socket) => socket.write('{"item":')],
] as const) {
  test(`a lab that ${what} is given up in time`, async () => {
    await using lab = await server(serve)
    await assert.rejects(ask(lab.path, 'status', {}, patience), silent)
  })
}

const table: readonly (readonly [string, (socket: Socket) => void, ReturnType<typeof refusal>])[] = [
  ['sends half a line and closes', (socket) => socket.end('{"item":'), silent],
  ['closes at once', (socket) => socket.end(), silent],
  ['is killed', (socket) => socket.destroy(), silent],
  ['is killed in the middle of a line', (socket) => socket.write('{"item"', () => socket.destroy()), silent],
  ['ends without an item', (socket) => socket.end('{"end":true}\n'), silent],
  ['speaks another protocol', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), strange],
  ['sends a message of another kind', (socket) => socket.end('{"answer":42}\n'), strange],
  ['sends a line without end', (socket) => socket.write(`"${'x'.repeat(5 * 1024 * 1024)}`), strange],
]

for (const [what, serve, told] of table) {
  test(`a lab that ${what} is told as such`, async () => {
    await using lab = await server(serve)
    await assert.rejects(ask(lab.path, 'status'), told)
  })
}

test('a lab that answers late is waited for', async () => {
  await using lab = await server((socket) => {
    socket.once('data', () => setTimeout(() => socket.end('{"item":{"late":true}}\n{"end":true}\n'), 50))
  })
  assert.deepEqual(await ask(lab.path, 'status'), { late: true })
})

test("a lab's own error comes with both texts, its blame and its problems", async () => {
  const problem = { file: 'a', line: 1, column: 2, path: 'p', message: { en: 'e', es: 's' } }
  const error = { message: { en: 'wrong', es: 'mal' }, blame: 'wrong', problems: [problem] }
  await using lab = await server((socket) => socket.end(`${JSON.stringify({ error })}\n`))
  await assert.rejects(ask(lab.path, 'reload'), (thrown: unknown) => {
    assert.ok(thrown instanceof LabError)
    assert.deepEqual([thrown.text, thrown.blame, thrown.problems], [error.message, 'wrong', [problem]])
    return true
  })
})

test('a stream ends in silence when its reader aborts', async () => {
  await using lab = await server((socket) => socket.write('{"item":1}\n'))
  const stop = new AbortController()
  const items: unknown[] = []
  for await (const item of stream(lab.path, 'log', {}, stop.signal)) {
    items.push(item)
    stop.abort()
  }
  assert.deepEqual(items, [1])
})

test('where nothing listens there is no lab, and asking says how to start one', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'control.sock')
  assert.equal(await isAlive(path), false)
  await assert.rejects(ask(path, 'status'), refusal(/no lab is running here\. Start one with: `lab start`/))
  const dead = createServer().listen(path)
  await once(dead, 'listening')
  assert.equal(await isAlive(path), true)
  const closed = once(dead, 'close')
  dead.close()
  await closed
  rmSync(path, { force: true })
  assert.equal(await isAlive(path), false)
})
