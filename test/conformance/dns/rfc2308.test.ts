import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACROSS_ZONES, ask, askStream, FLAGS, lines, openForAllTests, SOA } from './subject.ts'

const subject = openForAllTests()

const CASES: readonly [string, string, string, number][] = [
  ['§2.1: no such name', 'nothing', 'A', 3],
  ['§2.1: no such name, whatever is asked', 'nothing', 'ANY', 3],
  ['§2.1: no such name, whatever is asked', 'nothing', 'NS', 3],
  ['§2.1: no such name, whatever is asked', 'x.y.nothing', 'TYPE1000', 3],
  ['§2.1: nothing below a name with data', 'x.www', 'A', 3],
  ['§2.2: no such data', 'www', 'AAAA', 0],
  ['§2.2: no such data', 'www', 'NS', 0],
  ['§2.2: no such data', 'www', 'SOA', 0],
  ['§2.2: no such data', 'www', 'TYPE1000', 0],
  ['§2.2: no such data at the top of the zone', '@', 'A', 0],
  ['§2.2: nothing at an empty non-terminal', 'ent', 'A', 0],
  ['§2.2: nothing at an empty non-terminal below', 'b.ent', 'TXT', 0],
]

for (const [what, name, type, expected] of CASES) {
  test(`${what}: ${name} ${type} gets the SOA with the lower of its TTL and its minimum (§3)`, async () => {
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

const CHILD_SOA =
  'child.conformance.test. 600 SOA ns.child.conformance.test. hostmaster.child.conformance.test. 3 3600 900 604800 600'
const OTHER_SOA = 'other.test. 60 SOA ns.other.test. hostmaster.other.test. 4 3600 900 604800 300'

test('§3: the minimum counts where it is lower than the TTL of the SOA, and the TTL where that is', async () => {
  assert.deepEqual(lines((await ask(subject, 'nothing.child')).authority), [CHILD_SOA])
  assert.deepEqual(lines((await ask(subject, 'www.child', { type: 'TXT' })).authority), [CHILD_SOA])
  assert.deepEqual(lines((await ask(subject, 'nothing.other.test.')).authority), [OTHER_SOA])
})

test('§3: the SOA that is asked for has its own TTL', async () => {
  const [line = ''] = lines((await ask(subject, '@', { type: 'SOA' })).answer)
  assert.match(line, /^conformance\.test\. 7200 SOA /)
})

test('§2: over TCP the denial is the same', async () => {
  const { rcode, authority } = await askStream(subject, 'nothing')
  assert.deepEqual([rcode, lines(authority)], [3, [SOA]])
})

test('§2.2.1: what denies data is no referral: there is no NS beside the SOA', async () => {
  for (const [name, type] of [
    ['www', 'AAAA'],
    ['nothing', 'A'],
    ['ent', 'A'],
  ] as const) {
    const { authority } = await ask(subject, name, { type })
    assert.deepEqual(
      authority.map((set) => set.type),
      [6],
    )
  }
})

test('§2.1, §2.2: behind an alias into another zone stands the SOA of that zone', ACROSS_ZONES, async () => {
  const absent = await ask(subject, 'absent')
  assert.deepEqual(
    [absent.rcode, lines(absent.answer), lines(absent.authority)],
    [3, ['absent.conformance.test. 3600 CNAME nothing.other.test.'], [OTHER_SOA]],
  )
  const bare = await ask(subject, 'nodata')
  assert.deepEqual(
    [bare.rcode, lines(bare.answer), lines(bare.authority)],
    [0, ['nodata.conformance.test. 3600 CNAME plain.other.test.'], [OTHER_SOA]],
  )
})
