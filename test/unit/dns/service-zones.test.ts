import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Json, PublishedName } from '../../../lab/service.ts'
import { decodeMessage } from '../../../services/dns/wire/message.ts'
import { ask, serverOf, type NameServer } from '../../conformance/dns/subject.ts'
import { LabError } from '../../../lab/host/error.ts'
import { openLab, readScenario, writeFiles, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'

interface Zoned extends TestLab {
  readonly subject: NameServer
  /** What the service has logged as warnings. */
  readonly warnings: string[]
}

const SCENARIO = (options: string): string =>
  `title: Test\ndomain: conformance.test\nservices: { dns: { zone: zone.db${options} } }`

function zone(written: number, ...more: readonly string[]): string {
  return [
    '$TTL 1h',
    `@ SOA dns host ${written} 1h 15m 1w 5m`,
    '@ NS dns',
    'dns A 127.0.0.1',
    ...more,
    '',
  ].join('\n')
}

async function open(text: string, options = ''): Promise<Zoned> {
  const warnings: string[] = []
  const quiet = (): void => undefined
  const warn = (_fields: object, message: string): void => void warnings.push(message)
  const lab = await openLab(SCENARIO(options), {
    files: { 'zone.db': text },
    log: () => ({ debug: quiet, info: quiet, warn, error: warn }),
  })
  return Object.assign(lab, { subject: serverOf(lab), warnings })
}

async function reload(lab: Zoned, text: string, options = ''): Promise<readonly string[]> {
  const folder = dirname(lab.stateFolder)
  writeFiles(folder, { 'zone.db': text, 'scenario.yaml': SCENARIO(options) })
  const { scenario, problems } = await readScenario(join(folder, 'scenario.yaml'))
  if (scenario === undefined) return problems.map(({ message }) => message.en)
  await lab.reload(scenario)
  return []
}

function lastLoaded(lab: Zoned): Record<string, Json | undefined> {
  return { ...lab.journal.since(0, ['zone.loaded']).at(-1)?.data }
}

async function serial(lab: Zoned): Promise<number> {
  const data = (await ask(lab.subject, '@', { type: 'SOA' })).answer[0]?.data[0]
  return data?.readUInt32BE(data.length - 20) ?? assert.fail()
}

const CHANGES: readonly [string, string, string, object, RegExp | undefined][] = [
  ['a greater serial', zone(7), zone(8, 'www A 10.0.0.1'), { changed: true, grown: true }, undefined],
  ['a greater serial and nothing else', zone(7), zone(8), { changed: false, grown: true }, undefined],
  ['nothing at all', zone(7), `; a comment\n${zone(7)}`, { changed: false, grown: false }, undefined],
  [
    'another order',
    zone(7, 'a A 10.0.0.1', 'b A 10.0.0.2'),
    zone(7, 'b A 10.0.0.2', 'a A 10.0.0.1'),
    { changed: false, grown: false },
    undefined,
  ],
  [
    'the same serial',
    zone(7),
    zone(7, 'www A 10.0.0.1'),
    { changed: true, grown: false },
    /changed but its serial number did not grow/,
  ],
  [
    'a time to live',
    zone(7),
    zone(7).replace('1h\n', '2h\n'),
    { changed: true, grown: false },
    /changed but its serial number did not grow/,
  ],
  [
    'a smaller serial',
    zone(7),
    zone(6, 'www A 10.0.0.1'),
    { changed: true, grown: false },
    /changed but its serial number did not grow/,
  ],
  ['a smaller serial and nothing else', zone(7), zone(6), { changed: false, grown: false }, /went back/],
  [
    'a serial beyond the end of the numbers',
    zone(0xffff_fff0),
    zone(5, 'www A 10.0.0.1'),
    { changed: true, grown: true },
    undefined,
  ],
  [
    'a serial half the circle away',
    zone(1),
    zone(0x8000_0001, 'www A 10.0.0.1'),
    { changed: true, grown: false },
    /did not grow/,
  ],
]

for (const [what, before, after, expected, warning] of CHANGES) {
  test(`a reload with ${what} is ${warning === undefined ? 'told' : 'told with a warning'}`, async () => {
    await using lab = await open(before)
    const first = lastLoaded(lab)
    assert.deepEqual(Object.keys(first), ['zone', 'file', 'serial', 'records'])
    // A comment alone restarts the service as well: the text of the file differs.
    await reload(lab, after)
    const { changed, grown, previous, ...rest } = lastLoaded(lab)
    assert.deepEqual({ changed, grown }, expected)
    assert.deepEqual([previous, rest['zone'], rest['file']], [first['serial'], 'conformance.test', 'zone.db'])
    if (warning === undefined) assert.deepEqual(lab.warnings, [])
    else assert.match(lab.warnings.join(), warning)
  })
}

test('what is served after a reload is what the file says', async () => {
  await using lab = await open(zone(7, 'www A 10.0.0.1'))
  await reload(lab, zone(8, 'www A 10.0.0.2'))
  assert.deepEqual([...((await ask(lab.subject, 'www')).answer[0]?.data[0] ?? [])], [10, 0, 0, 2])
  assert.equal(await serial(lab), 8)
})

test('a broken file is refused, and the old zone goes on', async () => {
  await using lab = await open(zone(7, 'www A 10.0.0.1'))
  assert.match((await reload(lab, zone(8, 'www A 10.0.0'))).join(), /not an IPv4 address/)
  assert.equal(await serial(lab), 7)
  assert.equal((await ask(lab.subject, 'www')).rcode, 0)
})

const NAME: PublishedName = { name: 'xmpp.conformance.test', type: 'A', data: '10.0.0.9' }

test('where nobody copies the zone, names that come and go leave its serial number as it is written', async () => {
  await using lab = await open(zone(7))
  const published = lab.world.names.publish(NAME)
  assert.equal((await ask(lab.subject, 'xmpp')).rcode, 0)
  assert.equal(await serial(lab), 7)
  published[Symbol.dispose]()
  assert.equal(await serial(lab), 7)
})

const COPIED = ', allowTransfer: [127.0.0.1]'

test('where others copy the zone, each change of the names makes its serial number grow', async () => {
  await using lab = await open(zone(7), COPIED)
  assert.equal(await serial(lab), 7)
  const published = lab.world.names.publish(NAME)
  assert.equal(await serial(lab), 8)
  // A name that the zone has no place for changes nothing.
  lab.world.names.publish({ name: 'elsewhere.example', type: 'A', data: '10.0.0.9' })
  lab.world.names.publish({ name: 'dns.conformance.test', type: 'A', data: '10.0.0.9' })
  assert.equal(await serial(lab), 8)
  published[Symbol.dispose]()
  assert.equal(await serial(lab), 9)
})

test('a serial number that has grown by itself does not go back, whether the file changes or not', async () => {
  await using lab = await open(zone(7), COPIED)
  lab.world.names.publish(NAME)
  assert.equal(await serial(lab), 8)
  await lab.stopService('dns')
  await lab.startService('dns')
  assert.equal(await serial(lab), 8)
  assert.deepEqual(lab.warnings, [])
  await reload(lab, zone(8, 'www A 10.0.0.1'), COPIED)
  assert.match(lab.warnings.join(), /did not grow/)
  await reload(lab, zone(20, 'www A 10.0.0.1'), COPIED)
  assert.equal(await serial(lab), 20)
  assert.equal(lab.warnings.length, 1)
})

test('secondaries hear of new names without asking, of many at once in one word', async () => {
  const secondary = createSocket('udp4').bind(0, '127.0.0.1')
  try {
    await once(secondary, 'listening')
    const heard: number[] = []
    secondary.on('message', (octets) => {
      const data = decodeMessage(octets).answer[0]?.data[0]
      heard.push(data?.readUInt32BE(data.length - 20) ?? 0)
    })
    await using lab = await open(zone(7), `${COPIED}, notify: ['127.0.0.1:${secondary.address().port}']`)
    await until(() => heard.length === 1)
    for (let count = 0; count < 20; count += 1) lab.world.names.publish({ ...NAME, data: `10.0.0.${count}` })
    lab.clock.advance(300)
    await until(() => heard.length === 2)
    assert.deepEqual(heard, [7, 8])
  } finally {
    secondary.close()
  }
})

test('a zone of the lab’s own making keeps what its serial number has grown to', async () => {
  await using lab = await openLab(
    'domain: conformance.test\nservices: { dns: { allowTransfer: [127.0.0.1] } }',
  )
  const subject = serverOf(lab)
  const now = async (): Promise<number> => {
    const data = (await ask(subject, '@', { type: 'SOA' })).answer[0]?.data[0]
    return data?.readUInt32BE(data.length - 20) ?? assert.fail()
  }
  const before = await now()
  lab.world.names.publish(NAME)
  const after = await now()
  assert.equal(after - before, 1)
  await lab.stopService('dns')
  await lab.startService('dns')
  assert.equal(await now(), after)
})

test('a reload that is refused for a zone file says so, and the old zone goes on', async () => {
  await using lab = await openLab(
    'domain: conformance.test\nservices: { dns: { zone: zone.db }, http: {} }\n',
    {
      files: {
        'zone.db': '$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 10.0.0.1\n',
        'www/index.html': '',
      },
    },
  )
  const [file = ''] = lab.scenario.instances.flatMap((instance) => instance.files.watched())
  const message = { en: 'the zone has no SOA record', es: 'la zona no tiene registro SOA' }
  const problems = [
    { file, line: 1, column: 1, path: '', message },
    { file: 'scenario.yaml', line: 1, column: 1, path: '', message },
  ]
  const refused = lab.reload(() => Promise.reject(new LabError(message, { blame: 'wrong', problems })))
  await assert.rejects(refused, /no SOA/)
  const facts = lab.journal.since(0, ['zone.rejected']).map(({ data }) => data)
  assert.deepEqual(facts, [{ file, errors: 1, why: message.en }])
  assert.equal(lab.status().find(({ name }) => name === 'dns')?.state, 'running')
})
