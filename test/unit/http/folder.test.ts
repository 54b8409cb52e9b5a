import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { isPieces } from '../../../lab/kit/http/answer.ts'
import { Folder, type Found } from '../../../lab/kit/http/folder.ts'
import { eventually } from './server.ts'

function temporary(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'telelab-folder-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

async function textOf(found: Found): Promise<string> {
  if (found.kind !== 'file') return found.kind === 'problem' ? found.problem : found.kind
  const { body } = found
  if (!isPieces(body)) return body.toString('latin1')
  let text = ''
  for (let piece = await body.read(); piece !== undefined; piece = await body.read())
    text += piece.toString('latin1')
  body.close()
  return text
}

test('files and folders are found, and nothing beside the root', async () => {
  using outer = temporary()
  const root = join(outer.path, 'www')
  mkdirSync(join(root, 'sub'), { recursive: true })
  mkdirSync(join(root, 'bare'))
  mkdirSync(join(root, 'odd/index.html'), { recursive: true })
  mkdirSync(`${root}-more`)
  writeFileSync(join(root, 'index.html'), 'start')
  writeFileSync(join(root, 'sub/index.html'), 'sub')
  writeFileSync(join(root, 'a b.TXT'), 'blank')
  writeFileSync(join(outer.path, 'secret.txt'), 'secret')
  writeFileSync(`${root}-more/secret.txt`, 'secret')
  symlinkSync('../secret.txt', join(root, 'out.txt'))
  symlinkSync('../www-more', join(root, 'more'))
  symlinkSync('index.html', join(root, 'in.html'))
  symlinkSync('gone.html', join(root, 'broken.html'))
  symlinkSync('loop.html', join(root, 'loop.html'))
  symlinkSync('..', join(root, 'up'))
  symlinkSync('sub', join(root, 'in'))
  symlinkSync('loop.txt', join(outer.path, 'loop.txt'))
  const folder = new Folder(root, { index: 'index.html' })
  const cases = [
    ['/', 'start'],
    ['/index.html', 'start'],
    ['/in.html', 'start'],
    ['/sub/', 'sub'],
    ['/sub', 'folder'],
    ['/a b.TXT', 'blank'],
    ['/bare', 'folder'],
    ['/bare/', 'no-index'],
    ['/odd/', 'no-index'],
    ['/gone.html', 'missing'],
    ['/gone/', 'missing'],
    ['/index.html/', 'missing'],
    ['/index.html/more', 'missing'],
    ['/broken.html', 'missing'],
    ['/loop.html', 'missing'],
    [`/${'a'.repeat(5000)}`, 'missing'],
    ['/out.txt', 'outside'],
    ['/more/secret.txt', 'outside'],
    ['/more', 'outside'],
    ['/more/', 'outside'],
    ['/up/secret.txt', 'outside'],
    ['/up/gone.txt', 'outside'],
    ['/up/gone/gone.txt', 'outside'],
    ['/up/', 'outside'],
    ['/up/gone/', 'outside'],
    ['/up/secret.txt/', 'outside'],
    ['/up/secret.txt/more', 'outside'],
    ['/up/loop.txt', 'outside'],
    [`/up/${'a'.repeat(5000)}`, 'outside'],
    ['/more/gone.txt', 'outside'],
    ['/in/gone.txt', 'missing'],
    ['/up/www/gone.txt', 'missing'],
    [`/${'a/'.repeat(2000)}`, 'missing'],
  ] as const
  for (const [path, text] of cases) assert.equal(await textOf(folder.find(path)), text, path)
  const found = folder.find('/a b.TXT')
  assert.equal(found.kind === 'file' && found.extension, '.txt')
})

test('a root that is itself a link is fine', async () => {
  using outer = temporary()
  mkdirSync(join(outer.path, 'real'))
  writeFileSync(join(outer.path, 'real/index.html'), 'start')
  symlinkSync('real', join(outer.path, 'www'))
  assert.equal(await textOf(new Folder(join(outer.path, 'www'), { index: 'index.html' }).find('/')), 'start')
})

test('a FIFO neither blocks nor is served', { skip: process.platform === 'win32' }, async () => {
  using root = temporary()
  execFileSync('mkfifo', [join(root.path, 'pipe.txt')])
  assert.equal(await textOf(new Folder(root.path, { index: 'index.html' }).find('/pipe.txt')), 'special')
})

test(
  'a file that may not be read is told from one that is missing',
  { skip: process.platform === 'win32' },
  async () => {
    using root = temporary()
    chmodSync(root.path, 0o755)
    writeFileSync(join(root.path, 'private.txt'), 'x', { mode: 0 })
    const isRoot = process.getuid?.() === 0
    // Nothing is forbidden to the superuser.
    if (isRoot) process.seteuid?.(65_534)
    try {
      assert.equal(
        await textOf(new Folder(root.path, { index: 'index.html' }).find('/private.txt')),
        'unreadable',
      )
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  },
)

test('a process without descriptors left says so', { skip: process.platform === 'win32' }, () => {
  using root = temporary()
  writeFileSync(join(root.path, 'index.html'), 'start')
  const module = new URL('../../../lab/kit/http/folder.ts', import.meta.url).href
  const script = `import { closeSync, openSync } from 'node:fs'
import { Folder } from ${JSON.stringify(module)}
const folder = new Folder(${JSON.stringify(root.path)}, { index: 'index.html' })
const files = []
try { for (;;) files.push(openSync(${JSON.stringify(root.path)})) } catch {}
const { problem } = folder.find('/')
for (const file of files) closeSync(file)
process.stdout.write(problem + ' ' + folder.find('/').body)`
  const limited = 'ulimit -n 100; exec "$0" --input-type=module -e "$1"'
  const out = execFileSync('sh', ['-c', limited, process.execPath, script], { timeout: 30_000 })
  assert.equal(out.toString(), 'busy start')
})

test('a change is seen at the next request', async () => {
  using root = temporary()
  const file = join(root.path, 'index.html')
  const folder = new Folder(root.path, { index: 'index.html' })
  assert.equal(await textOf(folder.find('/')), 'no-index')
  writeFileSync(file, 'one')
  assert.equal(await textOf(folder.find('/')), 'one')
  assert.equal(folder.find('/'), folder.find('/'), 'the same file is kept')
  await turn()
  writeFileSync(file, 'three')
  assert.equal(await textOf(folder.find('/')), 'three')
  await turn()
  // The same size and time, as a careful copy leaves it.
  writeFileSync(`${file}.new`, 'THREE')
  utimesSync(`${file}.new`, new Date(0), new Date(0))
  utimesSync(file, new Date(0), new Date(0))
  assert.equal(await textOf(folder.find('/')), 'three')
  await turn()
  renameSync(`${file}.new`, file)
  assert.equal(await textOf(folder.find('/')), 'THREE')
  await turn()
  rmSync(file)
  assert.equal(await textOf(folder.find('/')), 'no-index')
})

test('memory is bounded: the oldest files make room', async () => {
  using root = temporary()
  for (const name of 'abc') writeFileSync(join(root.path, `${name}.txt`), name.repeat(40))
  const folder = new Folder(root.path, { index: 'index.html', smallSize: 50, memorySize: 100 })
  const a = folder.find('/a.txt')
  const b = folder.find('/b.txt')
  await turn()
  assert.equal(folder.find('/a.txt'), a)
  folder.find('/c.txt')
  assert.notEqual(folder.find('/a.txt'), a, 'a made room for c')
  assert.notEqual(folder.find('/b.txt'), b, 'b made room for a')
})

test(
  'a large file comes in pieces and leaves no descriptor behind',
  { skip: process.platform !== 'linux' },
  async () => {
    using root = temporary()
    const content = Buffer.from(Array.from({ length: 30_000 }, (_, index) => index % 251))
    writeFileSync(join(root.path, 'large.txt'), content)
    const folder = new Folder(root.path, { index: 'index.html', smallSize: 1000 })
    const before = readdirSync('/proc/self/fd').length
    for (let round = 0; round < 20; round++) {
      const found = folder.find('/large.txt')
      assert.ok(found.kind === 'file' && isPieces(found.body))
      assert.equal(found.body.length, content.length)
      if (round % 2 === 0) found.body.close()
      else assert.equal(await textOf(found), content.toString('latin1'))
    }
    // Another thread closes them.
    await eventually(() => readdirSync('/proc/self/fd').length <= before)
  },
)
