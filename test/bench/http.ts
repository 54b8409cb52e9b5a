/**
 * Web servers side by side under wrk with keep-alive: the server's CPU a request and the rate for files of four sizes,
 * then the memory for 10,000 open connections. CPU is the steady figure; the rates share the machine with the load
 * generator. `npm run bench http [name …]`; ROUNDS, DURATION (seconds), REQUESTS (on one connection), IDLE (0: no such part).
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { temporaryFolder } from '../lab.ts'
import { median, ratio } from './figures.ts'
import { costOf, noise, stopServer } from './load.ts'
import { memoryOfFamily } from './process.ts'
import { withServer, wrk, type ServedFile } from './web-run.ts'
import { webServers, withDescriptors, type WebServer } from './web-servers.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const SECONDS = Number(process.env['DURATION'] ?? 3)
const REQUESTS = Number(process.env['REQUESTS'] ?? 1000)
const IDLE = Number(process.env['IDLE'] ?? 10_000)

/** The files, with the connections that ask for each: of large ones, those cut off at the end must not count. */
const FILES = [
  { name: '26.txt', title: '26 B', octets: 26, connections: 64 },
  { name: '1k.txt', title: '1 KB', octets: 1024, connections: 64 },
  { name: '30k.txt', title: '30 KB', octets: 30 * 1024, connections: 64 },
  { name: '8m.txt', title: '8 MB', octets: 8 * 1024 * 1024, connections: 8 },
] as const

interface Figures {
  /** Microseconds of CPU a request. */
  readonly cpu: number[]
  /** Requests a second. */
  readonly rate: number[]
}

const urlOf = (port: number, { name }: ServedFile): string => `http://127.0.0.1:${port}/${name}`

async function measure({ port, process }: WebServer, file: ServedFile, into: Figures): Promise<void> {
  // Caches and compilers get warm before the figures are taken.
  wrk(urlOf(port, file), file.connections, 1)
  const load = async (): Promise<ReturnType<typeof wrk>> => wrk(urlOf(port, file), file.connections, SECONDS)
  const { result, cpu } = await costOf(process, true, load)
  into.cpu.push((cpu / result.requests) * 1e6)
  into.rate.push(result.rate)
}

function print(all: ReadonlyMap<string, readonly Figures[]>): void {
  const ours = all.get('telelab')
  for (const [index, { title }] of FILES.entries()) {
    process.stdout.write(`${title}\n`)
    for (const [name, figures] of all) {
      const { cpu, rate } = figures[index] ?? { cpu: [], rate: [] }
      const own = ours?.[index] ?? { cpu: [], rate: [] }
      process.stdout.write(
        `  ${name.padEnd(32)} ${median(cpu).toFixed(1).padStart(8)} µs CPU a request  ${ratio(own.cpu, cpu).padEnd(18)} ${median(rate).toFixed(0).padStart(8)}/s  ${ratio(own.rate, rate)}\n`,
      )
    }
  }
}

/** The memory before and after so many connections, each of which has brought one request. */
async function holdIdle(server: WebServer, name: string): Promise<void> {
  const { pid = 0 } = server.process
  await setTimeout(1000)
  const before = memoryOfFamily(pid)
  const words = [join(import.meta.dirname, 'http-idle.ts'), String(server.port), String(IDLE)]
  const client = withDescriptors(process.execPath, words, { cwd: import.meta.dirname })
  try {
    await once(client, 'message')
    await setTimeout(2000)
    const after = memoryOfFamily(pid)
    client.send('again')
    const [{ open }] = (await once(client, 'message')) as [{ open: number }]
    const mega = (octets: number): string => (octets / 1e6).toFixed(1).padStart(7)
    process.stdout.write(
      `  ${name.padEnd(32)} ${mega(before)} MB before ${mega(after)} MB with ${open} open, ${((after - before) / open / 1000).toFixed(2)} kB each\n`,
    )
  } finally {
    await stopServer(client)
  }
}

const only = process.argv.slice(3)
const kinds = webServers
  .filter(({ program }) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0)
  .filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)))
using folder = temporaryFolder()
chmodSync(folder.path, 0o755)
const all = new Map(kinds.map(({ name }) => [name, FILES.map((): Figures => ({ cpu: [], rate: [] }))]))
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [index, kind] of kinds.entries()) {
    const place = join(folder.path, `${round}-${index}`)
    await withServer(kind, { folder: place, requests: REQUESTS, files: FILES }, async (server) => {
      for (const [at, file] of FILES.entries()) {
        const figures = all.get(kind.name)?.[at]
        if (figures !== undefined) await measure(server, file, figures)
      }
    })
  }
}
if (ROUNDS > 0) {
  process.stdout.write(
    `${ROUNDS} rounds of ${SECONDS} s, ${REQUESTS} requests a connection, medians; behind each figure the ratio of telelab's to it (lowest–highest round)\n`,
  )
  print(all)
  process.stdout.write(
    `beside the server and wrk, other programs took ${median(noise).toFixed(2)} cores, at most ${Math.max(...noise).toFixed(2)}\n`,
  )
}
if (IDLE > 0) {
  process.stdout.write(
    `${IDLE} connections, one request on each, then idle; resident memory of all the server's processes\n`,
  )
  for (const [index, kind] of kinds.entries()) {
    // The small file alone: what a large one leaves behind is no part of an idle connection.
    const load = {
      folder: join(folder.path, `idle-${index}`),
      requests: REQUESTS,
      idle: IDLE,
      files: FILES.slice(0, 1),
    }
    await withServer(kind, load, (server) => holdIdle(server, kind.name))
  }
}
// An exit by itself would leave the folder.
folder[Symbol.dispose]()
process.exit(0)
