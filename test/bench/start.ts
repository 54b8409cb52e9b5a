/**
 * Cold start to the first right answer on every port, idle memory and stop: the default scenario's dns and http, beside
 * the same two services of inetsim (which needs root) in the same run, in turn.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join, resolve } from 'node:path'
import type { Address } from '../../lab/service.ts'
import { temporaryFolder } from '../lab.ts'
import { datagram, talk } from '../talk.ts'
import { median, spread } from './figures.ts'

const RUNS = 10
const root = resolve(import.meta.dirname, '..', '..')

interface Subject {
  readonly name: string
  readonly dns: Address
  readonly http: Address
  readonly title: RegExp
  start(folder: string): ChildProcess
}

interface Run {
  readonly start: number
  readonly memory: number
  readonly stop: number
}

const question = Buffer.from(
  '1234010000010000000000000377777708737374743937323103 6f72670000010001'.replace(' ', ''),
  'hex',
)

const lab = (name: string, program: string, ...words: readonly string[]): Subject => ({
  name,
  dns: { host: '127.0.0.1', port: 5353 },
  http: { host: '127.0.0.1', port: 8080 },
  title: /^HTTP\/1\.1 200 OK\r\n/,
  start: (folder) =>
    spawn(program, [join(root, 'lab', 'lab.js'), 'start', 'dns', 'http', ...words], {
      cwd: folder,
      stdio: 'ignore',
    }),
})

const inetsim: Subject = {
  name: 'inetsim',
  dns: { host: '127.0.0.1', port: 15_353 },
  http: { host: '127.0.0.1', port: 18_080 },
  title: /^HTTP\/1\.[01] 200 OK\r\n/,
  start(folder) {
    mkdirSync(join(folder, 'log'), { recursive: true })
    mkdirSync(join(folder, 'report'), { recursive: true })
    if (!existsSync(join(folder, 'data')))
      cpSync('/var/lib/inetsim', join(folder, 'data'), { recursive: true })
    const lines = [
      'start_service dns',
      'start_service http',
      'service_bind_address 127.0.0.1',
      'dns_bind_port 15353',
      'http_bind_port 18080',
    ]
    const fake = 'http_fakefile html sample.html text/html\nhttp_default_fakefile sample.html text/html'
    writeFileSync(join(folder, 'inetsim.conf'), `${lines.join('\n')}\n${fake}\n`)
    const places = ['conf=inetsim.conf', 'data-dir=data', 'log-dir=log', 'report-dir=report'].map((place) => {
      const [option = '', name = ''] = place.split('=')
      return `--${option}=${join(folder, name)}`
    })
    return spawn('inetsim', places, { cwd: folder, stdio: 'ignore' })
  },
}

/** The first moment at which both ports have given a right answer, in milliseconds from the spawn. */
async function answered({ dns, http, title }: Subject): Promise<void> {
  const dnsAnswers = async (): Promise<boolean> =>
    ((await datagram(dns, question, 20))?.readUInt16BE(6) ?? 0) > 0
  const httpAnswers = async (): Promise<boolean> =>
    title.test(await talk(http, 'GET / HTTP/1.1\r\nHost: www.sstt9721.org\r\nConnection: close\r\n\r\n'))
  const becomes = async (probe: () => Promise<boolean>): Promise<void> => {
    const end = performance.now() + 10_000
    while (!(await probe())) {
      if (performance.now() > end) throw new Error('no right answer within ten seconds')
      await new Promise((done) => setTimeout(done, 2))
    }
  }
  await Promise.all([becomes(dnsAnswers), becomes(httpAnswers)])
}

/** Megabytes (10⁶ bytes) of resident memory of a process and all that it started. */
function memory(pid: number): number {
  if (platform() !== 'linux') return Number.NaN
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8')
        return [
          {
            pid: Number(name),
            parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]),
            kilobytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0),
          },
        ]
      } catch {
        return []
      }
    })
  const family = new Set([pid])
  for (const { pid: child, parent } of parents.toSorted((a, b) => a.pid - b.pid))
    if (family.has(parent)) family.add(child)
  return (
    parents.filter((process) => family.has(process.pid)).reduce((sum, { kilobytes }) => sum + kilobytes, 0) /
    976.5625
  )
}

async function measure(subject: Subject, folder: string): Promise<Run> {
  const begun = performance.now()
  const process = subject.start(folder)
  const ended = once(process, 'exit')
  await answered(subject).catch((error: unknown) => {
    throw new Error(`${subject.name} gives no right answer`, { cause: error })
  })
  const start = performance.now() - begun
  await new Promise((done) => setTimeout(done, 1500))
  const used = memory(process.pid ?? 0)
  const stopping = performance.now()
  process.kill('SIGTERM')
  // inetsim ignores the signal at some moments.
  const again = setInterval(() => process.kill('SIGTERM'), 200)
  await ended
  clearInterval(again)
  return { start, memory: used, stop: performance.now() - stopping }
}

const hasInetsim = spawnSync('sh', ['-c', 'command -v inetsim']).status === 0 && process.getuid?.() === 0
const older = spawnSync('sh', ['-c', 'command -v node'], {
  encoding: 'utf8',
  env: {
    PATH: (process.env['PATH'] ?? '')
      .split(':')
      .filter((path) => !path.includes('node_modules'))
      .join(':'),
  },
}).stdout.trim()
const subjects = [
  lab('lab (Node 26, as by npm start)', process.execPath),
  ...(older === '' ? [] : [lab("lab/lab.js by the system's Node", older)]),
  ...(hasInetsim ? [inetsim] : []),
]
using folder = temporaryFolder()
// inetsim's services run as another user, who must reach their data.
chmodSync(folder.path, 0o755)
const runs = new Map(subjects.map((subject) => [subject.name, [] as Run[]]))
for (let turn = 0; turn <= RUNS; turn += 1) {
  for (const subject of subjects) {
    const place = join(folder.path, subject.name.replaceAll(/\W+/g, '-'))
    mkdirSync(place, { recursive: true })
    const run = await measure(subject, place)
    // The first turn fills caches, on both sides.
    if (turn > 0) runs.get(subject.name)?.push(run)
  }
}
process.stdout.write(
  `dns and http, ${RUNS} runs each in turn after one to warm up: median (lowest–highest)\n`,
)
for (const [name, list] of runs) {
  const [start, used, stop] = [
    list.map((run) => run.start),
    list.map((run) => run.memory),
    list.map((run) => run.stop),
  ]
  process.stdout.write(
    `${name.padEnd(34)} start ${spread(start)} ms   memory ${spread(used)} MB   stop ${spread(stop)} ms\n`,
  )
}
if (hasInetsim) {
  const [ours = [], theirs = []] = [runs.get(subjects[0]?.name ?? ''), runs.get('inetsim')]
  const ratio = (of: (run: Run) => number): string =>
    (median(ours.map(of)) / median(theirs.map(of))).toFixed(2)
  process.stdout.write(
    `lab / inetsim: start ${ratio((run) => run.start)}, memory ${ratio((run) => run.memory)}, stop ${ratio((run) => run.stop)}\n`,
  )
} else process.stdout.write('inetsim is not here, or this is not root: no ratio\n')
