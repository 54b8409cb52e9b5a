import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problems, START } from './master.ts'
import { testZoneChecks } from './zone-check-cases.ts'

const DIGEST = '0'.repeat(64)

testZoneChecks([
  ['nothing wrong', '', []],
  // The top of the zone
  [
    'a second SOA',
    '@ SOA dns host 2 1h 15m 1w 5m',
    [/^5:1 a zone has one SOA record; the first is at line 2$/],
  ],
  [
    'the same SOA once more, as at the end of a transfer',
    '@ SOA DNS host 1 1h 15m 1w 5m',
    [/^5:1 warning this SOA record stands at line 2 already and is kept once/],
  ],
  [
    'a SOA below the top, told once',
    'x SOA dns host 2 1h 15m 1w 5m',
    [/^5:1 a zone has one SOA record; the first is at line 2$/],
  ],
  ['a record outside', 'w.example.net. A 10.0.0.1', [/^5:1 w\.example\.net\. lies outside the zone/]],
  ['a name that only ends like the zone', 'xexample.org. A 10.0.0.1', [/^5:1 xexample\.org\. lies outside/]],
  [
    'DS records of the zone itself',
    `@ DS 1 8 2 ${DIGEST}`,
    [/^5:1 the DS record of example\.org\. belongs in the zone above it$/],
  ],
  // Aliases
  [
    'a CNAME with its signature and proof',
    `w CNAME dns\nw NSEC x CNAME RRSIG NSEC\nw RRSIG CNAME 13 3 1 0 0 1 @ AA==`,
    [],
  ],
  [
    'a CNAME beside text',
    'w TXT a\nw CNAME dns',
    [/^6:1 w\.example\.org\. has a CNAME, .* line 5 gives it TXT$/],
  ],
  [
    'text beside a CNAME',
    'w CNAME dns\nw TXT a',
    [/^5:1 w\.example\.org\. has a CNAME, .* line 6 gives it TXT$/],
  ],
  [
    'a CNAME beside a DNAME',
    'w DNAME x.test.\nw CNAME dns',
    [/^6:1 w\.example\.org\. has a CNAME, .* gives it DNAME$/],
  ],
  ['a CNAME at the top', '@ CNAME other.test.', [/^5:1 example\.org\. has a CNAME, .* line 2 gives it SOA$/]],
  [
    'two CNAMEs',
    'w CNAME dns\nw CNAME @',
    [/^6:1 w\.example\.org\. has a second CNAME; the first is at line 5$/],
  ],
  [
    'a CNAME in two letter cases, which is one',
    'w CNAME DNS\nw CNAME dns',
    [/^6:1 warning this CNAME record stands at line 5 already/],
  ],
  // DNAME
  [
    'two DNAMEs',
    'w DNAME x.test.\nw DNAME y.test.',
    [/^6:1 w\.example\.org\. has a second DNAME; the first is at line 5$/],
  ],
  ['a DNAME beside other data', 'w DNAME x.test.\nw A 10.0.0.2', []],
  [
    'records below a DNAME, once for a name',
    'w DNAME x.test.\na.w A 10.0.0.2\na.w TXT a\nb.a.w TXT a\nwx TXT a',
    [
      /^6:1 a\.w\.example\.org\. can have no records: the DNAME of w\.example\.org\., line 5, leads/,
      /^8:1 b\.a\.w/,
    ],
  ],
  [
    'a DNAME at the top, above all names',
    '@ DNAME x.test.',
    [/^4:1 dns\.example\.org\. can have no records: the DNAME of example\.org\., line 5/],
  ],
  [
    'a DNAME where a zone is delegated',
    'w NS ns.test.\nw DNAME x.test.',
    [
      /^6:1 w\.example\.org\. has a DNAME, but line 5 delegates it: put the DNAME in the zone/,
      /^6:1 warning .* DNAME is never served/,
    ],
  ],
  // Sets
  [
    'differing times to live',
    'w 60 A 10.0.0.1\nw 61 A 10.0.0.2',
    [/^6:1 warning .* the lowest of 60 and 61 is used/],
  ],
  ['times to live that differ by type', 'w 60 A 10.0.0.1\nw 61 TXT a', []],
  [
    'signatures of differing times to live',
    'w 60 RRSIG A 13 3 1 0 0 1 @ AA==\nw 61 RRSIG TXT 13 3 1 0 0 1 @ AA==',
    [],
  ],
  [
    'a record twice, times to live apart',
    'w 60 A 10.0.0.1\nW 60 A 10.0.0.1',
    [/^6:1 warning this A record stands at line 5 already and is kept once/],
  ],
  [
    'names in data that differ by letter case',
    '@ MX 1 dns\n@ MX 1 DNS',
    [/^6:1 warning this MX record stands at line 5/],
  ],
  ['text that differs by letter case', 'w TXT a\nw TXT A', []],
  ['SPF without TXT', 'w SPF "v=spf1 -all"', [/^5:1 warning mail servers read SPF from TXT records only/]],
  ['SPF with TXT', 'w SPF "v=spf1 -all"\nw TXT "v=SPF1 -all"', []],
  // Delegations
  ['a delegation with glue', 'sub NS ns.sub\nns.sub A 10.0.0.2', []],
  [
    'a delegation with DS, and its signature',
    `sub NS ns.test.\nsub DS 1 8 2 ${DIGEST}\nsub RRSIG DS 13 3 1 0 0 1 @ AA==\nsub NSEC x NS DS RRSIG NSEC`,
    [],
  ],
  ['a delegation whose server is the delegated name', 'sub NS sub\nsub A 10.0.0.2', []],
  [
    'a delegation without glue',
    'sub NS ns.sub',
    [/^5:1 warning NS leads to ns\.sub\.example\.org\., which has no address in this zone: add an A or AAAA/],
  ],
  [
    'a delegation to a server elsewhere in the zone without address',
    'sub NS ns9',
    [/^5:1 warning NS leads to ns9/],
  ],
  ['glue of a sister zone', 'sub NS ns.sis\nsis NS ns.sis\nns.sis A 10.0.0.2', []],
  [
    'records below a delegation, once for a name',
    'sub NS dns\nwww.sub A 10.0.0.2\nwww.sub TXT a\nmail.sub TXT a',
    [
      /^6:1 warning www\.sub\.example\.org\. A is never served: sub\.example\.org\. is delegated/,
      /^8:1 warning mail\.sub/,
    ],
  ],
  [
    'other records at a delegation',
    'sub NS dns\nsub MX 1 dns',
    [/^6:1 warning sub\.example\.org\. MX is never served/],
  ],
  [
    'delegations within delegations',
    'sub NS dns\na.sub NS dns',
    [/^6:1 warning a\.sub\.example\.org\. NS is never served/],
  ],
  [
    'DS without a delegation',
    `w DS 1 8 2 ${DIGEST}`,
    [/^5:1 warning w\.example\.org\. has a DS record but is not delegated/],
  ],
  ['a wildcard that is delegated', '*.x NS dns', [/^5:1 \*\.x\.example\.org\. cannot be delegated/]],
])

test('a serial of 0 and a zone that expires before it is refreshed are warned of', () => {
  const found = problems('$TTL 1h\n@ SOA dns host 0 1w 15m 1h 5m\n@ NS dns\ndns A 10.0.0.1\n')
  assert.equal(found.length, 2)
  assert.match(found[0] ?? '', /^2:1 warning the serial of the SOA is 0/)
  assert.match(found[1] ?? '', /^2:1 warning by the SOA .* after 3600 seconds .* every 604800/)
})

test('a mailbox of the SOA with an at sign is warned of', () => {
  const found = problems('$TTL 1h\n@ SOA dns host@example.org. 1 1h 15m 1w 5m\n@ NS dns\ndns A 10.0.0.1\n')
  assert.equal(found.length, 1)
  assert.match(found[0] ?? '', /^2:1 warning in the mailbox host\\@example\.org\./)
})

test('of more than two hundred problems of a kind the rest is counted, and errors are not lost among warnings', () => {
  const lines = Array.from(
    { length: 300 },
    (_, index) => `a_${index} A 10.0.0.1\nx${index}.other. A 10.0.0.1`,
  )
  const found = problems(`${START}${lines.join('\n')}\n`)
  assert.equal(found.length, 402)
  assert.equal(found[200], '1:1 there are 100 more problems like these')
  assert.equal(found[401], '1:1 warning there are 100 more problems like these')
})
