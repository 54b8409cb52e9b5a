/**
 * What captures cost: the same lab with nothing attached to its wire, with an attachment that does nothing, and with a capture
 * on to a ring of 100 MB. `npm run bench capture`; ROUNDS, DURATION (seconds).
 */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../lab.ts'
import { median, ratio } from './figures.ts'
import { cpuOfFamily } from './process.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const SECONDS = Number(process.env['DURATION'] ?? 2)
const MODES = ['off', 'seen', 'file'] as const

type Mode = (typeof MODES)[number]
type Ports = readonly [http: number, https: number, dns: number]

interface Part {
  readonly title: string
  readonly words: (ports: Ports, folder: string) => readonly [program: string, ...words: string[]]
  /** How many there were, in what the program printed. */
  readonly count: RegExp
}

const seconds = String(SECONDS)
const wrk = (port: number, file: string, connections: number): readonly [string, ...string[]] => {
  const load = ['-t', '1', '-c', String(connections), '-d', seconds]
  return ['wrk', ...load, `http://127.0.0.1:${port}/${file}`]
}
const TLS = ['-tls1_3', '-ciphersuites', 'TLS_AES_128_GCM_SHA256', '-www', '/30k.txt']

const PARTS: readonly Part[] = [
  { title: 'HTTP, 30 KB', words: ([http]) => wrk(http, '30k.txt', 32), count: /(\d+) requests in/ },
  { title: 'HTTP, 8 MB', words: ([http]) => wrk(http, '8m.txt', 4), count: /(\d+) requests in/ },
  {
    title: 'HTTPS, a handshake and 30 KB each',
    words: ([, https]) => [
      'openssl',
      's_time',
      '-connect',
      `127.0.0.1:${https}`,
      '-time',
      seconds,
      '-new',
      ...TLS,
    ],
    count: /(\d+) connections in \d+ real seconds/,
  },
  {
    title: 'DNS over UDP',
    words: ([, , dns], folder) => {
      const at = ['-s', '127.0.0.1', '-p', String(dns)]
      return ['dnsperf', ...at, '-d', join(folder, 'questions'), '-T', '1', '-l', seconds]
    },
    count: /Queries completed:\s+(\d+)/,
  },
]

/** What each round of a part came to. */
interface Figures {
  readonly rate: number[]
  /** Microseconds of the lab's CPU for each. */
  readonly cpu: number[]
}

async function run(part: Part, ports: Ports, folder: string): Promise<{ count: number; rate: number }> {
  const begun = performance.now()
  const [program, ...words] = part.words(ports, folder)
  const client = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [client.stdout, client.stderr]) stream.on('data', (text) => (said += String(text)))
  await once(client, 'close')
  const count = Number(part.count.exec(said)?.[1])
  if (!(count > 0)) throw new Error(`${program} ${words.join(' ')}: ${said.slice(-500)}`)
  return { count, rate: count / ((performance.now() - begun) / 1000) }
}

async function measure(mode: Mode, folder: string, all: ReadonlyMap<Part, Figures>): Promise<number> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'capture-child.ts'), [mode, folder])
  const [ports] = (await once(child, 'message')) as [Ports]
  const { pid = 0 } = child
  for (const part of PARTS) {
    // The first turn warms it up.
    await run(part, ports, folder)
    const before = cpuOfFamily(pid)
    const { count, rate } = await run(part, ports, folder)
    all.get(part)?.cpu.push(((cpuOfFamily(pid) - before) / count) * 1e6)
    all.get(part)?.rate.push(rate)
  }
  child.send('dropped')
  const [dropped] = (await once(child, 'message')) as [number]
  child.kill()
  await once(child, 'exit')
  return dropped
}

const figures = new Map(
  MODES.map((mode) => [mode, new Map(PARTS.map((part): [Part, Figures] => [part, { rate: [], cpu: [] }]))]),
)
let dropped = 0
for (let round = 0; round < ROUNDS; round += 1)
  for (const [mode, own] of figures) {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'questions'), 'bench.test A\nnothing.bench.test A\n')
    dropped += await measure(mode, folder.path, own)
  }
process.stdout.write(`median of ${ROUNDS} rounds; in brackets the ratio to "off", lowest–highest\n`)
for (const part of PARTS) {
  process.stdout.write(`${part.title}\n`)
  const off = figures.get('off')?.get(part)
  for (const [mode, own] of figures) {
    const { rate, cpu } = own.get(part) ?? { rate: [], cpu: [] }
    process.stdout.write(
      `  ${mode.padEnd(5)} ${median(rate).toFixed(0).padStart(7)}/s ${ratio(rate, off?.rate ?? []).padEnd(18)} ${median(cpu).toFixed(1).padStart(8)} µs CPU each ${ratio(cpu, off?.cpu ?? [])}\n`,
    )
  }
}
process.stdout.write(`packets left out: ${dropped}\n`)
