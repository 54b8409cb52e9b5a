/** What the service tells the console: its records, and the lookups that it remembers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cacheSchema, zonesSchema } from '../../../lab/console/schema.ts'
import type { Json } from '../../../lab/service.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { datagram } from '../../talk.ts'

const zone = `$ORIGIN lab.test.
$TTL 600
@ SOA dns admin 7 1h 15m 1w 5m
@ NS dns
dns A 127.0.0.1
www 60 A 127.0.0.2
www AAAA ::1
txt TXT "a \\"b\\"" c
`

const other = '$ORIGIN other.test.\n$TTL 1h\n@ SOA dns.lab.test. admin 1 1h 15m 1w 5m\n@ NS dns.lab.test.\n'

const openZones = (): Promise<TestLab> =>
  openLab('domain: lab.test\nservices: { dns: { zone: [zone.db, other.db], records: file } }\n', {
    files: { 'zone.db': zone, 'other.db': other },
  })

const zonesOf = async (lab: TestLab, input: Json = {}) =>
  zonesSchema.parse(await lab.ask('dns', 'zones', input))

test('the records of each zone in presentation form, a page at a time', async () => {
  await using lab = await openZones()
  const { zones, records, total } = await zonesOf(lab)
  assert.deepEqual(zones, [
    { name: 'lab.test', serial: 7, records: 6 },
    { name: 'other.test', serial: 1, records: 2 },
  ])
  assert.equal(total, 8)
  assert.deepEqual(
    records.slice(0, 6).map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${data}`),
    [
      'lab.test. 600 SOA dns.lab.test. admin.lab.test. 7 3600 900 604800 300',
      'lab.test. 600 NS dns.lab.test.',
      'dns.lab.test. 600 A 127.0.0.1',
      'www.lab.test. 60 A 127.0.0.2',
      'www.lab.test. 600 AAAA ::1',
      'txt.lab.test. 600 TXT "a \\"b\\"" "c"',
    ],
  )
  const page = await zonesOf(lab, { from: 2, limit: 2 })
  assert.deepEqual([page.records, page.total], [records.slice(2, 4), 8])
})

test('a zone and a text choose among the records', async () => {
  await using lab = await openZones()
  assert.deepEqual((await zonesOf(lab, { zone: 'Other.Test.' })).total, 2)
  assert.deepEqual(
    (await zonesOf(lab, { text: 'WWW' })).records.map(({ type }) => type),
    ['A', 'AAAA'],
  )
  assert.deepEqual((await zonesOf(lab, { text: '127.0.0' })).total, 2)
  assert.deepEqual((await zonesOf(lab, { zone: 'none' })).records, [])
})

/** The question for a name of one label below `far.test`. */
function question(label: string, type: number): Buffer {
  const head = Buffer.from('000101000001000000000000', 'hex')
  const name = Buffer.from(label)
  const tail = Buffer.from('0366617204746573740000000001', 'hex')
  tail.writeUInt16BE(type, tail.length - 4)
  return Buffer.concat([head, Buffer.from([name.length]), name, tail])
}

test('lookups elsewhere are told with the time that is left; looking changes nothing', async () => {
  const far =
    '$ORIGIN far.test.\n$TTL 300\n@ SOA dns admin 1 1h 15m 1w 60\n@ NS dns\ndns A 127.0.0.1\nwww CNAME dns\n'
  await using above = await openLab(
    'domain: far.test\nservices: { dns: { zone: far.db, records: file } }\n',
    {
      files: { 'far.db': far },
    },
  )
  const { port } = above.address('dns', 'dns')
  await using lab = await openLab(
    `domain: lab.test\nservices: { dns: { forwarders: ['127.0.0.1:${port}'] } }\n`,
  )
  const cacheOf = async (input: Json = {}) => cacheSchema.parse(await lab.ask('dns', 'cache', input))
  assert.deepEqual(await cacheOf(), { lookups: [], total: 0 })
  const at = lab.address('dns', 'dns')
  for (const [label, type] of [
    ['www', 1],
    ['none', 28],
  ] as const)
    assert.ok(await datagram(at, question(label, type), 2000))
  const { lookups, total } = await cacheOf()
  assert.equal(total, 2)
  const [none, www] = lookups
  assert.deepEqual(
    [none?.name, none?.type, none?.outcome, none?.records],
    ['none.far.test', 'AAAA', 'NXDOMAIN', []],
  )
  assert.deepEqual([www?.name, www?.type, www?.outcome], ['www.far.test', 'A', 'NOERROR'])
  assert.match(www?.records[0] ?? '', /^www\.far\.test\. (?:300|299) IN CNAME dns\.far\.test\.$/)
  assert.ok(www !== undefined && www.left > 290 && www.left <= 300)
  assert.deepEqual((await cacheOf({ text: 'nxd' })).total, 0)
  assert.deepEqual((await cacheOf({ text: 'none' })).total, 1)
  lab.clock.advance(100_000)
  const later = (await cacheOf()).lookups
  // Stale, if it is kept for that at all.
  assert.ok(later.every(({ name, left }) => (name === 'www.far.test' ? left > 190 && left <= 200 : left < 0)))
})

test('without forwarders there is nothing to tell of a cache, and a wrong wish is refused', async () => {
  await using lab = await openZones()
  await assert.rejects(lab.ask('dns', 'cache', {}), /knows nothing of "cache"/)
  await assert.rejects(lab.ask('dns', 'zones', { limit: 0 }))
})
