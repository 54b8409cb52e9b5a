/** Starts and ends the processes of a person's program, as far as the system can hold them to limits. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** The variable of the environment by which all that a program starts is known. */
export const MARK = 'LAB_PROGRAM'

/** Octets of any one file that a program may write. */
const LARGEST_FILE = 128 * 1024 * 1024

const isWindows = process.platform === 'win32'

/** Variables without which programs do not run on Windows. */
const NEEDED = ['SystemRoot', 'windir', 'ComSpec', 'PATHEXT', 'NUMBER_OF_PROCESSORS']

/**
 * Run by sh in a process group of its own. Standard input is a lifeline: it ends when the grader does, even by SIGKILL, and then
 * the copy is removed and the whole group killed. RLIMIT_DATA holds what is really written to; RLIMIT_AS would stop runtimes that only reserve.
 */
const script = `
exec 3<&0 </dev/null
( exec >/dev/null 2>&1; cat <&3; rm -rf "$5"; kill -9 -$$ ) &
exec 3<&-
ulimit -c 0 2>/dev/null
ulimit -f "$2" 2>/dev/null
ulimit -t "$3" 2>/dev/null
ulimit -d "$4" 2>/dev/null || ulimit -v "$4" 2>/dev/null
exec sh -c "$1"
`

/** What is started. */
export interface Start {
  /** For sh, or on Windows for cmd. */
  readonly command: string
  /** Where it runs. */
  readonly folder: string
  /** What is removed if the grader is killed. */
  readonly scratch: string
  readonly environment: Readonly<Record<string, string>>
  /** Seconds of processor time, and octets of memory, of each process; Windows knows no such limits. */
  readonly limits: { readonly seconds: number; readonly memory: number }
}

/** Starts a program; standard output and error are pipes. */
export function startProcess({ command, folder, scratch, environment, limits }: Start): ChildProcess {
  if (isWindows)
    return spawn(command, {
      cwd: folder,
      shell: true,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, ...neededVariables(), TEMP: scratch, TMP: scratch },
    })
  const words = [
    command,
    String(LARGEST_FILE / 512),
    String(Math.ceil(limits.seconds)),
    String(Math.ceil(limits.memory / 1024)),
    scratch,
  ]
  return spawn('sh', ['-c', script, 'sh', ...words], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment,
  })
}

/** Ends it with all that it has started; on Windows whatever the signal says. */
export function endProcess({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  if (isWindows) {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true })
      // It has gone already.
      .on('error', () => undefined)
    return
  }
  try {
    // The group has the number of its first process.
    process.kill(-pid, signal)
  } catch {
    // It has gone already.
  }
}

function neededVariables(): Record<string, string> {
  return Object.fromEntries(
    NEEDED.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** Kills what has left the group, as a daemon does; only Linux tells of it. */
export async function killMarked(mark: string): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    const found = await markedProcesses(mark)
    if (found.length === 0) return
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has gone already.
      }
    }
    await sleep(10)
  }
}

async function markedProcesses(mark: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => [])
  const found = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (entry) => {
        const environment = await readFile(`/proc/${entry}/environ`, 'latin1').catch(() => '')
        return environment.includes(`${MARK}=${mark}`) ? [Number(entry)] : []
      }),
  )
  return found.flat()
}
