import assert from 'node:assert/strict'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { platform } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../port.ts'
import { addressesIn, run, startLab } from '../program.ts'
import { talk, until } from '../talk.ts'
import { place } from './echoes.ts'

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
  const port = await freePort()
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
  assert.equal(doctor.code, 0)
  assert.match(doctor.out, /"echoes" is running; it stops with: lab stop -s echoes\n/)
  const held = (stop: string): string =>
    `note  echo: your lab "echoes" (${join(folder.path, '.lab', 'echoes')}) listens on 127.0.0.1:${port}. Stop it with: ${stop}. Or keep`
  assert.ok(doctor.out.includes(held('lab stop -s echoes')), doctor.out)
  const far = await run(['doctor', ...folder.words, '--state', 'elsewhere'], { folder: folder.path })
  if (platform() === 'linux') assert.ok(far.out.includes(held('lab stop -s echoes')), far.out)
})

test('doctor: a port that another program holds is a failure, a lab elsewhere is told with its folder', async () => {
  const port = await freePort()
  const holder = createServer().listen(port, '127.0.0.1')
  await once(holder, 'listening')
  using folder = place(`title: Echoes\nservices:\n  echo: { ports: { echo: ${port} } }\n`)
  const doctor = await run(['doctor', ...folder.words], { folder: folder.path })
  holder.close()
  assert.equal(doctor.code, 1)
  assert.match(
    doctor.out,
    new RegExp(`FAIL {2}echo cannot listen on 127\\.0\\.0\\.1:${port}/tcp: the port is in use`),
  )
  await using _lab = await startLab([...folder.words, '--state', 'my labs'], { folder: folder.path })
  const own = await run(['doctor', ...folder.words, '--state', 'my labs', '--lang', 'es'], {
    folder: folder.path,
  })
  assert.equal(own.code, 0)
  const stop = `lab stop -s echoes --state "${join(folder.path, 'my labs')}"`
  assert.ok(own.out.includes(`"echoes" está en marcha; se detiene con: ${stop}\n`), own.out)
  assert.ok(own.out.includes(`escucha en 127.0.0.1:${port}. Detenlo con: ${stop}. O conserva`), own.out)
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
  // Ctrl-C in that terminal would stop nothing.
  assert.match(started.out, /lab stop +stop$/m)
  const [echo] = addressesIn(started.out)
  assert.ok(echo && (await talk(echo, 'there')) === 'there')
  const again = await run(['start', '--detach', ...folder.words], { folder: folder.path })
  assert.equal(again.code, 1)
  assert.match(again.err, /runs already here/)
  assert.equal((await run(['stop'], { folder: folder.path })).code, 0)
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
