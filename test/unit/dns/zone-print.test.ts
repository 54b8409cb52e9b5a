import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalData } from '../../../services/dns/records/canonical.ts'
import { isWithin, nameOf, parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { parseFile } from '../../../services/dns/zone/parser.ts'
import { printZone } from '../../../services/dns/zone/print.ts'
import type { ZoneEntry } from '../../../services/dns/zone/zone.ts'
import { nameArbitrary } from './name-arbitrary.ts'
import { typedArbitrary } from './types-arbitrary.ts'

const APEX = parseName('example.org', ROOT)

function read(text: string): readonly ZoneEntry[] {
  const { records, problems } = parseFile('zone.db', APEX, () => text)
  assert.deepEqual(problems, [])
  return records
}

const WRITTEN = String.raw`$TTL 1h
b      A     10.0.0.2
b      A     10.0.0.10
@      MX    10 mail
@      SOA   dns host 1 1h 15m 1w 5m
*      TXT   "a \"b\"" c
z.a    AAAA  2001:db8:0::1
A      RRSIG NS 13 3 60 20260101000000 20250101000000 1 @ AA==
a      TXT   x
a      NS    dns
yljkjljk.a A 10.0.0.3
Z.a    A     10.0.0.4
\001.z.a A   10.0.0.5
*.z.a  A     10.0.0.6
\200.z.a A   10.0.0.7
@      NS    dns
@ 60   NS    DNS
a-rather-long-name.that-reaches.far-right A 10.0.0.8
`

const PRINTED = String.raw`example.org.				3600	IN	SOA	dns.example.org. host.example.org. 1 3600 900 604800 300
example.org.				60	IN	NS	dns.example.org.
example.org.				3600	IN	MX	10 mail.example.org.
*.example.org.				3600	IN	TXT	"a \"b\"" "c"
A.example.org.				3600	IN	NS	dns.example.org.
A.example.org.				3600	IN	RRSIG	NS 13 3 60 20260101000000 20250101000000 1 example.org. AA==
A.example.org.				3600	IN	TXT	"x"
yljkjljk.a.example.org.			3600	IN	A	10.0.0.3
z.a.example.org.			3600	IN	A	10.0.0.4
z.a.example.org.			3600	IN	AAAA	2001:db8::1
\001.z.a.example.org.			3600	IN	A	10.0.0.5
*.z.a.example.org.			3600	IN	A	10.0.0.6
\200.z.a.example.org.			3600	IN	A	10.0.0.7
b.example.org.				3600	IN	A	10.0.0.2
b.example.org.				3600	IN	A	10.0.0.10
a-rather-long-name.that-reaches.far-right.example.org.	3600	IN	A	10.0.0.8
`

test('a zone is printed in canonical order (RFC 4034 §6.1), a record a line, equal ones once, one time to live a set', () => {
  assert.equal(printZone(read(WRITTEN), APEX), PRINTED)
})

test('a zone that was printed is printed again as it is', () => {
  assert.equal(printZone(read(PRINTED), APEX), PRINTED)
})

test('records that go through printing and reading stay the same', () => {
  const entry = fc
    .record({ owner: nameArbitrary, ttl: fc.nat(0x7fffffff), typed: typedArbitrary })
    .map(({ owner, ttl, typed }) => ({ owner: below(owner.wire), ttl, ...typed }))
  const entries = fc.uniqueArray(entry, {
    maxLength: 20,
    // One record a set: differing times to live become one, on purpose.
    selector: ({ owner, type, data }) => `${owner.key} ${type} ${type === 46 ? data.readUInt16BE(0) : ''}`,
  })
  fc.assert(
    fc.property(entries, (records) => {
      const text = printZone(records, APEX)
      assert.deepEqual(identities(read(text)), identities(records))
      assert.equal(printZone(read(text), APEX), text)
    }),
    { numRuns: 400 },
  )
})

function below(wire: Buffer): ReturnType<typeof nameOf> {
  const name = nameOf(Buffer.concat([wire.subarray(0, -1), APEX.wire]))
  return name.wire.length > 255 || !isWithin(name.key, APEX.key) ? APEX : name
}

function identities(records: readonly ZoneEntry[]): readonly string[] {
  return records
    .map(
      ({ owner, type, ttl, data }) =>
        `${owner.key} ${type} ${ttl} ${canonicalData(type, data).toString('hex')}`,
    )
    .toSorted()
}

test('the printing of many records does not depend on their order', () => {
  const records = read(PRINTED)
  fc.assert(
    fc.property(fc.shuffledSubarray([...records], { minLength: records.length }), (shuffled) => {
      assert.equal(printZone(shuffled, APEX).toLowerCase(), PRINTED.toLowerCase())
    }),
    { numRuns: 50 },
  )
})

test('no records are an empty text', () => assert.equal(printZone([], APEX), ''))
