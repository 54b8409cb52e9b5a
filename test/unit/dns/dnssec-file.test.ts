import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delegationsOf } from '../../../services/dns/dnssec/delegation.ts'
import { keyTag } from '../../../services/dns/dnssec/key.ts'
import { TYPE } from '../../../services/dns/records/types.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { allSets, type Zone, type ZoneEntry } from '../../../services/dns/zone/zone.ts'
import { printZone } from '../../../services/dns/zone/print.ts'
import { joinZones, loadZones } from '../../../services/dns/zone/zones.ts'
import { ask } from './authority-cases.ts'
import { signedZones, verified } from './dnssec-signed.ts'
import { problems } from './master.ts'
import { lines, zonesOf } from './example.ts'

const APEX = parseName('example.org.', ROOT)
const PLAIN =
  '$TTL 1h\n@ SOA ns h 1 1h 15m 1w 5m\n@ NS ns\nns A 10.0.0.1\n*.w CNAME ns\nsub NS ns.sub\nns.sub A 10.0.0.2\n'
const SIGNED = { minimal: true, dnssec: true }

/** A zone file with all that a signer adds. */
function signedFile(): string {
  const zone = signedZones({ 'a.db': PLAIN }).get(APEX.key)
  assert.ok(zone)
  const entries = [...allSets(zone)].flatMap(({ owner, type, ttl, data }): readonly ZoneEntry[] =>
    data.map((each) => ({ owner, type, ttl, data: each })),
  )
  return printZone(entries, APEX)
}

const FILE = signedFile()

test('a zone file that was signed elsewhere is answered from as it is, with its signatures and proofs', () => {
  const zones = zonesOf({ 'a.db': FILE })
  const ours = signedZones({ 'a.db': PLAIN })
  for (const [name, type] of [
    ['ns', 'A'],
    ['ns', 'TXT'],
    ['nope', 'A'],
    ['x.w', 'A'],
    ['x.sub', 'A'],
    ['sub', 'DS'],
    ['@', 'DNSKEY'],
  ] as const) {
    const found = ask(name, type, SIGNED, zones)
    const expected = ask(name, type, SIGNED, ours)
    assert.ok(found && expected)
    for (const section of ['answer', 'authority', 'additional'] as const)
      assert.deepEqual(verified(zones, found[section]), verified(ours, expected[section]), `${name} ${type}`)
  }
})

test('each signature goes with what it covers and has its time to live, also in a transfer', () => {
  const zone = zonesOf({ 'a.db': FILE }).get(APEX.key)
  assert.ok(zone)
  const sets = [...allSets(zone)]
  assert.equal(lines(sets).length, FILE.trimEnd().split('\n').length)
  // Four names have an NSEC; beside those SOA, NS, DNSKEY, A and CNAME are signed.
  assert.equal(sets.filter(({ type }) => type === TYPE.rrsig).length, 9)
  for (const [index, set] of sets.entries()) {
    if (set.type !== TYPE.rrsig) continue
    const covered = sets[index - 1]
    assert.ok(covered)
    assert.deepEqual(
      [set.owner.key, set.ttl, set.data[0]?.readUInt16BE(0)],
      [covered.owner.key, covered.ttl, covered.type],
    )
  }
})

test('DS records lead to entry points that are not revoked, and to no other key', () => {
  const keys = [256, 257, 385, 1].map(
    (flags) => `@ DNSKEY ${flags} 3 13 ${Buffer.alloc(64, flags).toString('base64')}\n`,
  )
  const zone = zonesOf({ 'a.db': PLAIN + keys.join('') }).get(APEX.key)
  assert.ok(zone)
  const tags = [...keyTags(zone)]
  assert.equal(tags.length, 4)
  assert.deepEqual(
    delegationsOf(zone).map((data) => data.readUInt16BE(0)),
    [tags[1]],
  )
})

function* keyTags(zone: Zone): Generator<number> {
  for (const data of zone.nodes.get(APEX.key)?.sets.get(TYPE.dnskey)?.data ?? []) yield keyTag(data)
}

test('a file with some of the records only is told, and what it lacks', () => {
  const key = `@ DNSKEY 257 3 13 ${Buffer.alloc(64).toString('base64')}\n`
  assert.deepEqual(problems(`${PLAIN}${key}`), [
    '8:1 warning this DNSKEY makes the zone one that is signed already, but example.org. lacks RRSIG SOA, NSEC / NSEC3PARAM: sign the whole file with dnssec-signzone, or take all DNSKEY, RRSIG, NSEC and NSEC3 records away and set "dnssec: true"',
  ])
  assert.deepEqual(problems(FILE), [])
})

test('NSEC3 with more rounds than anyone should compute is an error', () => {
  const lacking = FILE.split('\n')
    .filter((line) => !/\tNSEC\t/.test(line))
    .join('\n')
  assert.deepEqual(problems(`${lacking}example.org. 0 NSEC3PARAM 1 0 50 -\n`), [])
  assert.match(
    problems(`${lacking}example.org. 0 NSEC3PARAM 1 0 51 -\n`)[0] ?? '',
    /^\d+:1 NSEC3 is served with SHA-1 and at most 50 rounds/,
  )
})

test('what services publish is not put in a zone that its file has signed', () => {
  const { zones } = loadZones(
    { zone: 'a.db' },
    { text: () => FILE },
    { domain: 'example.org', address: '10.0.0.1' },
  )
  const skipped: string[] = []
  joinZones(zones, [{ name: 'new.example.org', type: 'A', data: '10.0.0.9' }], 60, ({ name }, why) =>
    skipped.push(`${name}: ${why}`),
  )
  assert.deepEqual(skipped, ['new.example.org: the zone file is signed'])
})
