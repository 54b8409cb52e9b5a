import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { Lab } from '../../../lab/host/lab.ts'
import { readScenario, temporaryFolder } from '../../lab.ts'
import { datagram, talk, until } from '../../talk.ts'

const scenarioFile = resolve(import.meta.dirname, '..', '..', '..', 'scenarios', 'sstt', 'scenario.yaml')

/** What of the system this process holds open, sockets and timers and watchers, as sorted names. */
function held(): string {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|UDP|Timeout|FSEvent|Pipe|Handle/.test(name))
    .toSorted()
    .join()
}

test('a hundred labs in one process start, answer as their own student, and stop without a handle left', async () => {
  using folder = temporaryFolder()
  const before = held()
  const labs: Lab[] = []
  for (let number = 0; number < 100; number += 1) {
    const student = String(1000 + number)
    const { scenario } = await readScenario(scenarioFile, { student })
    assert.ok(scenario)
    labs.push(new Lab({ scenario, state: join(folder.path, student), ports: 'any' }))
  }
  await Promise.all(labs.map((lab) => lab.start()))
  await Promise.all(
    labs.map(async (lab) => {
      const { student } = lab.scenario
      const name = Buffer.from(`\x03www\x08sstt${student}\x03org\0`, 'latin1')
      const question = Buffer.concat([
        Buffer.from('123401000001000000000000', 'hex'),
        name,
        Buffer.from('00010001', 'hex'),
      ])
      const answer = await datagram(lab.address('dns', 'dns'), question, 5000)
      assert.equal(answer?.readUInt16BE(2), 0x8500, 'an authoritative answer without error')
      assert.ok((answer?.readUInt16BE(6) ?? 0) === 1)
      assert.match(
        await talk(lab.address('http', 'http'), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
        /^HTTP\/1\.1 200 OK\r\n/,
      )
    }),
  )
  await Promise.all(labs.map((lab) => lab.stop()))
  await until(() => held() === before, `${held()} to be ${before}`)
})
