/** The suite `tls` on nginx and Apache: at least 95 % of the points, and each miss is known. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checks } from '../../../services/https/checks.ts'
import { missing } from '../../tool.ts'
import { missesOf, resultsOf, share } from '../../unit/grading/suite.ts'
import { openCabinet } from '../../unit/grading/wrong-tls.ts'
import { peerCommands, peerNames, type PeerName } from '../http/peer.ts'
import { openSecurePeer } from '../https/peer.ts'

const LEAST = 95

const suite = (await checks.suites?.())?.['tls']
assert.ok(suite !== undefined)

/** What does not hold, with the reason. */
const MISSES: Readonly<Record<PeerName, readonly (readonly [miss: RegExp, reason: string])[]>> = {
  nginx: [],
  apache: [],
}

/** What both need said so as to be as strict as their own guides have them. */
const DIRECTIVES: Readonly<Record<PeerName, string>> = {
  nginx: 'ssl_session_cache shared:one:1m; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;',
  apache: 'SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20\nProtocols http/1.1',
}

for (const name of peerNames) {
  test(
    `${name} has 95 % of the points, and misses the others for known reasons`,
    { skip: missing(peerCommands[name]) },
    async (t) => {
      const cabinet = await openCabinet()
      await using peer = await openSecurePeer(name, {
        server: { key: cabinet.server.key, chain: cabinet.server.certificate },
        authority: cabinet.authority,
        crl: cabinet.crl,
        directives: DIRECTIVES[name],
      })
      const before = performance.now()
      const results = await resultsOf(suite, {
        endpoints: { https: peer.address },
        domain: 'lab.test',
        accounts: [],
        authority: cabinet.authority,
        identity: cabinet.client,
        refused: cabinet.refused,
      })
      const misses = missesOf(results)
      const earned = share(results)
      t.diagnostic(
        `${earned.toFixed(1)} % of ${results.length} cases in ${Math.round(performance.now() - before)} ms`,
      )
      const known = MISSES[name]
      assert.deepEqual(
        misses.filter((miss) => !known.some(([pattern]) => pattern.test(miss))),
        [],
      )
      assert.deepEqual(
        known.filter(([pattern]) => !misses.some((miss) => pattern.test(miss))),
        [],
      )
      assert.ok(earned >= LEAST, String(earned))
    },
  )
}
