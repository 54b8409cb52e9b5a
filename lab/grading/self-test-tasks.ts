/** What the tasks of a scenario say of a solution, in a lab of its own. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Solve, SolvedLab } from '../solution.ts'
import { Lab } from '../host/lab.ts'
import type { Registry } from '../scenario/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Logger } from '../service.ts'
import { LiveTasks } from './live.ts'
import type { CheckResult } from './model.ts'

/** Milliseconds of a solution. */
const LIMIT = 60_000
/** Milliseconds that a lab gets to be done with what its clients have asked. */
const SETTLED = 5000
/** Milliseconds without a fact after which it is done. */
const QUIET = 30

/** What a scenario's tests are run with. */
export interface SelfTestOptions {
  readonly registry: Registry
  readonly signal: AbortSignal
  /** The scenario again, with the files that the student has written in the folder. */
  readonly read: (scenario: Scenario, folder: string) => Promise<Scenario>
}

/** What the tasks say of one run of a lab of its own, after the solution has done what it does. */
export async function taskResultsOf(
  scenario: Scenario,
  solve: Solve | undefined,
  { registry, signal, read }: SelfTestOptions,
): Promise<readonly CheckResult[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'telelab-test-'))
  try {
    const [state, folder] = [join(scratch, 'state'), join(scratch, 'work')]
    await mkdir(folder)
    await using lab = new Lab({ scenario, state, ports: 'any' })
    await lab.start()
    using tasks = await LiveTasks.load(lab, { registry, state, folder, log: silent })
    const reload = async (): Promise<void> => void (await lab.reload(() => read(scenario, folder)))
    if (solve !== undefined) await within(solve({ ...seenOf(lab, folder), reload }), signal)
    await settled(lab, signal)
    return await tasks.check([], signal, false)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A lab as a student sees it. */
function seenOf(lab: Lab, folder: string): Omit<SolvedLab, 'reload'> {
  const { domain, accounts, variables } = lab.scenario
  return {
    domain,
    accounts,
    values: variables,
    folder,
    authority: () => lab.world.certificates.authority(),
    async identity(account) {
      const { chain, key } = await lab.world.certificates.issue({ names: [account], purpose: 'client' })
      return { certificate: chain, key }
    },
    async certificate(name) {
      const { chain, key } = await lab.world.certificates.issue({ names: [name], purpose: 'server' })
      return { certificate: chain, key }
    },
    at(wanted) {
      const places = lab
        .status()
        .flatMap(({ name, addresses }) => addresses.map((place) => ({ name, ...place })))
      const found = places.find(
        ({ name, endpoint }) => endpoint === wanted || `${name}.${endpoint}` === wanted,
      )
      return found?.address
    },
  }
}

async function within(solving: Promise<void>, signal: AbortSignal): Promise<void> {
  const stop = new AbortController()
  try {
    await Promise.race([
      solving,
      sleep(LIMIT, undefined, { signal: AbortSignal.any([signal, stop.signal]) }).then(() => {
        throw new Error(`not done within ${LIMIT / 1000} s`)
      }),
    ])
  } finally {
    stop.abort()
  }
}

/** Waits until all clients have gone and nothing more is told. */
async function settled(lab: Lab, signal: AbortSignal): Promise<void> {
  const begun = performance.now()
  let last = -1
  while (performance.now() - begun < SETTLED) {
    const isIdle = lab.status().every(({ connections }) => connections === 0)
    if (isIdle && lab.journal.last === last) return
    last = lab.journal.last
    await sleep(QUIET, undefined, { signal })
  }
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
