import assert from 'node:assert/strict'
import { test } from 'node:test'
import { phaseHost, runPhases, type PhaseHost } from '../../../lab/grading/phases.ts'
import { lookFor } from '../../../lab/grading/retry.ts'
import type { Ended } from '../../../lab/grading/runner.ts'
import type { ReadyCheck } from '../../../lab/grading/verbs.ts'
import { openLab } from '../../lab.ts'

const check: ReadyCheck = {
  kind: 'probe',
  service: 'x',
  run: () => Promise.resolve({ assertions: [] }),
}

const passed: Ended = { outcome: 'passed', assertions: [{ title: { en: 'a', es: 'a' }, holds: true }] }
const failed: Ended = { outcome: 'failed', assertions: [{ title: { en: 'a', es: 'a' }, holds: false }] }

function fakeHost(done: string[], running = new Set(['mail'])): PhaseHost {
  return {
    isRunning: (service) => running.has(service),
    start: async (service) => void (done.push(`start ${service}`), running.add(service)),
    stop: async (service) => void (done.push(`stop ${service}`), running.delete(service)),
    advance: (milliseconds) => void done.push(`advance ${milliseconds}`),
    add: ({ at }) => (done.push(`add ${at}`), () => void done.push(`remove ${at}`)),
    heal: (point) => (done.push(`heal ${point}`), () => void done.push(`break ${point}`)),
  }
}

const phases = [
  { stop: 'mail', fault: { at: 'dns.answer' } },
  { start: 'mail', check },
  { stop: 'http', heal: 'mail.rcpt', advance: 5000 },
]

const all = [
  'stop mail',
  'add dns.answer',
  'start mail',
  'look',
  'heal mail.rcpt',
  'advance 5000',
  'look',
  'break mail.rcpt',
  'stop mail',
  'remove dns.answer',
  'start mail',
]

await test('what phases do is undone, the last first', async () => {
  const done: string[] = []
  const look = async (): Promise<Ended> => (done.push('look'), passed)
  const ended = await runPhases(phases, { check }, fakeHost(done), look)
  assert.equal(ended.outcome, 'passed')
  assert.equal(ended.assertions.length, 2)
  assert.deepEqual(done, all)
})

await test('it is undone even if the check throws, or an action does', async () => {
  const done: string[] = []
  const look = async (): Promise<Ended> => {
    done.push('look')
    throw new Error('oops')
  }
  await assert.rejects(runPhases(phases, { check }, fakeHost(done), look), /oops/)
  assert.deepEqual(done, [
    'stop mail',
    'add dns.answer',
    'start mail',
    'look',
    'stop mail',
    'remove dns.answer',
    'start mail',
  ])
  const half: string[] = []
  const host = { ...fakeHost(half), heal: () => assert.fail('no such point') }
  await assert.rejects(
    runPhases(phases, { check }, host, () => Promise.resolve(passed)),
    /no such point/,
  )
  assert.deepEqual(half.slice(-3), ['stop mail', 'remove dns.answer', 'start mail'])
})

await test('one undoing that fails keeps no other from its turn', async () => {
  const done: string[] = []
  const host: PhaseHost = {
    ...fakeHost(done),
    add: () => () => {
      throw new Error('it stays')
    },
  }
  await assert.rejects(
    runPhases(phases, { check }, host, () => Promise.resolve(passed)),
    AggregateError,
  )
  assert.equal(done.at(-1), 'start mail')
})

await test('the first look that fails is the last one, and what comes after earns nothing', async () => {
  let looks = 0
  const look = async (): Promise<Ended> => ((looks += 1), failed)
  const ended = await runPhases(phases, { check }, fakeHost([]), look)
  assert.equal(ended.outcome, 'failed')
  assert.equal(looks, 1)
  assert.deepEqual(
    ended.assertions.map(({ holds }) => holds),
    [false, false],
  )
})

await test('a lab is as it was after its phases', async () => {
  await using lab = await openLab('services: { http: }\n', { files: { 'www/index.html': 'x' } })
  const before = lab.status().map(({ name, state }) => [name, state])
  const look = async (): Promise<Ended> => {
    assert.equal(lab.status()[0]?.state, 'stopped')
    assert.equal(lab.faults.list().length, 1)
    throw new Error('oops')
  }
  const [name = ''] = lab.status().map((service) => service.name)
  await assert.rejects(
    runPhases([{ stop: name, fault: { at: 'http.answer' } }], { check }, phaseHost(lab), look),
    /oops/,
  )
  assert.deepEqual(
    lab.status().map((service) => [service.name, service.state]),
    before,
  )
  assert.equal(lab.faults.list().length, 0)
})

await test('within: it is looked at until it passes, or the time is over', async () => {
  const { signal } = new AbortController()
  let looks = 0
  const third = async (): Promise<Ended> => ((looks += 1), looks < 3 ? failed : passed)
  assert.equal((await lookFor(third, { within: 5000 }, signal)).outcome, 'passed')
  assert.equal(looks, 3)
  looks = 0
  const never = async (): Promise<Ended> => ((looks += 1), failed)
  assert.equal((await lookFor(never, { within: 120 }, signal)).outcome, 'failed')
  assert.ok(looks >= 2)
})

await test('for: it has to stay so', async () => {
  const { signal } = new AbortController()
  let looks = 0
  const twice = async (): Promise<Ended> => ((looks += 1), looks > 2 ? failed : passed)
  const ended = await lookFor(twice, { for: 300 }, signal)
  assert.equal(ended.outcome, 'failed')
  assert.match(ended.reason?.en ?? '', /did not stay so/)
  assert.equal((await lookFor(() => Promise.resolve(passed), { for: 120 }, signal)).outcome, 'passed')
})
