import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLab, temporaryFolder } from '../../lab.ts'
import { until } from '../../talk.ts'
import { missingFileSystem, onSmallDisk } from '../../tool.ts'
import { blocksIn } from '../../unit/capture/reader.ts'
import { fieldsOf, openCapture, runAlone, skip } from './tshark.ts'

/** Asks for a page again and again, on some connections, until the server is gone or the time is over. */
async function load(port: number, path: string, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds
  const client = async (): Promise<void> => {
    while (Date.now() < end) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      await response.arrayBuffer()
    }
  }
  await Promise.allSettled(Array.from({ length: 4 }, client))
}

test('after kill -9 under load the file can be read up to its last whole block', { skip }, async () => {
  using folder = temporaryFolder()
  const child = fork(join(import.meta.dirname, 'kill-child.ts'), [folder.path])
  const [port] = (await once(child, 'message')) as [number]
  const loading = load(port, '/page.txt', 5000)
  const file = join(folder.path, 'trace.pcapng')
  await until(() => statSync(file).size > 5_000_000)
  child.kill('SIGKILL')
  await Promise.all([once(child, 'exit'), loading])
  const { blocks, rest } = blocksIn(readFileSync(file))
  const whole = blocks.filter(({ type }) => type === 6).length
  const { code, out } = await runAlone('capinfos', ['-Mc', '-T', '-r', file])
  assert.ok(code === 0 || rest > 0, `capinfos ended with ${code}`)
  assert.match(out, new RegExp(`\\t${whole}\\b`))
  // tshark ends with 2 if the last block is half there, after it has told all before it.
  const read = await runAlone('tshark', [
    '-n',
    '-r',
    file,
    '-o',
    'tcp.check_checksum:TRUE',
    '-T',
    'fields',
    '-e',
    'frame.number',
    '-e',
    '_ws.malformed',
    '-e',
    'tcp.checksum.status',
    '-e',
    'tcp.analysis.flags',
  ])
  const lines = read.out.replace(/\n$/, '').split('\n')
  assert.equal(lines.length, whole)
  assert.deepEqual(
    lines.filter((line) => !/^\d+\t\t1\t$/.test(line)),
    [],
  )
})

test('a ring keeps its bound, and each of its files is complete in itself', { skip }, async () => {
  using folder = temporaryFolder()
  await using lab = await openLab('services:\n  http: { root: www }\n', {
    files: { 'www/page.txt': 'x'.repeat(30_000) },
  })
  const { port } = lab.address('http', 'http')
  {
    await using capture = await openCapture(lab, { file: join(folder.path, 'trace.pcapng'), ring: '1MB' })
    await load(port, '/page.txt', 700)
    assert.ok(capture.state().octets > 3_000_000)
  }
  const names = readdirSync(folder.path).toSorted()
  assert.ok(names.length >= 5 && names.length <= 12, names.join())
  assert.ok(
    names.every((name) => /^trace_\d{5}_\d{14}\.pcapng$/.test(name)),
    names.join(),
  )
  assert.ok(!names.some((name) => name.startsWith('trace_00001_')))
  const sizes = names.map((name) => statSync(join(folder.path, name)).size)
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 1_000_000, sizes.join())
  for (const name of names) {
    const file = join(folder.path, name)
    const { blocks, rest } = blocksIn(readFileSync(file))
    assert.equal(rest, 0)
    assert.deepEqual(
      blocks.slice(0, 2).map(({ type }) => type),
      [0x0a0d0d0a, 1],
    )
    assert.equal(blocks.at(-1)?.type, 5)
    assert.deepEqual(
      await fieldsOf(file, [[port, 'http']], 'tcp.checksum.status != 1 || _ws.malformed', 'frame.number'),
      [],
    )
  }
})

test('a ring of time lets the oldest go', async () => {
  using folder = temporaryFolder()
  await using lab = await openLab('services:\n  http: { root: www }\n', { files: { 'www/page.txt': 'x' } })
  const { port } = lab.address('http', 'http')
  {
    await using _capture = await openCapture(lab, { file: join(folder.path, 'trace.pcapng'), ring: '1s' })
    for (let round = 0; round < 20; round += 1) {
      await load(port, '/page.txt', 10)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const names = readdirSync(folder.path).toSorted()
  assert.ok(names.length >= 5 && names.length <= 13, names.join())
  assert.ok(!names.some((name) => name.startsWith('trace_00001_')))
})

test(
  'on a full disk the capture ends, can be read, and the lab goes on',
  { skip: skip || missingFileSystem() },
  async () => {
    using folder = temporaryFolder()
    const child = join(import.meta.dirname, 'full-child.ts')
    const { code, out, error } = await runAlone(
      'unshare',
      onSmallDisk(folder.path, '1m', process.execPath, child, folder.path),
      60_000,
    )
    assert.equal(code, 0, error)
    const { heard, isFailed, after, wrong, hasFrames } = JSON.parse(out) as Record<string, unknown>
    assert.deepEqual(
      { heard, isFailed, after, wrong, hasFrames },
      {
        heard: ['the disk is full: the capture has ended, what was written can be read; the lab goes on'],
        isFailed: true,
        after: 100_000,
        wrong: [],
        hasFrames: true,
      },
    )
  },
)

test('what cannot be written is told before anything begins', async () => {
  using folder = temporaryFolder()
  await using lab = await openLab('services:\n  http: { root: www }\n', { files: { 'www/page.txt': 'x' } })
  const at = (name: string): string => join(folder.path, name)
  writeFileSync(at('letter'), 'Dear all')
  writeFileSync(at('empty'), '')
  mkdirSync(at('folder'))
  await assert.rejects(openCapture(lab, { file: at('letter') }), /letter is there and is no capture/)
  assert.equal(readFileSync(at('letter'), 'utf8'), 'Dear all')
  await assert.rejects(
    openCapture(lab, { file: at('none/trace') }),
    /there is no folder .*none for the capture/,
  )
  await assert.rejects(openCapture(lab, { file: at('folder') }), /folder is there and is no capture/)
  await assert.rejects(openCapture(lab, { file: at('x'), ring: '50' }), /--ring takes a size/)
  assert.equal(lab.wire.isAttached, false)
  // A capture is written anew, and so is an empty file.
  chmodSync(at('empty'), 0o644)
  for (const name of ['empty', 'empty'])
    await (await openCapture(lab, { file: at(name) }))[Symbol.asyncDispose]()
  assert.ok(blocksIn(readFileSync(at('empty'))).blocks.length > 1)
  assert.equal(statSync(at('empty')).mode & 0o777, 0o600)
  const made = await openCapture(lab, { file: at('new') })
  assert.equal(statSync(at('new')).mode & 0o777, 0o600)
  await made[Symbol.asyncDispose]()
})
