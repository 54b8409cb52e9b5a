import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  Assertion,
  ArtifactVerb,
  CheckTarget,
  EvidenceVerb,
  Finding,
  ProbeVerb,
  SeenFact,
} from '../../../lab/check.ts'
import { createContext } from '../../../lab/grading/context.ts'
import type { Text } from '../../../lab/service.ts'
import { checks } from '../../../services/dns/checks.ts'
import { suiteZone } from '../../../services/dns/checks/zone.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { openStream, queryFor } from '../../conformance/dns/subject.ts'
import { datagram } from '../../talk.ts'
import { domain, targetAt } from './suite.ts'

function verb<Kind extends 'evidence' | 'probe' | 'artifact'>(
  name: string,
  kind: Kind,
): { evidence: EvidenceVerb; probe: ProbeVerb; artifact: ArtifactVerb }[Kind] {
  const found = checks.verbs[name]
  assert.equal(found?.kind, kind)
  return found as never
}

const target = targetAt('dns', { host: '127.0.0.1', port: 5353 })

function openRight(): Promise<TestLab> {
  return openLab(`domain: ${domain}\nservices: { dns: { zone: zone.db } }`, {
    files: { 'zone.db': suiteZone(domain) },
  })
}

/** Whether some fact of the lab is what the verb looks for. */
function isSeen(lab: TestLab, name: string, wanted: object): boolean {
  const evidence = verb(name, 'evidence')
  const settings = evidence.settings.parse(wanted)
  const facts = lab.journal.since(0, [...evidence.facts]) as readonly SeenFact[]
  return facts.some((fact) => evidence.judge(fact, settings).every(({ holds }) => holds))
}

test('dns.queried and dns.answered find what the service has recorded, and nothing else', async () => {
  await using lab = await openRight()
  const server = { address: lab.address('dns', 'dns') }
  await datagram(server.address, queryFor(`WWW.${domain}.`))
  await datagram(server.address, queryFor(`gone.${domain}.`, { type: 'MX' }))
  await datagram(server.address, queryFor('www.example.net.'))
  {
    using stream = await openStream(server)
    stream.send(queryFor(`text.${domain}.`, { type: 'TXT' }))
    await stream.receive()
  }
  const seen: readonly (readonly [string, object, boolean])[] = [
    ['dns.queried', { name: `www.${domain}`, type: 'A' }, true],
    ['dns.queried', { name: `www.${domain}.`, type: 'a', over: 'udp' }, true],
    ['dns.queried', { name: `www.${domain}`, over: 'tcp' }, false],
    ['dns.queried', { name: `text.${domain}`, type: 'TXT', over: 'tcp' }, true],
    ['dns.queried', { name: `www.${domain}`, type: 'MX' }, false],
    ['dns.queried', { type: 'MX' }, true],
    ['dns.queried', { type: 'SRV' }, false],
    ['dns.queried', {}, true],
    ['dns.queried', { below: domain, type: 'TXT' }, true],
    ['dns.queried', { below: `text.${domain}` }, false],
    ['dns.answered', { below: `${domain}.`, rcode: 'NXDOMAIN' }, true],
    ['dns.answered', { below: 'net', rcode: 'NXDOMAIN' }, false],
    ['dns.answered', { below: domain, rcode: 'REFUSED' }, false],
    ['dns.answered', { name: `www.${domain}` }, true],
    ['dns.answered', { name: `www.${domain}`, records: 2 }, false],
    ['dns.answered', { name: `gone.${domain}`, rcode: 'NXDOMAIN' }, true],
    ['dns.answered', { name: `gone.${domain}` }, false],
    ['dns.answered', { name: 'www.example.net', rcode: 'REFUSED' }, true],
  ]
  for (const [name, wanted, expected] of seen)
    assert.equal(isSeen(lab, name, wanted), expected, JSON.stringify([name, wanted]))
})

async function probe(target_: CheckTarget, wanted: object): Promise<Finding> {
  const answers = verb('dns.answers', 'probe')
  await using context = createContext(target_, { seed: 'a', signal: AbortSignal.timeout(5000) })
  return await answers.run(context, answers.settings.parse(wanted))
}

test('dns.answers asks now, and compares code and records', async () => {
  await using lab = await openRight()
  const here = targetAt('dns', lab.address('dns', 'dns'))
  const asked: readonly (readonly [object, boolean])[] = [
    [{ name: 'www', records: ['192.0.2.4'] }, true],
    [{ name: `www.${domain}`, records: ['192.0.2.4'], authoritative: true }, true],
    [{ name: domain, type: 'mx', records: ['20 mail2', '10 mail'] }, true],
    [{ name: domain, type: 'MX', records: ['10 mail'] }, false],
    [{ name: 'chain', records: ['192.0.2.4'] }, true],
    [{ name: 'alias', type: 'CNAME', records: ['www'] }, true],
    [{ name: 'www', records: ['192.0.2.5'] }, false],
    [{ name: 'no-such-host', rcode: 'NXDOMAIN' }, true],
    [{ name: 'no-such-host' }, false],
  ]
  for (const [wanted, expected] of asked) {
    const { assertions } = await probe(here, wanted)
    assert.equal(
      assertions.every(({ holds }) => holds),
      expected,
      JSON.stringify([wanted, assertions]),
    )
  }
})

async function judged(file: string | Buffer, wanted: object = {}): Promise<Finding> {
  const serves = verb('zone.serves', 'artifact')
  return await serves.judge(Buffer.from(file), serves.settings.parse(wanted), target)
}

test('zone.serves reads the file that was handed in, and tells each problem with line and column', async () => {
  const { assertions } = await judged(suiteZone(domain), {
    records: ['www A 192.0.2.4', '@ MX 10 mail', `_sip._tcp.${domain}. SRV 0 5 5060 mail`],
    without: ['www A 192.0.2.99'],
  })
  assert.deepEqual(
    assertions.map(({ holds }) => holds),
    [true, true, true, true, true],
  )
  const wrong = await judged(suiteZone(domain).replace('192.0.2.4\n', '192.0.2.444\n'), {
    records: ['www A 192.0.2.4', 'mail A 192.0.2.2'],
    without: ['mail2 A 192.0.2.3'],
  })
  assert.deepEqual(
    wrong.assertions.map(({ holds }) => holds),
    [false, false, true, false],
  )
  assert.match(wrong.assertions[0]?.title.en ?? '', /^line 17, column \d+: /)
})

test('one record and many are told as such, in both languages', () => {
  const serves = verb('zone.serves', 'artifact')
  const titleOf = (...records: readonly string[]): Text => serves.title(serves.settings.parse({ records }))
  assert.match(titleOf('a A 192.0.2.1').en, /has 1 record that is asked for$/)
  assert.match(titleOf('a A 192.0.2.1').es, /tiene 1 registro pedido$/)
  assert.match(titleOf('a A 192.0.2.1', 'b A 192.0.2.2').es, /tiene 2 registros pedidos$/)
  const answered = verb('dns.answered', 'evidence')
  const fact = {
    seq: 1,
    at: 0,
    service: 'dns',
    connection: 1,
    kind: 'dns.answered',
    data: { rcode: 'NOERROR' },
  }
  const atLeast = (records: number): Assertion | undefined =>
    answered.judge(fact, answered.settings.parse({ records })).at(-1)
  assert.deepEqual(atLeast(1)?.title, { en: 'at least 1 record', es: 'al menos 1 registro' })
  assert.deepEqual(atLeast(2)?.title, { en: 'at least 2 records', es: 'al menos 2 registros' })
  assert.deepEqual(atLeast(1)?.difference, { expected: '≥ 1', actual: '0' })
})

test('zone.serves names the file of the task in its command', () => {
  const serves = checks.verbs['zone.serves']
  const mine = { ...target, domain: 'lab.test' }
  const command = (settings: object): string | undefined =>
    serves?.reproduce?.(serves.settings.parse(settings), mine, 'my.zone')
  assert.equal(command({}), 'lab zone check my.zone --origin lab.test')
  assert.equal(command({ origin: 'other.test' }), 'lab zone check my.zone --origin other.test')
})

test('zone.serves fails on what is no zone, and on files that lead elsewhere', async () => {
  for (const file of [
    '',
    'nonsense',
    Buffer.from([0, 255, 254]),
    '$INCLUDE /etc/passwd\n',
    'x'.repeat(2_000_000),
  ]) {
    const { assertions } = await judged(file, { records: ['www A 192.0.2.4'] })
    assert.equal(assertions[0]?.holds, false)
    assert.doesNotMatch(JSON.stringify(assertions), /root:x/)
  }
})

test('whoever wants to see a question below a domain asks for a name there, not for the domain', () => {
  const command = (name: string, wanted: object): string | undefined =>
    verb(name, 'evidence').reproduce?.(verb(name, 'evidence').settings.parse(wanted), target)
  assert.match(
    command('dns.answered', { below: 'host0.org', rcode: 'NXDOMAIN' }) ?? '',
    / 'made-up\.host0\.org\.' A$/,
  )
  assert.match(
    command('dns.queried', { below: 'host0.org', type: 'MX' }) ?? '',
    / 'made-up\.host0\.org\.' MX$/,
  )
  assert.match(command('dns.queried', { name: `www.${domain}`, below: domain }) ?? '', / 'www\./)
})

test('every verb has its title in both languages, and a command where there is one', () => {
  const wanted: Readonly<Record<string, object>> = {
    'dns.queried': { name: 'www', type: 'A' },
    'dns.answered': { name: 'www' },
    'dns.answers': { name: 'www' },
    'zone.renewed': { zone: 'suite.test' },
    'zone.serves': {},
  }
  assert.deepEqual(Object.keys(checks.verbs), Object.keys(wanted))
  for (const [name, each] of Object.entries(checks.verbs)) {
    const settings = each.settings.parse(wanted[name])
    const { en, es } = each.title(settings)
    assert.ok(en !== es && en !== '' && es !== '')
    assert.match(each.reproduce?.(settings, target) ?? '', /^(?:dig|lab) /)
    assert.equal(each.settings.safeParse({ ...wanted[name], nonsense: 1 }).success, false)
  }
})
