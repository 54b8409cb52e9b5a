/** The console as the command line opens it: its address, its port, and a stop that nobody who looks on delays. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run, startLab, type Program } from '../program.ts'

const files = { 'scenario.yaml': 'title: Test\ndomain: lab.test\nservices: { dns: {} }\n' }
const words = ['-s', 'scenario.yaml', '--ports', 'any']

/** The address that a greeting shows. */
const urlIn = ({ out }: Program): string => /http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\//.exec(out)?.[0] ?? ''

/** Everything in a folder and below. */
function contentsOf(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

test('the greeting tells the address, `lab console` tells it again, and no file of the lab does', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, files)
  await using lab = await startLab([...words, '--console-port', '0'], { folder: folder.path })
  const url = urlIn(lab)
  assert.notEqual(url, '')
  const told = await run(['console'], { folder: folder.path })
  assert.deepEqual([told.code, told.out.trim()], [0, url])
  const page = await fetch(url)
  assert.match(await page.text(), /<title>telelab<\/title>/)
  const answer = await fetch(`${url}api/service.stop`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"name":"dns"}',
  })
  assert.equal(answer.status, 200)
  await answer.text()
  const { pathname } = new URL(url)
  assert.ok(!contentsOf(join(folder.path, '.lab')).includes(pathname.slice(1, -1)))
  assert.ok(!lab.err.includes(pathname))
  assert.equal(lab.out.split(pathname).length, 2)
})

test('streams that are open do not hold up the stop', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, files)
  await using lab = await startLab([...words, '--console-port', '0'], { folder: folder.path })
  const streams = await Promise.all(Array.from({ length: 5 }, () => fetch(`${urlIn(lab)}api/stream/log`)))
  const readers = streams.map((stream) => stream.body?.getReader())
  await Promise.all(readers.map(async (reader) => reader?.read()))
  const ended = readers.map(async (reader) => {
    while ((await reader?.read().catch(() => undefined))?.done === false);
  })
  const stopped = await run(['stop'], { folder: folder.path })
  assert.deepEqual([stopped.code, stopped.out], [0, 'stopped\n'])
  await Promise.all(ended)
  assert.equal((await lab.finished).code, 0)
})

test('a port that is in use is left to who has it', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, files)
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const address = holder.address()
  assert.ok(typeof address === 'object' && address !== null)
  try {
    await using lab = await startLab([...words, '--console-port', String(address.port)], {
      folder: folder.path,
    })
    const { port } = new URL(urlIn(lab))
    assert.notEqual(Number(port), address.port)
  } finally {
    holder.close()
  }
})

test('without a console there is none, and `lab console` says so', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, files)
  await using lab = await startLab([...words, '--no-console'], { folder: folder.path })
  assert.equal(urlIn(lab), '')
  const { code, out, err } = await run(['console'], { folder: folder.path })
  assert.deepEqual([code, out], [1, ''])
  assert.match(err, /without its console \(--no-console\)/)
  const wrong = await run(['start', '--console-port', 'x'], { folder: folder.path })
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /--console-port takes a port number/)
  const nobody = await run(['console', '-s', 'none', '--lang', 'es'], { folder: folder.path })
  assert.equal(nobody.code, 1)
})
