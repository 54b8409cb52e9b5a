import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, askStream, exchange, FLAGS, lines, openForAllTests, queryFor, SOA } from './subject.ts'

const subject = openForAllTests()

for (const name of ['@', 'dns', 'mail', 'x.wild']) {
  test(`§4.1: ANY over UDP gets one whole record set of ${name}`, async () => {
    const { answer, rcode, flags } = await ask(subject, name, { type: 'ANY' })
    assert.deepEqual([rcode, flags], [0, FLAGS.response | FLAGS.authoritative])
    assert.equal(answer.length, 1)
    const whole = await ask(subject, name, { type: `TYPE${answer[0]?.type}` })
    assert.deepEqual(lines(answer), lines(whole.answer))
  })
}

test('§4.4: ANY over TCP may get them all', async () => {
  const { answer } = await askStream(subject, '@', { type: 'ANY' })
  assert.deepEqual(
    [...new Set(answer.map((set) => set.type))].toSorted((a, b) => a - b),
    [2, 6, 15],
  )
})

test('§4.1: an alias is such a set', async () => {
  assert.deepEqual(lines((await ask(subject, 'alias', { type: 'ANY' })).answer), [
    'alias.conformance.test. 3600 CNAME www.conformance.test.',
  ])
})

test('§4: where there is nothing, ANY is denied like other types', async () => {
  for (const [name, rcode] of [
    ['nothing', 3],
    ['ent', 0],
  ] as const) {
    const found = await ask(subject, name, { type: 'ANY' })
    assert.deepEqual([found.rcode, lines(found.answer), lines(found.authority)], [rcode, [], [SOA]])
  }
})

test('§4: below a cut, ANY is referred', async () => {
  const { answer, authority, flags } = await ask(subject, 'x.sub', { type: 'ANY' })
  assert.deepEqual([lines(answer), flags & FLAGS.authoritative], [[], 0])
  assert.deepEqual(lines(authority), ['sub.conformance.test. 3600 NS ns.sub.conformance.test.'])
})

test('§2: ANY over UDP does not make much of little', async () => {
  const query = queryFor('@', { type: 'ANY', edns: { size: 4096 } })
  assert.ok((await exchange(subject, query)).length < 5 * query.length)
})
