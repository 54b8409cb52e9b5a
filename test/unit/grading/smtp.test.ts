/** The suite `smtp`: it passes on our server and on a small right one, and each of its cases fails on one that is wrong. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checks } from '../../../services/mail/checks.ts'
import { missesOf, resultsOf } from './suite.ts'
import { mailFiles, ourMail } from './mail-target.ts'
import { testOnWrongMail } from './wrong-mail-suite.ts'
import { WrongMail } from './wrong-smtp.ts'

const suite = (await checks.suites?.())?.['smtp']
assert.ok(suite !== undefined)

/** Which case fails where a rule is broken; those that INetSim breaks are marked. */
const MUTANTS: readonly (readonly [rule: string, id: string])[] = [
  ['greeting', 'greeting'], ['bare-lf', 'greeting'], ['ehlo-words', 'ehlo'],
  ['ehlo-random', 'ehlo-same'], // INetSim
  ['helo-lists', 'helo'], ['nameless', 'ehlo-needs-name'],
  ['mail-needs-ehlo', 'mail-needs-ehlo'], // INetSim
  ['rcpt-needs-mail', 'rcpt-needs-mail'], ['data-needs-rcpt', 'data-needs-rcpt'], ['data-needs-rcpt', 'all-refused'],
  ['second-mail', 'second-mail'], // INetSim
  ['ehlo-keeps', 'ehlo-resets'], ['rset', 'rset'], ['noop', 'noop'], ['vrfy', 'look-up'], ['verb-case', 'verb-case'],
  ['unknown-command', 'unknown-command'], ['no-arguments', 'no-arguments'], ['long-command', 'long-command'],
  ['quit-mute', 'quit'], ['quit-stays', 'quit'],
  ['domain-case', 'recipient'], ['mail-syntax', 'mail-syntax'],
  ['rcpt-syntax', 'rcpt-syntax'], // INetSim
  ['unknown-user', 'unknown-user'], ['refused-ends', 'refused-recipient'],
  ['relay', 'no-open-relay'], // INetSim
  ['relay-percent', 'no-open-relay'], ['no-postmaster', 'postmaster'], ['null-sender', 'null-sender'],
  ['short-names', 'long-names'], ['few-recipients', 'many-recipients'], ['unknown-parameter', 'unknown-parameter'],
  ['bare-ends', 'end-of-data'], // INetSim
  ['message', 'message'],
  ['one-id', 'two-ids'], // INetSim
  ['lost', 'arrives'], // INetSim
  ['dots-kept', 'dot-stuffing'], ['no-8BITMIME', 'eight-bits'], ['seven-bits', 'eight-bits'], ['body', 'eight-bits'],
  ['short-lines', 'long-lines'],
  ['received', 'received'], // INetSim
  ['return-path', 'return-path'], ['no-SIZE', 'size'], ['size', 'size'], ['no-PIPELINING', 'pipelining'],
  ['forgets-rest', 'pipelining'], ['chunks', 'chunks'], ['status-codes', 'status-codes'],
  ['no-STARTTLS', 'starttls'], ['tls-again', 'starttls'], ['tls-remembers', 'starttls-forgets'],
  ['injection', 'starttls-injection'], ['no-login', 'auth-plain'],
  ['any-password', 'auth-wrong'], // INetSim
  ['tells-names', 'auth-wrong'], ['any-mechanism', 'auth-offered'], ['cancel', 'auth-cancel'], ['auth-twice', 'auth-twice'],
  ['submission-login', 'submission-login'], ['message', 'submission'], ['smtps', 'smtps'],
] // prettier-ignore

// Most of a test is waiting for a server that says nothing.
describe('the suite smtp', { concurrency: 4 }, () => {
  testOnWrongMail(suite, MUTANTS, { least: 30, elsewhere: ['starttls-certificate'] })

  test('gives our server all its points', async () => {
    await using mail = await ourMail()
    const results = await resultsOf(suite, mail.target)
    assert.deepEqual(missesOf(results), [])
    assert.equal(results.length, suite.cases.length)
  })

  test('fails starttls-certificate where the root is another', async () => {
    const [files, { authority }] = [await mailFiles(), await mailFiles()]
    await using mail = await WrongMail.open({ ...files, authority })
    const results = await resultsOf(suite, mail.target, ['starttls-certificate'])
    assert.equal(results.at(-1)?.outcome, 'failed')
  })
})
