/** The conformance tests hold for BIND too, but for what they list: so they test the standard, and not our reading of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runAgainst } from '../../conformance/against.ts'
import { missing } from '../../tool.ts'

const skip = missing('named')

test('BIND passes every conformance test that does not say how it deviates', { skip }, async (t) => {
  const { code, results } = await runAgainst('bind', 'dns/*.test.ts')
  assert.deepEqual(
    results.filter((line) => line.startsWith('not ok') || line.includes('# SKIP')),
    [],
    'failed, skipped, or listed as deviations of BIND, which it does not show any more',
  )
  assert.equal(code, 0)
  const deviations = results.filter((line) => line.includes('# EXPECTED FAILURE BIND deviates'))
  t.diagnostic(`${results.length} tests, ${deviations.length} deviations`)
  assert.ok(results.length > 200, `${results.length} tests`)
})
