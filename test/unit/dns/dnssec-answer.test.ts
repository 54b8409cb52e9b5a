import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findType, TYPE } from '../../../services/dns/records/types.ts'
import { RCODE } from '../../../services/dns/wire/codes.ts'
import { ask } from './authority-cases.ts'
import { signedZones, verified } from './dnssec-signed.ts'
import { OTHER } from './example.ts'

const ZONE = `$TTL 1h
@ SOA ns host 1 1h 15m 1w 5m
@ NS ns
ns A 10.0.0.1
www A 10.0.0.2
alias CNAME www
far CNAME www.other.test.
out CNAME www.example.net.
a.b.ent TXT deep
*.w A 10.0.0.9
real.w TXT here
*.walias CNAME www
*.waway CNAME www.example.net.
foo.*.mid A 10.0.0.7
sub NS ns.sub
ns.sub A 10.0.1.1
secure NS ns.example.net.
secure DS 7 13 2 ${'ab'.repeat(32)}
old DNAME new
a.new A 10.0.5.1
`
const ZONES = signedZones({ 'a.db': ZONE, 'b.db': OTHER })
const SIGNED = { minimal: true, dnssec: true }

interface Expected {
  readonly rcode?: number
  readonly answer?: readonly string[]
  readonly authority?: readonly string[]
  readonly required?: string
}

const SERVERS = ['example.org NS']
const DENIED = { required: 'authority' }
const NO_NAME = { ...DENIED, rcode: RCODE.NXDOMAIN }

const CASES: readonly [string, string, string, Expected][] = [
  ['data', 'www', 'A', { answer: ['www.example.org A'], authority: SERVERS }],
  [
    'RFC 4035 §3.1.3.1: no data',
    'www',
    'TXT',
    { ...DENIED, authority: ['example.org SOA', 'www.example.org NSEC'] },
  ],
  [
    'RFC 4035 §3.1.3.2: no name, no wildcard',
    'x.www',
    'A',
    { ...NO_NAME, authority: ['example.org SOA', 'www.example.org NSEC'] },
  ],
  [
    'RFC 4035 §3.1.3.2: no name, and another record for the wildcard',
    'zz',
    'A',
    { ...NO_NAME, authority: ['example.org SOA', 'www.example.org NSEC', 'example.org NSEC'] },
  ],
  [
    'an empty non-terminal',
    'ent',
    'A',
    { ...DENIED, authority: ['example.org SOA', 'alias.example.org NSEC'] },
  ],
  [
    'RFC 4035 §3.1.3.3: an answer from a wildcard brings the proof that nothing is nearer',
    'x.y.w',
    'A',
    { answer: ['x.y.w.example.org A'], authority: ['real.w.example.org NSEC'], required: 'authority' },
  ],
  [
    'the wildcard by its own name needs none',
    '*.w',
    'A',
    { answer: ['*.w.example.org A'], authority: SERVERS },
  ],
  [
    'RFC 4035 §3.1.3.4: no data at a wildcard',
    'x.w',
    'TXT',
    { ...DENIED, authority: ['example.org SOA', 'real.w.example.org NSEC', '*.w.example.org NSEC'] },
  ],
  [
    'no data at a wildcard that is an empty non-terminal',
    'x.mid',
    'A',
    { ...DENIED, authority: ['example.org SOA', 'foo.*.mid.example.org NSEC', 'far.example.org NSEC'] },
  ],
  [
    'an alias from a wildcard',
    'x.walias',
    'A',
    {
      answer: ['x.walias.example.org CNAME', 'www.example.org A'],
      authority: ['*.walias.example.org NSEC'],
      required: 'authority',
    },
  ],
  [
    'an alias from a wildcard to no data: both proofs',
    'x.walias',
    'TXT',
    {
      ...DENIED,
      answer: ['x.walias.example.org CNAME'],
      authority: ['example.org SOA', 'www.example.org NSEC', '*.walias.example.org NSEC'],
    },
  ],
  [
    'an alias from a wildcard out of the zones keeps its proof',
    'x.waway',
    'A',
    { answer: ['x.waway.example.org CNAME'], authority: ['*.waway.example.org NSEC'], required: 'authority' },
  ],
  [
    'an alias into another zone, by the keys of both',
    'far',
    'A',
    { answer: ['far.example.org CNAME', 'www.other.test A'], authority: ['other.test NS'] },
  ],
  [
    'RFC 4035 §3.1.4: a referral to an unsigned zone proves that there is no DS',
    'x.sub',
    'A',
    { authority: ['sub.example.org NS ?', 'sub.example.org NSEC'], required: 'additional' },
  ],
  [
    'RFC 4035 §3.1.4: a referral to a signed zone has the DS',
    'x.secure',
    'A',
    { authority: ['secure.example.org NS ?', 'secure.example.org DS'], required: 'additional' },
  ],
  ['RFC 4035 §3.1.4.1: DS at a cut', 'secure', 'DS', { answer: ['secure.example.org DS'] }],
  [
    'RFC 4035 §3.1.4.1: no DS at a cut',
    'sub',
    'DS',
    { ...DENIED, authority: ['example.org SOA', 'sub.example.org NSEC'] },
  ],
  [
    'RFC 6672 §5.3.1: a CNAME that follows from a DNAME has no signature',
    'a.old',
    'A',
    {
      answer: ['old.example.org DNAME', 'a.old.example.org CNAME ?', 'a.new.example.org A'],
      authority: SERVERS,
    },
  ],
  ['the keys, and nothing beside them', '@', 'DNSKEY', { answer: ['example.org DNSKEY'] }],
  ['NSEC by its type', 'www', 'NSEC', { answer: ['www.example.org NSEC'], authority: SERVERS }],
  ['NSEC beside an alias', 'alias', 'NSEC', { answer: ['alias.example.org NSEC'], authority: SERVERS }],
  ['RFC 8482 §4.1: one set for ANY, signed', 'www', 'ANY', { answer: ['www.example.org A'] }],
]

for (const [what, name, type, expected] of CASES) {
  test(`${what}: ${name} ${type}`, () => {
    const found = ask(name, type, SIGNED, ZONES)
    assert.ok(found)
    assert.deepEqual(
      {
        rcode: found.rcode,
        required: found.required,
        answer: verified(ZONES, found.answer),
        authority: verified(ZONES, found.authority),
      },
      { rcode: 0, required: 'answer', answer: [], authority: [], ...expected },
    )
  })
}

test('RFC 4035 §3.1: without DO there is none of it, unless asked for by type', () => {
  const security = new Set<number>([TYPE.rrsig, TYPE.nsec, TYPE.dnskey, TYPE.ds])
  for (const [, name, type] of CASES) {
    const found = ask(name, type, { minimal: true, dnssec: false }, ZONES)
    assert.ok(found)
    for (const set of [...found.answer, ...found.authority, ...found.additional])
      assert.ok(!security.has(set.type) || set.type === findType(type)?.code, `${name} ${type}: ${set.type}`)
  }
})

test('addresses in the additional section are signed, glue is not', () => {
  assert.deepEqual(verified(ZONES, ask('www', 'A', SIGNED, ZONES)?.additional ?? []), ['ns.example.org A'])
  assert.deepEqual(verified(ZONES, ask('x.sub', 'A', SIGNED, ZONES)?.additional ?? []), [
    'ns.sub.example.org A ?',
  ])
})

test('RRSIG by its type gives all signatures of a name, over UDP those of one set', () => {
  const covered = (minimal: boolean): readonly (number | undefined)[] =>
    ask('www', 'RRSIG', { minimal, dnssec: false }, ZONES)?.answer.map((set) =>
      set.data[0]?.readUInt16BE(0),
    ) ?? []
  assert.deepEqual(covered(false), [TYPE.a, TYPE.nsec])
  assert.deepEqual(covered(true), [TYPE.a])
})

test('ANY in full holds each signature once', () => {
  for (const dnssec of [false, true]) {
    const found = ask('www', 'ANY', { minimal: false, dnssec }, ZONES)
    assert.deepEqual(verified(ZONES, found?.answer ?? []), ['www.example.org A', 'www.example.org NSEC'])
    assert.equal(found?.answer.length, 4)
  }
})

test('a signature is made once and then kept', () => {
  const signatureOf = (): unknown => ask('www', 'A', SIGNED, ZONES)?.answer[1]?.data[0]
  assert.ok(signatureOf())
  assert.equal(signatureOf(), signatureOf())
})
