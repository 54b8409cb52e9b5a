/** The files of the page as they are served, and what is counted of the facts. */
import assert from 'node:assert/strict'
import { symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Assets } from '../../../lab/console/http/assets.ts'
import { FactCounts } from '../../../lab/console/counts.ts'
import { Journal } from '../../../lab/journal/journal.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'

test('TypeScript goes out without its types, every character where it was, and without a warning', async () => {
  using folder = temporaryFolder()
  const source = "import type { A } from '../a.ts'\nexport const b: number = 1 as A // ñ\n"
  writeFiles(folder.path, { 'page/b.ts': source, 'page/words/c.css': 'a{}' })
  const warned: string[] = []
  const note = (warning: Error): void => void warned.push(warning.message)
  process.on('warning', note)
  const assets = new Assets(join(folder.path, 'page'))
  const asset = await assets.read('b.ts')
  assert.equal(asset?.type, 'text/javascript; charset=utf-8')
  const content = String(asset.content)
  assert.equal(content.length, source.length)
  assert.equal(content.trim(), `export const b         = 1      // ñ`)
  assert.equal(String((await assets.read('words/c.css'))?.content), 'a{}')
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', note)
  assert.deepEqual(warned, [])
})

test('a file that changes is read again', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'b.ts': 'one()' })
  const assets = new Assets(folder.path)
  assert.equal((await assets.read('b.ts'))?.content, 'one()')
  writeFileSync(join(folder.path, 'b.ts'), 'two()')
  utimesSync(join(folder.path, 'b.ts'), 1, 1)
  assert.equal((await assets.read('b.ts'))?.content, 'two()')
})

test(
  'a link that leads out of the folder leads nowhere',
  { skip: process.platform === 'win32' },
  async () => {
    using folder = temporaryFolder()
    writeFiles(folder.path, { 'page/a.ts': 'a()', 'page-secret/b.ts': 'secret()', 'c.css': 'secret{}' })
    symlinkSync(join(folder.path, 'c.css'), join(folder.path, 'page', 'c.css'))
    symlinkSync(join(folder.path, 'page-secret'), join(folder.path, 'page', 'inner'))
    symlinkSync(join(folder.path, 'page', 'a.ts'), join(folder.path, 'page', 'own.ts'))
    const assets = new Assets(join(folder.path, 'page'))
    for (const path of ['c.css', 'inner/b.ts', '../page-secret/b.ts', '../c.css'])
      assert.equal(await assets.read(path), undefined, path)
    assert.equal((await assets.read('own.ts'))?.content, 'a()')
  },
)

test('facts are counted by service and kind, and no service makes more than so many kinds', () => {
  const journal = new Journal(() => 0)
  using counts = new FactCounts(journal)
  for (let kind = 0; kind < 250; kind += 1) journal.record('a', { kind: `a.${kind}` })
  journal.record('a', { kind: 'a.7' })
  journal.record('b', { kind: 'b.0' })
  const { 'a.7': seven, other, ...rest } = counts.of('a')
  assert.deepEqual([seven, other, Object.keys(rest).length], [2, 50, 199])
  assert.deepEqual(counts.of('b'), { 'b.0': 1 })
  assert.deepEqual(counts.of('c'), {})
})
