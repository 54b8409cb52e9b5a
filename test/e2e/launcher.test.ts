import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { launcher, run, startLab } from '../program.ts'
import { until } from '../talk.ts'
import { place } from './echoes.ts'

test('a lab ends with its launcher, even when that is killed', async () => {
  using folder = place()
  // An older Node hands over to this one; a launcher with a channel stands for it here.
  const script = `const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, LAB_LAUNCHED: '1' } })
    child.on('exit', () => process.exit())`
  const outer = spawn(
    process.execPath,
    [
      '-e',
      script,
      join(import.meta.dirname, '..', '..', 'lab', 'lab.js'),
      'start',
      ...folder.words,
      '--ports',
      'any',
    ],
    { cwd: folder.path },
  )
  await until(async () => (await run(['status'], { folder: folder.path })).code === 0)
  outer.kill('SIGKILL')
  await until(async () => (await run(['status'], { folder: folder.path })).code === 1)
})

test('a lab that npm has started ends when npm has gone', async () => {
  using folder = place()
  const words = [process.execPath, launcher, 'start', ...folder.words, '--ports', 'any']
  // npm runs a shell, which waits for the lab; the signal that ends npm ends the shell, and nobody tells the lab.
  const shell = spawn('sh', ['-c', '"$@"; exit', 'sh', ...words], {
    cwd: folder.path,
    env: { ...process.env, npm_lifecycle_event: 'start' },
  })
  await until(async () => (await run(['status'], { folder: folder.path })).code === 0)
  shell.kill('SIGKILL')
  await until(async () => (await run(['status'], { folder: folder.path })).code === 1)
})

test(
  'the launcher passes exit code and signals on from an older Node',
  { skip: olderNode() === undefined && 'needs an older Node' },
  async () => {
    using folder = place()
    const node = olderNode() ?? ''
    const wrong = await run(['start', '--no-such'], { folder: folder.path, node })
    assert.equal(wrong.code, 2)
    await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path, node })
    lab.process.kill('SIGINT')
    assert.equal((await lab.finished).code, 0)
  },
)

/** A Node before 26 outside this project, as a fresh machine has it. */
function olderNode(): string | undefined {
  const path = (process.env['PATH'] ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .join(':')
  try {
    const found = execFileSync('sh', ['-c', 'command -v node && node --version'], {
      env: { ...process.env, PATH: path },
      encoding: 'utf8',
    }).split('\n')
    return Number(/^v(\d+)/.exec(found[1] ?? '')?.[1]) < 26 ? found[0] : undefined
  } catch {
    return undefined
  }
}
