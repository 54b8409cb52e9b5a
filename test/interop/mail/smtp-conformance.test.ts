/** The conformance tests of SMTP hold for Exim too, but for what they list: so they test the standard, and not our reading of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runAgainst } from '../../conformance/against.ts'
import { missing } from '../../tool.ts'

const skip = missing('exim4')

test('exim passes every conformance test that does not say how it deviates', { skip }, async (t) => {
  const { code, results } = await runAgainst('exim', 'smtp/*.test.ts')
  assert.deepEqual(
    results.filter((line) => line.startsWith('not ok')),
    [],
    'failed, or listed as deviations of Exim, which it does not show any more',
  )
  assert.equal(code, 0)
  t.diagnostic(`${results.length} tests`)
  assert.ok(results.length > 30, `${results.length} tests`)
})
