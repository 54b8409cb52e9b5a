import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerFromZones, type Answer } from '../../../services/dns/authority.ts'
import { parseName, printName, ROOT } from '../../../services/dns/wire/name.ts'
import { findType, typeName } from '../../../services/dns/records/types.ts'
import { RCODE } from '../../../services/dns/wire/message.ts'
import { lines, MAIN, OTHER, zonesOf } from './example.ts'

const ZONES = zonesOf({ 'main.db': MAIN, 'other.db': OTHER })

function ask(name: string, type: string, minimal = true): Answer | undefined {
  return answerFromZones(
    ZONES,
    { name: parseName(name, parseName('example.org.', ROOT)), type: findType(type)?.code ?? 0, class: 1 },
    minimal,
  )
}

const NS = 'example.org. 3600 NS dns.example.org.'
const GLUE = ['dns.example.org. 3600 A 10.0.0.1', 'dns.example.org. 3600 AAAA 2001:db8::1']
const SOA = 'example.org. 300 SOA dns.example.org. host.example.org. 1 3600 900 604800 300'
const REFERRAL = ['sub.example.org. 3600 NS ns.sub.example.org.', 'sub.example.org. 3600 NS ns.other.test.']
const REFERRAL_GLUE = ['ns.sub.example.org. 3600 A 10.0.1.1', 'ns.other.test. 3600 A 10.0.2.1']

interface Expected {
  readonly rcode?: number
  readonly answer?: readonly string[]
  readonly authority?: readonly string[]
  readonly additional?: readonly string[]
  readonly authoritative?: boolean
  readonly outside?: string
}

const CASES: readonly [string, string, string, Expected][] = [
  [
    'RFC 1034 §4.3.2 3a: data',
    'www',
    'A',
    { answer: ['www.example.org. 3600 A 10.0.0.2'], authority: [NS], additional: GLUE },
  ],
  [
    'letter case of the zone in the answer',
    'WWW',
    'A',
    { answer: ['www.example.org. 3600 A 10.0.0.2'], authority: [NS], additional: GLUE },
  ],
  ['RFC 2308 §2.2: no data', 'www', 'AAAA', { authority: [SOA] }],
  ['RFC 2308 §2.1: no name', 'x.www', 'A', { rcode: RCODE.NXDOMAIN, authority: [SOA] }],
  ['NS without NS beside it', '@', 'NS', { answer: [NS], additional: GLUE }],
  [
    'SOA',
    '@',
    'SOA',
    {
      answer: ['example.org. 7200 SOA dns.example.org. host.example.org. 1 3600 900 604800 300'],
      authority: [NS],
      additional: GLUE,
    },
  ],
  [
    'RFC 1035 §3.3.9: addresses of MX, from both zones',
    '@',
    'MX',
    {
      answer: ['example.org. 3600 MX 10 mail.example.org.', 'example.org. 3600 MX 20 mx.other.test.'],
      authority: [NS],
      additional: ['mail.example.org. 3600 A 10.0.0.3', 'mx.other.test. 3600 A 10.0.2.2', ...GLUE],
    },
  ],
  [
    'RFC 2782: addresses of SRV',
    '_sip._udp',
    'SRV',
    {
      answer: ['_sip._udp.example.org. 3600 SRV 1 1 5060 www.example.org.'],
      authority: [NS],
      additional: ['www.example.org. 3600 A 10.0.0.2', ...GLUE],
    },
  ],
  [
    'RFC 2181 §5.5: no record twice',
    'dns',
    'A',
    { answer: [GLUE[0] ?? ''], authority: [NS], additional: [GLUE[1] ?? ''] },
  ],
  [
    'RFC 1034 §3.6.2: a chain of aliases',
    'chain',
    'A',
    {
      answer: [
        'chain.example.org. 3600 CNAME alias.example.org.',
        'alias.example.org. 3600 CNAME www.example.org.',
        'www.example.org. 3600 A 10.0.0.2',
      ],
      authority: [NS],
      additional: GLUE,
    },
  ],
  [
    'the alias itself',
    'alias',
    'CNAME',
    { answer: ['alias.example.org. 3600 CNAME www.example.org.'], authority: [NS], additional: GLUE },
  ],
  [
    'an alias to a name without such data',
    'alias',
    'TXT',
    { answer: ['alias.example.org. 3600 CNAME www.example.org.'], authority: [SOA] },
  ],
  [
    'RFC 6604 §3: an alias to nothing, caught by the wildcard',
    'gone',
    'A',
    { answer: ['gone.example.org. 3600 CNAME nowhere.example.org.'], authority: [SOA] },
  ],
  [
    'an alias out of the zones',
    'out',
    'A',
    { answer: ['out.example.org. 3600 CNAME www.example.net.'], outside: 'www.example.net.' },
  ],
  [
    'an alias into another zone',
    'far',
    'A',
    {
      answer: ['far.example.org. 3600 CNAME www.other.test.', 'www.other.test. 3600 A 10.0.2.3'],
      authority: ['other.test. 3600 NS ns.other.test.'],
      additional: ['ns.other.test. 3600 A 10.0.2.1'],
    },
  ],
  [
    'a loop of aliases',
    'loop1',
    'A',
    {
      rcode: RCODE.SERVFAIL,
      answer: [
        'loop1.example.org. 3600 CNAME loop2.example.org.',
        'loop2.example.org. 3600 CNAME loop1.example.org.',
      ],
    },
  ],
  [
    'an alias of itself',
    'self',
    'A',
    { rcode: RCODE.SERVFAIL, answer: ['self.example.org. 3600 CNAME self.example.org.'] },
  ],
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
    'RFC 4592 §2.1: a wildcard',
    'any.thing',
    'TXT',
    { answer: ['any.thing.example.org. 3600 TXT "wild"'], authority: [NS], additional: GLUE },
  ],
  ['RFC 4592 §2.2.1: a wildcard without such data', 'thing', 'A', { authority: [SOA] }],
  ['RFC 4592 §2.2.1: no wildcard for a name that exists', 'www', 'TXT', { authority: [SOA] }],
  ['RFC 4592 §2.2.2: an empty non-terminal has no data', 'ent', 'TXT', { authority: [SOA] }],
  ['an empty non-terminal within', 'b.ent', 'A', { authority: [SOA] }],
  [
    'RFC 4592 §3.3.1: the closest encloser has no wildcard',
    'x.b.ent',
    'TXT',
    { rcode: RCODE.NXDOMAIN, authority: [SOA] },
  ],
  [
    'RFC 4592 §3.3.1: addresses that a wildcard makes, in the additional section',
    'wild',
    'MX',
    {
      answer: ['one', 'two', 'one', 'real'].map(
        (host, index) => `wild.example.org. 3600 MX ${5 + index} ${host}.w.example.org.`,
      ),
      authority: [NS],
      additional: ['one.w.example.org. 3600 A 10.0.0.9', 'two.w.example.org. 3600 A 10.0.0.9', ...GLUE],
    },
  ],
  [
    'a wildcard some labels down',
    'p.q.w',
    'A',
    { answer: ['p.q.w.example.org. 3600 A 10.0.0.9'], authority: [NS], additional: GLUE },
  ],
  [
    'a wildcard with additional data',
    'p.w',
    'MX',
    {
      answer: ['p.w.example.org. 3600 MX 5 mail.example.org.'],
      authority: [NS],
      additional: ['mail.example.org. 3600 A 10.0.0.3', ...GLUE],
    },
  ],
  ['a name beside a wildcard', 'real.w', 'A', { authority: [SOA] }],
  ['a name below one beside a wildcard', 'x.real.w', 'A', { rcode: RCODE.NXDOMAIN, authority: [SOA] }],
  [
    'RFC 4592 §2.3: the asterisk asked for by name',
    '*.w',
    'A',
    { answer: ['*.w.example.org. 3600 A 10.0.0.9'], authority: [NS], additional: GLUE },
  ],
  [
    'RFC 4592 §4.4: a wildcard alias',
    'x.walias',
    'A',
    {
      answer: ['x.walias.example.org. 3600 CNAME www.example.org.', 'www.example.org. 3600 A 10.0.0.2'],
      authority: [NS],
      additional: GLUE,
    },
  ],
  [
    'RFC 8482 §4.1: one set for ANY',
    '@',
    'ANY',
    { answer: ['example.org. 7200 SOA dns.example.org. host.example.org. 1 3600 900 604800 300'] },
  ],
  ['ANY at an alias', 'alias', 'ANY', { answer: ['alias.example.org. 3600 CNAME www.example.org.'] }],
  ['ANY at an empty non-terminal', 'ent', 'ANY', { authority: [SOA] }],
]

for (const [what, name, type, expected] of CASES) {
  test(`${what}: ${name} ${type}`, () => {
    const found = ask(name, type)
    assert.ok(found)
    const outside = found.outside && printName(found.outside)
    assert.deepEqual(
      {
        rcode: found.rcode,
        authoritative: found.authoritative,
        answer: lines(found.answer),
        authority: lines(found.authority),
        additional: lines(found.additional),
        outside,
      },
      {
        rcode: 0,
        authoritative: true,
        answer: [],
        authority: [],
        additional: [],
        outside: undefined,
        ...expected,
      },
    )
  })
}

test('ANY in full gives all sets', () => {
  assert.deepEqual(
    ask('@', 'ANY', false)?.answer.map((set) => typeName(set.type)),
    ['SOA', 'NS', 'MX'],
  )
})

test('names outside the zones are not answered', () => {
  assert.equal(ask('www.example.net.', 'A'), undefined)
  assert.equal(ask('org.', 'SOA'), undefined)
  assert.equal(ask('.', 'NS'), undefined)
})

test('RFC 2181 §9, RFC 9471 §3.1: what may be left out of an answer', () => {
  assert.equal(ask('www', 'A')?.required, 'answer')
  assert.equal(ask('nope.www', 'A')?.required, 'authority')
  assert.equal(ask('host.sub', 'A')?.required, 'additional')
})

test('a chain of aliases is followed only so far', () => {
  const text = [
    '$TTL 1',
    '@ SOA a b 1 1 1 1 1',
    '@ NS a.',
    ...Array.from({ length: 200 }, (_, index) => `c${index} CNAME c${index + 1}`),
    'c200 A 10.0.0.1',
  ].join('\n')
  const question = { name: parseName('c0.example.org.', ROOT), type: 1, class: 1 }
  assert.equal(answerFromZones(zonesOf({ 'a.db': text }), question, true)?.answer.length, 16)
})

test('the most specific of nested zones answers', () => {
  const child = '$ORIGIN sub.example.org.\n$TTL 1h\n@ SOA ns h 1 1 1 1 1\n@ NS ns\nns A 10.9.9.9\n'
  const zones = zonesOf({ 'main.db': MAIN, 'child.db': child })
  const at = (name: string, type: number): Answer | undefined =>
    answerFromZones(zones, { name: parseName(name, ROOT), type, class: 1 }, true)
  assert.deepEqual(lines(at('ns.sub.example.org.', 1)?.answer ?? []), ['ns.sub.example.org. 3600 A 10.9.9.9'])
  // RFC 4035 §3.1.4.1: DS is asked of the parent.
  assert.deepEqual(lines(at('sub.example.org.', 43)?.authority ?? []), [SOA])
})
