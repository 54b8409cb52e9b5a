/**
 * What looking on costs: 5,000 DNS queries a second for ten seconds, and as many as there can be, with the console off, with
 * the console that nobody looks at, and with the page of the traffic open in Chromium; and whether that page stays quick,
 * and accounts for every conversation. `npm run bench console`; ROUNDS, DURATION (seconds).
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../browser.ts'
import { temporaryFolder } from '../lab.ts'
import { startLab } from '../program.ts'
import { dnsperf } from './dnsperf.ts'
import { QUESTIONS, ZONE } from './dns-zone.ts'
import { median } from './figures.ts'
import { cpuOfFamily } from './process.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 3)
const SECONDS = Number(process.env['DURATION'] ?? 10)
/** Queries a second. */
const STEADY = 5000
const MODES = ['console off', 'console, nobody looks', 'the page of the traffic open'] as const

interface Figures {
  readonly lost: number[]
  /** Microseconds of the lab's CPU a query, at the steady rate. */
  readonly cpu: number[]
  /** Queries a second at full load. */
  readonly rate: number[]
}

/** What the page tells of itself and of the lab. */
interface Report {
  /** Milliseconds of the longest task of the page. */
  readonly longest: number
  readonly slow: number
  /** Conversations that the lab has counted. */
  readonly total: number
  readonly facts: number
  readonly dropped: number
}

/** Looks at the traffic, and notes every task of the page that takes longer than 50 ms. */
async function look(page: Page, url: string): Promise<void> {
  await page.addInitScript(`
    globalThis.tasks = []
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.tasks.push(duration)
    }).observe({ type: 'longtask', buffered: true })`)
  await page.goto(`${url}#/traffic`)
  await page.waitForSelector('lab-traffic')
}

async function report(page: Page, url: string): Promise<Report> {
  const tasks = await page.evaluate<number[]>('tasks')
  const ask = async (operation: string): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}api/${operation}`, { method: 'POST', headers, body: '{}' })
    return (await response.json()) as Record<string, unknown>
  }
  const [overview, conversations] = [await ask('overview'), await ask('conversations')]
  return {
    longest: Math.max(0, ...tasks),
    slow: tasks.filter((duration) => duration > 200).length,
    total: Number(conversations['total']),
    facts: Number(overview['facts']),
    dropped: Number(overview['dropped']),
  }
}

function numberBehind(text: string, label: string): number {
  return Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(text)?.[1])
}

using folder = temporaryFolder()
const scenario = join(folder.path, 'scenario.yaml')
writeFileSync(join(folder.path, 'zone.db'), ZONE)
writeFileSync(
  scenario,
  'title: { en: Bench, es: Medida }\ndomain: bench.test\nservices: { dns: { zone: zone.db, rateLimit: false } }\n',
)
const questions = join(folder.path, 'questions')
writeFileSync(questions, QUESTIONS.map((pair) => `${pair.join(' ')}\n`).join(''))
const all = new Map<string, Figures>(MODES.map((mode) => [mode, { lost: [], cpu: [], rate: [] }]))
const reports: (Report & { readonly sent: number })[] = []
await using browser = await launchBrowser()
for (let round = 0; round < ROUNDS; round += 1)
  for (const mode of MODES) {
    const words = ['-s', scenario, '--ports', 'any', '--state', join(folder.path, `${round}${mode.length}`)]
    await using lab = await startLab(mode === 'console off' ? [...words, '--no-console'] : words, {
      folder: folder.path,
    })
    const port = Number(/127\.0\.0\.1:(\d+) \(udp/.exec(lab.out)?.[1])
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/[\w-]{20,}\//.exec(lab.out) ?? []
    const page = await browser.newPage()
    if (mode === MODES[2]) await look(page, url)
    dnsperf(port, questions, '-l', '1', '-c', '10', '-Q', '1000')
    const pid = lab.process.pid ?? 0
    const before = cpuOfFamily(pid)
    const steady = dnsperf(port, questions, '-l', String(SECONDS), '-c', '10', '-Q', String(STEADY))
    const figures = all.get(mode)
    figures?.lost.push(numberBehind(steady, 'Queries lost'))
    figures?.cpu.push(((cpuOfFamily(pid) - before) / numberBehind(steady, 'Queries completed')) * 1e6)
    const full = dnsperf(port, questions, '-l', '5', '-c', '10', '-q', '200')
    figures?.rate.push(numberBehind(full, 'Queries per second'))
    if (mode === MODES[2]) {
      const sent = [steady, full].reduce((sum, text) => sum + numberBehind(text, 'Queries sent'), 0)
      reports.push({ ...(await report(page, url)), sent })
    }
    await page.close()
  }

const ours = all.get(MODES[0])
process.stdout.write(`${ROUNDS} rounds, medians; in brackets the ratio to the console off\n`)
for (const [mode, { lost, cpu, rate }] of all) {
  const ratio = (own: readonly number[], first: readonly number[] | undefined): string =>
    `(${(median(own) / median(first ?? [])).toFixed(2)})`
  process.stdout.write(
    `${mode.padEnd(30)} at ${STEADY} q/s: ${median(lost)} lost, ${median(cpu).toFixed(1)} µs CPU a query ${ratio(cpu, ours?.cpu)}   at most ${median(rate).toFixed(0)} q/s ${ratio(rate, ours?.rate)}\n`,
  )
}
for (const { longest, slow, total, facts, dropped, sent } of reports)
  process.stdout.write(
    `the page: longest task ${longest.toFixed(0)} ms, ${slow} above 200 ms; ${sent} queries sent behind the first thousand, ${total} conversations counted; ${facts} facts, of which ${dropped} are told as dropped\n`,
  )
process.exit(0)
