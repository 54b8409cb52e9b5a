import assert from 'node:assert/strict'
import { test } from 'node:test'
import { optionsOf } from '../../conformance/dns/cookie.ts'
import { ask, exchangeUntil, lines, openStream, queryFor, serverOf } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'

const ZONE =
  '$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\nwww A ${address}\n@ MX 10 mail.${domain}.\nmail A 10.0.0.1\n'

function open(
  options: string,
  rest = '',
  files: Readonly<Record<string, string>> = { 'zone.db': ZONE },
): Promise<TestLab> {
  return openLab(`domain: conformance.test\nservices: { dns: { ${options} } }\n${rest}`, { files })
}

test('${address} and ${domain} of a zone file are those of the lab', async () => {
  await using lab = await open('zone: zone.db')
  assert.deepEqual(lines((await ask(serverOf(lab), 'www')).answer), [
    'www.conformance.test. 3600 A 127.0.0.1',
  ])
  assert.deepEqual(lines((await ask(serverOf(lab), '@', { type: 'MX' })).answer), [
    'conformance.test. 3600 MX 10 mail.conformance.test.',
  ])
})

test('without a zone file the domain of the lab is served', async () => {
  await using lab = await open('')
  assert.deepEqual(lines((await ask(serverOf(lab), '@')).answer), ['conformance.test. 3600 A 127.0.0.1'])
})

test('several zones, one of them reverse', async () => {
  const reverse =
    '$ORIGIN 0.0.10.in-addr.arpa.\n$TTL 1h\n@ SOA dns.conformance.test. host.conformance.test. 1 1 1 1 1\n@ NS dns.conformance.test.\n1 PTR mail.conformance.test.\n'
  await using lab = await open('zone: [zone.db, reverse.db]', '', { 'zone.db': ZONE, 'reverse.db': reverse })
  const { answer, additional } = await ask(serverOf(lab), '1.0.0.10.in-addr.arpa.', { type: 'PTR' })
  assert.deepEqual(lines(answer), ['1.0.0.10.in-addr.arpa. 3600 PTR mail.conformance.test.'])
  assert.deepEqual(lines(additional), ['dns.conformance.test. 3600 A 127.0.0.1'])
  const loaded = lab.journal.since(0, ['zone.loaded']).map((entry) => entry.data)
  assert.deepEqual(loaded, [
    { zone: 'conformance.test', file: 'zone.db', serial: 1, records: 6 },
    { zone: '0.0.10.in-addr.arpa', file: 'reverse.db', serial: 1, records: 3 },
  ])
})

test('names that services publish are served as long as they are published', async () => {
  await using lab = await open('zone: zone.db')
  const subject = serverOf(lab)
  assert.equal((await ask(subject, 'xmpp')).rcode, 3)
  const published = lab.world.names.publish({
    name: 'xmpp.conformance.test',
    type: 'A',
    data: '10.0.0.9',
    ttl: 5,
  })
  assert.deepEqual(lines((await ask(subject, 'xmpp')).answer), ['xmpp.conformance.test. 5 A 10.0.0.9'])
  published[Symbol.dispose]()
  assert.equal((await ask(subject, 'xmpp')).rcode, 3)
})

test('who is not allowed is refused, and told so', async () => {
  await using lab = await open('zone: zone.db, allow: [192.168.56.0/24]')
  const found = await ask(serverOf(lab), 'www', { edns: {} })
  assert.deepEqual([found.rcode, found.answer.length, found.edns?.version], [5, 0, 0])
  assert.match(optionsOf(found).get(15) ?? '', /^0012/, 'Prohibited (RFC 8914 §4.19)')
  const refused = lab.journal.since(0, ['dns.refused']).map((entry) => entry.data)
  assert.deepEqual(
    refused.map((data) => [data?.['why'], data?.['rcode'], data?.['name']]),
    [['network', 'REFUSED', 'www.conformance.test']],
  )
  assert.deepEqual(lab.journal.since(0, ['dns.answered']), [])
})

test('with records: file, names that services publish are not served', async () => {
  await using lab = await open('zone: zone.db, records: file')
  lab.world.names.publish({ name: 'xmpp.conformance.test', type: 'A', data: '10.0.0.9' })
  assert.equal((await ask(serverOf(lab), 'xmpp')).rcode, 3)
})

test('every question and answer is a fact', async () => {
  await using lab = await open('zone: zone.db')
  const subject = serverOf(lab)
  await ask(subject, 'WWW', { id: 77, flags: 0x0110, edns: { dnssec: true } })
  await exchangeUntil(subject, [Buffer.from('bad'), queryFor('none', { id: 78 })], () => true)
  const facts = lab.journal
    .since(0, ['dns.queried', 'dns.answered', 'dns.malformed'])
    // How long it took depends on the machine.
    .map(({ kind, data }) => ({ kind, ...data, ...(data?.['ms'] !== undefined && { ms: 0 }) }))
  assert.deepEqual(facts, [
    {
      kind: 'dns.queried',
      client: '127.0.0.1',
      transport: 'udp',
      name: 'www.conformance.test',
      type: 'A',
      id: 77,
      flags: 'rd cd',
      size: 49,
      edns: true,
      dnssec: true,
    },
    {
      kind: 'dns.answered',
      client: '127.0.0.1',
      name: 'www.conformance.test',
      type: 'A',
      id: 77,
      rcode: 'NOERROR',
      answers: 1,
      authorities: 1,
      additionals: 2,
      size: 99,
      truncated: false,
      source: 'zone',
      ms: 0,
    },
    { kind: 'dns.malformed', client: '127.0.0.1', transport: 'udp', why: 'shorter than a header', size: 3 },
    {
      kind: 'dns.queried',
      client: '127.0.0.1',
      transport: 'udp',
      name: 'none.conformance.test',
      type: 'A',
      id: 78,
      flags: '',
      size: 39,
      edns: false,
      dnssec: false,
    },
    {
      kind: 'dns.answered',
      client: '127.0.0.1',
      name: 'none.conformance.test',
      type: 'A',
      id: 78,
      rcode: 'NXDOMAIN',
      answers: 0,
      authorities: 1,
      additionals: 0,
      size: 84,
      truncated: false,
      source: 'zone',
      ms: 0,
    },
  ])
})

test('a smaller udpSize truncates earlier', async () => {
  const text = `${ZONE}big TXT ${`"${'x'.repeat(200)}" `.repeat(4)}\n`
  await using lab = await open('zone: zone.db, udpSize: 600', '', { 'zone.db': text })
  const { flags, edns } = await ask(serverOf(lab), 'big', { type: 'TXT', edns: { size: 4096 } })
  assert.deepEqual([flags & 0x0200, edns?.size], [0x0200, 600])
})

const WRONG: readonly [string, string, RegExp][] = [
  ['an unknown option', 'zones: x', /services\.dns/],
  ['a forwarder by name', 'forwarders: [dns.example.org]', /services\.dns\.forwarders/],
  ['a forwarder without a port', 'forwarders: ["127.0.0.1:"]', /services\.dns\.forwarders/],
  ['a network that is none', 'allow: [10.0.0.0/40]', /services\.dns\.allow/],
  ['a zone file that is not there', 'zone: gone.db', /gone\.db/],
  ['a size that is too small', 'udpSize: 100', /services\.dns\.udpSize/],
  ['an origin that is no name', 'origin: a..b', /services\.dns\.origin/],
  ['a server to notify by name', 'notify: [ns2.example.org]', /services\.dns\.notify/],
  ['a rate limit without a number', 'rateLimit: { responses: 0 }', /services\.dns\.rateLimit/],
  ['a version that is too long', `version: ${'v'.repeat(64)}`, /services\.dns\.version/],
]

for (const [what, options, message] of WRONG) {
  test(`the scenario is refused for ${what}`, async () => {
    await assert.rejects(open(options), message)
  })
}

test('the scenario is refused for a wrong zone file, at its line', async () => {
  await assert.rejects(
    open('zone: zone.db', '', { 'zone.db': `${ZONE}bad A 1.2.3\n` }),
    /8:7 .*"1\.2\.3" is not an IPv4 address/,
  )
})

test('a connection is not idle while an answer is on its way, and is again after it', async () => {
  await using lab = await open('zone: zone.db', 'faults: [{ at: dns.answer, delay: 15000, times: 1 }]')
  using stream = await openStream(serverOf(lab))
  stream.send(queryFor('www', { id: 1 }))
  while (lab.journal.since(0, ['dns.queried']).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 5))
  lab.clock.advance(15_000)
  assert.equal((await stream.receive()).id, 1)
  stream.send(queryFor('www', { id: 2 }))
  assert.equal((await stream.receive()).id, 2)
  lab.clock.advance(10_000)
  await stream.ended()
})
