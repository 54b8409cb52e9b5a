/** The suite `pop3`: it passes on our server and on a small right one, and each of its cases fails on one that is wrong. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { checks } from '../../../services/mail/checks.ts'
import { mailFiles, ourMail } from './mail-target.ts'
import { missesOf, resultsOf, share } from './suite.ts'
import type { TlsFiles } from './wrong-mail.ts'
import { WrongMail } from './wrong-smtp.ts'

const suite = checks.suites?.['pop3']
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

describe('the suite pop3', () => {
  let files: TlsFiles
  before(async () => {
    files = await mailFiles()
  })

  test('has 25 cases or more, each with its words', () => {
    assert.ok(suite.cases.length >= 25, String(suite.cases.length))
    for (const { id, title, hint, reference } of suite.cases)
      assert.ok(title.en !== title.es && hint !== undefined && reference.length > 0, id)
  })

  test('gives our server all its points, and again where its mail lies already', async () => {
    await using mail = await ourMail()
    for (let count = 0; count < 2; count += 1) {
      const results = await resultsOf(suite, mail.target)
      assert.deepEqual(missesOf(results), [])
      assert.equal(results.length, suite.cases.length)
    }
  })

  test('gives a small right server all its points', async () => {
    await using mail = await WrongMail.open(files)
    const results = await resultsOf(suite, mail.target)
    assert.deepEqual(missesOf(results), [])
    assert.equal(share(results), 100)
  })

  for (const [rule, id] of MUTANTS) {
    test(`${id} fails where ${rule} is broken`, async () => {
      await using mail = await WrongMail.open(files, rule)
      const results = await resultsOf(suite, mail.target, [id])
      const result = results.find((each) => each.id.endsWith(`.${id}`))
      assert.equal(result?.outcome, 'failed', missesOf(results).join('\n'))
      assert.ok(result.score < result.points)
    })
  }

  test('every case has a wrong server', () => {
    const caught = new Set(MUTANTS.map(([, id]) => id))
    assert.deepEqual(
      suite.cases.map(({ id }) => id).filter((id) => !caught.has(id)),
      [],
    )
  })
})
