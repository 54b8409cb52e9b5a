/**
 * Web servers side by side under TLS, all with the same P-256 certificate and AES128-GCM: full handshakes (`openssl s_time`,
 * with and without a certificate of the client), resumed ones, and files over connections that stay (wrk); then the longest
 * stall of each lab's loop while 100 clients show a certificate. In TLS 1.3 each handshake brings one small request: without
 * it the client would be gone before the server has read its end. `npm run bench https [name …]`; ROUNDS, DURATION
 * (seconds), REQUESTS (on one connection), PROCESSES (of s_time).
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { get, type RequestOptions } from 'node:https'
import { join } from 'node:path'
import { createAuthority } from '../../certs/authority.ts'
import { temporaryFolder } from '../lab.ts'
import { median, ratio } from './figures.ts'
import { costOf, noise } from './load.ts'
import { withServer, wrk, type ServedFile } from './web-run.ts'
import { DOMAIN, secureServers, type TlsLoad, type WebServer, type WebServerKind } from './web-servers.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const SECONDS = Number(process.env['DURATION'] ?? 2)
const REQUESTS = Number(process.env['REQUESTS'] ?? 1000)
const PROCESSES = Number(process.env['PROCESSES'] ?? 3)

const SMALL: ServedFile = { name: '26.txt', octets: 26, connections: 64 }
const LARGE: ServedFile = { name: '8m.txt', octets: 8 * 1024 * 1024, connections: 8 }

interface Figures {
  /** Microseconds of CPU for one. */
  readonly cpu: number[]
  /** So many a second. */
  readonly rate: number[]
}

interface Part {
  readonly title: string
  readonly isClientAsked: boolean
  /** Says how many there were and how many a second. */
  readonly run: (port: number, tls: TlsLoad) => Promise<{ readonly count: number; readonly rate: number }>
}

const handshakes = (title: string, words: readonly string[], isClientAsked = false): Part => ({
  title,
  isClientAsked,
  run: (port, tls) => time(port, [...words, ...shown(tls, isClientAsked)], SECONDS),
})

const files = (title: string, file: ServedFile): Part => ({
  title,
  isClientAsked: false,
  run: async (port) => {
    const { requests, rate } = wrk(urlOf(port, file), file.connections, SECONDS)
    return { count: requests, rate }
  },
})

const urlOf = (port: number, { name }: ServedFile): string => `https://127.0.0.1:${port}/${name}`

const TLS_12 = ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256']
const TLS_13 = ['-tls1_3', '-ciphersuites', 'TLS_AES_128_GCM_SHA256', '-www', `/${SMALL.name}`]

const PARTS: readonly Part[] = [
  handshakes('full, TLS 1.2', ['-new', ...TLS_12]),
  handshakes('full, TLS 1.3', ['-new', ...TLS_13]),
  handshakes('resumed, TLS 1.2', ['-reuse', ...TLS_12]),
  handshakes('resumed, TLS 1.3', ['-reuse', ...TLS_13]),
  files('26 B, keep-alive', SMALL),
  files('8 MB, keep-alive', LARGE),
  handshakes('full with client certificate, TLS 1.2', ['-new', ...TLS_12], true),
  handshakes('full with client certificate, TLS 1.3', ['-new', ...TLS_13], true),
  handshakes('resumed with client certificate, TLS 1.2', ['-reuse', ...TLS_12], true),
  handshakes('resumed with client certificate, TLS 1.3', ['-reuse', ...TLS_13], true),
]

function shown({ client }: TlsLoad, isClientAsked: boolean): readonly string[] {
  return isClientAsked && client !== undefined ? ['-cert', client.certificate, '-key', client.key] : []
}

/** Several clients beside each other; all end with the same second. */
async function time(
  port: number,
  words: readonly string[],
  seconds: number,
): Promise<{ readonly count: number; readonly rate: number }> {
  const begun = performance.now()
  const counts = await Promise.all(
    Array.from({ length: PROCESSES }, async () => {
      const all = ['s_time', '-connect', `127.0.0.1:${port}`, '-time', String(seconds), ...words]
      const client = spawn('openssl', all, { stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      for (const stream of [client.stdout, client.stderr])
        stream.on('data', (text) => (output += String(text)))
      const [code] = (await once(client, 'close')) as [number | null]
      const count = Number(/(\d+) connections in [\d.]+s/.exec(output)?.[1] ?? 0)
      // It shows an `r` for each session that was resumed.
      const resumed = /^[r*t]{3,}$/m.exec(output)?.[0].replaceAll(/[^r]/g, '').length ?? 0
      if (code !== 0 || count === 0 || (words.includes('-reuse') && resumed < count * 0.99))
        throw new Error(
          `openssl ${all.join(' ')}: ${code}, ${resumed} of ${count} resumed, ${output.slice(-500)}`,
        )
      return count
    }),
  )
  const count = counts.reduce((sum, each) => sum + each, 0)
  return { count, rate: count / ((performance.now() - begun) / 1000) }
}

async function measure({ port, process }: WebServer, part: Part, tls: TlsLoad, into: Figures): Promise<void> {
  const { result, cpu } = await costOf(process, true, () => part.run(port, tls))
  into.cpu.push((cpu / result.count) * 1e6)
  into.rate.push(result.rate)
}

function print(all: ReadonlyMap<string, readonly Figures[]>): void {
  const ours = all.get('telelab')
  for (const [index, { title }] of PARTS.entries()) {
    process.stdout.write(`${title}\n`)
    for (const [name, figures] of all) {
      const { cpu, rate } = figures[index] ?? { cpu: [], rate: [] }
      const own = ours?.[index] ?? { cpu: [], rate: [] }
      process.stdout.write(
        `  ${name.padEnd(30)} ${median(cpu).toFixed(1).padStart(8)} µs CPU each  ${ratio(own.cpu, cpu).padEnd(18)} ${median(rate).toFixed(0).padStart(7)}/s  ${ratio(own.rate, rate).padEnd(18)} at equal CPU ${ratio(cpu, own.cpu)}\n`,
      )
    }
  }
}

/** The files that every server is given. */
async function makeFiles(folder: string): Promise<Required<TlsLoad>> {
  const authorityFolder = join(folder, 'certs')
  const authority = createAuthority({
    folder: authorityFolder,
    domain: DOMAIN,
    addresses: ['127.0.0.1'],
    clock: { now: () => Date.now() },
    random: { bytes: (count) => randomBytes(count) },
  })
  const make = async (
    name: string,
    purpose: 'server' | 'client',
  ): Promise<{ certificate: string; key: string }> => {
    const names = [purpose === 'server' ? `www.${DOMAIN}` : `alice@${DOMAIN}`]
    const made = await authority.issueNew({
      names,
      addresses: purpose === 'server' ? ['127.0.0.1'] : [],
      purpose,
    })
    const place = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
    writeFileSync(place.certificate, made.chain)
    writeFileSync(place.key, made.key)
    return place
  }
  const path = join(folder, 'authority.pem')
  const [server, client] = [await make('server', 'server'), await make('client', 'client')]
  writeFileSync(path, await authority.authority())
  return { ...server, authorityFolder, authority: path, client }
}

/** Milliseconds by which the lab's loop was late at most while so many clients showed a certificate, some at the same time. */
async function stall(
  child: ChildProcess,
  port: number,
  tls: Required<TlsLoad>,
  atOnce: number,
): Promise<number> {
  const options = {
    host: '127.0.0.1',
    port,
    path: `/${SMALL.name}`,
    agent: false,
    ca: readFileSync(tls.authority),
    cert: readFileSync(tls.client.certificate),
    key: readFileSync(tls.client.key),
  } satisfies RequestOptions
  const one = async (): Promise<void> => {
    const [answer] = await once(get(options), 'response')
    await once(answer.resume(), 'end')
  }
  for (let warm = 0; warm < 20; warm += 1) await one()
  child.send('begin')
  for (let done = 0; done < 100; done += atOnce) await Promise.all(Array.from({ length: atOnce }, one))
  const told = once(child, 'message')
  child.send('end')
  const [late] = (await told) as [number]
  return late
}

async function printStalls(kind: WebServerKind, folder: string, tls: Required<TlsLoad>): Promise<void> {
  await withServer(kind, { folder, requests: REQUESTS, tls, files: [SMALL] }, async (server) => {
    for (const atOnce of [1, 10, 100]) {
      const values: number[] = []
      for (let times = 0; times < 3; times += 1)
        values.push(await stall(server.process, server.port, tls, atOnce))
      process.stdout.write(
        `  ${kind.name.padEnd(30)} ${String(atOnce).padStart(3)} at once: ${values.map((each) => each.toFixed(1)).join(', ')} ms\n`,
      )
    }
  })
}

const only = process.argv.slice(3)
const kinds = secureServers
  .filter(({ program }) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0)
  .filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)))
using folder = temporaryFolder()
chmodSync(folder.path, 0o755)
mkdirSync(join(folder.path, 'tls'))
const whole = await makeFiles(join(folder.path, 'tls'))
const { client: _, ...plain } = whole
const all = new Map(kinds.map(({ name }) => [name, PARTS.map((): Figures => ({ cpu: [], rate: [] }))]))
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [index, kind] of kinds.entries()) {
    for (const isClientAsked of [false, true]) {
      const place = join(folder.path, `${round}-${index}-${isClientAsked ? 'client' : 'plain'}`)
      const tls = isClientAsked ? whole : plain
      const load = { folder: place, requests: REQUESTS, tls, files: [SMALL, LARGE] }
      await withServer(kind, load, async (server) => {
        // Caches and compilers get warm before the figures are taken.
        await time(server.port, ['-new', ...TLS_13, ...shown(tls, isClientAsked)], 1)
        if (!isClientAsked)
          for (const file of [SMALL, LARGE]) wrk(urlOf(server.port, file), file.connections, 1)
        for (const [at, part] of PARTS.entries()) {
          const figures = all.get(kind.name)?.[at]
          if (figures !== undefined && part.isClientAsked === isClientAsked)
            await measure(server, part, tls, figures)
        }
      })
    }
  }
}
if (ROUNDS > 0) {
  process.stdout.write(
    `${ROUNDS} rounds of ${SECONDS} s, ${PROCESSES} processes of s_time, medians; behind each figure the ratio of telelab's to it (lowest–highest round); at equal CPU: telelab's rate a second of CPU to theirs\n`,
  )
  print(all)
  process.stdout.write(
    `beside the server and its clients, other programs took ${median(noise).toFixed(2)} cores, at most ${Math.max(...noise).toFixed(2)}\n`,
  )
}
process.stdout.write(
  'how late the loop was at most, in each of three times 100 handshakes with client certificates\n',
)
for (const [index, kind] of kinds.entries())
  if (kind.program === process.execPath) await printStalls(kind, join(folder.path, `stall-${index}`), whole)
// An exit by itself would leave the folder.
folder[Symbol.dispose]()
process.exit(0)
