import { randomInt } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { Turns } from './turns.ts'

/** The shortest and the longest wait, in milliseconds, before what another process holds is tried again. */
const AGAIN = [5, 30] as const
/** Milliseconds after which somebody who waits gives up. */
const PATIENCE = 30_000

/** Holds a lock until the result is disposed of, or this process ends, however it does; undefined at once if it is held already. */
export function hold(path: string): Disposable | undefined {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return { [Symbol.dispose]: () => database.close() }
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

/** Lets one at a time do something, in this process and all others: the lock is a transaction on a file, which the system releases however its holder ends. */
export class Exclusive {
  readonly #path: string
  readonly #turns = new Turns()

  /** `path` is the file of the lock, in a folder that exists by the time it is used. */
  constructor(path: string) {
    this.#path = path
  }

  /** Runs it when everybody before has finished; rejects with what it throws, or when another process holds the lock for half a minute. */
  run<Result>(run: () => Promise<Result>): Promise<Result> {
    return this.#turns.run(() => this.#locked(run))
  }

  async #locked<Result>(run: () => Promise<Result>): Promise<Result> {
    const database = new DatabaseSync(this.#path, { timeout: 0 })
    try {
      await begin(database, this.#path)
      return await run()
    } finally {
      database.close()
    }
  }
}

async function begin(database: DatabaseSync, path: string): Promise<void> {
  const end = performance.now() + PATIENCE
  for (;;) {
    try {
      database.exec('BEGIN EXCLUSIVE')
      return
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() > end)
        throw new Error(`another process has held ${path} for ${PATIENCE / 1000} s; end it and try again`, {
          cause: error,
        })
    }
    await pause(randomInt(...AGAIN))
  }
}

/** SQLITE_BUSY */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}
