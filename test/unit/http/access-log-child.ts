/** Logs without end into the file of its first argument, so that the test beside it can kill it; with `full` it meets the limit that the system has set, and ends. */
import { setTimeout } from 'node:timers/promises'
import { AccessLog, type AccessEntry } from '../../../lab/web/access-log.ts'

const [path = '', mode] = process.argv.slice(2)
const clock = {
  now: () => Date.now(),
  timer: (milliseconds: number, run: () => void) => {
    const timer = globalThis.setTimeout(run, milliseconds)
    return { cancel: () => clearTimeout(timer) }
  },
}
const quiet = (): void => undefined
const log = new AccessLog(path, { clock, log: { warn: quiet, error: quiet } })
const entry: AccessEntry = { at: Date.now(), host: '::1', line: 'GET / HTTP/1.1', status: 200, octets: 0 }

if (mode === 'full') {
  log.add({ ...entry, status: 201 })
  // Longer than the interval between two batches.
  await setTimeout(300)
  for (let line = 0; line < 60; line += 1) log.add({ ...entry, status: 202, agent: 'x'.repeat(1000) })
  await setTimeout(300)
  log.add({ ...entry, status: 203 })
  await log[Symbol.asyncDispose]()
} else {
  for (let round = 0; ; round += 1) {
    if (round === 5) process.stdout.write('started\n')
    for (let line = 0; line < 2000; line += 1) log.add({ ...entry, agent: 'x'.repeat(line % 1000) })
    await setTimeout(0)
  }
}
