import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RCODE } from '../../../services/dns/wire/codes.ts'
import { ask, GLUE, NS, PLAIN, SOA, testCases } from './authority-cases.ts'
import { lines, zonesOf } from './example.ts'

testCases([
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
  ['ANY at an alias', 'alias', 'ANY', { answer: ['alias.example.org. 3600 CNAME www.example.org.'] }],
  [
    'RFC 4035 §2.5: signatures and proofs are asked of the alias itself',
    'alias',
    'NSEC',
    { authority: [SOA] },
  ],
  ['RFC 4035 §2.5: signatures too', 'alias', 'RRSIG', { authority: [SOA] }],
])

const DNAME = 'old.example.org. 3600 DNAME new.example.org.'

testCases([
  [
    'RFC 6672 §3.1: a name below a DNAME',
    'a.old',
    'A',
    {
      answer: [
        DNAME,
        'a.old.example.org. 3600 CNAME a.new.example.org.',
        'a.new.example.org. 3600 A 10.0.5.1',
      ],
      authority: [NS],
      additional: GLUE,
    },
  ],
  [
    'RFC 6672 §2.3: the DNAME does not redirect its own name',
    'old',
    'A',
    { answer: ['old.example.org. 3600 A 10.0.5.9'], authority: [NS], additional: GLUE },
  ],
  ['the DNAME itself', 'old', 'DNAME', { answer: [DNAME], authority: [NS], additional: GLUE }],
  ['no data at the DNAME', 'old', 'TXT', { authority: [SOA] }],
  [
    'a CNAME below a DNAME is what was asked for',
    'a.old',
    'CNAME',
    {
      answer: [DNAME, 'a.old.example.org. 3600 CNAME a.new.example.org.'],
      authority: [NS],
      additional: GLUE,
    },
  ],
  [
    'an alias to a name below a DNAME, and on',
    'toold',
    'A',
    {
      answer: [
        'toold.example.org. 3600 CNAME b.old.example.org.',
        DNAME,
        'b.old.example.org. 3600 CNAME b.new.example.org.',
        'b.new.example.org. 3600 CNAME a.new.example.org.',
        'a.new.example.org. 3600 A 10.0.5.1',
      ],
      authority: [NS],
      additional: GLUE,
    },
  ],
  [
    'a chain that comes by the same DNAME twice names it once',
    'c.old',
    'A',
    {
      answer: [
        DNAME,
        'c.old.example.org. 3600 CNAME c.new.example.org.',
        'c.new.example.org. 3600 CNAME a.old.example.org.',
        'a.old.example.org. 3600 CNAME a.new.example.org.',
        'a.new.example.org. 3600 A 10.0.5.1',
      ],
      authority: [NS],
      additional: GLUE,
    },
  ],
  [
    'a DNAME into another zone',
    'www.moved',
    'A',
    {
      answer: [
        'moved.example.org. 3600 DNAME other.test.',
        'www.moved.example.org. 3600 CNAME www.other.test.',
        'www.other.test. 3600 A 10.0.2.3',
      ],
      authority: ['other.test. 3600 NS ns.other.test.'],
      additional: ['ns.other.test. 3600 A 10.0.2.1'],
    },
  ],
  [
    'a DNAME out of the zones',
    'www.away',
    'A',
    {
      answer: [
        'away.example.org. 3600 DNAME example.net.',
        'www.away.example.org. 3600 CNAME www.example.net.',
      ],
      outside: 'www.example.net.',
    },
  ],
  [
    'a loop of DNAMEs',
    'x.round',
    'A',
    {
      rcode: RCODE.SERVFAIL,
      answer: [
        'round.example.org. 3600 DNAME round.example.org.',
        'x.round.example.org. 3600 CNAME x.round.example.org.',
      ],
    },
  ],
])

test('RFC 6672 §3.2: a name that the DNAME makes too long is YXDOMAIN, with the DNAME', () => {
  const label = 'a'.repeat(63)
  const zone = `$TTL 5
@ SOA a b 1 1 1 1 1
@ NS ns.test.
long DNAME ${label}.${label}.${label}
`
  const zones = zonesOf({ 'a.db': zone })
  // 3 × 64 octets and example.org (13): 50 octets are left for what stands in front.
  const fits = ask(`${'b'.repeat(49)}.long`, 'A', PLAIN, zones)
  assert.equal(fits?.rcode, RCODE.NXDOMAIN)
  const long = ask(`${'b'.repeat(50)}.long`, 'A', PLAIN, zones)
  assert.equal(long?.rcode, RCODE.YXDOMAIN)
  assert.equal(long.authoritative, true)
  assert.deepEqual(lines(long.answer), [`long.example.org. 5 DNAME ${label}.${label}.${label}.example.org.`])
})

test('RFC 6672 §2.3, §2.4: a DNAME at the top of a zone redirects all below it, even names that are there', () => {
  const text = '$TTL 5\n@ SOA a b 1 1 1 1 1\n@ NS ns.test.\n@ DNAME example.net.\nwww A 10.0.0.1\n'
  const zones = zonesOf({ 'a.db': text }, 1)
  assert.deepEqual(lines(ask('www', 'A', PLAIN, zones)?.answer ?? []), [
    'example.org. 5 DNAME example.net.',
    'www.example.org. 5 CNAME www.example.net.',
  ])
  assert.equal(ask('@', 'SOA', PLAIN, zones)?.answer[0]?.type, 6)
})

test('a long chain of aliases is followed only so far, which is no failure', () => {
  const text = [
    '$TTL 1',
    '@ SOA a b 1 1 1 1 1',
    '@ NS a.',
    ...Array.from({ length: 200 }, (_, index) => `c${index} CNAME c${index + 1}`),
    'c200 A 10.0.0.1',
  ].join('\n')
  const found = ask('c0', 'A', PLAIN, zonesOf({ 'a.db': text }))
  assert.equal(found?.answer.length, 16)
  assert.equal(found.rcode, RCODE.NOERROR)
})
