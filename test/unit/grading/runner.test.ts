import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import {
  CheckFailure,
  type Assertion,
  type CheckCase,
  type CheckTarget,
  type Finding,
  type Suite,
} from '../../../lab/check.ts'
import type { CheckResult } from '../../../lab/grading/model.ts'
import { inOrder, runSuite, type SuiteOptions } from '../../../lab/grading/runner.ts'

const target: CheckTarget = {
  endpoints: { main: { host: '127.0.0.1', port: 1 } },
  domain: 'lab.test',
  accounts: [],
}

const passing: Finding = { assertions: [{ title: both('it answers'), holds: true }] }

function both(said: string): { readonly en: string; readonly es: string } {
  return { en: said, es: said }
}

function fake(id: string, run: CheckCase['run'], more: Partial<CheckCase> = {}): CheckCase {
  return {
    id,
    title: both(id),
    points: 2,
    reference: 'RFC 1 §1',
    endpoints: ['main'],
    reproduce: () => `try ${id}`,
    run,
    ...more,
  }
}

async function results(
  cases: readonly CheckCase[],
  more: Partial<SuiteOptions> = {},
  subject = target,
): Promise<CheckResult[]> {
  const suite = suiteOf(cases)
  const signal = new AbortController().signal
  const found: CheckResult[] = []
  for await (const result of runSuite(suite, 'test', subject, { seed: 'x', signal, ...more }))
    found.push(result)
  return inOrder(suite, 'test', found)
}

function suiteOf(cases: readonly CheckCase[]): Suite {
  return { summary: both('a suite'), endpoints: { main: { transport: 'tcp', port: 1 } }, cases }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

await test('where nothing is there to be asked, the first case says so, and the others wait for it', async () => {
  const server = createServer((socket) => socket.end('x\r\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const endpoints = { main: { host: '127.0.0.1', port }, other: { host: '127.0.0.1', port: 1 } }
  const ask: CheckCase['run'] = async (context) => {
    await context.open('main')
    return passing
  }
  const cases = [
    fake('one', ask),
    fake('two', ask),
    fake('far', async () => passing, { endpoints: ['other'] }),
  ]
  const ends = async (): Promise<string[]> =>
    (await results(cases, {}, { ...target, endpoints })).map(
      ({ outcome, reason }) => `${outcome} ${reason?.en ?? ''}`,
    )
  assert.deepEqual(await ends(), ['passed ', 'passed ', 'passed '])
  server.close()
  const [first = '', ...rest] = await ends()
  assert.match(first, /^failed cannot connect to /)
  assert.deepEqual(rest, ['blocked it needs one, which has not passed', 'passed '])
})

await test('each outcome with its score', async () => {
  const half = { assertions: [...passing.assertions, { title: both('and well'), holds: false, weight: 3 }] }
  const logged: object[] = []
  const found = await results(
    [
      fake('right', () => Promise.resolve(passing)),
      fake('half', () => Promise.resolve(half)),
      fake('ended', () => {
        throw new CheckFailure(both('no reply'), { expected: '250', actual: '550', at: 0 })
      }),
      fake('wrong-itself', () => {
        throw new TypeError('oops')
      }),
      fake('empty', () => Promise.resolve({ assertions: [] })),
    ],
    { log: { error: (fields) => logged.push(fields) } },
  )
  assert.deepEqual(
    found.map(({ id, outcome, score }) => [id, outcome, score]),
    [
      ['test.right', 'passed', 2],
      ['test.half', 'failed', 0.5],
      ['test.ended', 'failed', 0],
      ['test.wrong-itself', 'broken', 2],
      ['test.empty', 'broken', 2],
    ],
  )
  assert.deepEqual(found[2]?.assertions, [
    { title: both('no reply'), holds: false, difference: { expected: '250', actual: '550', at: 0 } },
  ])
  assert.match(found[3]?.reason?.es ?? '', /falló la propia comprobación: TypeError: oops/)
  assert.equal(logged.length, 1)
  assert.match(JSON.stringify(logged), /TypeError: oops\\n +at /)
  assert.equal(found[0]?.reproduce, 'try right')
})

await test('what a case has kept before it ends early counts', async () => {
  const [first, other] = [passing.assertions[0] ?? assert.fail(), { title: both('and well'), holds: true }]
  const [ended, late, done] = await results([
    fake('ended', ({ keep }) => {
      keep([first, other])
      throw new CheckFailure(both('no reply'))
    }),
    fake(
      'late',
      async (context) => {
        const found: Assertion[] = []
        context.keep(found, 4)
        found.push(first)
        await context.wait(5000)
        return passing
      },
      { limit: 20 },
    ),
    fake('done', async ({ keep }) => {
      keep([first])
      return passing
    }),
  ])
  assert.deepEqual(
    [ended?.outcome, ended?.score, late?.outcome, late?.score],
    ['failed', 1.33, 'failed', 0.5],
  )
  assert.deepEqual(ended?.assertions, [first, other, { title: both('no reply'), holds: false }])
  assert.deepEqual(done?.assertions, passing.assertions)
})

await test('a case runs after what it needs, and only if that has passed', async () => {
  const order: string[] = []
  const noting =
    (id: string, finding = passing): CheckCase['run'] =>
    async () => {
      await wait(10)
      order.push(id)
      return finding
    }
  const bad: Finding = { assertions: [{ title: both('bad'), holds: false }] }
  const found = await results([
    fake('last', noting('last'), { needs: ['first'] }),
    fake('first', noting('first')),
    fake('bad', noting('bad', bad)),
    fake('after-bad', noting('after-bad'), { needs: ['first', 'bad'] }),
    fake('after-that', noting('after-that'), { needs: ['after-bad'] }),
    fake('broken', () => Promise.reject(new Error('oops'))),
    fake('after-broken', noting('after-broken'), { needs: ['broken'] }),
    fake('hen', noting('hen'), { needs: ['egg'] }),
    fake('egg', noting('egg'), { needs: ['hen'] }),
  ])
  assert.deepEqual(order, ['first', 'bad', 'last'])
  assert.deepEqual(
    found.map(({ outcome, score }) => `${outcome} ${score}`),
    [
      'passed 2',
      'passed 2',
      'failed 0',
      'blocked 0',
      'blocked 0',
      'broken 2',
      'broken 2',
      'broken 2',
      'broken 2',
    ],
  )
  assert.equal(found[3]?.reason?.en, 'it needs bad, which has not passed')
})

await test('a case whose endpoints are not offered is left out, and holds nobody up', async () => {
  const found = await results([
    fake('tls', () => Promise.resolve(passing), { endpoints: ['main', 'tls'] }),
    fake('plain', () => Promise.resolve(passing), { needs: ['tls'] }),
  ])
  assert.deepEqual(
    found.map(({ id, outcome }) => [id, outcome]),
    [['test.plain', 'passed']],
  )
})

await test('only what is wanted runs, with what it needs', async () => {
  const found = await results(
    [
      fake('one', () => Promise.resolve(passing)),
      fake('two', () => Promise.resolve(passing), { needs: ['one'] }),
      fake('three', () => Promise.resolve(passing)),
    ],
    { only: ['two'] },
  )
  assert.deepEqual(
    found.map(({ id }) => id),
    ['test.one', 'test.two'],
  )
})

await test('a case that takes too long fails; one that waits for nothing of the target is broken', async () => {
  const [polite, deaf] = await results([
    fake('polite', async (context) => (await context.wait(60_000), passing), { limit: 20 }),
    fake('deaf', () => new Promise(() => undefined), { limit: 20 }),
  ])
  assert.deepEqual([polite?.outcome, polite?.reason?.en], ['failed', 'not done within 0.02 s'])
  assert.deepEqual([deaf?.outcome, deaf?.score], ['broken', 2])
})

await test('eight run at a time, and results come as they end', async () => {
  let [running, most] = [0, 0]
  const cases = Array.from({ length: 20 }, (_, index) =>
    fake(`case-${index}`, async () => {
      running += 1
      most = Math.max(most, running)
      await wait(index === 0 ? 50 : 5)
      running -= 1
      return passing
    }),
  )
  const ids: string[] = []
  const signal = new AbortController().signal
  for await (const { id } of runSuite(suiteOf(cases), 'test', target, { seed: 'x', signal })) ids.push(id)
  assert.equal(most, 8)
  assert.equal(ids.length, 20)
  assert.notEqual(ids[0], 'test.case-0')
})

await test('the signal ends all; what had not ended fails', async () => {
  const stop = new AbortController()
  const cases = [
    fake('quick', () => Promise.resolve(passing)),
    fake('slow', async (context) => (stop.abort(), await context.wait(60_000), passing)),
    fake('waiting', () => Promise.resolve(passing), { needs: ['slow'] }),
    fake('also-slow', async (context) => (await context.wait(60_000), passing)),
  ]
  const found = await results(cases, { signal: stop.signal })
  assert.deepEqual(
    found.map(({ outcome }) => outcome),
    ['passed', 'failed', 'failed', 'failed'],
  )
  assert.equal(found[3]?.reason?.en, 'stopped before it had ended')
})

await test('the same seed gives the same chance to each case, whatever ran before', async () => {
  const seen: string[] = []
  const dice = fake('dice', (context) => {
    seen.push(context.random.bytes(8).toString('hex'))
    return Promise.resolve(passing)
  })
  await results([dice])
  await results([fake('other', (context) => (context.random.bytes(3), Promise.resolve(passing))), dice])
  await results([dice], { seed: 'y' })
  assert.equal(seen[0], seen[1])
  assert.notEqual(seen[0], seen[2])
})
