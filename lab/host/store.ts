import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Store } from '../service.ts'
import { LabError } from './error.ts'

/** The durable state of one instance: the folder is made, and the database opened, when it is first asked for; after the stop both throw. */
export class InstanceStore implements Store, Disposable {
  readonly #instance: string
  readonly #folder: string
  #database: DatabaseSync | undefined
  #isClosed = false

  constructor(state: string, instance: string) {
    this.#instance = instance
    this.#folder = join(state, 'services', instance)
  }

  get folder(): string {
    this.#check()
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    return this.#folder
  }

  get database(): DatabaseSync {
    this.#check()
    this.#database ??= open(join(this.folder, 'store.db'))
    return this.#database
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#database?.close()
    this.#database = undefined
  }

  /** A service may have kept the store beyond its stop: then nobody would close what it opens. */
  #check(): void {
    if (this.#isClosed) throw new LabError((words) => words.serviceStopped(this.#instance))
  }
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 2000 })
  try {
    // What a service has committed survives kill -9 and a power cut.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
