import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { openBind } from '../../conformance/dns/bind.ts'
import { ask, lines, serverOf, type NameServer } from '../../conformance/dns/subject.ts'
import { openLab, temporaryFolder, writeFiles, type TestLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { ServerProgram, unbound } from './program.ts'

const run = promisify(execFile)
const skip = missing(
  'delv',
  'dig',
  'named',
  'dnssec-verify',
  'dnssec-dsfromkey',
  'dnssec-signzone',
  'unbound',
)

const ZONE = `$TTL 1h
@ 2h SOA ns host 1 1h 15m 1w 5m
@ NS ns
ns A 10.0.0.1
Www A 10.0.0.2
www TXT "text"
@ MX 10 Mail
mail AAAA 2001:db8::3
alias CNAME www
*.w A 10.0.0.9
*.w MX 5 mail
*.walias CNAME alias
a.b.ent TXT deep
foo.*.mid A 10.0.0.7
sub NS ns.sub
ns.sub A 10.0.1.1
x.only NS ns.sub
child NS ns.child
ns.child A 10.0.2.1
old DNAME new
a.new A 10.0.5.1
odd TYPE65280 \\# 4 01020304
srv SRV 1 2 3 Www
web HTTPS 1 . alpn=h2
`
const CHILD =
  '$ORIGIN child.conformance.test.\n$TTL 1h\n@ SOA ns host 1 1 1 1 60\n@ NS ns\nns A 10.0.2.1\nwww A 10.0.2.2\n'

/** What delv says of the three kinds of answer. */
const DATA = /^; fully validated\n[^]*\tRRSIG\t/
const NO_NAME = /^; (?:negative response, )?fully validated\n[^]*;-\$NXDOMAIN\n/
const NO_DATA = /^; (?:negative response, )?fully validated\n[^]*;-\$NXRRSET\n/

/** What is asked, and what delv says of it. */
const QUESTIONS: readonly (readonly [string, string, RegExp])[] = [
  ['www', 'A', DATA],
  ['@', 'SOA', DATA],
  ['@', 'DNSKEY', DATA],
  ['@', 'MX', DATA],
  ['odd', 'TYPE65280', DATA],
  ['srv', 'SRV', DATA],
  ['web', 'HTTPS', DATA],
  ['alias', 'A', DATA],
  ['x.y.w', 'A', DATA],
  ['*.w', 'A', DATA],
  ['x.walias', 'TXT', DATA],
  ['nope', 'A', NO_NAME],
  ['x.www', 'A', NO_NAME],
  ['www', 'MX', NO_DATA],
  ['x.w', 'TXT', NO_DATA],
  ['x.mid', 'A', NO_DATA],
  ['ent', 'A', NO_DATA],
  ['b.ent', 'A', NO_DATA],
  ['x.b.ent', 'A', NO_NAME],
  ['only', 'A', NO_DATA],
  ['y.only', 'A', NO_NAME],
  ['sub', 'DS', NO_DATA],
  ['child', 'DS', DATA],
  ['www.child', 'A', DATA],
  ['nope.child', 'A', NO_NAME],
  ['a.old', 'A', DATA],
  ['b.old', 'A', NO_NAME],
  ['old', 'DNAME', DATA],
]

let lab: TestLab
before(async () => {
  if (skip === false) lab = await openZones({ 'zone.db': ZONE, 'child.db': CHILD }, 'dnssec: true')
})
after(() => lab?.[Symbol.asyncDispose]())

function openZones(files: Readonly<Record<string, string>>, options: string): Promise<TestLab> {
  const zone = `[${Object.keys(files).join(', ')}]`
  return openLab(
    `domain: conformance.test\nservices: { dns: { zone: ${zone}, allowTransfer: [127.0.0.1], ${options} } }`,
    { files },
  )
}

function keysOf(signed: TestLab): string {
  return join(signed.stateFolder, 'services', 'dns', 'keys')
}

function fullName(name: string): string {
  return name === '@' ? 'conformance.test' : `${name}.conformance.test`
}

/** What delv says of an answer of `served`, with the trust anchors of `trusted`. */
async function delv(served: TestLab, name: string, type: string, trusted = lab): Promise<string> {
  const { host, port } = served.address('dns', 'dns')
  const options = ['-p', String(port), '-a', join(keysOf(trusted), 'trust-anchors'), '+root=conformance.test']
  const { stdout, stderr } = await run('delv', [`@${host}`, ...options, fullName(name), type])
  // What is wrong, and that a name does not exist, goes to the other stream.
  return stdout === '' ? stderr : stdout
}

for (const [name, type, expected] of QUESTIONS) {
  test(`delv validates ${name} ${type}`, { skip }, async () => {
    assert.match(await delv(lab, name, type), expected)
  })
}

/** The zone as it is transferred. */
async function transferred(zone: string, signed = lab): Promise<string> {
  const { host, port } = signed.address('dns', 'dns')
  const options = ['+noall', '+answer', '+onesoa', zone, 'AXFR']
  const { stdout } = await run('dig', [`@${host}`, '-p', String(port), ...options])
  return stdout
}

test('delv rejects a record that was changed after it was signed, and nothing else', { skip }, async () => {
  const text = await transferred('conformance.test')
  const forged = text.replace(/(\tA\t)10\.0\.0\.2$/m, '$110.0.0.3')
  assert.notEqual(forged, text)
  await using served = await openZones({ 'zone.db': forged }, 'dnssec: true')
  assert.match(await delv(served, 'www', 'A'), /RRSIG failed to verify/)
  assert.match(await delv(served, 'www', 'TXT'), /^; fully validated/)
})

test('delv rejects a zone that another key has signed', { skip }, async () => {
  await using other = await openZones({ 'zone.db': ZONE }, 'dnssec: true')
  assert.match(await delv(other, 'www', 'A'), /broken trust chain/)
  assert.match(await delv(other, 'www', 'A', other), /^; fully validated/)
})

test('dnssec-verify finds nothing wrong in a transferred zone', { skip }, async () => {
  using folder = temporaryFolder()
  for (const zone of ['conformance.test', 'child.conformance.test']) {
    writeFiles(folder.path, { 'zone.db': await transferred(zone) })
    const { stdout } = await run('dnssec-verify', ['-z', '-o', zone, join(folder.path, 'zone.db')])
    assert.match(stdout, /Zone fully signed:\nAlgorithm: ECDSAP256SHA256: KSKs: 1 active/)
  }
})

test('dnssec-dsfromkey makes the same DS records of the key files', { skip }, async () => {
  const files = readdirSync(keysOf(lab)).filter((file) => file.endsWith('.key'))
  const found = await Promise.all(
    files.map(async (file) => (await run('dnssec-dsfromkey', ['-2', join(keysOf(lab), file)])).stdout.trim()),
  )
  const told = lab.journal
    .since(0, ['zone.signed'])
    .map(({ data }) => `${JSON.stringify(data?.['zone'])}. IN DS ${JSON.stringify(data?.['ds'])}`)
    .map((line) => line.replaceAll('"', ''))
  assert.deepEqual(told.toSorted(), found.toSorted())
})

/** Signs the zone with our key by BIND's own tool. */
async function signedByBind(...options: readonly string[]): Promise<string> {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'zone.db': ZONE })
  const output = join(folder.path, 'signed.db')
  const always = ['-S', '-z', '-q', '-O', 'full', '-o', 'conformance.test']
  const places = ['-K', keysOf(lab), '-d', folder.path, '-f', output]
  await run('dnssec-signzone', [...always, ...places, ...options, join(folder.path, 'zone.db')])
  return readFileSync(output, 'utf8')
}

/** Records of some types, as lines. */
function recordsOf(text: string, ...types: readonly string[]): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim().toLowerCase())
    .filter((line) => types.includes(line.split(' ')[3] ?? ''))
    .toSorted()
}

test('dnssec-signzone reads our keys and makes the same NSEC records with them', { skip }, async () => {
  await using alone = await openZones({ 'zone.db': ZONE }, 'dnssec: true')
  const ours = recordsOf(await transferred('conformance.test', alone), 'nsec')
  assert.equal(ours.length, 17)
  assert.deepEqual(ours, recordsOf(await signedByBind(), 'nsec'))
  const theirs = recordsOf(await signedByBind(), 'dnskey').map((line) => line.replaceAll(/ (?=\S+$)/g, ''))
  const key = recordsOf(await transferred('conformance.test'), 'dnskey').map((line) =>
    line.replaceAll(/ (?=\S+$)/g, ''),
  )
  assert.deepEqual(theirs, key)
})

test('delv validates zones that dnssec-signzone has made, with NSEC and with NSEC3', { skip }, async () => {
  for (const options of [[], ['-3', 'aabb', '-H', '5']]) {
    await using served = await openZones({ 'zone.db': await signedByBind(...options) }, 'dnssec: true')
    for (const [name, type, expected] of QUESTIONS) {
      // The zone below is not there.
      if (!name.includes('child'))
        assert.match(await delv(served, name, type), expected, `${options.join(' ')}: ${name} ${type}`)
    }
  }
})

/** Asks both servers the same questions and compares what they say, letter case aside. */
async function compare(
  ours: NameServer,
  theirs: NameServer,
  questions: readonly (readonly [string, string])[],
): Promise<void> {
  const lower = (sets: Parameters<typeof lines>[0]): readonly string[] =>
    lines(sets).map((line) => line.toLowerCase())
  for (const [name, type] of questions) {
    const asking = { type, edns: { dnssec: true } }
    const [found, expected] = [await ask(ours, name, asking), await ask(theirs, name, asking)]
    assert.equal(found.rcode, expected.rcode, `${name} ${type}`)
    assert.deepEqual(lower(found.answer), lower(expected.answer), `${name} ${type}`)
    // Beside an answer from a wildcard we leave out the servers of the zone, so that its proof has room.
    const isOptional = (line: string): boolean => found.answer.length > 0 && / (?:rrsig )?ns /.test(line)
    const proofs = lower(expected.authority).filter((line) => !isOptional(line))
    assert.deepEqual(
      lower(found.authority).filter((line) => !isOptional(line)),
      proofs,
      `${name} ${type}`,
    )
  }
}

const COMPARED: readonly (readonly [string, string])[] = [
  ['x.sub', 'A'],
  ['x.x.only', 'A'],
  // BIND leaves out the proof of an asterisk that has no data of its own (RFC 4035 §3.1.3.4).
  ...QUESTIONS.filter(([name]) => name !== 'x.mid').map(([name, type]) => [name, type] as const),
]

test('BIND gives the same answers and proofs from the zone as it is transferred', { skip }, async () => {
  const zones = {
    'conformance.test': await transferred('conformance.test'),
    'child.conformance.test': await transferred('child.conformance.test'),
  }
  await using bind = await openBind(zones)
  await compare(serverOf(lab), bind, COMPARED)
})

for (const options of [[], ['-3', 'aabb', '-H', '5'], ['-3', '-', '-A']]) {
  test(
    `BIND gives the same answers and proofs from a file of dnssec-signzone ${options.join(' ')}`,
    { skip },
    async () => {
      const text = await signedByBind(...options)
      await using bind = await openBind({ 'conformance.test': text })
      await using served = await openZones({ 'zone.db': text }, '')
      const questions = COMPARED.filter(([name]) => !name.includes('child'))
      await compare(serverOf(served), bind, questions)
    },
  )
}

test('unbound validates all of it by the key file', { skip }, async () => {
  const { host, port } = lab.address('dns', 'dns')
  const [file = ''] = readdirSync(keysOf(lab)).filter((each) => /^Kconformance.*\.key$/.test(each))
  await using resolver = await ServerProgram.open(
    unbound(
      [`conformance.test=${host}@${port}`],
      [
        'module-config: "validator iterator"',
        `trust-anchor-file: "${join(keysOf(lab), file)}"`,
        'trust-anchor-signaling: no',
      ],
    ),
  )
  for (const [name, type] of QUESTIONS) {
    const at = ['@127.0.0.1', '-p', String(resolver.port)]
    const { stdout } = await run('dig', [...at, '+dnssec', fullName(name), type])
    assert.match(stdout, /flags: qr rd ra ad;/, `${name} ${type}`)
  }
})
