import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { codeOf, LabError, messageOf } from './error.ts'

/** How often a lock is tried for before it counts as held. */
const TRIES = 10

/** Holds a state folder for one process; the system lets go of it when the process ends, however it ends. */
export class Lock implements Disposable {
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Takes the folder, making it if need be; undefined if another process holds it. */
  static async take(state: string): Promise<Lock | undefined> {
    makeFolder(state)
    // Two that take it at the same moment see each other and neither gets it: each tries again after a while of its own.
    for (let tries = 0; tries < TRIES; tries += 1) {
      const lock = Lock.#try(state)
      if (lock !== undefined) return lock
      await new Promise((done) => setTimeout(done, randomInt(5, 30)))
    }
    return undefined
  }

  static #try(state: string): Lock | undefined {
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(join(state, 'lock.db'), { timeout: 0 })
      database.exec('BEGIN EXCLUSIVE')
      return new Lock(database)
    } catch (error) {
      database?.close()
      if (/locked|busy/i.test(messageOf(error))) return undefined
      throw new LabError((words) => words.stateUnwritable(state, messageOf(error)), { cause: error })
    }
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}

/** Makes a folder for one person alone, and those that lead to it; a LabError says why that cannot be. */
export function makeFolder(folder: string): void {
  const path = resolve(folder)
  try {
    // One by one: told to make all at once, Node never comes back from a file system such as /proc.
    const above = dirname(path)
    if (above !== path && !existsSync(above)) makeFolder(above)
    if (!existsSync(path)) mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    if (error instanceof LabError) throw error
    throw new LabError((words) => words.stateUnwritable(folder, messageOf(error)), { cause: error })
  }
}
