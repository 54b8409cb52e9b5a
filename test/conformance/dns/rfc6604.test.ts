import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACROSS_ZONES, ask, FLAGS, openForAllTests } from './subject.ts'

const subject = openForAllTests()

const CASES: readonly [string, string, string, number, number][] = [
  ['there is data at the end', 'chain', 'A', 0, 3],
  ['the last name has no such data', 'chain', 'MX', 0, 2],
  ['the last name does not exist', 'dangling', 'A', 3, 1],
  ['the last name is below a cut', 'tosub', 'A', 0, 1],
  ['the last name is in nobody’s zone here', 'outside', 'A', 0, 1],
  ['the alias itself is asked for', 'dangling', 'CNAME', 0, 1],
  ['a wildcard makes the alias', 'x.aliases', 'MX', 0, 1],
]

for (const [what, name, type, rcode, answers] of CASES) {
  test(`§3: the code is that of the last name: ${what}`, async () => {
    const found = await ask(subject, name, { type })
    const count = found.answer.reduce((sum, set) => sum + set.data.length, 0)
    assert.deepEqual([found.rcode, count], [rcode, answers])
  })

  test(`§2.1: AA is that of the first name: ${what}`, async () => {
    const { flags } = await ask(subject, name, { type })
    assert.equal(flags & FLAGS.authoritative, FLAGS.authoritative)
  })
}

test('§3: the code is that of the last name: in another zone', ACROSS_ZONES, async () => {
  assert.equal((await ask(subject, 'absent')).rcode, 3)
  assert.equal((await ask(subject, 'nodata')).rcode, 0)
  assert.equal((await ask(subject, 'across')).rcode, 0)
})
