import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { LabError, messageOf } from '../host/error.ts'
import { makeFolder } from '../host/lock.ts'
import { exit, type Call } from './command.ts'
import { stateRoot } from './places.ts'

/** What the lab in the background tells the command that started it. */
const news = z.object({ out: z.string(), err: z.string(), ready: z.literal(true) }).partial()

/** Starts the lab in a process of its own; resolves when it runs, or with the exit code of its failure. */
export async function startDetached(call: Call): Promise<number> {
  const log = openLog(stateRoot(call))
  const launcher = resolve(import.meta.dirname, '..', 'lab.js')
  const { LAB_LAUNCHED: _, ...environment } = process.env
  const child = spawn(process.execPath, [launcher, ...process.argv.slice(2)], {
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { LAB_CALLED: process.argv[1], ...environment, LAB_DETACHED: '1' },
  })
  closeSync(log)
  return new Promise((done) => {
    child.once('error', (error) => {
      call.io.complain(error.message)
      done(exit.failed)
    })
    let code: number | undefined
    const finish = (): void => {
      if (code !== undefined && !child.connected) done(code)
    }
    child.once('exit', (status) => {
      code = status ?? exit.failed
      finish()
    })
    child.once('disconnect', finish)
    child.on('message', (message) => {
      const said = news.safeParse(message).data
      if (said?.out !== undefined) process.stdout.write(said.out)
      if (said?.err !== undefined) process.stderr.write(said.err)
      if (said?.ready !== true) return
      child.removeAllListeners('disconnect')
      child.disconnect()
      child.unref()
      done(exit.done)
    })
  })
}

/** The file that takes what a detached lab logs. */
function openLog(root: string): number {
  try {
    makeFolder(root)
    return openSync(join(root, 'detached.log'), 'a', 0o600)
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError((words) => words.stateUnwritable(root, messageOf(error)), { cause: error })
  }
}
