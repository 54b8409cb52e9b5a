/** INetSim graded: each fault that was measured in it must cost points. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { siteFiles } from '../../../lab/web/checks/site.ts'
import { httpSuite } from '../../../lab/web/checks/suites.ts'
import { dnsSuite } from '../../../services/dns/checks/suite.ts'
import { missed, resultsOf, share, targetAt } from '../../unit/grading/suite.ts'
import { missingInetsim, openInetsim } from './dns-inetsim.ts'

/** What was measured in INetSim 1.3.2, and the cases that tell. */
const dnsFaults: Readonly<Record<string, readonly string[]>> = {
  'every name has the default address': ['no-name', 'no-name-below', 'empty-name', 'outside'],
  'a name with an underscore does not exist': ['service', 'underscore'],
  'SRV, CAA, HTTPS and DNSKEY are not implemented': ['newer-types'],
  'no SOA with what is not there': ['no-data', 'negative-time'],
  'a CNAME is made up': ['alias-invented'],
  'a SOA at any owner': ['no-other-soa'],
  'EDNS is ignored': ['edns', 'edns-version'],
  'version.bind is refused': ['class-chaos'],
  'no AAAA': ['address-6'],
}
const httpFaults: Readonly<Record<string, readonly string[]>> = {
  'one request a connection': ['persistent', 'pipelined', 'not-found-goes-on'],
  'fields in another order each time': ['order-of-fields'],
  'two Host fields': ['host-twice'],
  'a length and chunks together': ['length-and-chunks'],
  'no validators': ['validators'],
  'no ranges': ['range'],
  'a 404 that speaks of a request that was not understood': ['not-found'],
}

/** How often a suite is run at the most. */
const RUNS = 5

test('each fault that was measured in INetSim costs it points', { skip: missingInetsim() }, async (t) => {
  await using inetsim = await openInetsim(siteFiles())
  const graded = [
    [dnsSuite, targetAt('dns', inetsim.dns), dnsFaults],
    [httpSuite, targetAt('http', inetsim.http), httpFaults],
  ] as const
  for (const [suite, target, faults] of graded) {
    const ids = Object.values(faults).flat()
    const failed = new Set<string>()
    // Ten of its children meet eight cases at a time, and it draws the order of fields by lot.
    for (let run = 0; run < RUNS && !ids.every((id) => failed.has(id)); run += 1) {
      const results = await resultsOf(suite, target)
      for (const id of missed(results)) failed.add(id)
      t.diagnostic(`${share(results).toFixed(1)} % of ${results.length} cases`)
    }
    assert.deepEqual(
      ids.filter((id) => !failed.has(id)),
      [],
    )
  }
})
