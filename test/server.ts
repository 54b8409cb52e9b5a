/** Servers of others, in the foreground for as long as a test needs them. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { listens } from '../lab/grading/program-port.ts'

/** Milliseconds until which a server must answer. */
const PATIENCE = 20_000

/** How a server is run. */
export interface ServerOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> {
  /** Whether it answers already; asked until it does. */
  readonly answers: () => Promise<boolean>
  /** The file in which it says what is wrong, beside its standard error. */
  readonly log?: string
  /** True for one that leaves children behind whom no signal to it would reach: all are killed at the end. */
  readonly isGroup?: boolean
}

/** Starts a program that stays in the foreground, and resolves once it answers; rejects with what it said if it does not. */
export async function openServer(
  program: string,
  words: readonly string[],
  { answers, log, isGroup = false, ...options }: ServerOptions,
): Promise<AsyncDisposable> {
  const child = spawn(program, words, { ...options, detached: isGroup, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  let failure: string | undefined
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-10_000)))
  child.once('error', (error) => (failure = error.message))
  child.once('exit', () => (failure ??= 'it ended'))
  const server = { [Symbol.asyncDispose]: () => stop(child, isGroup) }
  const end = Date.now() + PATIENCE
  while (!(await answers())) {
    if (Date.now() > end) failure ??= `it did not answer within ${PATIENCE} ms`
    if (failure !== undefined) {
      await stop(child, isGroup)
      const logged = log !== undefined && existsSync(log) ? readFileSync(log, 'utf8') : ''
      throw new Error(`${program}: ${failure}\n${said}${logged}`)
    }
    await setTimeout(20)
  }
  return server
}

async function stop(child: ChildProcess, isGroup: boolean): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  // A master that is asked to leave ends its workers; one that is killed leaves them behind.
  if (isGroup) process.kill(-child.pid, 'SIGKILL')
  else child.kill('SIGTERM')
  await exit
}

/** Whether something listens on each of these ports of the loopback. */
export async function listen(ports: readonly number[]): Promise<boolean> {
  const each = await Promise.all(ports.map((port) => listens({ host: '127.0.0.1', port }, 'tcp')))
  return each.every(Boolean)
}
