import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { isPieces } from '../../../lab/kit/http/answer.ts'
import { FileBody } from '../../../lab/kit/http/file-body.ts'
import { Folder } from '../../../lab/kit/http/folder.ts'
import { SharedFiles, SharedOctets } from '../../../lab/kit/http/shared-files.ts'

const content = Buffer.from(Array.from({ length: 900_001 }, (_, index) => (index * 7919) % 251))

function temporary(): Disposable & { readonly file: string; open(options?: object): FileBody } {
  const path = mkdtempSync(join(tmpdir(), 'telelab-shared-'))
  const file = join(path, 'large.txt')
  writeFileSync(file, content)
  const folder = new Folder(path, { index: 'index.html' })
  return {
    file,
    open: () => {
      const found = folder.find('/large.txt')
      assert.ok(found.kind === 'file' && isPieces(found.body))
      return found.body
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Pieces are copied: what is read lies where the next read may write. */
async function rest(body: FileBody): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let piece = await body.read(); piece !== undefined; piece = await body.read()) {
    pieces.push(Buffer.from(piece))
    await turn()
  }
  body.close()
  return Buffer.concat(pieces)
}

test('those who download at the same time all get the whole file, in whatever order they read', async () => {
  using folder = temporary()
  const bodies = [folder.open(), folder.open(), folder.open()]
  const third = bodies[2]
  const first = await third?.read()
  assert.deepEqual(first, content.subarray(0, first?.length))
  const [a, b, c] = await Promise.all(bodies.map(rest))
  assert.ok(a?.equals(content) && b?.equals(content))
  assert.ok(c?.equals(content.subarray(first?.length)))
})

test('parts that begin and end anywhere are right, before and after their blocks are there', async () => {
  using folder = temporary()
  const holder = folder.open()
  const ranges = [
    [0, 1],
    [65_535, 65_537],
    [131_072, 131_072 + 65_536],
    [899_990, 900_001],
    [1, 900_001],
    [65_535, 65_537],
  ] as const
  for (const [start, end] of ranges)
    assert.ok((await rest(folder.open().choose([{ start, end }]))).equals(content.subarray(start, end)))
  holder.close()
})

test('what one has read is there for the others, even when the file is gone from the disk', async () => {
  using folder = temporary()
  const holder = folder.open()
  const reader = folder.open()
  const late = folder.open()
  assert.ok((await rest(reader)).equals(content))
  truncateSync(folder.file, 10)
  assert.ok((await rest(late)).equals(content))
  holder.close()
})

test('a file that becomes shorter ends the bodies that have not read so far', async () => {
  using folder = temporary()
  const bodies = [folder.open(), folder.open()]
  const first = await bodies[1]?.read()
  truncateSync(folder.file, 100_000)
  const length = first?.length ?? 0
  assert.ok((await rest(bodies[1] ?? folder.open())).equals(content.subarray(length, 100_000)))
  bodies[0]?.close()
})

test('a changed file is not what those before it share', async () => {
  using folder = temporary()
  const before = [folder.open(), folder.open()]
  await before[1]?.read()
  const changed = Buffer.from(content).fill(1)
  writeFileSync(`${folder.file}.new`, changed)
  renameSync(`${folder.file}.new`, folder.file)
  await turn()
  const after = [folder.open(), folder.open()]
  for (const body of after) assert.ok((await rest(body)).equals(changed))
  assert.ok((await rest(before[0] ?? folder.open())).equals(content))
  before[1]?.close()
})

test('the memory of shared files is bounded, and goes with the last download', () => {
  using folder = temporary()
  const stats = statSync(folder.file)
  const files = new SharedFiles(stats.size * 2 - 1)
  const first = files.use('a', stats)
  assert.equal(first.octets, undefined, 'one alone needs nothing')
  const second = files.use('a', stats)
  assert.ok(second.octets)
  assert.equal(files.use('a', stats).octets, second.octets)
  files.use('b', stats)
  assert.equal(files.use('b', stats).octets, undefined, 'no room for another')
  for (const { done } of [first, second]) done()
  assert.ok(files.use('a', stats).octets, 'one is still at it')
  const other = new SharedFiles(stats.size)
  const uses = [other.use('a', stats), other.use('a', stats)]
  for (const { done } of uses) done()
  other.use('b', stats)
  assert.ok(other.use('b', stats).octets, 'the room is there again')
})

test('octets that were not read are never there', () => {
  const shared = new SharedOctets(200_000)
  assert.equal(shared.known(0, 10), undefined)
  const { start, into } = shared.gap(70_000, 10)
  assert.deepEqual([start, into.length], [65_536, 65_536])
  shared.fill(start, into.length)
  assert.equal(shared.known(65_535, 10), undefined)
  assert.equal(shared.known(65_536, 1_000_000)?.length, 65_536)
  assert.equal(shared.known(131_072, 1), undefined)
  assert.deepEqual(shared.gap(199_999, 10).into.length, 200_000 - 196_608)
})
