/** What the suites of a scenario say of a student's server, of none at all, and of wrong ones. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StudentServer } from '../solution.ts'
import { LabError } from '../host/error.ts'
import type { Registry } from '../scenario/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { loadSuites, type NamedSuite } from '../scenario/suites.ts'
import type { Address } from '../service.ts'
import { endpointsOf, programJob, startProgram, usualLimits } from './grade-program.ts'
import { casesOf, grade, type Job } from './grade.ts'
import type { CheckResult } from './model.ts'
import { layFiles } from './program-files.ts'

/** The suites that the scenario names; none is unknown in one that was validated. */
export async function suitesOf({ suites }: Scenario, registry: Registry): Promise<readonly NamedSuite[]> {
  if (suites.length === 0) return []
  const known = await loadSuites(registry)
  return suites.flatMap((name) => known.suites.get(name) ?? [])
}

/** The cases by which a server at any address is graded, with their suites. */
export function suiteCases(
  { domain, accounts }: Scenario,
  parts: readonly NamedSuite[],
): ReturnType<typeof casesOf> {
  const anywhere = { host: '127.0.0.1', port: 0 }
  const names = Object.keys(endpointsOf(parts))
  return casesOf(parts, {
    domain,
    accounts,
    endpoints: Object.fromEntries(names.map((name) => [name, anywhere])),
  })
}

/** What the suites say of the server, or of one that hangs up on everybody; throws a LabError if it does not serve. */
export async function suiteResults(
  scenario: Scenario,
  parts: readonly NamedSuite[],
  server: StudentServer | undefined,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { domain, accounts } = scenario
  const target = { domain, accounts }
  if (server === undefined) {
    await using nobody = await openNobody()
    const endpoints = Object.fromEntries(
      Object.keys(endpointsOf(parts)).map((name) => [name, nobody.address]),
    )
    const job = { student: 'nobody', label: 'nobody', target: { ...target, endpoints } }
    return await gradedBy(parts, job, signal)
  }
  const folder = await mkdtemp(join(tmpdir(), 'telelab-server-'))
  try {
    await layFiles(folder, server.files)
    await using program = await startProgram({ command: server.command, folder }, { parts, domain })
    const names = { student: 'solution', label: server.command }
    return await gradedBy(parts, programJob(program, { ...names, parts, target }), signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function gradedBy(
  parts: readonly NamedSuite[],
  job: Job,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const seed = randomBytes(6).toString('hex')
  const about = { subject: '', title: { en: '', es: '' }, parts, seed, seconds: usualLimits.seconds, signal }
  const quiet = { log: { error: () => undefined }, publish: () => undefined }
  const [report] = await grade([job], { ...about, ...quiet })
  if (report?.failure !== undefined) throw new LabError(report.failure)
  return report?.results ?? []
}

/** A server that hangs up on whoever connects. */
async function openNobody(): Promise<AsyncDisposable & { readonly address: Address }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.resume().end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    address: { host: '127.0.0.1', port },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
