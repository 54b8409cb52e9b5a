/** What holds of both suites of mail: they pass on a small right server, and each of their cases fails on one that is wrong. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Suite } from '../../../lab/check.ts'
import { mailFiles } from './mail-target.ts'
import { missesOf, resultsOf, share } from './suite.ts'
import type { TlsFiles } from './wrong-mail.ts'
import { WrongMail } from './wrong-smtp.ts'

/** Adds the tests to the running `describe`; `elsewhere` are cases that a test of their own shows to fail. */
export function testOnWrongMail(
  suite: Suite,
  mutants: readonly (readonly [rule: string, id: string])[],
  { least, elsewhere = [] }: { readonly least: number; readonly elsewhere?: readonly string[] },
): void {
  let files: TlsFiles
  before(async () => {
    files = await mailFiles()
  })

  test(`has ${least} cases or more, each with its words`, () => {
    assert.ok(suite.cases.length >= least, String(suite.cases.length))
    for (const { id, title, hint, reference } of suite.cases)
      assert.ok(title.en !== title.es && hint !== undefined && reference.length > 0, id)
  })

  test('gives a small right server all its points', async () => {
    await using mail = await WrongMail.open(files)
    const results = await resultsOf(suite, mail.target)
    assert.deepEqual(missesOf(results), [])
    assert.equal(share(results), 100)
  })

  for (const [rule, id] of mutants) {
    test(`${id} fails where ${rule} is broken`, async () => {
      await using mail = await WrongMail.open(files, rule)
      const results = await resultsOf(suite, mail.target, [id])
      const result = results.find((each) => each.id.endsWith(`.${id}`))
      assert.equal(result?.outcome, 'failed', missesOf(results).join('\n'))
      assert.ok(result.score < result.points)
    })
  }

  test('every case has a wrong server', () => {
    const caught = new Set([...mutants.map(([, id]) => id), ...elsewhere])
    assert.deepEqual(
      suite.cases.map(({ id }) => id).filter((id) => !caught.has(id)),
      [],
    )
  })
}
