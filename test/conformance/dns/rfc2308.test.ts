import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask, FLAGS, lines, openSubject, SOA, type Subject } from './subject.ts'

let subject: Subject
before(async () => {
  subject = await openSubject()
})
after(() => subject[Symbol.asyncDispose]())

const CASES: readonly [string, string, string, number][] = [
  ['§2.1: no such name', 'nothing', 'A', 3],
  ['§2.2: no such data', 'www', 'AAAA', 0],
  ['§2.2: no such data at the top of the zone', '@', 'A', 0],
  ['§2.2: nothing at an empty non-terminal', 'ent', 'A', 0],
  ['§2.2: nothing at an empty non-terminal below', 'b.ent', 'TXT', 0],
]

for (const [what, name, type, expected] of CASES) {
  test(`${what}: the answer has the SOA with the lower of its TTL and its minimum (§3)`, async () => {
    const { rcode, answer, authority, flags } = await ask(subject, name, { type })
    assert.deepEqual([rcode, lines(answer), lines(authority)], [expected, [], [SOA]])
    assert.equal(flags & FLAGS.authoritative, FLAGS.authoritative)
  })
}

test('§2.1: an alias to a name that is not there is a name error behind the alias (RFC 6604 §3)', async () => {
  const { rcode, answer, authority } = await ask(subject, 'dangling')
  assert.deepEqual(
    [rcode, lines(answer), lines(authority)],
    [3, ['dangling.conformance.test. 3600 CNAME nothing.here.conformance.test.'], [SOA]],
  )
})

test('§2.2: an alias to a name without such data', async () => {
  const { rcode, answer, authority } = await ask(subject, 'alias', { type: 'MX' })
  assert.deepEqual(
    [rcode, lines(answer), lines(authority)],
    [0, ['alias.conformance.test. 3600 CNAME www.conformance.test.'], [SOA]],
  )
})
