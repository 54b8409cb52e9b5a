/** What tasks may say of a zone that a student writes: its SOA, its times to live, its mistakes, and that it was renewed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding, SeenFact } from '../../../lab/check.ts'
import { inLanguage } from '../../../lab/kit/dissect/said.ts'
import { scoreOf } from '../../../lab/grading/model.ts'
import { checks } from '../../../services/dns/checks.ts'
import { domain, targetAt } from './suite.ts'

const target = targetAt('dns', { host: '127.0.0.1', port: 53 })

const zone = `$ORIGIN ${domain}.
$TTL 1d
@ SOA dns hostmaster 7 2h 30m 2w 10m
@ NS dns
dns A 192.0.2.1
www 300 A 192.0.2.2
`

async function judged(file: string, wanted: object): Promise<Finding> {
  const verb = checks.verbs['zone.serves']
  assert.equal(verb?.kind, 'artifact')
  return verb.judge(Buffer.from(file), verb.settings.parse(wanted), target)
}

async function missed(file: string, wanted: object): Promise<readonly string[]> {
  const { assertions } = await judged(file, wanted)
  return assertions.filter(({ holds }) => !holds).map(({ title }) => title.en)
}

test('each value of the SOA counts by itself, and the serial not at all', async () => {
  assert.deepEqual(await missed(zone, { soa: 'dns hostmaster 0 2h 30m 2w 10m' }), [])
  assert.deepEqual(await missed(zone, { soa: `dns.${domain}. hostmaster 99 7200 1800 14d 600` }), [])
  assert.deepEqual(await missed(zone, { soa: 'ns hostmaster 0 2h 30m 2w 1h' }), [
    'the primary name server (MNAME)',
    'the time of negative answers (MINIMUM), in seconds',
  ])
})

test('times to live count by name and type', async () => {
  assert.deepEqual(await missed(zone, { ttl: { 'www A': 300, 'dns A': 86_400, '@ NS': 86_400 } }), [])
  assert.deepEqual(await missed(zone, { ttl: { 'www A': 86_400, 'www AAAA': 300 } }), [
    'the time to live of www A',
    'the time to live of www AAAA',
  ])
})

test('a sound zone without what is asked for is worth nothing, and one that cannot be served half of what it has', async () => {
  const wanted = { records: ['www A 192.0.2.2', 'dns A 192.0.2.1'] }
  const worth = async (file: string): Promise<number> => scoreOf(4, (await judged(file, wanted)).assertions)
  assert.equal(await worth(zone), 4)
  assert.equal(await worth(zone.replace('192.0.2.2', '192.0.2.3')), 2)
  assert.equal(await worth(zone.replace(/dns A.*\nwww.*/, 'dns A 192.0.2.9')), 0)
  assert.equal(await worth(`${zone}mail A 192.0.2\n`), 2)
})

test('mistakes are told one by one, in both languages, and alone where nothing can be read', async () => {
  const { assertions } = await judged(zone.replace('10m', '10m (').replace('192.0.2.2', '1.2'), {
    records: ['www A 192.0.2.2'],
  })
  const [first] = assertions
  assert.match(first?.title.en ?? '', /^line \d+, column \d+: /)
  assert.match(first?.title.es ?? '', /^línea \d+, columna \d+: /)
  assert.ok(assertions.every(({ difference }) => difference === undefined))
})

test('what is near is of the same type, where there is one', async () => {
  const { assertions } = await judged(zone, { records: ['@ NS other', '@ MX 10 mail'] })
  const [, ns, mx] = assertions.map(({ difference }) => difference?.actual)
  assert.equal(ns, `${domain}. NS dns.${domain}.`)
  assert.match(inLanguage(mx ?? '', 'en'), /NS[^]*SOA/)
})

test('a zone is renewed when it is loaded with a greater serial', () => {
  const verb = checks.verbs['zone.renewed']
  assert.equal(verb?.kind, 'evidence')
  const settings = verb.settings.parse({ zone: `${domain.toUpperCase()}.` })
  const held = (data: SeenFact['data']): readonly boolean[] =>
    verb
      .judge({ seq: 1, at: 0, service: 'dns', connection: undefined, kind: 'zone.loaded', data }, settings)
      .map(({ holds }) => holds)
  const loaded = { zone: domain, serial: 8, previous: 7 }
  assert.deepEqual(held({ ...loaded, grown: true }), [true, true])
  assert.deepEqual(held({ ...loaded, changed: true, grown: false }), [true, false])
  assert.deepEqual(held({ ...loaded, zone: 'other.test', grown: true }), [false, true])
  assert.deepEqual(held({ zone: domain, serial: 8 }), [true, false])
})
