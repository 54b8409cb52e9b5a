/** Zones that are nearly sound, each with what the zone check says of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problems, START } from './master.ts'

/** What is checked, the lines added to a sound zone (the first is line 5), and what is said, warnings included. */
export type ZoneCheck = readonly [string, string, readonly RegExp[]]

/** One test for each case. */
export function testZoneChecks(cases: readonly ZoneCheck[]): void {
  for (const [what, lines, expected] of cases) {
    test(`the zone check, given ${what}, says ${expected.length === 0 ? 'nothing' : 'so'}`, () => {
      // Signatures and proofs alone make no signed zone, of which another check warns.
      const found = problems(`${START}${lines}\n`).filter((problem) => !problem.includes('signed already'))
      assert.equal(found.length, expected.length, found.join('\n'))
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern)
    })
  }
}
