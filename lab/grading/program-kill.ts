/** The end of what a person's program has started and let go of. */
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** The variable of the environment by which all that a program starts is known. */
export const MARK = 'LAB_PROGRAM'

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
