import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressesIn, Program, run, startLab } from '../program.ts'
import { open, talk } from '../talk.ts'
import { place } from './echoes.ts'

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

test('one Ctrl-C that arrives from several sides is one orderly stop', async () => {
  using folder = place()
  await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
  for (let copies = 0; copies < 3; copies += 1) lab.process.kill('SIGINT')
  assert.equal((await lab.finished).code, 0)
  assert.match((await run(['log'], { folder: folder.path })).out, /service\.stopped name=echo/)
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

test('a stop at any moment of a start ends that lab, or says that none runs yet', async () => {
  using folder = place()
  for (let turn = 0; turn < 10; turn += 1) {
    await using lab = new Program(['start', ...folder.words, '--ports', 'any'], { folder: folder.path })
    await new Promise((resolve) => setTimeout(resolve, turn * 25))
    const stop = await run(['stop'], { folder: folder.path })
    if (stop.code !== 0) {
      assert.deepEqual(
        [stop.code, stop.err],
        [1, 'lab stop: no lab is running here. Start one with: lab start\n'],
        `turn ${turn}`,
      )
      await lab.printed('lab stop')
      assert.equal((await run(['stop'], { folder: folder.path })).code, 0)
    }
    assert.deepEqual((await lab.finished).code, 0, lab.err)
  }
})

test('several stops at the same moment all find the lab stopped', async () => {
  using folder = place()
  for (let turn = 0; turn < 3; turn += 1) {
    await using lab = await startLab([...folder.words, '--ports', 'any'], { folder: folder.path })
    const stops = await Promise.all(Array.from({ length: 4 }, () => run(['stop'], { folder: folder.path })))
    assert.ok(stops.some(({ code }) => code === 0))
    for (const { code, err } of stops) if (code !== 0) assert.match(err, /no lab is running here/)
    assert.equal((await lab.finished).code, 0)
  }
})
