import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, bindDeviates, exchange, FLAGS, lines, openForAllTests, queryFor, SOA } from './subject.ts'

const subject = openForAllTests()

const ANY = (name: string): readonly string[] => [`${name}.conformance.test. 3600 TXT "any"`]

const CASES: readonly [string, string, string, number, readonly string[]][] = [
  ['§2.2.1: a name that is not there', 'x.wild', 'TXT', 0, ANY('x.wild')],
  ['§2.2.1: some labels down', 'x.y.z.wild', 'TXT', 0, ANY('x.y.z.wild')],
  ['§2.2.1: without such data', 'x.wild', 'SRV', 0, []],
  ['§2.2.1: a name that is there', 'real.wild', 'TXT', 0, []],
  ['§2.2.1: a name below one that is there', 'x.real.wild', 'TXT', 3, []],
  ['§2.2.2: an empty non-terminal is there', 'host.wild', 'TXT', 0, []],
  ['§2.2.2: a name below an empty non-terminal', 'x.host.wild', 'TXT', 3, []],
  ['§2.2.2: the name above the asterisk', 'wild', 'TXT', 0, []],
  ['§2.3: the asterisk asked for by name', '*.wild', 'TXT', 0, ANY('*.wild')],
  ['§2.3: an asterisk within a name is a label like others', 'x.*.wild', 'TXT', 3, []],
  ['§2.1.1: an asterisk beside other octets is no wildcard', 'aaab.wild', 'TXT', 0, ANY('aaab.wild')],
  ['§2.2.1: letter case ignored', 'X.WiLd', 'TXT', 0, ANY('x.wild')],
  ['§2.2.1: a type that the wildcard does not have', 'x.wild', 'TYPE1000', 0, []],
  ['§2.2.1: the type is looked for at one wildcard only', 'x.both.wild', 'TXT', 0, []],
]

for (const [what, name, type, rcode, answer] of CASES) {
  test(`${what}: ${name} ${type}`, async () => {
    const found = await ask(subject, name, { type })
    assert.deepEqual([found.rcode, lines(found.answer)], [rcode, answer])
    if (answer.length === 0) assert.deepEqual(lines(found.authority), [SOA])
  })
}

test('§3.3.1: a synthesized answer has its additional section', async () => {
  const { answer, additional } = await ask(subject, 'x.wild', { type: 'MX' })
  assert.deepEqual(lines(answer), ['x.wild.conformance.test. 3600 MX 10 mail.conformance.test.'])
  assert.ok(lines(additional).includes('mail.conformance.test. 3600 A 192.0.2.2'))
})

test('§2.1.1: an asterisk beside other octets is found by its name alone', async () => {
  assert.deepEqual(lines((await ask(subject, String.raw`aaa\*.wild`, { type: 'TXT' })).answer), [
    'aaa*.wild.conformance.test. 3600 TXT "an asterisk within a label"',
  ])
})

test('§3.3.3: an alias at a wildcard is followed, and can be asked for', async () => {
  const followed = await ask(subject, 'x.y.aliases')
  assert.deepEqual(lines(followed.answer), [
    'www.conformance.test. 3600 A 192.0.2.4',
    'x.y.aliases.conformance.test. 3600 CNAME www.conformance.test.',
  ])
  assert.equal(followed.flags & FLAGS.authoritative, FLAGS.authoritative)
  assert.deepEqual(lines((await ask(subject, 'x.aliases', { type: 'CNAME' })).answer), [
    'x.aliases.conformance.test. 3600 CNAME www.conformance.test.',
  ])
})

test('§4.5: SRV at a wildcard', async () => {
  assert.deepEqual(lines((await ask(subject, '_http._tcp.srv.wild', { type: 'SRV' })).answer), [
    '_http._tcp.srv.wild.conformance.test. 3600 SRV 0 0 80 mail.conformance.test.',
  ])
})

const LOWER = bindDeviates('it gives the name in lower case')

test('§3.3.1: the owner of what is synthesized is the name as it was asked', LOWER, async () => {
  const octets = await exchange(subject, queryFor('mIxEd.wild', { type: 'TXT' }))
  const end = queryFor('mIxEd.wild').length
  assert.equal(octets.readUInt16BE(end), 0xc00c)
  assert.equal(octets.subarray(12, 18).toString('latin1'), '\u0005mIxEd')
})

test('§2.2.1: a wildcard is not for names below a cut', async () => {
  const { answer, authority, flags } = await ask(subject, 'x.noglue', { type: 'TXT' })
  assert.deepEqual([lines(answer), flags & FLAGS.authoritative], [[], 0])
  assert.deepEqual(lines(authority), ['noglue.conformance.test. 3600 NS ns.elsewhere.example.'])
})
