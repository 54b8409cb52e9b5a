/** INetSim graded: each fault that was measured in it must cost points. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { CheckTarget, Suite } from '../../../lab/check.ts'
import { siteFiles } from '../../../lab/web/checks/site.ts'
import { httpSuite } from '../../../lab/web/checks/suites.ts'
import { dnsSuite } from '../../../services/dns/checks/suite.ts'
import { checks as secure } from '../../../services/https/checks.ts'
import { checks as mail } from '../../../services/mail/checks.ts'
import { resultsOf, share, targetAt } from '../../unit/grading/suite.ts'
import { openCabinet } from '../../unit/grading/wrong-tls.ts'
import { missingInetsim, openInetsim } from './inetsim.ts'

/** By suite, what was measured in INetSim 1.3.2, and the cases that tell. */
const FAULTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  dns: {
    'every name has the default address': ['no-name', 'no-name-below', 'empty-name', 'outside'],
    'a name with an underscore does not exist': ['service', 'underscore'],
    'SRV, CAA, HTTPS and DNSKEY are not implemented': ['newer-types'],
    'no SOA with what is not there': ['no-data', 'negative-time'],
    'a CNAME is made up': ['alias-invented'],
    'a SOA at any owner': ['no-other-soa'],
    'EDNS is ignored': ['edns', 'edns-version'],
    'version.bind is refused': ['class-chaos'],
    'no AAAA': ['address-6'],
  },
  http: {
    'one request a connection': ['persistent', 'pipelined', 'not-found-goes-on'],
    'fields in another order each time': ['order-of-fields'],
    'two Host fields': ['host-twice'],
    'a length and chunks together': ['length-and-chunks'],
    'no validators': ['validators'],
    'no ranges': ['range'],
    'a 404 that speaks of a request that was not understood': ['not-found'],
  },
  smtp: {
    'MAIL before EHLO': ['mail-needs-ehlo'],
    'a second MAIL': ['second-mail'],
    'recipients that are no addresses': ['rcpt-syntax'],
    'any foreign domain': ['no-open-relay'],
    'LF . LF ends a message': ['end-of-data'],
    'two messages with one id': ['two-ids'],
    'keywords in another order each time': ['ehlo-same'],
    'any password': ['auth-wrong'],
    'a Received field that tells nothing, of mail that never arrives': ['received', 'arrives'],
  },
  pop3: {
    'DELE never deletes': ['dele', 'deleted-gone', 'stat-after-dele', 'quit-deletes'],
    'message 1 is bookkeeping': ['header'],
    'the messages are drawn anew': ['stable'],
    'one lock for all': ['lock-of-one'],
    'any user and password': ['wrong-password', 'wrong-user'],
    'any digest': ['apop'],
    'mail that was sent never appears': ['mail-appears', 'own-mailbox'],
    'dots are not doubled': ['retr'],
  },
  tls: {
    'a certificate of its own, for a common name': ['chain', 'name'],
    'clients are not asked': ['client-asked', 'client-none'],
  },
}

/** How often a suite is run at the most: INetSim draws what it says by lot, and so hides a fault now and then. */
const RUNS = 5

/** Runs a suite until each fault has cost points. */
async function grade(t: TestContext, name: string, suite: Suite, target: CheckTarget): Promise<void> {
  const faults = Object.values(FAULTS[name] ?? {}).flat()
  const short = new Set<string>()
  for (let run = 0; run < RUNS && !faults.every((id) => short.has(id)); run += 1) {
    const results = await resultsOf(suite, target)
    for (const { id, score, points } of results) if (score < points) short.add(id.replace('suite.', ''))
    t.diagnostic(`${name}: ${share(results).toFixed(1)} % of ${results.length} cases`)
  }
  const hidden = faults.filter((id) => !short.has(id))
  assert.deepEqual(hidden, [], name)
}

const skip = missingInetsim()

test('each fault of its names and its site costs it points', { skip }, async (t) => {
  await using inetsim = await openInetsim(['dns', 'http'], siteFiles())
  const { dns, http } = inetsim.endpoints
  await grade(t, 'dns', dnsSuite, targetAt('dns', dns))
  await grade(t, 'http', httpSuite, targetAt('http', http))
})

test('each fault of its mail and its secure site costs it points', { skip }, async (t) => {
  await using inetsim = await openInetsim(['smtp', 'pop3', 'https'])
  const cabinet = await openCabinet()
  const target: CheckTarget = {
    endpoints: inetsim.endpoints,
    domain: 'lab.test',
    accounts: ['ana', 'ben'].map((name) => ({ name, password: name })),
    authority: cabinet.authority,
    identity: cabinet.client,
  }
  for (const [name, suite] of Object.entries({ ...(await mail.suites?.()), ...(await secure.suites?.()) }))
    await grade(t, name, suite, target)
})
