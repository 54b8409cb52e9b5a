/** What the console says of tasks that were judged, and when that ends with whoever asked. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { CheckResult } from '../../../lab/grading/model.ts'
import { tasksSchema, type Task } from '../../../lab/console/schema.ts'
import { openConsole, type TestConsole } from '../../console.ts'

const scenario = 'domain: lab.test\nservices: { dns: {} }\n'

const title = { en: 'The zone is right', es: 'La zona es correcta' }

const task: Task = { id: 'zone', title, points: 2, score: 0, state: 'failed', isOnDemand: true }

const result: CheckResult = {
  id: 'zone',
  group: 'dns',
  title,
  outcome: 'failed',
  points: 2,
  score: 0,
  assertions: [{ title, holds: false, difference: { expected: 'mail', actual: 'main', at: 3 } }],
  hint: { text: { en: 'Look at MX', es: 'Mira MX' } },
  milliseconds: 1,
}

async function explained(console: TestConsole): Promise<Task['explanation']> {
  return tasksSchema.parse((await console.ask('tasks')).body).tasks[0]?.explanation
}

test('a task is explained as it was judged last, for as long as it stands so', async () => {
  const tasks = [task]
  let judged = result
  await using console = await openConsole(scenario, {
    tasks: { tasks: () => tasks, check: async () => [judged] },
  })
  assert.equal(await explained(console), undefined)
  await console.ask('check')
  const explanation = await explained(console)
  assert.equal(
    explanation?.en.map(({ text }) => text).join('\n'),
    '✗ The zone is right\n  expected  mail\n  actual    main\n               ^ from character 4',
  )
  assert.equal(explanation.es[1]?.text, '  esperado  mail')
  assert.ok(Math.abs(explanation.at - console.lab.clock.now()) < 60_000)

  // As after another version of the scenario.
  tasks[0] = { ...task, state: 'open' }
  assert.equal(await explained(console), undefined)
  tasks[0] = task
  judged = { ...result, outcome: 'passed', assertions: [] }
  await console.ask('check')
  assert.equal(await explained(console), undefined)
})

test('who has not tried yet is not told what is looked for', async () => {
  const untried = { ...result, assertions: [{ title, holds: false }] }
  await using console = await openConsole(scenario, {
    tasks: { tasks: () => [task], check: async () => [untried] },
  })
  await console.ask('check')
  assert.deepEqual((await explained(console))?.en, [])
})

test('a check ends when the page that asked has left, and explains nothing', async () => {
  const asked = Promise.withResolvers<AbortSignal>()
  await using console = await openConsole(scenario, {
    tasks: {
      tasks: () => [task],
      check: async (_ids, signal) => {
        asked.resolve(signal)
        if (!signal.aborted) await once(signal, 'abort')
        return [result]
      },
    },
  })
  const leave = new AbortController()
  const asking = fetch(`${console.base}/api/check`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
    signal: leave.signal,
  })
  const signal = await asked.promise
  assert.equal(signal.aborted, false)
  leave.abort()
  await assert.rejects(asking)
  if (!signal.aborted) await once(signal, 'abort', { signal: AbortSignal.timeout(5000) })
  assert.equal(await explained(console), undefined)
})
