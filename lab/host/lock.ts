import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LabError, messageOf } from './error.ts'

/** Holds a state folder for one process; the system lets go of it when the process ends, however it ends. */
export class Lock implements Disposable {
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Takes the folder, making it if need be; undefined if another process holds it. */
  static take(state: string): Lock | undefined {
    let database: DatabaseSync | undefined
    try {
      mkdirSync(state, { recursive: true, mode: 0o700 })
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
