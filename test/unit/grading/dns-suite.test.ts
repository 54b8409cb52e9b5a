import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dnsSuite } from '../../../services/dns/checks/suite.ts'
import { suiteZone } from '../../../services/dns/checks/zone.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { domain } from './dns-mutant.ts'
import { allowed, inetsim, mutants } from './dns-mutants.ts'
import { openWrongServer } from './dns-proxy.ts'
import { assertWellFormed, missed, resultsOf, targetAt } from './suite.ts'

const scenario = `domain: ${domain}\nservices: { dns: { zone: zone.db } }`

function openRight(): Promise<TestLab> {
  return openLab(scenario, { files: { 'zone.db': suiteZone(domain) } })
}

test('the suite dns has at least 35 cases, each with all that a case says of itself', () => {
  assert.ok(dnsSuite.cases.length >= 35, String(dnsSuite.cases.length))
  assertWellFormed(dnsSuite, targetAt('dns', { host: '127.0.0.1', port: 5353 }))
  assert.equal(dnsSuite.files?.(domain)['suite.db'], suiteZone(domain))
})

test('our service earns every point of it, twice the same, and through a proxy that changes nothing', async () => {
  await using lab = await openRight()
  const right = lab.address('dns', 'dns')
  await using unchanged = await openWrongServer(right, {})
  for (const address of [right, right, unchanged.address])
    assert.deepEqual(missed(await resultsOf(dnsSuite, targetAt('dns', address))), [])
})

test('each wrong server fails the cases that are about it, and every case is failed by one', async (t) => {
  await using lab = await openRight()
  const right = lab.address('dns', 'dns')
  const caught = new Set<string>()
  const survived: string[] = []
  for (const { title, spoil, fails } of mutants) {
    await using wrong = await openWrongServer(right, spoil())
    const results = await resultsOf(dnsSuite, targetAt('dns', wrong.address), fails)
    for (const id of fails) {
      const result = results.find((each) => each.id === `suite.${id}`)
      if (result?.outcome === 'failed' && result.score < result.points) caught.add(id)
      else survived.push(`${title}: ${id} is ${result?.outcome}`)
    }
  }
  assert.deepEqual(survived, [])
  const ids = dnsSuite.cases.map(({ id }) => id)
  assert.deepEqual(
    ids.filter((id) => !caught.has(id)),
    [],
  )
  t.diagnostic(`${mutants.length} wrong servers, ${inetsim.length} of them as INetSim; ${ids.length} cases`)
})

for (const { title, spoil, passes } of allowed)
  test(`a server is right, too: ${title}`, async () => {
    await using lab = await openRight()
    await using other = await openWrongServer(lab.address('dns', 'dns'), spoil())
    assert.deepEqual(missed(await resultsOf(dnsSuite, targetAt('dns', other.address), passes)), [])
  })

test('a server that is not there fails once, and breaks nothing', async () => {
  const results = await resultsOf(dnsSuite, targetAt('dns', { host: '127.0.0.1', port: 1 }), [
    'address',
    'tcp',
  ])
  assert.deepEqual(
    results.map(({ outcome, score }) => [outcome, score]),
    [
      ['failed', 0],
      ['blocked', 0],
    ],
  )
})

test('a difference shows the records, with the caret under the first wrong character', async () => {
  await using lab = await openLab(scenario, {
    files: { 'zone.db': suiteZone(domain).replace('192.0.2.4', '192.0.2.44') },
  })
  const [result] = await resultsOf(dnsSuite, targetAt('dns', lab.address('dns', 'dns')), ['address'])
  const expected = 'www.example.test. A 192.0.2.4'
  assert.deepEqual(result?.assertions.find(({ holds }) => !holds)?.difference, {
    expected,
    actual: `${expected}4`,
    at: expected.length,
  })
})
