/** The zone of RFC 4592 §2.2.1 and the questions that stand under it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, FLAGS, isElsewhere, lines, openForAllTests, openSubject } from './subject.ts'

const skip = isElsewhere && 'needs a server of the zone example'

const subject = openForAllTests(() => openSubject({ zones: { example: 'example.db' } }))

const SOA = 'example. 3600 SOA ns.example.com. hostmaster.example.com. 1 3600 900 604800 3600'

const CASES: readonly [string, string, string, number, readonly string[]][] = [
  [
    'synthesized, as host3.example. does not exist',
    'host3.example.',
    'MX',
    0,
    ['host3.example. 3600 MX 10 host1.example.'],
  ],
  ['no data, as the wildcard has none of the type', 'host3.example.', 'A', 0, []],
  [
    'synthesized, as bar.example. does not exist',
    'foo.bar.example.',
    'TXT',
    0,
    ['foo.bar.example. 3600 TXT "this is a wildcard"'],
  ],
  ['not synthesized, as host1.example. exists', 'host1.example.', 'MX', 0, []],
  ['not synthesized, as sub.*.example. exists', 'sub.*.example.', 'MX', 0, []],
  ['not synthesized, as _tcp.host1.example. exists', '_telnet._tcp.host1.example.', 'SRV', 3, []],
  ['not synthesized, as *.example. exists', 'ghost.*.example.', 'MX', 3, []],
]

for (const [why, name, type, rcode, answer] of CASES) {
  test(`§2.2.1: ${name} ${type} is ${why}`, { skip }, async () => {
    const found = await ask(subject, name, { type })
    assert.deepEqual([found.rcode, lines(found.answer)], [rcode, answer])
    if (answer.length === 0) assert.deepEqual(lines(found.authority), [SOA])
    assert.equal(found.flags & FLAGS.authoritative, FLAGS.authoritative)
  })
}

test('§2.2.1: host.subdel.example. A is referred, as subdel.example. is a cut', { skip }, async () => {
  const { answer, authority, flags, rcode } = await ask(subject, 'host.subdel.example.')
  assert.deepEqual([rcode, lines(answer), flags & FLAGS.authoritative], [0, [], 0])
  assert.deepEqual(lines(authority), [
    'subdel.example. 3600 NS ns.example.com.',
    'subdel.example. 3600 NS ns.example.net.',
  ])
})

for (const name of ['host2.example.', '_tcp.host1.example.', '_tcp.host2.example.']) {
  test(`§2.2.2: ${name} is an empty non-terminal, so it exists`, { skip }, async () => {
    const { rcode, answer, authority } = await ask(subject, name, { type: 'MX' })
    assert.deepEqual([rcode, lines(answer), lines(authority)], [0, [], [SOA]])
  })
}
