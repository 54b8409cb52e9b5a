/** nginx and Apache graded by the suite `http`: what real servers do must be worth its points; what they miss is listed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { siteFiles } from '../../../lab/web/checks/site.ts'
import { httpSuite } from '../../../lab/web/checks/suites.ts'
import { missing } from '../../tool.ts'
import { missed, resultsOf, share, targetAt } from '../../unit/grading/suite.ts'
import { openPeer, peerCommands, peerNames, type PeerName } from '../http/peer.ts'

/** Why each loses points, by the case. */
const reasons: Readonly<Record<PeerName, Readonly<Record<string, string>>>> = {
  nginx: {
    'method-not-allowed': 'its 405 names no method, though RFC 9110 §15.5.6 demands Allow',
    'field-colon': 'it drops lines that are no fields (ignore_invalid_headers)',
  },
  apache: {
    'length-and-chunks':
      'it takes the chunks, forgets the length and closes, which RFC 9112 §6.1 allows: a quarter of the point',
  },
}

for (const name of peerNames) {
  test(
    `${name} with the site of the suite earns at least 95 % of it, and every miss has its reason`,
    { skip: missing(peerCommands[name]) },
    async (t) => {
      await using peer = await openPeer(name, { files: siteFiles(), isGetOnly: false })
      const results = await resultsOf(httpSuite, targetAt('http', peer.address))
      assert.deepEqual(missed(results), Object.keys(reasons[name]).toSorted())
      assert.ok(share(results) >= 95, `${share(results)} %`)
      t.diagnostic(`${share(results).toFixed(1)} % of ${results.length} cases`)
    },
  )
}
