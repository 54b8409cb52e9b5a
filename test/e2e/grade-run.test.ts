import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { Program, run, type Finished } from '../program.ts'
import { until } from '../talk.ts'
import { dropEcho, server } from './grade-course.ts'

const skip = process.platform === 'win32' ? 'needs sh' : false
const command = `"${process.execPath}" server.mjs {port}`

function words(folder: string, ...more: readonly string[]): string[] {
  return ['grade', 'echo', '--run', command, '--folder', 'work', '--services', dropEcho(folder), ...more]
}

async function graded(folder: string, program: string, ...more: readonly string[]): Promise<Finished> {
  writeFiles(folder, { 'work/server.mjs': program })
  const finished = await run(words(folder, ...more), { folder })
  assert.deepEqual(
    readdirSync(join(folder, 'work')),
    ['server.mjs'],
    'the program changes nothing of the student’s',
  )
  return finished
}

/** Whether a process still runs. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie that nobody waits for runs no more.
    return !/^\d+ \(.*\) Z/.test(existsSync('/proc') ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '')
  } catch {
    return false
  }
}

test('a program that is right', { skip }, async () => {
  using folder = temporaryFolder()
  const { out, err, code } = await graded(folder.path, server('line => line', "writeFileSync('made', '')"))
  assert.match(out, /Total: 5 of 5 points/)
  assert.deepEqual([err, code], ['', 0])
})

test('a program that ends at once: nothing is graded, and its last words are told', { skip }, async () => {
  using folder = temporaryFolder()
  const { out, code } = await graded(folder.path, "console.error('bind: no \\u001b[2J'); process.exit(3)")
  assert.match(
    out,
    /Nothing could be graded: the program does not listen on 127\.0\.0\.1:\d+: it ended by itself with exit code 3/,
  )
  assert.match(out, /⚑ program-said: bind: no \\x1b\[2J\n/)
  assert.match(out, /Total: 0 of 5 points \(2 failed\)/)
  assert.equal(code, 1)
})

test('a program that crashes in between is told of', { skip }, async () => {
  using folder = temporaryFolder()
  const { out } = await graded(folder.path, server("line => line === 'hello' ? line : process.abort()"))
  assert.match(
    out,
    /⚑ program-ended: it (?:was ended by SIGABRT|ended by itself with exit code 134)\n[^]*✓ 2\/2 {2}echo\.answers /,
  )
})

test('a program that writes without end is ended', { skip }, async () => {
  using folder = temporaryFolder()
  const flood = "setInterval(() => process.stdout.write('x'.repeat(1 << 20)), 1)"
  const { out } = await graded(
    folder.path,
    server('line => line', flood),
    '--domain',
    'slow.example',
    '--time',
    '5',
  )
  assert.match(out, /⚑ program-ended: it wrote more than it may, and was ended/)
})

test(
  'a program that takes too much memory is ended',
  { skip: skip || process.platform !== 'linux' },
  async () => {
    using folder = temporaryFolder()
    const greedy = 'const all = []; for (let i = 0; i < 40; i++) all.push(Buffer.alloc(50 << 20, 1))'
    const { out } = await graded(folder.path, server('line => line', greedy), '--memory', '600')
    assert.match(out, /Nothing could be graded[^]*program-ended/)
  },
)

test(
  'the children of a program end with it, daemons included',
  { skip: skip || process.platform !== 'linux' },
  async () => {
    using folder = temporaryFolder()
    const children =
      "for (const detached of [false, true]) console.error('child', spawn('sleep', ['1000'], { detached, stdio: 'ignore' }).pid, 'end')"
    const { out } = await graded(folder.path, server('line => line', children))
    const pids = [...out.matchAll(/child (\d+) end/g)].map(([, pid]) => Number(pid))
    assert.equal(pids.length, 2)
    await until(() => !pids.some((pid) => runs(pid)), 'the children to end')
  },
)

test('the program sees neither the grader’s environment nor its input', { skip }, async () => {
  using folder = temporaryFolder()
  const tell = "console.error('seen', Object.keys(process.env).join(), process.cwd())"
  writeFiles(folder.path, { 'work/server.mjs': server('line => line', tell) })
  const { out } = await run(words(folder.path), {
    folder: folder.path,
    environment: { LAB_COURSE_KEY: 'secret' },
  })
  assert.match(out, /seen \S*PORT/)
  assert.doesNotMatch(out, /LAB_COURSE_KEY|NO_COLOR/)
})

test('a grader that is killed leaves no program behind', { skip }, async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'work/server.mjs': server(
      'line => line',
      "console.error('copy', process.cwd(), 'end pid', process.pid, 'end')",
    ),
  })
  await using grader = new Program(words(folder.path, '--domain', 'slow.example', '-f', 'text=r.txt'), {
    folder: folder.path,
  })
  const report = join(folder.path, 'r.txt')
  const pid = (): number =>
    Number(/pid (\d+) end/.exec(existsSync(report) ? readFileSync(report, 'utf8') : '')?.[1])
  await until(() => pid() > 0, 'the program to be told of')
  const copy = (): string => /copy (\S+) end/.exec(readFileSync(report, 'utf8'))?.[1] ?? ''
  assert.ok(existsSync(copy()))
  grader.process.kill('SIGKILL')
  await until(() => !runs(pid()), 'the program to end')
  await until(() => !existsSync(copy()), 'the copy to go')
})

test('no copy is left behind', { skip }, async () => {
  using folder = temporaryFolder()
  const copies = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('telelab-grade-'))
  const before = copies()
  await graded(folder.path, server())
  assert.deepEqual(
    copies().filter((name) => !before.includes(name)),
    [],
  )
})
