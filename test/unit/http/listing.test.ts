import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { listFolder, type Entry } from '../../../lab/kit/http/folder-list.ts'
import { decodePath } from '../../../lab/kit/http/target.ts'
import { listingPage } from '../../../lab/web/listing.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'

const windows = process.platform === 'win32'

/** The names that are listed, sorted, a folder's with a slash; or the problem. */
async function names(...[root, path, options]: Parameters<typeof listFolder>): Promise<string> {
  const listed = await listFolder(root, path, options)
  if (typeof listed === 'string') return listed
  const found = listed.entries.map(({ name, kind }) => (kind === 'folder' ? `${name}/` : name))
  return found.toSorted().join(' ') + (listed.isWhole ? '' : ' …')
}

const entry = (name: string, size = 0, kind: Entry['kind'] = 'file'): Entry => ({
  name,
  kind,
  size,
  modified: Date.UTC(2026, 10, 3, 9, 5),
})

/** Makes symbolic links by their names. */
function link(folder: string, targets: Readonly<Record<string, string>>): void {
  for (const [name, target] of Object.entries(targets)) symlinkSync(target, join(folder, name))
}

const html = (page: { readonly body: string }): string => Buffer.from(page.body, 'latin1').toString('utf8')
const list = (entries: readonly Entry[], path = '/sub/'): string =>
  html(listingPage(path, { entries, isWhole: true }, 'en'))

test('a list holds what would be served, and nothing else', { skip: windows }, async () => {
  using outer = temporaryFolder()
  const root = join(outer.path, 'www')
  writeFiles(outer.path, {
    'www/a.txt': 'four',
    'www/.hidden': '',
    'www/.well-known/x': '',
    'www/back\\slash.txt': '',
    'www/new\nline.txt': '',
    'www/program.exe': '',
    'www/sub/b.txt': '',
    'www/closed/b.txt': '',
    'www-more/c.txt': '',
    'secret.txt': '',
  })
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff])]), '')
  execFileSync('mkfifo', [join(root, 'pipe.txt')])
  link(root, {
    'in.txt': 'a.txt',
    in: 'sub',
    'pipe-link.txt': 'pipe.txt',
    'link.exe': 'program.exe',
    'out.txt': '../secret.txt',
    more: '../www-more',
    'broken.txt': 'gone.txt',
    'loop.txt': 'loop.txt',
  })
  const isServed = (name: string, kind: string): boolean =>
    kind === 'folder' ? name !== 'closed' : !name.endsWith('.exe')
  assert.equal(await names(root, '/', { isServed }), 'a.txt in.txt in/ sub/')
  assert.equal(await names(root, '/in/', { isServed }), 'b.txt')
  assert.match(await names(root, '/'), /program\.exe/)
  utimesSync(join(root, 'a.txt'), 1, 2)
  const listed = await listFolder(root, '/', { isServed })
  assert.ok(typeof listed === 'object')
  assert.deepEqual(
    listed.entries.find(({ name }) => name === 'a.txt'),
    { name: 'a.txt', kind: 'file', size: 4, modified: 2000 },
  )
})

test('a list stays within the root, and tells no more of what lies beside it than a request', async () => {
  using outer = temporaryFolder()
  const root = join(outer.path, 'www')
  writeFiles(outer.path, { 'www/a.txt': '', 'www-more/c.txt': '', 'beside/deep/c.txt': '' })
  if (!windows) {
    link(root, { more: '../www-more', up: '..', self: '../www' })
    link(outer.path, { link: 'www' })
    assert.equal(await names(root, '/more/'), 'outside')
    assert.equal(await names(root, '/up/'), 'outside')
    assert.equal(await names(root, '/up/beside/'), 'outside')
    assert.equal(await names(root, '/up/gone/'), 'outside')
    assert.equal(await names(root, '/self/'), 'a.txt self/')
    assert.equal(await names(join(outer.path, 'link'), '/'), 'a.txt self/')
  }
  assert.equal(await names(root, '/gone/'), 'missing')
  assert.equal(await names(root, '/a.txt/'), 'missing')
  assert.equal(await names(root, `/${'a'.repeat(5000)}/`), 'missing')
})

test('what may not be read is left out', { skip: windows }, () => {
  using root = temporaryFolder()
  chmodSync(root.path, 0o755)
  writeFiles(root.path, { 'public.txt': '', 'private.txt': '', 'closed/a.txt': '' })
  chmodSync(join(root.path, 'private.txt'), 0)
  chmodSync(join(root.path, 'closed'), 0)
  const module = new URL('../../../lab/kit/http/folder-list.ts', import.meta.url).href
  // Nothing is forbidden to the superuser, so that he becomes somebody else.
  const script = `import { listFolder } from ${JSON.stringify(module)}
if (process.getuid() === 0) process.setuid(65534)
const list = async (path) => JSON.stringify((await listFolder(${JSON.stringify(root.path)}, path)).entries?.map(({ name }) => name))
const problem = await listFolder(${JSON.stringify(root.path)}, '/closed/')
process.stdout.write(await list('/') + ' ' + problem)`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 30_000 })
  assert.equal(out.toString(), '["public.txt"] unreadable')
  chmodSync(join(root.path, 'closed'), 0o700)
})

test(
  'a list is bounded, and leaves no descriptor behind',
  { skip: process.platform !== 'linux' },
  async () => {
    using root = temporaryFolder()
    writeFiles(root.path, Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.txt`, ''])))
    const before = readdirSync('/proc/self/fd').length
    for (let round = 0; round < 20; round += 1) {
      const some = await listFolder(root.path, '/', { most: 39 })
      assert.ok(typeof some === 'object' && some.entries.length === 39 && !some.isWhole)
      const all = await listFolder(root.path, '/', { most: 40 })
      assert.ok(typeof all === 'object' && all.entries.length === 40 && all.isWhole)
    }
    assert.equal(readdirSync('/proc/self/fd').length, before)
  },
)

test('a process without descriptors left does not show an empty folder', { skip: windows }, () => {
  using root = temporaryFolder()
  mkdirSync(join(root.path, 'sub'))
  const module = new URL('../../../lab/kit/http/folder-list.ts', import.meta.url).href
  const script = `import { closeSync, openSync } from 'node:fs'
import { listFolder } from ${JSON.stringify(module)}
const files = []
try { for (;;) files.push(openSync(${JSON.stringify(root.path)})) } catch {}
const problem = await listFolder(${JSON.stringify(root.path)}, '/')
for (const file of files) closeSync(file)
process.stdout.write(problem)`
  const limited = 'ulimit -n 100; exec "$0" --input-type=module -e "$1"'
  const out = execFileSync('sh', ['-c', limited, process.execPath, script], { timeout: 30_000 })
  assert.equal(out.toString(), 'busy')
})

test('a name is text on the page, and its link leads to it', () => {
  const odd = [
    `<img src=x onerror=alert(1)>"'&.txt`,
    'javascript:alert(1)',
    'a b%20c?d#e.txt',
    'ñandú €.txt',
    '&lt;',
    "it's.txt",
  ]
  const text = list(odd.map((name) => entry(name)))
  const found = [...text.matchAll(/<a href="([^"]*)"><bdi>([^<]*)<\/bdi>/g)]
  const unescaped = (part = ''): string =>
    part
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&')
  assert.deepEqual(found.map(([, , name]) => unescaped(name)).toSorted(), odd.toSorted())
  for (const [, href, name] of found) {
    const { origin, pathname, search, hash } = new URL(unescaped(href), 'http://host/sub/')
    assert.deepEqual([origin, search, hash], ['http://host', '', ''])
    assert.deepEqual(decodePath(pathname), { path: `/sub/${unescaped(name)}` })
  }
  const page = html(listingPage('/<b>&/', { entries: [], isWhole: true }, 'en'))
  assert.equal(page.match(/&lt;b&gt;&amp;\//g)?.length, 2)
  assert.doesNotMatch(page, /<b>&/)
  assert.doesNotMatch(list([entry('a\u202etxt.exe')]), /\u202e/)
})

test('folders come first, then names as a person counts', () => {
  const text = list([
    entry('b10.txt'),
    entry('B2.txt'),
    entry('z', 0, 'folder'),
    entry('ñ'),
    entry('o'),
    entry('a'),
  ])
  const order = [...text.matchAll(/<bdi>([^<]*)<\/bdi>(\/?)<\/a>/g)].map(
    ([, name, slash]) => `${name}${slash}`,
  )
  assert.deepEqual(order, ['z/', 'a', 'B2.txt', 'b10.txt', 'ñ', 'o'])
})

test('the page tells sizes, times, the parent and how much there is, in both languages', () => {
  const entries = [
    entry('0', 0),
    entry('1', 999),
    entry('2', 1000),
    entry('3', 9_940),
    entry('4', 9_960),
    entry('5', 999_499),
    entry('6', 999_500),
    entry('7', 15e12),
    entry('sub', 4096, 'folder'),
  ]
  const page = listingPage('/sub/', { entries, isWhole: true }, 'es')
  const text = html(page)
  const sizes = [...text.matchAll(/<td class="s"[^>]*>([^<]*)<\/td>/g)].map(([, size]) => size)
  assert.deepEqual(sizes, ['', '0 B', '999 B', '1 kB', '9,9 kB', '10 kB', '999 kB', '1 MB', '15 TB'])
  assert.match(text, /<time datetime="2026-11-03T09:05Z">2026-11-03 09:05<\/time>/)
  assert.match(
    text,
    /<html lang="es">[^]*Índice de[^]*<a href="\.\.\/">Carpeta superior<[^]*1 carpeta, 8 ficheros/,
  )
  assert.equal(
    page.fields,
    'Content-Type: text/html; charset=utf-8\r\nContent-Language: es\r\nVary: Accept-Language\r\n',
  )
  assert.doesNotMatch(list(entries, '/'), /\.\.\//)
  assert.match(list([], '/'), /nothing to show[^]*0 folders, 0 files/)
  const part = html(listingPage('/', { entries, isWhole: false }, 'en'))
  assert.match(part, /The folder holds more: the list ends at 9 entries\./)
  // A time that no calendar has is no error of the page's.
  assert.doesNotMatch(list([{ ...entry('a'), modified: 9e15 }]), /<time/)
})
