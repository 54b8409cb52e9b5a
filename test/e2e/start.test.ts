import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { addressesIn, launcher, Program, run, startLab } from '../program.ts'
import { dropService } from '../services.ts'
import { open, talk, until } from '../talk.ts'

/** A folder with a scenario of two echo services, and those services. */
function place(
  scenario = 'title: Echoes\nservices:\n  echo: {}\n  other: {}\n',
): Disposable & { readonly path: string; readonly words: readonly string[] } {
  const folder = temporaryFolder()
  dropService(join(folder.path, 'services'), 'echo')
  dropService(join(folder.path, 'services'), 'other', {
    start: `await ctx.tcp('other', (socket) => {
      socket.on('data', async (bytes) => {
        await undefined
        if (String(bytes) === 'throw') throw new Error('planted')
        if (String(bytes) === 'timer') setTimeout(() => { throw new Error('planted in a raw timer') }, 1)
        socket.end(ctx.config.greeting)
      })
    })`,
  })
  writeFiles(folder.path, { 'echoes/scenario.yaml': scenario })
  return {
    path: folder.path,
    words: ['-s', 'echoes', '--services', 'services'],
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

test('start greets, status tells, stop ends it, and nothing is left', async () => {
  using folder = place()
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const [echo] = addressesIn(lab.out)
  assert.ok(echo)
  assert.equal(await talk(echo, 'hello'), 'hello')
  assert.equal(statSync(join(folder.path, '.lab', 'echoes', 'control.sock')).mode & 0o777, 0o600)
  const status = await run(['status', '--json'], { folder: folder.path })
  assert.equal((JSON.parse(status.out) as { pid: number }).pid, lab.process.pid)
  const stop = await run(['stop'], { folder: folder.path })
  assert.deepEqual([stop.code, stop.out], [0, 'stopped\n'])
  assert.equal((await lab.finished).code, 0)
  const after = await run(['status'], { folder: folder.path })
  assert.deepEqual([after.code, after.out], [1, ''])
  assert.match(after.err, /no lab is running here\. Start one with: lab start/)
})

test('start in Spanish, by option and by environment', async () => {
  using folder = place()
  for (const [words, environment] of [
    [['--lang', 'es'], {}],
    [[], { LANG: 'es_ES.UTF-8' }],
  ] as const) {
    await using lab = await startLab([...folder.words, ...words, '--ports', 'any'], {
      folder: folder.path,
      environment,
    })
    assert.match(lab.out, /Servicios\n/)
    lab.process.kill('SIGINT')
    assert.equal((await lab.finished).code, 0)
  }
})

test('only the named services start, and the others can be started later', async () => {
  using folder = place()
  await using lab = await startLab(['echo', ...folder.words, '--ports', 'any'], { folder: folder.path })
  assert.match(lab.out, /other\s+not started/)
  const started = await run(['service', 'start', 'other'], { folder: folder.path })
  assert.match(started.out, /other\s+running {2}127\.0\.0\.1:\d+/)
  const stopped = await run(['service', 'stop', 'echo'], { folder: folder.path })
  assert.match(stopped.out, /echo\s+stopped/)
  const wrong = await run(['service', 'stop', 'ecko'], { folder: folder.path })
  assert.deepEqual(
    [wrong.code, wrong.err],
    [2, 'lab service: the scenario has no service "ecko" (did you mean "echo"?); it has: echo, other\n'],
  )
})

test('a second lab on the same ports names port and program, and leaves the first alone', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  holder.close()
  using folder = place(`title: Echoes\nservices:\n  echo: { ports: { echo: ${port} } }\n`)
  await using first = await startLab(folder.words, { folder: folder.path })
  const elsewhere = await run(['start', ...folder.words, '--state', 'elsewhere'], { folder: folder.path })
  assert.equal(elsewhere.code, 1)
  assert.match(
    elsewhere.err,
    new RegExp(
      `echo cannot listen on 127\\.0\\.0\\.1:${port}/tcp: the port is in use by ".*lab\\.js start .*" \\(process ${first.process.pid}\\)`,
    ),
  )
  const again = await run(['start', ...folder.words], { folder: folder.path })
  assert.equal(again.code, 1)
  assert.match(
    again.err,
    new RegExp(
      `"echoes" runs already here \\(process ${first.process.pid}, "lab start"\\), on 127\\.0\\.0\\.1:${port}`,
    ),
  )
  assert.equal(await talk({ host: '127.0.0.1', port }, 'unharmed'), 'unharmed')
  const doctor = await run(['doctor', ...folder.words], { folder: folder.path })
  assert.equal(doctor.code, 1)
  assert.match(doctor.out, /"echoes" is running/)
  assert.match(doctor.out, new RegExp(`FAIL {2}echo cannot listen on 127\\.0\\.0\\.1:${port}`))
})

test('after kill -9 the next start works without any cleaning', async () => {
  using folder = place()
  {
    await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
    lab.process.kill('SIGKILL')
    await lab.finished
  }
  assert.match((await run(['status'], { folder: folder.path })).err, /no lab is running/)
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const [echo] = addressesIn(lab.out)
  assert.ok(echo && (await talk(echo, 'again')) === 'again')
})

test('signals at random moments leave nothing behind', async () => {
  using folder = place()
  for (let turn = 0; turn < 12; turn += 1) {
    await using lab = new Program(['start', ...folder.words, '--ports', 'any'], { folder: folder.path })
    await new Promise((resolve) => setTimeout(resolve, turn * 30))
    lab.process.kill(turn % 3 === 0 ? 'SIGKILL' : turn % 3 === 1 ? 'SIGTERM' : 'SIGINT')
    await lab.finished
  }
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  lab.process.kill('SIGTERM')
  assert.equal((await lab.finished).code, 0)
})

test('a lab ends with its launcher, even when that is killed', async () => {
  using folder = place()
  // An older Node hands over to this one; a launcher with a channel stands for it here.
  const script = `const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, LAB_LAUNCHED: '1' } })
    child.on('exit', () => process.exit())`
  const { spawn } = await import('node:child_process')
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
  const { spawn } = await import('node:child_process')
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

test('one Ctrl-C that arrives from several sides is one orderly stop', async () => {
  using folder = place()
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  for (let copies = 0; copies < 3; copies += 1) lab.process.kill('SIGINT')
  assert.equal((await lab.finished).code, 0)
  assert.match((await run(['log'], { folder: folder.path })).out, /service\.stopped name=echo/)
})

test('a lab goes on when nobody reads its output any more', async () => {
  using folder = place()
  await using lab = await startLab([...folder.words, '--ports', 'any', '--watch'], { folder: folder.path })
  lab.process.stdout?.destroy()
  lab.process.stderr?.destroy()
  const [echo, other] = addressesIn(lab.out)
  assert.ok(echo && other)
  await talk(other, 'throw')
  writeFileSync(join(folder.path, 'echoes', 'scenario.yaml'), 'title: Echoes\nservices:\n  echo: {}\n')
  await until(async () => !(await run(['status'], { folder: folder.path })).out.includes('other'))
  assert.equal(await talk(echo, 'alive'), 'alive')
  assert.equal((await run(['stop'], { folder: folder.path })).code, 0)
  assert.equal((await lab.finished).code, 0)
})

test('--watch outlives the folder of the scenario', async () => {
  using folder = place()
  await using lab = await startLab([...folder.words, '--ports', 'any', '--watch'], { folder: folder.path })
  rmSync(join(folder.path, 'echoes'), { recursive: true })
  await until(() => lab.err.includes('cannot be read'))
  writeFiles(folder.path, { 'echoes/scenario.yaml': 'title: Echoes\nservices:\n  echo: {}\n' })
  await lab.printed('stopped: other')
})

test('short options in one word detach once', async () => {
  using folder = place()
  const started = await run(['start', '-wd', ...folder.words, '--ports', 'any'], { folder: folder.path })
  assert.deepEqual([started.code, started.err], [0, ''])
  assert.equal((await run(['stop', '-s', 'echoes/scenario.yaml'], { folder: folder.path })).code, 0)
})

test('a detached lab goes on, and its failure is told with its exit code', async () => {
  using folder = place()
  const started = await run(['start', '--detach', ...folder.words, '--ports', 'any'], { folder: folder.path })
  assert.deepEqual([started.code, started.err], [0, ''])
  const [echo] = addressesIn(started.out)
  assert.ok(echo && (await talk(echo, 'there')) === 'there')
  const again = await run(['start', '--detach', ...folder.words], { folder: folder.path })
  assert.equal(again.code, 1)
  assert.match(again.err, /runs already here/)
  assert.equal((await run(['stop'], { folder: folder.path })).code, 0)
})

test('reload and --watch put in place what changed; a wrong file changes nothing', async () => {
  using folder = place('title: Echoes\nservices:\n  echo: {}\n  other: { greeting: one }\n')
  const file = join(folder.path, 'echoes', 'scenario.yaml')
  await using lab = await startLab([...folder.words, '--ports', 'any', '--watch'], { folder: folder.path })
  const [, other] = addressesIn(lab.out)
  assert.ok(other)
  assert.equal(await talk(other, 'x'), 'one')
  writeFileSync(file, 'title: Echoes\nservices:\n  echo: {}\n  other: { greeting: two }\n')
  await lab.printed('reloaded; restarted: other; unchanged: echo')
  assert.equal(await talk(other, 'x'), 'two')
  writeFileSync(file, 'title: Echoes\nservices:\n  echo: {}\n  other: { greting: three }\n')
  await until(() => lab.err.includes('the lab goes on as it was'))
  assert.match(
    lab.err,
    /echoes\/scenario\.yaml:4:12 services\.other\.greting: unknown key "greting" \(did you mean "greeting"\?\)/,
  )
  const reload = await run(['reload', '--lang', 'es'], { folder: folder.path })
  assert.equal(reload.code, 2)
  assert.match(reload.err, /clave desconocida "greting" \(¿querías decir "greeting"\?\)/)
  assert.equal(await talk(other, 'x'), 'two')
})

test('an error that nothing catches costs the service one complaint, the lab nothing', async () => {
  using folder = place()
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const [echo, other] = addressesIn(lab.out)
  assert.ok(echo && other)
  assert.equal(await talk(other, 'throw'), '')
  assert.equal(await talk(other, 'timer'), 'hello')
  await until(() => lab.err.includes('planted in a raw timer'))
  assert.equal(lab.err.split('Error: planted\\n').length, 2, 'told once')
  assert.equal(await talk(echo, 'alive'), 'alive')
  assert.equal(await talk(other, 'x'), 'hello')
})

test('log shows what happened, follows, filters, and reads the last run from disk', async () => {
  using folder = place()
  const lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  await using following = new Program(['log', '--follow', '--json', '--kind', 'service'], {
    folder: folder.path,
  })
  await following.printed('service.started')
  await run(['service', 'stop', 'echo'], { folder: folder.path })
  await following.printed('service.stopped')
  assert.doesNotMatch(following.out, /lab\.started/)
  lab.process.kill('SIGTERM')
  await lab.finished
  assert.equal((await following.finished).code, 0)
  const after = await run(['log'], { folder: folder.path })
  assert.equal(after.code, 0)
  assert.match(after.out, /lab\.started scenario=echoes student=9721[\s\S]*service\.stopped name=other/)
})

test('connections that stay open do not keep the lab from stopping', async () => {
  using folder = place()
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const [echo] = addressesIn(lab.out)
  assert.ok(echo)
  const clients = await Promise.all(Array.from({ length: 50 }, () => open(echo)))
  lab.process.kill('SIGTERM')
  assert.equal((await lab.finished).code, 0)
  for (const client of clients) client.destroy()
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
