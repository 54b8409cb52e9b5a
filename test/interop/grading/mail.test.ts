/** The suites `smtp` and `pop3` on Exim, Postfix and Dovecot: at least 95 % of the points, and each miss is known. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { CheckTarget } from '../../../lab/check.ts'
import { checks } from '../../../services/mail/checks.ts'
import { temporaryFolder } from '../../lab.ts'
import { mailFiles } from '../../unit/grading/mail-target.ts'
import { missesOf, resultsOf, share } from '../../unit/grading/suite.ts'
import { missingDovecot } from '../mail/dovecot.ts'
import { missingExim } from '../mail/exim-relay.ts'
import { missingPostfix } from '../mail/postfix.ts'
import { openPostfix } from './mail-postfix.ts'
import { DOMAIN, openExim, openPop3, PASSWORD, prepare, type Place, type Running } from './mail-servers.ts'

const LEAST = 95
const missingServers = missingExim() || missingDovecot()

type Misses = readonly (readonly [miss: RegExp, reason: string])[]

/** Grades an SMTP server with Dovecot behind it. */
async function grade(
  t: TestContext,
  user: string,
  open: (place: Place) => Promise<Running>,
  suites: Readonly<Record<string, Misses>>,
): Promise<void> {
  using folder = temporaryFolder()
  const files = await mailFiles()
  const place = prepare(folder.path, files, user)
  await using dovecot = await openPop3(place)
  await using server = await open(place)
  const target: CheckTarget = {
    endpoints: { ...server.endpoints, ...dovecot.endpoints },
    domain: DOMAIN,
    accounts: ['ana', 'ben'].map((name) => ({ name, password: PASSWORD })),
    authority: files.authority,
  }
  for (const [name, known] of Object.entries(suites)) {
    const suite = (await checks.suites?.())?.[name] ?? assert.fail(name)
    const before = performance.now()
    const results = await resultsOf(suite, target)
    const [earned, misses] = [share(results), missesOf(results)]
    const time = Math.round(performance.now() - before)
    t.diagnostic(`${name}: ${earned.toFixed(1)} % of ${results.length} cases in ${time} ms`)
    assert.deepEqual(
      misses.filter((miss) => !known.some(([pattern]) => pattern.test(miss))),
      [],
    )
    assert.deepEqual(
      known.filter(([pattern]) => !misses.some((miss) => pattern.test(miss))),
      [],
    )
    assert.ok(earned >= LEAST, `${name}: ${earned}`)
  }
}

test('Exim and Dovecot have 95 % of the points', { skip: missingServers }, (t) =>
  grade(t, 'Debian-exim', openExim, { smtp: [], pop3: [] }),
)

test('Postfix has 95 % of the points', { skip: missingServers || missingPostfix() }, (t) =>
  grade(t, 'nobody', openPostfix, { smtp: [] }),
)
