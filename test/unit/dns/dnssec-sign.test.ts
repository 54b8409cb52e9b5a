import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delegationsOf } from '../../../services/dns/dnssec/delegation.ts'
import { nsecData } from '../../../services/dns/dnssec/nsec.ts'
import { TYPE } from '../../../services/dns/records/types.ts'
import { printData } from '../../../services/dns/records/data.ts'
import { parseName, printKey, ROOT } from '../../../services/dns/wire/name.ts'
import { allSets, type Zone } from '../../../services/dns/zone/zone.ts'
import { serialOf } from '../../../services/dns/zone/serial.ts'
import { signedZones, verified } from './dnssec-signed.ts'

const ZONE = `$TTL 1h
@ 2h SOA NS host 1 1h 15m 1w 5m
@ NS ns
ns A 10.0.0.1
WWW A 10.0.0.2
www TXT "Text"
@ MX 10 Mail.Example.NET.
@ MX 5 www
a.b.ent TXT deep
*.w CNAME www
sub NS ns.sub
ns.sub A 10.0.1.1
deep.sub NS ns.sub
glued NS glued
glued A 10.0.1.2
secure NS ns.example.net.
secure DS 7 13 2 ${'ab'.repeat(32)}
far.cut NS ns.example.net.
old DNAME www
hidden.old A 10.0.0.9
`

function zoneOf(texts: Readonly<Record<string, string>>, name = 'example.org.', errors = 0): Zone {
  const zone = signedZones(texts, errors).get(parseName(name, ROOT).key)
  assert.ok(zone)
  return zone
}

/** The NSEC records, as `owner next types`. */
function chainOf(zone: Zone): readonly string[] {
  return [...zone.nodes.values()].flatMap(({ name, sets }) =>
    (sets.get(TYPE.nsec)?.data ?? []).map((data) => `${printKey(name.key)} ${printData(TYPE.nsec, data)}`),
  )
}

test('RFC 4034 §4, RFC 4035 §2.3: each name with data of the zone has an NSEC with its types and the next name', () => {
  assert.deepEqual(chainOf(zoneOf({ 'a.db': ZONE }, undefined, 1)).toSorted(), [
    '*.w.example.org WWW.example.org. CNAME RRSIG NSEC',
    'a.b.ent.example.org glued.example.org. TXT RRSIG NSEC',
    'example.org far.cut.example.org. NS SOA MX RRSIG NSEC DNSKEY',
    'far.cut.example.org a.b.ent.example.org. NS RRSIG NSEC',
    'glued.example.org ns.example.org. NS RRSIG NSEC',
    'ns.example.org old.example.org. A RRSIG NSEC',
    'old.example.org secure.example.org. DNAME RRSIG NSEC',
    'secure.example.org sub.example.org. NS DS RRSIG NSEC',
    'sub.example.org *.w.example.org. NS RRSIG NSEC',
    'www.example.org example.org. A TXT RRSIG NSEC',
  ])
})

test('RFC 4034 §4.1.2: types of all windows stand in the bitmap', () => {
  const types = [1, 255 + 2, 1234, 65_280]
  assert.equal(printData(TYPE.nsec, nsecData(ROOT, types.toReversed())), '. A CAA TYPE1234 TYPE65280')
})

test("RFC 4035 §2.2: all that is the zone's own is signed, and nothing else", () => {
  const zones = signedZones({ 'a.db': ZONE }, 1)
  const zone = zones.get(parseName('example.org.', ROOT).key)
  assert.ok(zone)
  const sets = verified(zones, [...allSets(zone)])
  assert.equal(sets[0], 'example.org SOA')
  assert.deepEqual(sets.filter((line) => line.endsWith('?')).toSorted(), [
    'deep.sub.example.org NS ?',
    'far.cut.example.org NS ?',
    'glued.example.org A ?',
    'glued.example.org NS ?',
    'hidden.old.example.org A ?',
    'ns.sub.example.org A ?',
    'secure.example.org NS ?',
    'sub.example.org NS ?',
  ])
})

test('RFC 4034 §3.1.3, §3.1.4: labels leave out the asterisk, and the time to live is that of the set', () => {
  const node = zoneOf({ 'a.db': ZONE }, undefined, 1).nodes.get(parseName('*.w.example.org.', ROOT).key)
  const data = node?.signatures?.get(TYPE.cname)?.data[0]
  assert.match(
    printData(TYPE.rrsig, data ?? Buffer.alloc(0)),
    /^CNAME 13 3 3600 20260615000000 20260531230000 \d+ example\.org\. /,
  )
})

test('RFC 9077 §3: NSEC lives as long as a negative answer, DNSKEY as the SOA', () => {
  const sets = zoneOf({ 'a.db': ZONE }, undefined, 1).nodes.get(parseName('example.org.', ROOT).key)?.sets
  assert.equal(sets?.get(TYPE.nsec)?.ttl, 300)
  assert.equal(sets.get(TYPE.dnskey)?.ttl, 7200)
})

test('the SOA keeps its serial number', () => {
  assert.equal(serialOf(zoneOf({ 'a.db': ZONE }, undefined, 1)), 1)
})

const CHILD = '$ORIGIN sub.example.org.\n$TTL 1h\n@ SOA ns host 1 1 1 1 1\n@ NS ns\nns A 10.0.1.1\n'

test('RFC 4035 §2.4: the DS record of a zone that is ours too stands at its cut, whichever file comes first', () => {
  for (const texts of [
    { 'a.db': ZONE, 'b.db': CHILD },
    { 'b.db': CHILD, 'a.db': ZONE },
  ]) {
    const zones = signedZones(texts, 1)
    const parent = zones.get(parseName('example.org.', ROOT).key)
    const child = zones.get(parseName('sub.example.org.', ROOT).key)
    assert.ok(parent && child)
    const cut = parent.nodes.get(child.apex.key)
    assert.deepEqual(cut?.sets.get(TYPE.ds)?.data, delegationsOf(child))
    assert.ok(verified(zones, [...allSets(parent)]).includes('sub.example.org DS'))
    assert.ok(chainOf(parent).includes('sub.example.org *.w.example.org. NS DS RRSIG NSEC'))
  }
})

test('a DS record that the author wrote stays as it is', () => {
  const text = `${ZONE}sub DS 9 13 2 ${'cd'.repeat(32)}\n`
  const cut = zoneOf({ 'a.db': text, 'b.db': CHILD }, undefined, 1).nodes.get(
    parseName('sub.example.org.', ROOT).key,
  )
  assert.deepEqual(
    cut?.sets.get(TYPE.ds)?.data.map((data) => data.readUInt16BE(0)),
    [9],
  )
})

test('a zone of one name has a chain of one record', () => {
  const zone = zoneOf({ 'a.db': '$TTL 1h\n@ SOA ns.test. h 1 1 1 1 1\n@ NS ns.test.\n' })
  assert.deepEqual(chainOf(zone), ['example.org example.org. NS SOA RRSIG NSEC DNSKEY'])
})
