import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeFiles } from '../lab.ts'
import { addressesIn, run, startLab } from '../program.ts'
import { talk, until } from '../talk.ts'
import { place } from './echoes.ts'

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

test('two reloads at the same moment leave what the file says at the end', async () => {
  using folder = place('title: Echoes\nservices:\n  echo: {}\n  other: { greeting: start }\n')
  const file = join(folder.path, 'echoes', 'scenario.yaml')
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const [, other] = addressesIn(lab.out)
  assert.ok(other)
  for (let turn = 0; turn < 4; turn += 1) {
    writeFileSync(file, `title: Echoes\nservices:\n  echo: {}\n  other: { greeting: old }\n`)
    const first = run(['reload'], { folder: folder.path })
    writeFileSync(file, `title: Echoes\nservices:\n  echo: {}\n  other: { greeting: new${turn} }\n`)
    const both = await Promise.all([first, run(['reload'], { folder: folder.path })])
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    )
    assert.equal(await talk(other, 'x'), `new${turn}`)
  }
})

test('a service that is stopped while the scenario is reloaded ends stopped or restarted, never both', async () => {
  using folder = place('title: Echoes\nservices:\n  echo: {}\n  other: { greeting: start }\n')
  const file = join(folder.path, 'echoes', 'scenario.yaml')
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const [echo] = addressesIn(lab.out)
  assert.ok(echo)
  for (let turn = 0; turn < 4; turn += 1) {
    writeFileSync(file, `title: Echoes\nservices:\n  echo: {}\n  other: { greeting: new${turn} }\n`)
    const both = await Promise.all([
      run(['reload'], { folder: folder.path }),
      run(['service', 'stop', 'other'], { folder: folder.path }),
    ])
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    )
    assert.match((await run(['status'], { folder: folder.path })).out, /other {2}stopped/)
    assert.equal((await run(['service', 'start', 'other'], { folder: folder.path })).code, 0)
    assert.equal(await talk(echo, 'alive'), 'alive')
  }
})

test('whatever takes the place of the scenario, --watch tells it and the lab goes on', async () => {
  using folder = place()
  const home = join(folder.path, 'echoes')
  const file = join(home, 'scenario.yaml')
  await using lab = await startLab([...folder.words, '--ports', 'any', '--watch'], { folder: folder.path })
  const [echo] = addressesIn(lab.out)
  assert.ok(echo)
  const replacements: readonly (readonly [() => void, RegExp])[] = [
    [() => mkdirSync(file), /is no file; put a text file in its place/],
    [() => execFileSync('mkfifo', [file]), /is no file; put a text file in its place/],
    [() => writeFileSync(file, Buffer.alloc(2_000_000)), /is longer than 1048576 bytes/],
    [() => writeFileSync(file, Buffer.alloc(5000)), /the lab goes on as it was/],
    // The folder that is watched becomes a file.
    [() => (rmSync(home, { recursive: true }), writeFileSync(home, '')), /cannot be read: ENOTDIR/],
  ]
  for (const [replace, wanted] of replacements) {
    const told = lab.err.length
    rmSync(file, { recursive: true, force: true })
    replace()
    await until(() => wanted.test(lab.err.slice(told)), String(wanted))
    assert.equal(await talk(echo, 'alive'), 'alive')
    rmSync(home, { recursive: true })
    const begun = lab.out.length
    writeFiles(home, { 'scenario.yaml': 'title: Echoes\nservices:\n  echo: {}\n  other: {}\n' })
    await until(() => lab.out.slice(begun).includes('reloaded'), 'the reload')
  }
})
