/** The suite `pop3`: it passes on our server and on a small right one, and each of its cases fails on one that is wrong. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createContext } from '../../../lab/grading/context.ts'
import { checks } from '../../../services/mail/checks.ts'
import { letter, post } from '../../../services/mail/checks/maildrop.ts'
import { Pop3Talk } from '../../../services/mail/checks/pop3-talk.ts'
import { ourMail } from './mail-target.ts'
import { missesOf, resultsOf } from './suite.ts'
import { testOnWrongMail } from './wrong-mail-suite.ts'

const suite = (await checks.suites?.())?.['pop3']
assert.ok(suite !== undefined)

/** Which case fails where a rule is broken; those that INetSim breaks are marked. */
const MUTANTS: readonly (readonly [rule: string, id: string])[] = [
  ['pop3-greeting', 'greeting'], ['bare-lf', 'greeting'], ['bare-lf-later', 'line-ends'], ['pop3-no-login', 'login'],
  ['pop3-any-password', 'wrong-password'], // INetSim
  ['pop3-tells-names', 'wrong-user'], ['pop3-any-password', 'wrong-user'],
  ['apop', 'apop'], // INetSim
  ['before-login', 'before-login'], ['second-login', 'second-login'], ['pop3-stays', 'quit-early'],
  ['no-lock', 'lock'],
  ['one-lock', 'lock-of-one'], // INetSim
  ['no-capa', 'capa'], ['no-uidl', 'capa'], ['no-plain', 'auth-plain'], ['pop3-any-password', 'auth-plain'], ['pop3-cancel', 'auth-plain'],
  ['pop3-unknown', 'unknown-command'], ['pop3-verb-case', 'verb-case'], ['pop3-forgets-rest', 'pipelining'],
  ['no-stls', 'stls'], ['stls-again', 'stls'], ['stls-late', 'stls-late'], ['injection', 'stls-injection'], ['pop3s', 'pop3s'],
  ['stat-wrong', 'stat'], ['list-bare', 'list-one'], ['wrong-octets', 'octets'],
  ['lone-dots', 'retr'], // INetSim
  ['bookkeeping', 'header'], // INetSim
  ['top-all', 'top'], ['same-ids', 'uidl'], ['new-ids', 'stable'],
  ['redrawn', 'stable'], // INetSim
  ['any-number', 'wrong-arguments'],
  ['invisible', 'mail-appears'], // INetSim
  ['shared-mailbox', 'own-mailbox'], ['one-mailbox', 'own-mailbox'], // INetSim
  ['pop3-noop', 'noop'],
  ['dele-never', 'dele'], ['dele-never', 'deleted-gone'], ['dele-never', 'stat-after-dele'], ['dele-never', 'quit-deletes'], // INetSim
  ['deleted-there', 'deleted-gone'], ['stat-all', 'stat-after-dele'], ['pop3-rset', 'rset'],
  ['keeps-deleted', 'quit-deletes'], ['deletes-more', 'quit-deletes'], ['drop-deletes', 'drop-keeps'],
] // prettier-ignore

// Most of a test is waiting for a server that says nothing.
describe('the suite pop3', { concurrency: 4 }, () => {
  testOnWrongMail(suite, MUTANTS, { least: 25 })

  test('gives our server all its points, and takes its own mail away, and nobody else’s', async () => {
    await using mail = await ourMail()
    await using context = createContext(mail.target, { seed: 'x', signal: new AbortController().signal })
    const others = letter(mail.target, 'telelab question').replace('grader@', 'pupil@')
    await post(context, [others])
    for (let count = 0; count < 2; count += 1) {
      const results = await resultsOf(suite, mail.target)
      assert.deepEqual(missesOf(results), [])
      assert.equal(results.length, suite.cases.length)
      const talk = await Pop3Talk.entered(context)
      const { lines } = await talk.mustList('RETR 1')
      assert.ok(lines.includes('Subject: telelab question'))
      assert.equal((await talk.stat()).count, 1)
      await talk.quit()
    }
  })
})
