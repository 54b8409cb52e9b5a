import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Address } from '../../../lab/service.ts'
import { openLab, readScenario, temporaryFolder, writeFiles, type TestLab } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { missing } from '../../tool.ts'

const run = promisify(execFile)

/** Milliseconds for a server to start, and for it to take a zone. */
const PATIENCE = 20_000

const ZONE = (serial: number, ...more: readonly string[]): string =>
  [
    '$TTL 1h',
    `@ SOA dns hostmaster ${serial} 1h 15m 1w 5m`,
    '@ NS dns',
    '@ MX 10 Mail',
    'dns A 192.0.2.1',
    'Mail AAAA 2001:db8::1',
    '*.wild TXT "any; thing" ""',
    'sub NS ns.sub',
    'ns.sub A 192.0.2.2',
    '_sip._tcp SRV 0 5 5060 mail',
    String.raw`odd TYPE65280 \# 4 01020304`,
    ...Array.from({ length: 2000 }, (_, index) => `host${index} A 10.1.${index >> 8}.${index & 0xff}`),
    // BIND takes up to a hundred records of one name and type.
    ...Array.from({ length: 90 }, (_, index) => `texts TXT "${String(index).padStart(250, '.')}"`),
    ...more,
    '',
  ].join('\n')

const SCENARIO = (notify: readonly Address[]): string =>
  `title: Test
domain: example.test
services:
  dns:
    zone: zone.db
    allowTransfer: [127.0.0.1]
    notify: [${notify.map(({ host, port }) => `"${host}:${port}"`).join(', ')}]
`

function openPrimary(notify: readonly Address[] = []): Promise<TestLab> {
  return openLab(SCENARIO(notify), { files: { 'zone.db': ZONE(7) } })
}

async function dig({ host, port }: Address, ...words: readonly string[]): Promise<string> {
  const { stdout } = await run('dig', [`@${host}`, '-p', String(port), '+tries=1', '+time=5', ...words], {
    maxBuffer: 1 << 26,
  })
  return stdout
}

/** The records of a transfer, one a line, in order; the last SOA left out. */
function recordsIn(output: string): readonly string[] {
  const lines = output
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => line.replaceAll(/\s+/g, ' '))
  return [...new Set(lines)].toSorted()
}

test('dig takes the zone by AXFR and by IXFR', { skip: missing('dig') }, async () => {
  await using lab = await openPrimary()
  const address = lab.address('dns', 'dns')
  const axfr = await dig(address, 'example.test', 'AXFR')
  assert.match(axfr, /XFR size: 2101 records \(messages \d+, bytes \d+\)/)
  assert.match(axfr, /^host1999\.example\.test\.\t3600\tIN\tA\t10\.1\.7\.207$/m)
  assert.equal(recordsIn(axfr).length, 2100)
  assert.deepEqual(recordsIn(await dig(address, 'example.test', 'IXFR=6')), recordsIn(axfr))
  assert.deepEqual(recordsIn(await dig(address, 'example.test', 'IXFR=7')).length, 1)
  assert.match(
    await dig(address, 'example.test', 'IXFR=6', '+notcp'),
    /\tSOA\t.* 7 3600 .*\n;; Query time.*\n.*\(UDP\)/,
  )
  assert.match(await dig(address, 'host1.example.test', 'AXFR'), /Transfer failed/)
  const facts = lab.journal
    .since(0, ['dns.transferred'])
    .map(({ data }) => [data?.['type'], data?.['records']])
  assert.deepEqual(facts, [
    ['AXFR', 2101],
    ['IXFR', 2101],
  ])
})

test('dig is refused by a server that gives its zones to nobody', { skip: missing('dig') }, async () => {
  await using lab = await openLab('domain: example.test\nservices: { dns: {} }')
  const address = lab.address('dns', 'dns')
  assert.match(await dig(address, 'example.test', 'AXFR'), /Transfer failed/)
  assert.deepEqual(
    lab.journal.since(0, ['dns.refused']).map(({ data }) => data?.['why']),
    ['transfer'],
  )
})

/** A program that can be a secondary, and its settings. */
interface Secondary {
  readonly program: string
  readonly words: readonly string[]
  /** The files that it needs, by name. */
  files(folder: string, own: Address, primary: Address): Readonly<Record<string, string>>
}

const SECONDARIES: readonly Secondary[] = [
  {
    program: 'named',
    words: ['-g', '-n', '1', '-c', 'named.conf'],
    files: (folder, own, primary) => ({
      'named.conf': `options {
  directory "${folder}"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
  listen-on port ${own.port} { ${own.host}; }; listen-on-v6 { none; };
  allow-transfer { 127.0.0.1; }; notify no; empty-zones-enable no;
};
controls { };
zone "example.test" { type secondary; file "example.db"; primaries { ${primary.host} port ${primary.port}; }; };
`,
    }),
  },
  {
    program: 'nsd',
    words: ['-d', '-c', 'nsd.conf'],
    files: (folder, own, primary) => ({
      'nsd.conf': `server:
  ip-address: ${own.host}@${own.port}
  zonesdir: "${folder}"
  xfrdir: "${folder}"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  pidfile: "${folder}/nsd.pid"
  database: ""
  username: ""
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: example.test
  request-xfr: AXFR ${primary.host}@${primary.port} NOKEY
  allow-notify: 127.0.0.1 NOKEY
  provide-xfr: 127.0.0.1 NOKEY
`,
    }),
  },
  {
    program: 'knotd',
    words: ['-c', 'knot.conf'],
    files: (folder, own, primary) => ({
      'knot.conf': `server:
  listen: ${own.host}@${own.port}
  rundir: ${folder}
database:
  storage: ${folder}
log:
  - target: stderr
    any: info
remote:
  - id: primary
    address: ${primary.host}@${primary.port}
acl:
  - id: notified
    address: 127.0.0.1
    action: [notify, transfer]
zone:
  - domain: example.test
    storage: ${folder}
    master: primary
    acl: notified
`,
    }),
  },
]

for (const secondary of SECONDARIES) {
  const skip = missing(secondary.program, 'dig')
  test(
    `${secondary.program} takes the zone, is notified of a change, and takes the changed zone`,
    { skip },
    async () => {
      const own = { host: '127.0.0.1', port: await freePort() }
      await using lab = await openPrimary([own])
      using folder = temporaryFolder()
      await using _server = start(secondary, folder.path, own, lab.address('dns', 'dns'))
      await serves(own, 7)
      const ours = await dig(lab.address('dns', 'dns'), 'example.test', 'AXFR')
      // Secondaries may write their copy in another order, and names in another case.
      const folded = (output: string): readonly string[] =>
        recordsIn(output)
          .map((line) => line.toLowerCase())
          .toSorted()
      assert.deepEqual(folded(await dig(own, 'example.test', 'AXFR')), folded(ours))
      await told(lab, 7)
      await reload(lab, own, ZONE(8, 'new A 192.0.2.8'))
      await serves(own, 8)
      assert.match(await dig(own, 'new.example.test'), /\t192\.0\.2\.8$/m)
      await told(lab, 8)
    },
  )
}

/** Resolves when the server has been told of that version, and has said that it heard. */
async function told(lab: TestLab, serial: number): Promise<void> {
  await eventually(async () =>
    lab.journal
      .since(0, ['dns.notified'])
      .some(({ data }) => data?.['serial'] === serial && data['rcode'] === 'NOERROR'),
  )
}

async function serves(address: Address, serial: number): Promise<void> {
  await eventually(async () => {
    const output = await dig(address, '+short', '+time=1', 'example.test', 'SOA').catch(() => '')
    return output.includes(` ${serial} 3600 900 604800 300`)
  })
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${PATIENCE} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function reload(lab: TestLab, own: Address, zone: string): Promise<void> {
  const folder = dirname(lab.stateFolder)
  writeFiles(folder, { 'zone.db': zone, 'scenario.yaml': SCENARIO([own]) })
  const { scenario } = await readScenario(join(folder, 'scenario.yaml'))
  if (scenario === undefined) throw new Error('the scenario is wrong')
  await lab.reload(scenario)
}

function start(secondary: Secondary, folder: string, own: Address, primary: Address): AsyncDisposable {
  writeFiles(folder, secondary.files(folder, own, primary))
  const server = spawn(secondary.program, secondary.words, { cwd: folder, stdio: 'ignore' })
  return {
    async [Symbol.asyncDispose]() {
      if (server.exitCode !== null || server.signalCode !== null) return
      // NSD ends its children when it is asked to end, and not when it is killed.
      server.kill('SIGTERM')
      const timer = setTimeout(() => server.kill('SIGKILL'), 5000)
      await once(server, 'exit')
      clearTimeout(timer)
    },
  }
}
