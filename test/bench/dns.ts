/**
 * Name servers side by side under dnsperf: queries a second and the server's CPU a query at full load, the 99th percentile
 * of the latency at a fixed load. CPU is the steady figure; the rates share the machine with the load generator.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../lab.ts'
import { datagram } from '../talk.ts'
import { dnsperf, latencies } from './dnsperf.ts'
import { QUESTIONS, questionOctets } from './dns-zone.ts'
import { median } from './figures.ts'
import { nameServers, type NameServer, type NameServerKind } from './name-servers.ts'
import { cpuOfFamily } from './process.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 3)
const SECONDS = Number(process.env['DURATION'] ?? 5)
/** Queries a second at which the latency is read. */
const STEADY = 5000

interface Figures {
  readonly rates: number[]
  readonly cpu: number[]
  readonly latencies: number[]
}

async function waitFor(port: number, name: string): Promise<void> {
  const end = performance.now() + 10_000
  while (
    (await datagram({ host: '127.0.0.1', port }, questionOctets('www.bench.test', 'A'), 200)) === undefined
  )
    if (performance.now() > end) throw new Error(`${name} does not answer`)
}

function measure({ port, process: { pid = 0 } }: NameServer, figures: Figures): void {
  const before = cpuOfFamily(pid)
  const full = dnsperf(port, questions, '-l', String(SECONDS), '-c', '10', '-q', '200')
  const used = cpuOfFamily(pid) - before
  const completed = Number(/Queries completed:\s+(\d+)/.exec(full)?.[1])
  figures.rates.push(Number(/Queries per second:\s+([\d.]+)/.exec(full)?.[1]))
  figures.cpu.push((used / completed) * 1e6)
  const times = latencies({ port, questions, rate: STEADY, seconds: 3 })
  figures.latencies.push(times[Math.floor(times.length * 0.99)] ?? Number.NaN)
}

function isHere(kind: NameServerKind): boolean {
  return spawnSync('sh', ['-c', `command -v ${kind.program}`]).status === 0
}

const only = process.argv.slice(3)
const kinds = nameServers
  .filter(isHere)
  .filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)))
using folder = temporaryFolder()
const questions = join(folder.path, 'questions')
writeFileSync(questions, QUESTIONS.map((pair) => `${pair.join(' ')}\n`).join(''))
const all = new Map<string, Figures>(kinds.map(({ name }) => [name, { rates: [], cpu: [], latencies: [] }]))
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [index, kind] of kinds.entries()) {
    const place = join(folder.path, `${round}-${index}`)
    mkdirSync(place)
    const server = await kind.start(place)
    try {
      await waitFor(server.port, kind.name)
      // Caches and compilers get warm before the figures are taken.
      dnsperf(server.port, questions, '-l', '1', '-c', '10', '-q', '200')
      const figures = all.get(kind.name)
      if (figures !== undefined) measure(server, figures)
    } finally {
      server.process.kill('SIGKILL')
    }
  }
}
const ours = all.get('telelab')
process.stdout.write(
  `${ROUNDS} rounds of ${SECONDS} s, medians; in brackets the ratio of telelab's figure to this one\n`,
)
for (const [name, { rates, cpu, latencies: slowest }] of all) {
  const line = (own: number[] | undefined, theirs: number[], digits: number): string =>
    `${median(theirs).toFixed(digits)} (${(median(own ?? []) / median(theirs)).toFixed(2)})`
  process.stdout.write(
    `${name.padEnd(36)} ${line(ours?.cpu, cpu, 1).padEnd(14)} µs CPU a query   ${line(ours?.rates, rates, 0).padEnd(16)} q/s   p99 ${line(ours?.latencies, slowest, 2)} ms at ${STEADY} q/s\n`,
  )
}
process.exit(0)
