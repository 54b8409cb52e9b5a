import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PublishedName } from '../../../lab/service.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { findType } from '../../../services/dns/records/types.ts'
import { printData } from '../../../services/dns/records/data.ts'
import { serialOf } from '../../../services/dns/zone/serial.ts'
import type { Zone } from '../../../services/dns/zone/zone.ts'
import { joinZones, loadZones } from '../../../services/dns/zone/zones.ts'

const ZONE = '$TTL 1h\n@ SOA dns host 42 1h 15m 1w 5m\n@ NS dns\ndns A 10.0.0.1\nwww CNAME dns\n'
const PLACE = { domain: 'example.org', address: '10.0.0.1' }

function join(names: readonly PublishedName[]): {
  readonly read: (name: string, type: string) => readonly string[] | undefined
  readonly skipped: readonly string[]
} {
  const { zones } = loadZones({ zone: 'zone.db' }, { text: () => ZONE }, PLACE)
  const skipped: string[] = []
  const joined = joinZones(zones, names, 60, (name, why) => skipped.push(`${name.name} ${name.type}: ${why}`))
  const nodes = joined.get(parseName('example.org', ROOT).key)?.nodes
  const read = (name: string, type: string): readonly string[] | undefined => {
    const set = nodes?.get(parseName(name, ROOT).key)?.sets.get(findType(type)?.code ?? 0)
    return set?.data.map((data) => `${set.ttl} ${printData(set.type, data)}`)
  }
  return { read, skipped }
}

test('published names stand beside those of the file', () => {
  const { read, skipped } = join([
    { name: '_xmpp-server._tcp.example.org', type: 'SRV', data: '5 0 5269 xmpp.example.org.' },
    { name: 'xmpp.example.org', type: 'A', data: '10.0.0.7', ttl: 5 },
    { name: 'xmpp.example.org', type: 'A', data: '10.0.0.8', ttl: 5 },
    { name: 'example.org', type: 'TXT', data: '"two words" one' },
  ])
  assert.deepEqual(skipped, [])
  assert.deepEqual(read('_xmpp-server._tcp.example.org', 'SRV'), ['60 5 0 5269 xmpp.example.org.'])
  assert.deepEqual(read('xmpp.example.org', 'A'), ['5 10.0.0.7', '5 10.0.0.8'])
  assert.deepEqual(read('example.org', 'TXT'), ['60 "two words" "one"'])
  assert.deepEqual(read('dns.example.org', 'A'), ['3600 10.0.0.1'])
})

test('what the file says stays as it is, and what cannot be served is named', () => {
  const { read, skipped } = join([
    { name: 'dns.example.org', type: 'A', data: '10.9.9.9' },
    { name: 'www.example.org', type: 'A', data: '10.9.9.9' },
    { name: 'dns.example.org', type: 'CNAME', data: 'www.example.org.' },
    { name: 'www.example.net', type: 'A', data: '10.9.9.9' },
    { name: 'x.example.org', type: 'A', data: 'ten' },
    { name: 'x.example.org', type: 'A', data: '10.0.0.1 10.0.0.2' },
    { name: 'x.example.org', type: 'A', data: '' },
    { name: 'x.example.org', type: 'ZZ', data: '1' },
    { name: 'x..example.org', type: 'A', data: '10.0.0.1' },
  ])
  assert.deepEqual(read('dns.example.org', 'A'), ['3600 10.0.0.1'])
  assert.equal(read('x.example.org', 'A'), undefined)
  assert.deepEqual(
    skipped.map((line) => line.split(':')[0]),
    [
      'dns.example.org A',
      'www.example.org A',
      'dns.example.org CNAME',
      'www.example.net A',
      'x.example.org A',
      'x.example.org A',
      'x.example.org A',
      'x.example.org ZZ',
      'x..example.org A',
    ],
  )
})

test('names that the file has given away are not served', () => {
  const text = `${ZONE}sub NS ns.example.net.\nold DNAME dns\n`
  const { zones } = loadZones({ zone: 'zone.db' }, { text: () => text }, PLACE)
  const skipped: string[] = []
  const names = ['sub', 'www.sub', 'www.old', 'old', 'sub2'].map((label) => `${label}.example.org`)
  joinZones(
    zones,
    names.map((name) => ({ name, type: 'A', data: '10.9.9.9' })),
    60,
    ({ name }, why) => skipped.push(`${name}: ${why}`),
  )
  assert.deepEqual(
    skipped,
    ['sub', 'www.sub', 'www.old'].map(
      (label) => `${label}.example.org: the zone file gives the name to another zone`,
    ),
  )
})

function dataOf(zone: Zone, name: string, type: string): readonly string[] {
  const set = zone.nodes.get(parseName(name, ROOT).key)?.sets.get(findType(type)?.code ?? 0)
  return (set?.data ?? []).map((data) => printData(set?.type ?? 0, data))
}

for (const address of ['10.0.0.1', '2001:db8::1']) {
  test(`without a file there is a zone of the lab at ${address}`, () => {
    const { zones, problems } = loadZones(
      { zone: [] },
      { text: () => assert.fail() },
      { domain: 'lab.test', address },
    )
    assert.deepEqual(problems, [])
    const zone = joinZones(zones, [], 60, () => assert.fail()).get(parseName('lab.test', ROOT).key)
    assert.ok(zone)
    assert.equal(serialOf(zone), 1)
    const [type, other] = address.includes(':') ? (['AAAA', 'A'] as const) : (['A', 'AAAA'] as const)
    for (const name of ['lab.test', 'dns.lab.test']) {
      assert.deepEqual(dataOf(zone, name, type), [address], name)
      assert.deepEqual(dataOf(zone, name, other), [], name)
    }
  })
}
