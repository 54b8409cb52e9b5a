import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typeName } from '../../../services/dns/records/types.ts'
import { RCODE } from '../../../services/dns/wire/codes.ts'
import { ask, GLUE, NS, SOA, testCases } from './authority-cases.ts'
import { lines, zonesOf } from './example.ts'

testCases([
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
  ['an empty non-terminal within', 'b.ent', 'A', { authority: [SOA] }],
  [
    'RFC 8482 §4.1: one set for ANY',
    '@',
    'ANY',
    { answer: ['example.org. 7200 SOA dns.example.org. host.example.org. 1 3600 900 604800 300'] },
  ],
  ['ANY at an empty non-terminal', 'ent', 'ANY', { authority: [SOA] }],
  [
    'RFC 9460 §2.5.2: the dot stands for the owner of a service',
    'web',
    'HTTPS',
    {
      answer: ['web.example.org. 3600 HTTPS 1 .'],
      authority: [NS],
      additional: ['web.example.org. 3600 A 10.0.0.5', ...GLUE],
    },
  ],
  [
    'RFC 9460 §2.5.2: that a wildcard makes',
    'x.web',
    'HTTPS',
    {
      answer: ['x.web.example.org. 3600 HTTPS 1 .'],
      authority: [NS],
      additional: ['x.web.example.org. 3600 A 10.0.0.6', ...GLUE],
    },
  ],
  [
    'RFC 9460 §4.1: an alias of a service brings the service',
    'site',
    'HTTPS',
    {
      answer: ['site.example.org. 3600 HTTPS 0 web.example.org.'],
      authority: [NS],
      additional: ['web.example.org. 3600 A 10.0.0.5', 'web.example.org. 3600 HTTPS 1 .', ...GLUE],
    },
  ],
  [
    'RFC 9460 §2.5.1: an alias to nothing',
    'nosite',
    'HTTPS',
    { answer: ['nosite.example.org. 3600 HTTPS 0 .'], authority: [NS], additional: GLUE },
  ],
])

test('ANY in full gives all sets', () => {
  assert.deepEqual(
    ask('@', 'ANY', { minimal: false, dnssec: false })?.answer.map((set) => typeName(set.type)),
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

test('RFC 2181 §5: records that differ only in the case of a name are one', () => {
  const zones = zonesOf({
    'a.db': '$TTL 1\n@ SOA a b 1 1 1 1 1\n@ NS ns.test.\n@ MX 1 Mail\n@ MX 1 mail\n',
  })
  assert.deepEqual(lines(ask('@', 'MX', undefined, zones)?.answer ?? []), [
    'example.org. 1 MX 1 Mail.example.org.',
  ])
})
