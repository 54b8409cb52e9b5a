import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeFiles } from '../lab.ts'
import { Program, run, startLab } from '../program.ts'
import { dropService } from '../services.ts'
import { place } from './echoes.ts'

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
  const first = await run(['log', '--fact', '1'], { folder: folder.path })
  assert.match(first.out, /^[^\n]*lab\.started[^\n]*\n$/)
})

test('what a client sends cannot steer the terminal of whoever reads the log', async () => {
  using folder = place()
  dropService(join(folder.path, 'services'), 'other', {
    start: `ctx.record({ kind: 'other.heard', data: { said: '\\u001b]0;owned\\u0007 \\u009b2J \\u202e', deep: ['\\u009b'] } })`,
  })
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  const { out } = await run(['log', '--kind', 'other'], { folder: folder.path })
  assert.match(out, /said=\\u001b\]0;owned\\u0007 \\u009b2J \\u202e deep=\["\\u009b"\]\n$/)
  lab.process.kill('SIGTERM')
  await lab.finished
})

test('without a scenario, the log is that of the lab that ran last', async () => {
  using folder = place()
  writeFiles(folder.path, { 'another/scenario.yaml': 'title: Another\nservices: {}\n' })
  for (const name of ['echoes', 'another', 'echoes', 'another']) {
    await using lab = await startLab(['-s', name, '--services', 'services', '--ports', 'any'], {
      folder: folder.path,
    })
    lab.process.kill('SIGTERM')
    await lab.finished
    const { out } = await run(['log', '--kind', 'lab.started'], { folder: folder.path })
    assert.match(out, new RegExp(`scenario=${name} `))
  }
  const named = await run(['log', '-s', 'echoes', '--kind', 'lab.started'], { folder: folder.path })
  assert.match(named.out, /scenario=echoes /)
})

test('a journal that cannot be read is told, not stumbled over', async () => {
  using folder = place()
  {
    await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
    lab.process.kill('SIGTERM')
    await lab.finished
  }
  const journal = join(folder.path, '.lab', 'echoes', 'journal')
  rmSync(journal, { recursive: true })
  writeFileSync(journal, '')
  const { code, err } = await run(['log'], { folder: folder.path })
  assert.equal(code, 1)
  assert.match(err, /^lab log: .*echoes cannot be read: ENOTDIR/)
})
