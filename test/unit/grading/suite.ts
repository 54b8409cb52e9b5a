/** Runs a suite against a server, for the tests of suites. */
import assert from 'node:assert/strict'
import type { CheckTarget, Difference, Suite } from '../../../lab/check.ts'
import { totalOf, type CheckResult } from '../../../lab/grading/model.ts'
import { runSuite } from '../../../lab/grading/runner.ts'
import { inLanguage } from '../../../lab/kit/dissect/said.ts'
import type { Address } from '../../../lab/service.ts'

/** The domain of the targets. */
export const domain = 'example.test'

/** A target with one endpoint. */
export function targetAt(endpoint: string, address: Address): CheckTarget {
  return { endpoints: { [endpoint]: address }, domain, accounts: [] }
}

/** All results, in the order in which they came; no case may be broken. */
export async function resultsOf(
  suite: Suite,
  target: CheckTarget,
  only?: readonly string[],
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  const signal = AbortSignal.timeout(60_000)
  const options = { seed: 'a seed', signal, ...(only !== undefined && { only }) }
  for await (const result of runSuite(suite, 'suite', target, options)) results.push(result)
  assert.deepEqual(
    results.filter(({ outcome }) => outcome === 'broken').map(({ id, reason }) => [id, reason?.en]),
    [],
  )
  for (const { id, assertions } of results)
    for (const { difference } of assertions) if (difference !== undefined) assertBothLanguages(id, difference)
  return results
}

/** Words that a check itself would say; those of servers come in sentences. */
const OWN =
  /^(?:none|nothing|missing|silence|open|closed|alert|refusal|(?:no|not|a|an|one|some|at (?:least|most)) .*|\d+ (?:octets?|lines?|records?|times?|seconds?))$/

/** What was wanted is never only in English, nor what was there where a check has words for it. */
export function assertBothLanguages(id: string, { expected, actual }: Difference): void {
  for (const said of [expected, actual])
    if (typeof said === 'string') assert.doesNotMatch(said, OWN, id)
    else assert.ok(said.en !== '' && said.es !== '', id)
  // What a server said before may be what it has to say again.
  if (typeof expected === 'string' && !/^(?:\+OK|-ERR|\d{3})\b/.test(expected))
    assert.doesNotMatch(expected, /\b(?:or|than|that|octets|records?)\b/, id)
}

/** The ids, without that of the suite, of what was not passed. */
export function missed(results: readonly CheckResult[]): readonly string[] {
  return results
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ id }) => id.replace(/^suite\./, ''))
    .toSorted()
}

/** What did not hold, one line each. */
export function missesOf(results: readonly CheckResult[]): readonly string[] {
  return results
    .filter(({ outcome }) => outcome !== 'passed')
    .flatMap(({ id, outcome, reason, assertions }) => [
      ...(reason === undefined ? [] : [`${id}: ${outcome}: ${reason.en}`]),
      ...assertions
        .filter(({ holds }) => !holds)
        .map(
          ({ title, difference }) =>
            `${id}: ${title.en}: ${inLanguage(difference?.actual ?? '', 'en')} instead of ${inLanguage(difference?.expected ?? '', 'en')}`,
        ),
    ])
}

/** The share of the points that was earned, in percent. */
export function share(results: readonly CheckResult[]): number {
  const { score, points } = totalOf({ results })
  return (100 * score) / points
}

/** What every case of a suite must say of itself. */
export function assertWellFormed(suite: Suite, target: CheckTarget): void {
  const ids = new Set(suite.cases.map(({ id }) => id))
  assert.equal(ids.size, suite.cases.length, 'no id twice')
  for (const check of suite.cases) {
    assert.match(check.id, /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/)
    assert.ok(check.points > 0, check.id)
    assert.match(check.reference, /^RFC \d+(?: §[\d.]+)?$/, check.id)
    for (const text of [check.title, check.hint?.text]) {
      assert.ok(text !== undefined && text.en !== '' && text.es !== '', check.id)
    }
    for (const need of check.needs ?? []) assert.ok(ids.has(need), `${check.id} needs ${need}`)
    const command = check.reproduce(target)
    assert.match(command, /127\.0\.0\.1/, check.id)
    assert.doesNotMatch(command, /[^ -~]/, check.id)
  }
}
