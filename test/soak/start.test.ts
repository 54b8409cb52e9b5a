import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { addressesIn, Program, run, startLab } from '../program.ts'
import { talk, until } from '../talk.ts'

const TURNS = 100

/** A scenario on two port numbers that were free a moment ago, the same ones in each turn. */
async function fixedScenario(folder: string): Promise<void> {
  const ports = await Promise.all(
    [0, 0].map(async () => {
      const holder = createServer().listen(0, '127.0.0.1')
      await once(holder, 'listening')
      const address = holder.address()
      holder.close()
      return typeof address === 'object' && address !== null ? address.port : 0
    }),
  )
  writeFiles(folder, {
    'scenario.yaml': `title: Fixed\nextends: sstt\nservices:\n  dns: { ports: { dns: ${ports[0]} } }\n  http: { ports: { http: ${ports[1]} } }\n`,
  })
}

async function answers(lab: Program): Promise<void> {
  const http = addressesIn(lab.out).at(-1)
  assert.ok(http)
  assert.match(
    await talk(http, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    /^HTTP\/1\.1 200 OK/,
  )
}

test(`${TURNS} starts and stops on the same ports`, async () => {
  using folder = temporaryFolder()
  await fixedScenario(folder.path)
  for (let turn = 0; turn < TURNS; turn += 1) {
    await using lab = await startLab(['-s', 'scenario.yaml'], { folder: folder.path })
    await answers(lab)
    lab.process.kill(turn % 2 === 0 ? 'SIGTERM' : 'SIGINT')
    assert.equal((await lab.finished).code, 0, `turn ${turn}: ${lab.err}`)
  }
})

test(`${TURNS} kills at random moments, then a start without cleaning`, async () => {
  using folder = temporaryFolder()
  await fixedScenario(folder.path)
  for (let turn = 0; turn < TURNS; turn += 1) {
    await using lab = new Program(['start', '-s', 'scenario.yaml'], { folder: folder.path })
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 400))
    lab.process.kill(turn % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
    await lab.finished
  }
  await using lab = await startLab(['-s', 'scenario.yaml'], { folder: folder.path })
  await answers(lab)
})

test('races for one state folder: one start wins, the others say who has it', async () => {
  using folder = temporaryFolder()
  await fixedScenario(folder.path)
  for (let turn = 0; turn < 20; turn += 1) {
    await using stack = new AsyncDisposableStack()
    const racers = [1, 2, 3].map(() =>
      stack.use(new Program(['start', '-s', 'scenario.yaml'], { folder: folder.path })),
    )
    const isUp = (racer: Program): boolean => racer.out.includes('lab stop')
    await until(() => racers.every((racer) => isUp(racer) || racer.process.exitCode !== null))
    assert.equal(racers.filter(isUp).length, 1)
    for (const racer of racers)
      if (!isUp(racer)) assert.match((await racer.finished).err, /runs already here/)
    const stopped = await run(['stop'], { folder: folder.path })
    assert.equal(stopped.code, 0, stopped.err)
    await Promise.all(racers.map((racer) => racer.finished))
  }
})
