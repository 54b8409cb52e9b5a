/** What a load costs the server that bears it, and the end of that server. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { cpuOfFamily, cpuOfMachine } from './process.ts'

/** Cores that programs beside the server and its load took in each run. */
export const noise: number[] = []

/** Runs something, and tells the CPU seconds that the server took for it. */
export async function costOf<Result>(
  server: ChildProcess,
  isFamily: boolean,
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly cpu: number }> {
  const { pid = 0 } = server
  const begun = performance.now()
  const [machine, own, before] = [cpuOfMachine(), cpuOfFamily(process.pid), cpuOfFamily(pid)]
  const result = await run()
  const cpu = cpuOfFamily(pid) - before
  // The server is this process's child, and so were its clients.
  const rest = cpuOfMachine() - machine - (cpuOfFamily(process.pid) - own)
  if (isFamily) noise.push(rest / ((performance.now() - begun) / 1000))
  return { result, cpu: isFamily ? cpu : Number.NaN }
}

/** Ends a server with all that it has started: a master that is killed leaves its workers behind, one that is asked ends them. */
export async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await Promise.race([ended, setTimeout(5000, undefined, { ref: false })])
  child.kill('SIGKILL')
}
