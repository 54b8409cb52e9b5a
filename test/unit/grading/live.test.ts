import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { TaskDesk } from '../../../lab/grading/desk.ts'
import { Progress } from '../../../lab/grading/progress.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import type { PlannedTask } from '../../../lab/scenario/task.ts'
import type { Fact, Logger } from '../../../lab/service.ts'
import { openLab, writeFiles, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'

const services = resolve(import.meta.dirname, '../../../services')
const { signal } = new AbortController()

const scenario = `
domain: lab.test
accounts: [{ name: alice }]
services: { dns: {} }
tasks:
  - { id: mx, points: 2, title: A, check: { dns.queried: { type: MX } }, hint: { text: Ask, cost: 1 } }
  - { id: soon, title: B, when: now, check: { dns.queried: { type: TXT } } }
  - { id: soa, title: C, check: { dns.answers: { name: lab.test, type: SOA } }, phases: [{ fault: { at: dns.answer, drop: true, match: { type: MX } } }] }
  - { id: gone, title: D, check: { dns.answers: { name: lab.test, type: SOA } }, phases: [{ stop: dns }] }
`

const quiet = (): void => undefined
const silent: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet }

interface Scene extends AsyncDisposable {
  readonly lab: TestLab
  readonly desk: TaskDesk
  readonly errors: object[]
  /** The services whose checks were loaded. */
  readonly loaded: string[]
}

class SpyingRegistry extends Registry {
  readonly loaded: string[] = []

  override loadChecks(name: string): ReturnType<Registry['loadChecks']> {
    this.loaded.push(name)
    return super.loadChecks(name)
  }
}

async function open(source = scenario): Promise<Scene> {
  const lab = await openLab(source)
  const errors: object[] = []
  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields) => void errors.push(fields),
  }
  const state = lab.stateFolder
  const registry = new SpyingRegistry([services])
  const desk = new TaskDesk(lab, { registry, state, folder: state, log })
  return {
    lab,
    desk,
    errors,
    loaded: registry.loaded,
    async [Symbol.asyncDispose]() {
      desk[Symbol.dispose]()
      await lab[Symbol.asyncDispose]()
    },
  }
}

function asked(type: string): Fact {
  return { kind: 'dns.queried', data: { client: '127.0.0.1', transport: 'udp', name: 'lab.test', type } }
}

async function states(desk: TaskDesk): Promise<string> {
  return (await desk.tasks()).map(({ state }) => state).join(' ')
}

await test('what happened before anybody asked counts, and so does what happens then', async () => {
  await using scene = await open()
  const { lab, desk } = scene
  lab.journal.record('dns', asked('A'))
  assert.equal(await states(desk), 'open open open open')
  lab.journal.record('dns', asked('MX'))
  assert.equal(await states(desk), 'passed open open open')
  assert.deepEqual(scene.errors, [])
})

await test('probes are judged when somebody asks; the lab is as before', async () => {
  await using scene = await open()
  const { lab, desk } = scene
  const results = await desk.check(['soa', 'gone'], signal)
  assert.deepEqual(
    results.map(({ id, outcome }) => `${id} ${outcome}`),
    ['soa passed', 'gone failed'],
  )
  assert.equal(lab.status()[0]?.state, 'running')
  assert.equal(lab.faults.list().length, 0)
  assert.equal(await states(desk), 'open open passed failed')
  assert.equal(lab.journal.since(0, ['task.passed']).length, 1)
  await desk.check(['soa'], signal)
  assert.equal(lab.journal.since(0, ['task.passed']).length, 1)
})

await test('evidence of now is what comes after the question', async () => {
  await using scene = await open()
  const { lab, desk } = scene
  lab.journal.record('dns', asked('TXT'))
  const checking = desk.check(['soon'], signal)
  let isEnded = false
  void checking.then(() => (isEnded = true))
  await new Promise((done) => setTimeout(done, 300))
  assert.equal(isEnded, false)
  lab.journal.record('dns', asked('TXT'))
  assert.equal((await checking)[0]?.outcome, 'passed')
})

await test('a hint costs from the moment in which it is asked for', async () => {
  await using scene = await open()
  const { desk } = scene
  assert.equal((await desk.tasks())[0]?.hint, undefined)
  assert.equal((await desk.check(['mx'], signal))[0]?.isHintTaken, undefined)
  assert.equal((await desk.hint('mx')).cost, 1)
  assert.equal((await desk.check(['mx'], signal))[0]?.isHintTaken, true)
  assert.equal((await desk.tasks())[0]?.hint?.en, 'Ask')
  await assert.rejects(desk.hint('soa'), /there is no hint/)
  await assert.rejects(desk.check(['mxx'], signal), /did you mean "mx"/)
})

await test('the hint of a task that has passed costs nothing', async () => {
  await using scene = await open()
  const { lab, desk } = scene
  lab.journal.record('dns', asked('MX'))
  assert.equal((await desk.tasks())[0]?.hint?.en, 'Ask')
  assert.equal((await desk.hint('mx')).cost, undefined)
  assert.equal((await desk.check(['mx'], signal))[0]?.isHintTaken, undefined)
  assert.ok(!lab.journal.since(0).some(({ kind }) => kind === 'task.hinted'))
})

await test('a task that nobody can judge is broken, costs no points, and is told to the teacher', async () => {
  await using scene = await open(scenario.replace('dns.queried: { type: MX }', 'dns.quired: {}'))
  const [result] = await scene.desk.check(['mx'], signal)
  assert.deepEqual([result?.outcome, result?.score], ['broken', 2])
  assert.equal(scene.errors.length, 1)
})

await test('what was done under another launch file, or for practice, is not done under this one', async () => {
  await using scene = await open()
  const { lab } = scene
  const state = lab.stateFolder
  const options = { registry: new Registry([services]), state, folder: state, log: silent }
  const mx = async (launch: string | undefined): Promise<string | undefined> => {
    using desk = new TaskDesk(lab, { ...options, launch })
    return (await desk.tasks())[0]?.state
  }
  assert.equal(await mx('a'), 'open')
  lab.journal.record('dns', asked('MX'))
  assert.equal(await mx('a'), 'passed')
  const kept = new Progress(state, { student: lab.scenario.student, launch: 'a' })
  const [task] = lab.scenario.tasks
  assert.ok(task !== undefined && kept.hasPassed(task))
  for (const launch of ['b', null])
    assert.ok(!new Progress(state, { student: lab.scenario.student, launch }).hasPassed(task))
})

await test('a file that is handed in is judged where the lab was started', async () => {
  await using scene = await open(
    scenario.replace(
      'check: { dns.queried: { type: MX } }',
      "file: my.zone, check: { zone.serves: { records: ['@ A 192.0.2.1'] } }",
    ),
  )
  const { lab, desk } = scene
  const outcome = async (): Promise<string | undefined> => (await desk.check(['mx'], signal))[0]?.outcome
  assert.equal(await outcome(), 'failed')
  const zone = '@ 60 SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n'
  writeFiles(lab.stateFolder, { 'my.zone': zone })
  assert.equal(await outcome(), 'failed')
  writeFiles(lab.stateFolder, { 'my.zone': `${zone}@ A 192.0.2.1\n` })
  assert.equal(await outcome(), 'passed')
})

await test('a reload brings other tasks, and those that stay as they were stay done', async () => {
  await using scene = await open()
  const { lab, desk } = scene
  lab.journal.record('dns', asked('MX'))
  assert.equal(await states(desk), 'passed open open open')
  const [mx] = lab.scenario.tasks
  const other: PlannedTask = {
    id: 'other',
    points: 1,
    title: { en: 'O', es: 'O' },
    needs: ['mx'],
    phases: [],
    check: { mode: 'all', steps: [{ verb: 'dns.queried', settings: { type: 'NS' } }] },
  }
  await lab.reload({ ...lab.scenario, tasks: mx === undefined ? [] : [mx, other] })
  assert.equal(await states(desk), 'passed open')
  lab.journal.record('dns', asked('NS'))
  await until(async () => (await states(desk)) === 'passed passed', 'the tick')
})

await test('the verbs are loaded when a client has done something, and its tick waits for nobody', async () => {
  await using scene = await open()
  const { lab, loaded } = scene
  lab.journal.record('dns', { kind: 'zone.loaded', data: {} })
  await new Promise((done) => setTimeout(done, 250))
  assert.deepEqual(loaded, [])
  lab.journal.record('dns', { ...asked('MX'), connection: 0 })
  await until(() => existsSync(join(lab.stateFolder, 'tasks.json')), 'the tick')
  assert.deepEqual(loaded, ['dns'])
})

await test('a lab without tasks loads nothing for them', async () => {
  await using scene = await open('services: { dns: {} }')
  scene.lab.journal.record('dns', { ...asked('MX'), connection: 0 })
  await new Promise((done) => setTimeout(done, 250))
  assert.deepEqual(await scene.desk.tasks(), [])
  assert.deepEqual(scene.loaded, [])
})
