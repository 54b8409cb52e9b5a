import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACROSS_ZONES, ask, askStream, FLAGS, lines, openForAllTests, SOA } from './subject.ts'

const subject = openForAllTests()

test('§3.1: names are compared without letter case, and the question comes back as it was asked', async () => {
  const { questions, answer } = await ask(subject, 'wWw.CONFORMANCE.test.')
  assert.equal(questions[0]?.name.wire.toString('latin1'), '\u0003wWw\u000bCONFORMANCE\u0004test\u0000')
  assert.deepEqual(lines(answer), ['www.conformance.test. 3600 A 192.0.2.4'])
})

test('§3.1: all letters count as equal in both cases, and nothing else does (RFC 4343 §3)', async () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  for (const name of [
    letters,
    letters.toUpperCase(),
    `${letters.slice(0, 13)}${letters.slice(13).toUpperCase()}`,
  ])
    assert.deepEqual(lines((await ask(subject, name)).answer), [
      `${letters}.conformance.test. 3600 A 192.0.2.15`,
    ])
  // The octets beside the letters differ from others by the same bit.
  assert.equal((await ask(subject, 'x\\@[`{', { type: 'TXT' })).rcode, 0)
  for (const name of ['x`[`{', 'x@{`{', 'x@[@{', 'x@[`['])
    assert.equal((await ask(subject, name, { type: 'TXT' })).rcode, 3, name)
})

test('§3.6.2: an alias is followed and stands in front of what it leads to', async () => {
  const { answer, rcode, flags } = await ask(subject, 'chain')
  assert.deepEqual(lines(answer), [
    'alias.conformance.test. 3600 CNAME www.conformance.test.',
    'chain.conformance.test. 3600 CNAME alias.conformance.test.',
    'www.conformance.test. 3600 A 192.0.2.4',
  ])
  assert.equal(rcode, 0)
  assert.equal(flags & FLAGS.authoritative, FLAGS.authoritative)
})

test('§3.6.2: the alias itself can be asked for', async () => {
  assert.deepEqual(lines((await ask(subject, 'chain', { type: 'CNAME' })).answer), [
    'chain.conformance.test. 3600 CNAME alias.conformance.test.',
  ])
})

test('§3.6.2: a loop of aliases is an error', async () => {
  const { answer, rcode } = await ask(subject, 'loop1')
  assert.deepEqual(
    [...new Set(lines(answer))],
    [
      'loop1.conformance.test. 3600 CNAME loop2.conformance.test.',
      'loop2.conformance.test. 3600 CNAME loop1.conformance.test.',
    ],
  )
  assert.equal(rcode, 2)
})

test('§3.6.2: an alias is not followed for ANY', async () => {
  const { answer } = await askStream(subject, 'chain', { type: 'ANY' })
  assert.deepEqual(lines(answer), ['chain.conformance.test. 3600 CNAME alias.conformance.test.'])
})

test('§3.6.2: an alias that leads out of the zones stands alone', async () => {
  const { answer, rcode, flags } = await ask(subject, 'outside')
  assert.deepEqual(lines(answer), ['outside.conformance.test. 3600 CNAME www.example.net.'])
  assert.deepEqual([rcode, flags & FLAGS.authoritative], [0, FLAGS.authoritative])
})

test('§3.7.1: ANY gets all record sets of the name and no others', async () => {
  const { answer } = await askStream(subject, 'dns', { type: 'ANY' })
  assert.deepEqual(lines(answer), [
    'dns.conformance.test. 3600 A 192.0.2.1',
    'dns.conformance.test. 3600 AAAA 2001:db8::1',
  ])
})

test('§4.3.1: without recursion on offer RA is clear and RD is copied', async () => {
  const { flags } = await ask(subject, 'www', { flags: FLAGS.recursionDesired })
  assert.equal(flags & FLAGS.recursionDesired, FLAGS.recursionDesired)
  assert.equal((await ask(subject, 'www')).flags & FLAGS.recursionDesired, 0)
  assert.equal(flags & FLAGS.recursionAvailable, 0)
})

test('§4.3.2 step 3a: an answer of the zone has AA', async () => {
  const { answer, flags } = await ask(subject, 'mail')
  assert.deepEqual(lines(answer), ['mail.conformance.test. 3600 A 192.0.2.2'])
  assert.equal(flags & FLAGS.authoritative, FLAGS.authoritative)
})

for (const [name, type] of [
  ['sub', 'NS'],
  ['host.sub', 'A'],
  ['ns.sub', 'A'],
  ['hidden.sub', 'A'],
  ['sub', 'A'],
] as const) {
  test(`§4.3.2 step 3b: ${name} ${type} gets a referral with glue and without AA`, async () => {
    const { answer, authority, additional, flags, rcode } = await ask(subject, name, { type })
    assert.deepEqual(lines(answer), [])
    assert.deepEqual(lines(authority), ['sub.conformance.test. 3600 NS ns.sub.conformance.test.'])
    assert.deepEqual(lines(additional), ['ns.sub.conformance.test. 3600 A 192.0.2.7'])
    assert.equal(flags & FLAGS.authoritative, 0)
    assert.equal(rcode, 0)
  })
}

test('§4.3.2 step 3b: servers with names elsewhere have no glue', async () => {
  for (const type of ['A', 'NS', 'ANY', 'CNAME', 'TYPE1000']) {
    const { answer, authority, additional, flags } = await ask(subject, 'x.noglue', { type })
    assert.deepEqual(lines(authority), ['noglue.conformance.test. 3600 NS ns.elsewhere.example.'])
    assert.deepEqual([lines(answer), lines(additional), flags & FLAGS.authoritative], [[], [], 0])
  }
})

test('§4.3.2 step 3a: behind an alias comes the referral for its target, and AA speaks of the alias', async () => {
  const { answer, authority, additional, flags, rcode } = await ask(subject, 'tosub')
  assert.deepEqual(lines(answer), ['tosub.conformance.test. 3600 CNAME host.sub.conformance.test.'])
  assert.deepEqual(lines(authority), ['sub.conformance.test. 3600 NS ns.sub.conformance.test.'])
  assert.deepEqual(lines(additional), ['ns.sub.conformance.test. 3600 A 192.0.2.7'])
  assert.deepEqual([rcode, flags & FLAGS.authoritative], [0, FLAGS.authoritative])
})

test('§4.3.2 step 2: the nearest zone answers, with AA', async () => {
  const { answer, authority, flags } = await ask(subject, 'www.child')
  assert.deepEqual(lines(answer), ['www.child.conformance.test. 1800 A 192.0.2.21'])
  assert.deepEqual(
    lines(authority).filter((line) => !line.startsWith('child.')),
    [],
  )
  assert.equal(flags & FLAGS.authoritative, FLAGS.authoritative)
  const missing = await ask(subject, 'nothing.child')
  assert.equal(missing.rcode, 3)
  assert.deepEqual(lines(missing.authority), [
    'child.conformance.test. 600 SOA ns.child.conformance.test. hostmaster.child.conformance.test. 3 3600 900 604800 600',
  ])
})

test('§4.3.2 step 2: the top of the lower zone belongs to it, as do its servers (RFC 2181 §6.1)', async () => {
  for (const [name, type, line] of [
    ['child', 'NS', 'child.conformance.test. 1800 NS ns.child.conformance.test.'],
    ['ns.child', 'A', 'ns.child.conformance.test. 1800 A 192.0.2.20'],
  ] as const) {
    const { answer, flags } = await ask(subject, name, { type })
    assert.deepEqual(lines(answer), [line])
    assert.equal(flags & FLAGS.authoritative, FLAGS.authoritative)
  }
})

test('§4.3.2 step 3a: an alias is followed into the other zones of the server', ACROSS_ZONES, async () => {
  const across = await ask(subject, 'across')
  assert.deepEqual(lines(across.answer), [
    'across.conformance.test. 3600 CNAME www.other.test.',
    'www.other.test. 7200 A 198.51.100.2',
  ])
  const below = await ask(subject, 'tochild')
  assert.deepEqual(lines(below.answer), [
    'tochild.conformance.test. 3600 CNAME www.child.conformance.test.',
    'www.child.conformance.test. 1800 A 192.0.2.21',
  ])
  const up = await ask(subject, 'up.child')
  assert.deepEqual(lines(up.answer), [
    'up.child.conformance.test. 1800 CNAME www.conformance.test.',
    'www.conformance.test. 3600 A 192.0.2.4',
  ])
})

test('§4.3.2 step 3c: a name that is not there is a name error', async () => {
  const { rcode, answer, authority } = await ask(subject, 'nothing')
  assert.deepEqual([rcode, lines(answer), lines(authority)], [3, [], [SOA]])
})

test('§4.3.2 step 6: the addresses of mail servers come along', async () => {
  const { answer, additional } = await ask(subject, '@', { type: 'MX' })
  assert.deepEqual(lines(answer), [
    'conformance.test. 3600 MX 10 mail.conformance.test.',
    'conformance.test. 3600 MX 20 mail2.conformance.test.',
  ])
  const found = lines(additional)
  for (const line of ['mail.conformance.test. 3600 A 192.0.2.2', 'mail2.conformance.test. 3600 A 192.0.2.3'])
    assert.ok(found.includes(line), found.join('\n'))
})

test('RFC 1035 §4.1.1: a question for a name of other zones is refused', async () => {
  const { rcode, flags, answer } = await ask(subject, 'www.example.net.')
  assert.deepEqual([rcode, flags & FLAGS.authoritative, lines(answer)], [5, 0, []])
})
