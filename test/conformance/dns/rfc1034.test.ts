import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask, FLAGS, lines, openSubject, SOA, type Subject } from './subject.ts'

let subject: Subject
before(async () => {
  subject = await openSubject()
})
after(() => subject[Symbol.asyncDispose]())

test('§3.1: names are compared without letter case, and the question comes back as it was asked', async () => {
  const { questions, answer } = await ask(subject, 'wWw.CONFORMANCE.test.')
  assert.equal(questions[0]?.name.wire.toString('latin1'), '\u0003wWw\u000bCONFORMANCE\u0004test\u0000')
  assert.deepEqual(lines(answer), ['www.conformance.test. 3600 A 192.0.2.4'])
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

test('§4.3.1: without recursion on offer RA is clear and RD is copied', async () => {
  const { flags } = await ask(subject, 'www', { flags: FLAGS.recursionDesired })
  assert.equal(flags & FLAGS.recursionDesired, FLAGS.recursionDesired)
  assert.equal((await ask(subject, 'www')).flags & FLAGS.recursionDesired, 0)
  if (subject.lab !== undefined) assert.equal(flags & FLAGS.recursionAvailable, 0)
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

test('§6.2: a question for a name of other zones is refused', async () => {
  const { rcode, flags, answer } = await ask(subject, 'www.example.net.')
  assert.deepEqual([rcode, flags & FLAGS.authoritative, lines(answer)], [5, 0, []])
})
