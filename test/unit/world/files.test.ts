import assert from 'node:assert/strict'
import { mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createDurably, createFolder, errorCode, removeFile, writeDurably } from '../../../lab/kit/files.ts'

const isPosix = process.platform !== 'win32'

test('writeDurably replaces a file whole, in the mode asked for, and leaves nothing beside it', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'files-'))
  const path = join(folder.path, 'secret')
  await writeDurably(path, 'one', 0o600)
  await writeDurably(path, Buffer.from('two'), 0o600)
  assert.equal(await readFile(path, 'utf8'), 'two')
  if (isPosix) assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(folder.path), ['secret'])
})

test('writeDurably that fails leaves nothing', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'files-'))
  await mkdir(join(folder.path, 'taken'))
  await assert.rejects(writeDurably(join(folder.path, 'taken'), 'x', 0o600))
  await assert.rejects(writeDurably(join(folder.path, 'missing', 'file'), 'x', 0o600), { code: 'ENOENT' })
  assert.deepEqual(await readdir(folder.path), ['taken'])
})

test('writers at the same time each write the whole file', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'files-'))
  const path = join(folder.path, 'file')
  const texts = Array.from({ length: 10 }, (_, place) => String(place).repeat(100_000))
  await Promise.all(texts.map((text) => writeDurably(path, text, 0o600)))
  assert.ok(texts.includes(await readFile(path, 'utf8')))
  assert.deepEqual(await readdir(folder.path), ['file'])
})

test('createDurably lets one of many win and keeps what is there', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'files-'))
  const path = join(folder.path, 'key')
  const texts = Array.from({ length: 10 }, (_, place) => `text ${place}`)
  const won = await Promise.all(texts.map((text) => createDurably(path, text, 0o600)))
  assert.equal(won.filter(Boolean).length, 1)
  assert.equal(await readFile(path, 'utf8'), texts[won.indexOf(true)])
  assert.deepEqual(await readdir(folder.path), ['key'])
})

test('createFolder makes all that is missing, for the owner alone, and leaves what is there', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'files-'))
  const path = join(folder.path, 'a', 'b', 'c')
  await createFolder(path, 0o700)
  await createFolder(path, 0o755)
  for (const part of [path, join(folder.path, 'a')]) {
    const made = await stat(part)
    assert.ok(made.isDirectory())
    if (isPosix) assert.equal(made.mode & 0o777, 0o700)
  }
})

test('removeFile says whether there was a file', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'files-'))
  const path = join(folder.path, 'file')
  await writeFile(path, '')
  assert.deepEqual([await removeFile(path), await removeFile(path)], [true, false])
  await assert.rejects(removeFile(folder.path))
})

test('errorCode reads system errors and nothing else', () => {
  assert.equal(errorCode(Object.assign(new Error('x'), { code: 'ENOENT' })), 'ENOENT')
  for (const other of [new Error('x'), undefined, 'ENOENT', { code: 'ENOENT' }])
    assert.equal(errorCode(other), undefined)
})
