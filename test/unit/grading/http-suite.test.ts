import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Suite } from '../../../lab/check.ts'
import { siteFiles } from '../../../lab/web/checks/site.ts'
import { courseworkSuite, httpSuite } from '../../../lab/web/checks/suites.ts'
import { checks } from '../../../services/http/checks.ts'
import { openLab, type TestLab } from '../../lab.ts'
import type { Mutant } from './http-mutant.ts'
import { allowed } from './http-allowed.ts'
import { inetsim, mutants } from './http-mutants.ts'
import { openWrongServer } from './http-proxy.ts'
import { assertWellFormed, domain, missed, resultsOf, targetAt } from './suite.ts'

function openRight(validators: boolean): Promise<TestLab> {
  const options = validators ? '{}' : '{ validators: false }'
  return openLab(`domain: ${domain}\nservices: { http: ${options} }`, { files: siteFiles() })
}

const suites = { http: httpSuite, 'web-sstt': courseworkSuite }

test('the suites http and web-sstt have at least 30 cases, each with all that a case says of itself', async () => {
  assert.deepEqual(await checks.suites?.(), suites)
  for (const suite of Object.values(suites)) {
    assert.ok(suite.cases.length >= 30, String(suite.cases.length))
    assertWellFormed(suite, targetAt('http', { host: '127.0.0.1', port: 8080 }))
    assert.deepEqual(suite.files?.(domain), siteFiles())
  }
})

test('our service earns every point of http, also through a proxy that changes nothing', async () => {
  await using lab = await openRight(true)
  const right = lab.address('http', 'http')
  await using unchanged = await openWrongServer(right, {})
  for (const address of [right, unchanged.address])
    assert.deepEqual(missed(await resultsOf(httpSuite, targetAt('http', address))), [])
})

for (const { title, spoil, passes } of allowed)
  test(`a server is right, too: ${title}`, async () => {
    await using lab = await openRight(true)
    await using other = await openWrongServer(lab.address('http', 'http'), spoil())
    for (const suite of Object.values(suites)) {
      const only = passes.filter((id) => suite.cases.some((check) => check.id === id))
      if (only.length === 0) continue
      assert.deepEqual(missed(await resultsOf(suite, targetAt('http', other.address), only)), [])
    }
  })

/** What of the suite a wrong server did not fail, though it should have. */
async function survivors(
  suite: Suite,
  lab: TestLab,
  { title, spoil, fails }: Mutant,
): Promise<readonly string[]> {
  const only = fails.filter((id) => suite.cases.some((check) => check.id === id))
  if (only.length === 0) return []
  await using wrong = await openWrongServer(lab.address('http', 'http'), spoil())
  const results = await resultsOf(suite, targetAt('http', wrong.address), only)
  return only.flatMap((id) => {
    const result = results.find((each) => each.id === `suite.${id}`)
    const isCaught = result?.outcome === 'failed' && result.score < result.points
    return isCaught ? [] : [`${title}: ${id} is ${result?.outcome}`]
  })
}

// Their ten seconds pass beside each other.
describe('the slow ones', { concurrency: true }, () => {
  test('our service, as the coursework has it, earns every point of web-sstt', async () => {
    await using lab = await openRight(false)
    const right = lab.address('http', 'http')
    assert.deepEqual(missed(await resultsOf(courseworkSuite, targetAt('http', right))), [])
  })

  for (const [name, suite] of Object.entries(suites)) {
    test(`each wrong server fails the cases of ${name} that are about it, and every case is failed by one`, async (t) => {
      await using lab = await openRight(true)
      // What takes seconds runs beside all others.
      const survived = await Promise.all(mutants.map(async (mutant) => survivors(suite, lab, mutant)))
      assert.deepEqual(survived.flat(), [])
      const caught = new Set(mutants.flatMap(({ fails }) => fails))
      const ids = suite.cases.map(({ id }) => id)
      assert.deepEqual(
        ids.filter((id) => !caught.has(id)),
        [],
      )
      t.diagnostic(
        `${mutants.length} wrong servers, ${inetsim.length} of them as INetSim; ${ids.length} cases`,
      )
    })
  }
})
