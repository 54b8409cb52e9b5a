import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { ask, stream } from '../../../lab/console/client.ts'
import { FactCounts } from '../../../lab/console/counts.ts'
import type { LabActions } from '../../../lab/console/desk.ts'
import type { OperationSource } from '../../../lab/console/operation.ts'
import { labOperations } from '../../../lab/console/operations.ts'
import { stopOperations } from '../../../lab/console/operations/stop.ts'
import { ControlServer } from '../../../lab/console/server.ts'
import { LabError } from '../../../lab/host/error.ts'
import type { Logger } from '../../../lab/service.ts'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

function operationsOf(lab: TestLab, actions: LabActions): OperationSource {
  const desk = { lab, actions, counts: new FactCounts(lab.journal) }
  return { first: {}, load: async () => labOperations(desk, silent) }
}

const nothing: OperationSource = { first: {}, load: async () => ({}) }

test('a stop is answered even if the lab, and its control socket, end at once', async () => {
  await using lab = await openLab('services: {}\n')
  const path = join(lab.stateFolder, 'control.sock')
  let ended: Promise<void> | undefined
  const actions = {
    reload: async () => ({}),
    // As a lab does that has nothing to stop yet.
    stop: () => void (ended = control[Symbol.asyncDispose]()),
  }
  await using control = await ControlServer.open(path, operationsOf(lab, actions), silent)
  assert.deepEqual(await ask(path, 'stop'), { stopping: true })
  await until(() => ended !== undefined)
  await ended
})

test('a lab whose other operations cannot be loaded is still stopped', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'control.sock')
  let isStopped = false
  const source = {
    first: stopOperations({ stop: () => void (isStopped = true) }),
    load: () => Promise.reject(new Error('the files have gone')),
  }
  await using _control = await ControlServer.open(path, source, silent)
  await assert.rejects(ask(path, 'status'), /the files have gone/)
  assert.deepEqual(await ask(path, 'stop'), { stopping: true })
  await until(() => isStopped)
})

test('a control socket that cannot be made is an error that names the folder and the remedy', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'control.sock')
  mkdirSync(path)
  await assert.rejects(
    ControlServer.open(path, nothing, silent),
    (error: unknown) =>
      error instanceof LabError && /cannot keep its state[\s\S]*--state/.test(error.text.en),
  )
})

test('sockets that are opened at the same moment are private, and the mask of the process stays', async () => {
  using folder = temporaryFolder()
  const before = process.umask()
  const paths = ['a', 'b', 'c'].map((name) => join(folder.path, `${name}.sock`))
  await using stack = new AsyncDisposableStack()
  const opened = await Promise.all(paths.map((path) => ControlServer.open(path, nothing, silent)))
  for (const control of opened) stack.use(control)
  assert.equal(process.umask(), before)
  for (const path of paths) assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('readers that leave free their places, though nothing happens that could be told them', async () => {
  await using lab = await openLab('services: {}\n')
  const path = join(lab.stateFolder, 'control.sock')
  const actions = { reload: async () => ({}), stop: () => undefined }
  await using _control = await ControlServer.open(path, operationsOf(lab, actions), silent)
  for (let reader = 0; reader < 150; reader += 1) {
    const stop = new AbortController()
    for await (const _entry of stream(path, 'log', { follow: true }, stop.signal)) stop.abort()
  }
  assert.ok(await ask(path, 'status'))
})

test('what is no request is told, and the socket goes on', async () => {
  await using lab = await openLab('services: {}\n')
  const path = join(lab.stateFolder, 'control.sock')
  const actions = { reload: async () => ({}), stop: () => undefined }
  await using _control = await ControlServer.open(path, operationsOf(lab, actions), silent)
  for (const line of ['{}', '{"operation":"constructor","input":{}}', 'no JSON', '{"operation":"status"']) {
    const socket = connect(path)
    const closed = once(socket, 'close')
    socket.resume()
    socket.end(`${line}\n`)
    await closed
  }
  await assert.rejects(ask(path, 'toString'), /there is no operation "toString"/)
  assert.ok(await ask(path, 'status'))
})
