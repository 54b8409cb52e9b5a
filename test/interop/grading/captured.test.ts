/** Captures of real clients: what the journal of the lab tells, its captures tell, too, at the frames that tshark names. */
import assert from 'node:assert/strict'
import { createReadStream, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { SeenFact } from '../../../lab/check.ts'
import type { Json } from '../../../lab/service.ts'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { judged, told, type Wanted } from '../../unit/grading/captured.ts'
import { factsIn } from '../../unit/grading/captured-facts.ts'
import { captured, runAlone } from '../capture/tshark.ts'
import { dumped, framesOf, rewritten, whyNoDump } from './captured.ts'

const skip = missing('tshark', 'editcap', 'mergecap', 'dig', 'curl', 'swaks')
const cannotDump = skip || (await whyNoDump())

const scenario = `
domain: lab.test
accounts: [{ name: alice, password: secret-of-alice }, { name: bob, password: secret-of-bob }]
services:
  dns: {}
  http: {}
  https: { root: www, client: optional }
  mail: {}
`
const files = { 'www/index.html': '<p>hello</p>', 'www/large.txt': 'x'.repeat(300_000) }

const port = (lab: TestLab, service: string, endpoint: string): number => lab.address(service, endpoint).port

async function client(program: string, ...words: readonly string[]): Promise<void> {
  const { code, error } = await runAlone(program, words)
  assert.ok(code !== null && code < 30, `${program} ${words.join(' ')}: ${error}`)
}

/** What a student might do. */
async function work(lab: TestLab, folder: string): Promise<void> {
  const dns = ['@127.0.0.1', '-p', String(port(lab, 'dns', 'dns'))]
  await client('dig', ...dns, 'lab.test', 'MX')
  await client('dig', ...dns, '+tcp', 'no-such-name.lab.test', 'A')
  const web = `http://127.0.0.1:${port(lab, 'http', 'http')}`
  const jar = ['-sS', '-c', join(folder, 'jar'), '-b', join(folder, 'jar'), '-o', '/dev/null']
  await client('curl', ...jar, `${web}/large.txt`, '-o', '/dev/null', `${web}/missing`)
  await client('curl', ...jar, `${web}/`)
  const smtp = ['--server', `127.0.0.1:${port(lab, 'mail', 'smtp')}`, '--from', 'bob@lab.test', '--to']
  const login = ['--auth', 'PLAIN', '--auth-user', 'bob', '--auth-password', 'secret-of-bob']
  await client('swaks', ...smtp, 'alice@lab.test', ...login)
  await client('swaks', ...smtp, 'nobody@lab.test')
  await client('swaks', ...smtp, 'alice@lab.test', '--tls')
  const pop3 = `pop3://127.0.0.1:${port(lab, 'mail', 'pop3')}`
  await client('curl', '-sS', `${pop3}/1`, '-u', 'alice:secret-of-alice')
  await client('curl', '-sS', `${pop3}/1`, '-X', 'DELE', '-l', '-u', 'alice:secret-of-alice')
  const place = ['--connect-to', `lab.test:443:127.0.0.1:${port(lab, 'https', 'https')}`, 'https://lab.test/']
  const { chain, key } = await lab.world.certificates.issue({ names: ['alice'], purpose: 'client' })
  writeFileSync(join(folder, 'alice.pem'), `${chain}${key}`)
  await client(
    'curl',
    '-sSk',
    '--tls-max',
    '1.2',
    '-E',
    join(folder, 'alice.pem'),
    '-o',
    '/dev/null',
    ...place,
  )
  await client('curl', '-sSk', '--tlsv1.3', '-o', '/dev/null', ...place)
}

/** The fields that verbs look at, of the facts that a capture can show. */
const looked: Readonly<Record<string, readonly string[]>> = {
  'dns.queried': ['client', 'transport', 'name', 'type', 'id', 'flags', 'size', 'edns', 'dnssec'],
  'dns.answered': ['client', 'name', 'type', 'id', 'rcode', 'answers', 'size', 'truncated'],
  'http.answered': ['client', 'method', 'target', 'host', 'status', 'turn'],
  'smtp.accepted': ['client', 'from', 'to', 'account', 'entrance', 'name', 'protocol'],
  'smtp.refused': ['client', 'from', 'to', 'account', 'entrance', 'code'],
  'pop3.logged-in': ['client', 'account', 'mechanism', 'secure'],
  'pop3.retrieved': ['account'],
  'pop3.deleted': ['account'],
  'tls.handshaken': ['client', 'version', 'cipher', 'resumed', 'name', 'subject', 'user'],
}

function plain({ kind, data }: Pick<SeenFact, 'kind' | 'data'>): string {
  const value = (name: string): Json => data?.[name] ?? null
  // Below TLS 1.3 the certificate of the client crosses in clear.
  const isHidden = kind === 'tls.handshaken' && data?.['version'] === 'TLSv1.3'
  const names = (looked[kind] ?? []).filter((name) => !isHidden || !['subject', 'user'].includes(name))
  return JSON.stringify([kind, ...names.map(value)])
}

/** What the journal tells of what is not under TLS. */
function journalOf(lab: TestLab): string[] {
  const list = lab.journal.since(0)
  const secured = new Set(
    list.flatMap(({ kind, connection, data }) =>
      kind === 'tls.handshaken' || data?.['protocol'] === 'ESMTPS' ? [connection] : [],
    ),
  )
  return list
    .filter(({ kind, connection }) => kind === 'tls.handshaken' || !secured.has(connection))
    .flatMap((fact) => (looked[fact.kind] === undefined ? [] : [plain(fact)]))
}

using folder = temporaryFolder()
const [file, any] = [join(folder.path, 'lo.pcapng'), join(folder.path, 'any.pcapng')]
await using lab = skip === false ? await openLab(scenario, { files }) : undefined
// Another test may have the same number for the other transport.
const filter = (lab?.status() ?? [])
  .flatMap(({ addresses }) => addresses)
  .map(({ transport, address }) => `${transport === 'both' ? '' : transport} port ${address.port}`)
  .join(' or ')
if (lab !== undefined && cannotDump === false)
  await dumped(any, { device: 'any', filter }, () =>
    dumped(file, { device: 'lo', filter }, () => work(lab, folder.path)),
  )
else if (lab !== undefined) renameSync(await captured(lab, folder.path, () => work(lab, folder.path)), file)
const target = {
  endpoints: Object.fromEntries(
    lab?.status().flatMap(({ addresses }) => addresses.map(({ endpoint, address }) => [endpoint, address])) ??
      [],
  ),
}
for (const [name, which, why] of [
  ['the loopback', file, skip],
  ['all devices', any, cannotDump],
] as const)
  for (const where of ['at the known ports', 'by looking alone'])
    await test(`a capture of ${name} tells what the journal tells, ${where}`, { skip: why }, async () => {
      const endpoints = where === 'by looking alone' ? {} : target.endpoints
      const facts = await factsIn(readFileSync(which), endpoints)
      // Datagrams and connections of different clients may be captured in another order than they are told.
      assert.deepEqual(facts.map(plain).toSorted(), journalOf(lab ?? assert.fail()).toSorted())
    })

const wanted: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['dns.qry.type == 15', { 'dns.answered': { name: 'lab.test', type: 'MX' } }, ''],
  ['dns.flags.rcode == 3', { 'dns.answered': { rcode: 'NXDOMAIN' } }, 'last'],
  [
    'http.request.uri == "/missing"',
    { 'http.requested': { path: '/missing', status: 404, reused: true } },
    'first',
  ],
  ['http.response.code == 404', { 'http.requested': { path: '/missing', status: 404 } }, 'last'],
  ['smtp.response.code == 550', { 'smtp.refused': { to: 'nobody@lab.test' } }, ''],
  [
    'pop.response.indicator == "+OK" && pop.response.description contains "Logged in"',
    { 'pop3.logged-in': { account: 'alice' } },
    'among',
  ],
  [
    'tls.handshake.type == 1',
    { 'tls.handshaken': { account: 'alice', version: 'TLSv1.2', name: 'lab.test' } },
    'among',
  ],
]

for (const [display, verb, which] of wanted)
  await test(`tshark names the frames of ${Object.keys(verb)[0]} as well: ${display}`, { skip }, async () => {
    const at = (endpoint: string): number | undefined => target.endpoints[endpoint]?.port
    const decoding = [
      `udp.port==${at('dns')},dns`,
      `tcp.port==${at('dns')},dns`,
      `tcp.port==${at('http')},http`,
      `tcp.port==${at('smtp')},smtp`,
      `tcp.port==${at('pop3')},pop`,
      `tcp.port==${at('https')},tls`,
    ]
    const theirs = await framesOf(file, display, decoding)
    const { outcome, evidence } = await judged(readFileSync(file), verb, { target })
    assert.equal(outcome, 'passed')
    const ours = evidence?.frames ?? []
    if (which === 'first') assert.deepEqual(ours.slice(0, 1), theirs)
    else if (which === 'last') assert.deepEqual(ours.slice(-1), theirs)
    else if (which === 'among')
      assert.ok(theirs.includes(ours[0] ?? 0), `${ours.join(',')} among ${theirs.join(',')}`)
    else assert.deepEqual(ours, theirs)
  })

const story: Wanted = [
  { 'dns.answered': { type: 'MX' } },
  { 'http.visited': { count: 2 } },
  { 'smtp.accepted': { from: 'bob@lab.test', to: 'alice@lab.test', account: 'bob' } },
  { 'pop3.retrieved': { account: 'alice' } },
  { 'tls.handshaken': { version: 'TLSv1.3' } },
]

await test('editcap and mergecap write it anew, and it says the same', { skip }, async () => {
  const before = await told(readFileSync(file), story, { mode: 'order', target })
  assert.match(before, /^passed \d/)
  const at = folder.path
  const [half] = await framesOf(file, 'frame.number == 40', [])
  const parts = [
    await rewritten(at, 'one.pcap', 'editcap', '-F', 'pcap', '-r', file, 'OUT', `1-${half}`),
    await rewritten(at, 'two.pcapng', 'editcap', file, 'OUT', `1-${half}`),
  ] as const
  const again = [
    await rewritten(at, 'micro.pcap', 'editcap', '-F', 'pcap', file, 'OUT'),
    await rewritten(at, 'nano.pcap', 'editcap', '-F', 'nsecpcap', file, 'OUT'),
    await rewritten(at, 'comment.pcapng', 'editcap', '-a', '3:a comment of the student', file, 'OUT'),
    await rewritten(at, 'merged.pcapng', 'mergecap', '-a', '-w', 'OUT', ...parts),
    await rewritten(at, 'merged.pcap', 'mergecap', '-a', '-F', 'pcap', '-w', 'OUT', ...parts),
    await rewritten(at, 'joined.pcapng', 'mergecap', '-a', '-I', 'none', '-w', 'OUT', ...parts),
  ]
  for (const each of again)
    assert.equal(await told(readFileSync(each), story, { mode: 'order', target }), before, each)
  const packed = gzipSync(readFileSync(file))
  assert.equal(await told(packed, story, { mode: 'order', target }), before)
  assert.equal(await told(createReadStream(file), story, { mode: 'order', target }), before)
})

await test(
  'a snapshot length leaves the beginnings, and the check says what is missing',
  { skip },
  async () => {
    const short = await rewritten(folder.path, 'short.pcapng', 'editcap', '-s', '90', file, 'OUT')
    const { outcome, assertions } = await judged(readFileSync(short), story, { mode: 'order', target })
    assert.equal(outcome, 'failed')
    assert.ok(
      assertions.some(({ title }) => title.en.includes('(a snapshot length)')),
      JSON.stringify(assertions),
    )
  },
)

await test('frames that were captured twice say it once', { skip }, async () => {
  const twice = await rewritten(folder.path, 'twice.pcapng', 'mergecap', '-w', 'OUT', file, file)
  const facts = await factsIn(readFileSync(twice), target.endpoints)
  assert.deepEqual(facts.map(plain).toSorted(), journalOf(lab ?? assert.fail()).toSorted())
})

await test('a capture of the lab itself says what its journal says', { skip }, async () => {
  await using own = await openLab(scenario, { files })
  const trace = await captured(own, folder.path, () => work(own, folder.path))
  const endpoints = Object.fromEntries(
    own.status().flatMap(({ addresses }) => addresses.map(({ endpoint, address }) => [endpoint, address])),
  )
  const facts = await factsIn(readFileSync(trace), endpoints)
  assert.deepEqual(facts.map(plain).toSorted(), journalOf(own).toSorted())
})
