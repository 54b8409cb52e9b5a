/** BIND, Knot and NSD graded by the suite `dns`: what real servers do must be worth its points. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dnsSuite } from '../../../services/dns/checks/suite.ts'
import { suiteZone } from '../../../services/dns/checks/zone.ts'
import { openBind } from '../../conformance/dns/bind.ts'
import { missing } from '../../tool.ts'
import { domain, missed, missesOf, resultsOf, share, targetAt } from '../../unit/grading/suite.ts'
import { openNameServer } from './name-servers.ts'

for (const recursion of [false, true]) {
  const role = recursion ? 'that forwards as well' : 'that is authoritative alone'
  test(
    `BIND with the zone of the suite, ${role}, earns at least 95 % of it`,
    { skip: missing('named') },
    async (t) => {
      await using bind = await openBind({ [domain]: suiteZone(domain) }, { recursion })
      const results = await resultsOf(dnsSuite, targetAt('dns', bind.address))
      assert.deepEqual(missed(results), [])
      assert.ok(share(results) >= 95)
      t.diagnostic(`${share(results).toFixed(1)} % of ${results.length} cases`)
    },
  )
}

for (const program of ['knotd', 'nsd'] as const) {
  test(`${program} with the zone of the suite earns all of it`, { skip: missing(program) }, async () => {
    await using server = await openNameServer(program)
    assert.deepEqual(missesOf(await resultsOf(dnsSuite, targetAt('dns', server.address))), [])
  })
}
