/** What a server, with all the processes that it started, takes of the machine (Linux). */
import { readdirSync, readFileSync } from 'node:fs'
import { errorCode } from '../../lab/kit/files.ts'

/** Clock ticks a second in /proc (USER_HZ). */
const TICKS = 100

/** All threads' CPU seconds of one process, and those of the children that it has waited for. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS
}

function resident(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
}

/** Undefined for a process that has ended meanwhile; its time is by then in that of its parent. */
function unlessGone<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

function familyOf(pid: number): number[] {
  const tasks = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? []
  const children = tasks.flatMap(
    (task) =>
      unlessGone(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'))
        ?.split(' ')
        .filter(Boolean) ?? [],
  )
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))]
}

/** CPU seconds, user and system, of a process and those that it started. */
export function cpuOfFamily(pid: number): number {
  return familyOf(pid).reduce((sum, each) => sum + (unlessGone(() => cpuSeconds(each)) ?? 0), 0)
}

/** Octets of memory that a process and those that it started hold; what they share counts for each. */
export function memoryOfFamily(pid: number): number {
  return familyOf(pid).reduce((sum, each) => sum + (unlessGone(() => resident(each)) ?? 0), 0)
}

/** CPU seconds that all programs have used since the machine's start. */
export function cpuOfMachine(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)
    .join('')
    .split(/\s+/)
    .map(Number)
  return (user + nice + system + irq + softirq) / TICKS
}
