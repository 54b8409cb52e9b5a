import { isDeepStrictEqual } from 'node:util'
import type { Instance, Scenario } from '../scenario/scenario.ts'
import { startOrder } from './order.ts'
import { Runner, type Host } from './runner.ts'

/** What a reload did, by instance. */
export interface Changes {
  readonly started: readonly string[]
  readonly restarted: readonly string[]
  readonly stopped: readonly string[]
  readonly unchanged: readonly string[]
}

/** How a lab gets from one version of its scenario to another, by the runners of the instances. */
export interface Plan {
  /** All that there will be, in starting order. */
  readonly after: readonly Runner[]
  /** Those to stop, and of these the ones that run. */
  readonly leaving: readonly Runner[]
  readonly running: readonly Runner[]
  /** Those to start. */
  readonly entering: readonly Runner[]
  /** What will have been done. */
  readonly changes: Readonly<Changes> & Record<string, readonly string[]>
}

/** Plans a reload: an instance that stays the same keeps its runner, so that only what differs is stopped and started. */
export function planChange(before: readonly Runner[], scenario: Scenario, host: Host): Plan {
  const after = startOrder(scenario.instances).map((instance) => {
    const old = before.find((runner) => runner.instance.name === instance.name)
    return old !== undefined && isSame(old.instance, instance) ? old : new Runner(instance, host, old)
  })
  const leaving = before.filter((runner) => !after.includes(runner))
  const running = leaving.filter((runner) => runner.state === 'running')
  // A service that the user has stopped stays so; one that is new starts.
  const entering = after.filter((runner) => {
    const old = leaving.find((other) => other.instance.name === runner.instance.name)
    return !before.includes(runner) && (old === undefined || old.state !== 'stopped')
  })
  const names = (runners: readonly Runner[]): string[] => runners.map((runner) => runner.instance.name)
  const [started, stopped] = [names(entering), names(running)]
  const changes = {
    started: started.filter((name) => !stopped.includes(name)),
    restarted: started.filter((name) => stopped.includes(name)),
    stopped: stopped.filter((name) => !started.includes(name)),
    unchanged: names(after.filter((runner) => before.includes(runner))),
  }
  return { after, leaving, running, entering, changes }
}

function isSame(old: Instance, now: Instance): boolean {
  return (
    old.service === now.service &&
    isDeepStrictEqual(old.config, now.config) &&
    isDeepStrictEqual(old.ports, now.ports) &&
    old.files.equals(now.files)
  )
}
