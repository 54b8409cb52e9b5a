/** Bodies that nobody reads to their end, and what reading costs others. */
import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { HttpBody } from '../../../lab/kit/http/answer.ts'
import { CodedBody } from '../../../lab/kit/http/coded-body.ts'
import { FileBody } from '../../../lab/kit/http/file-body.ts'
import { falsify } from '../../../lab/web/fault.ts'

interface Watched extends HttpBody {
  readonly log: string[]
}

function watched(): Watched {
  const log: string[] = []
  return {
    log,
    length: 100_000,
    read: () => {
      log.push('read')
      return Promise.resolve(Buffer.alloc(1000))
    },
    close: () => void log.push('close'),
    abort: () => void log.push('abort'),
  }
}

test('a coded body that nobody asks for reads nothing', async () => {
  const body = watched()
  new CodedBody(body, 'br').close()
  await wait(20)
  assert.deepEqual(body.log, ['close'])
})

test('a coded body that is closed in the middle closes its source once, after the last read', async () => {
  const body = watched()
  const coded = new CodedBody(body, 'gzip')
  await coded.read()
  coded.close()
  await wait(20)
  assert.equal(body.log.indexOf('close'), body.log.length - 1)
})

test('a client that goes ends the wait of a body that a fault slows down or cuts', () => {
  const clock = { now: () => 0, timer: () => assert.fail(), wait: () => Promise.resolve() }
  for (const fault of [{ cut: true }, { slow: 10 }, { cut: true, slow: 10 }]) {
    const body = watched()
    const broken = falsify({ status: 200, fields: '', body }, fault, clock, AbortSignal.timeout(1000))
    assert.ok(typeof broken.body === 'object' && 'read' in broken.body)
    broken.body.abort?.()
    assert.deepEqual(body.log, ['abort'])
  }
})

test('a file that cannot be closed does not end the process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telelab-closing-'))
  try {
    const path = join(folder, 'a')
    writeFileSync(path, 'a')
    const file = openSync(path, 'r')
    closeSync(file)
    new FileBody(file, 1).close()
    await wait(20)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a file that is read as fast as can be lets others have their turn', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telelab-turn-'))
  try {
    const path = join(folder, 'a')
    writeFileSync(path, '')
    // Holes take no disk, and zeros are read as fast as anything.
    truncateSync(path, 100_000_000)
    // A machine that is slow at one of them reads it in another thread.
    for (let round = 0; round < 3; round++) {
      const body = new FileBody(openSync(path, 'r'), 100_000_000)
      let hadTurn = false
      setImmediate(() => (hadTurn = true))
      for (let piece = await body.read(); piece !== undefined;) piece = await body.read()
      body.close()
      assert.ok(hadTurn)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
