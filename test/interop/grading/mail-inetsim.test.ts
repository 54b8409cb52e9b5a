/** INetSim graded: each fault of its mail and its secure site that was measured must cost points. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckTarget } from '../../../lab/check.ts'
import { checks as secure } from '../../../services/https/checks.ts'
import { checks as mail } from '../../../services/mail/checks.ts'
import { resultsOf, share } from '../../unit/grading/suite.ts'
import { openCabinet } from '../../unit/grading/wrong-tls.ts'
import { missingInetsim } from './dns-inetsim.ts'
import { openInetsimMail } from './mail-inetsim.ts'

/** What was measured in INetSim 1.3.2, and the cases that tell. */
const FAULTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
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

/** How often a suite is run at the most. */
const RUNS = 5

test('each fault that was measured in INetSim costs it points', { skip: missingInetsim() }, async (t) => {
  await using inetsim = await openInetsimMail()
  const cabinet = await openCabinet()
  const target: CheckTarget = {
    endpoints: inetsim.endpoints,
    domain: 'lab.test',
    accounts: ['ana', 'ben'].map((name) => ({ name, password: name })),
    authority: cabinet.authority,
    identity: cabinet.client,
  }
  for (const [name, suite] of Object.entries({ ...mail.suites, ...secure.suites })) {
    const faults = Object.values(FAULTS[name] ?? {}).flat()
    const short = new Set<string>()
    // It draws what it says by lot, and so hides a fault now and then.
    for (let run = 0; run < RUNS && !faults.every((id) => short.has(id)); run += 1) {
      const results = await resultsOf(suite, target)
      for (const { id, score, points } of results) if (score < points) short.add(id.replace('suite.', ''))
      t.diagnostic(`${name}: ${share(results).toFixed(1)} %`)
    }
    assert.deepEqual(
      faults.filter((id) => !short.has(id)),
      [],
      name,
    )
  }
})
