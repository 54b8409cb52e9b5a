import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, PLAIN, SOA, testCases } from './authority-cases.ts'
import { lines, MAIN, zonesOf } from './example.ts'

const REFERRAL = ['sub.example.org. 3600 NS ns.sub.example.org.', 'sub.example.org. 3600 NS ns.other.test.']
const REFERRAL_GLUE = ['ns.sub.example.org. 3600 A 10.0.1.1', 'ns.other.test. 3600 A 10.0.2.1']

testCases([
  [
    'RFC 1034 §4.3.2 3b: a referral',
    'host.sub',
    'A',
    { authoritative: false, authority: REFERRAL, additional: REFERRAL_GLUE },
  ],
  [
    'a referral at the cut itself',
    'sub',
    'NS',
    { authoritative: false, authority: REFERRAL, additional: REFERRAL_GLUE },
  ],
  [
    'a referral for glue',
    'ns.sub',
    'A',
    { authoritative: false, authority: REFERRAL, additional: REFERRAL_GLUE },
  ],
  [
    'a referral for hidden data',
    'hidden.sub',
    'A',
    { authoritative: false, authority: REFERRAL, additional: REFERRAL_GLUE },
  ],
  ['RFC 4035 §3.1.4.1: DS at the cut is ours', 'sub', 'DS', { authority: [SOA] }],
  [
    'a referral behind an alias',
    'below',
    'A',
    {
      answer: ['below.example.org. 3600 CNAME x.sub.example.org.'],
      authority: REFERRAL,
      additional: REFERRAL_GLUE,
    },
  ],
  [
    'RFC 2181 §6: the cut nearest to the top hides the one below it',
    'x.deep.sub',
    'A',
    { authoritative: false, authority: REFERRAL, additional: REFERRAL_GLUE },
  ],
  [
    'a referral without glue',
    'x.lame',
    'A',
    { authoritative: false, authority: ['lame.example.org. 3600 NS ns.example.net.'] },
  ],
  [
    'RFC 4035 §3.1.4.1: DS that the zone has for a cut',
    'secure',
    'DS',
    { answer: [`secure.example.org. 3600 DS 1 13 2 ${'00'.repeat(32)}`] },
  ],
  ['a name above a cut', 'above', 'A', { authority: [SOA] }],
])

test('glue that only the zone below can have comes first, so that it is what fits', () => {
  const text = `$TTL 1
@ SOA a b 1 1 1 1 1
@ NS ns.test.
sub NS aside
sub NS ns.sub
aside A 10.0.0.1
ns.sub A 10.0.0.2
`
  assert.deepEqual(lines(ask('x.sub', 'A', PLAIN, zonesOf({ 'a.db': text }))?.additional ?? []), [
    'ns.sub.example.org. 1 A 10.0.0.2',
    'aside.example.org. 1 A 10.0.0.1',
  ])
})

test('RFC 9609 §4.2: who asks for the servers of the root gets their addresses, which only glue has', () => {
  const text = `$ORIGIN APEX
$TTL 1
@ SOA a. b. 1 1 1 1 1
@ NS ns.sub
@ MX 1 ns.sub
www A 10.0.0.3
sub NS ns.sub
ns.sub A 10.0.0.2
`
  const additional = (name: string, type: string, origin: string): readonly string[] =>
    lines(ask(name, type, PLAIN, zonesOf({ 'a.db': text.replace('APEX', origin) }))?.additional ?? [])
  assert.deepEqual(additional('.', 'NS', '.'), ['ns.sub. 1 A 10.0.0.2'])
  assert.deepEqual(additional('.', 'MX', '.'), [])
  assert.deepEqual(additional('www.', 'A', '.'), [])
  assert.deepEqual(additional('@', 'NS', 'example.org.'), [])
})

test('the most specific of nested zones answers', () => {
  const child = '$ORIGIN sub.example.org.\n$TTL 1h\n@ SOA ns h 1 1 1 1 1\n@ NS ns\nns A 10.9.9.9\n'
  const zones = zonesOf({ 'main.db': MAIN, 'child.db': child })
  assert.deepEqual(lines(ask('ns.sub', 'A', PLAIN, zones)?.answer ?? []), [
    'ns.sub.example.org. 3600 A 10.9.9.9',
  ])
  // RFC 4035 §3.1.4.1: DS is asked of the parent.
  assert.deepEqual(lines(ask('sub', 'DS', PLAIN, zones)?.authority ?? []), [SOA])
})
