/** The conformance tests hold for nginx and Apache too, but for what they list: so they test the standard, and not our reading of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runAgainst } from '../../conformance/against.ts'
import { missing } from '../../tool.ts'
import { peerCommands, peerNames } from './peer.ts'

/** Tests of what our service is told by its options, which no other server has. */
const oursAlone = ['http/coursework.test.ts', 'http/site.test.ts', 'http/site-parts.test.ts']

for (const name of peerNames) {
  test(
    `${name} passes every conformance test that does not say how it deviates`,
    { skip: missing(peerCommands[name]) },
    async (t) => {
      const { code, results } = await runAgainst(name, 'http/*.test.ts', oursAlone)
      const ours = results.filter((line) => line.includes('# SKIP it tests what our service alone has'))
      assert.deepEqual(
        results.filter(
          (line) => line.startsWith('not ok') || (line.includes('# SKIP') && !ours.includes(line)),
        ),
        [],
        'failed, skipped, or listed as deviations, which it does not show any more',
      )
      assert.equal(code, 0)
      const deviations = results.filter((line) => line.includes(`# EXPECTED FAILURE ${name} deviates`))
      const run = results.length - ours.length
      t.diagnostic(`${run} tests, ${deviations.length} deviations; ${ours.length} are of our service alone`)
      assert.ok(run > 180, `${run} tests`)
      assert.ok(ours.length < 20, ours.join('\n'))
    },
  )
}
