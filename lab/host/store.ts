import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Store } from '../service.ts'

/** The durable state of one instance: the folder is made, and the database opened, when it is first asked for. */
export class InstanceStore implements Store, Disposable {
  readonly #folder: string
  #database: DatabaseSync | undefined

  constructor(state: string, instance: string) {
    this.#folder = join(state, 'services', instance)
  }

  get folder(): string {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    return this.#folder
  }

  get database(): DatabaseSync {
    if (this.#database === undefined) {
      this.#database = new DatabaseSync(join(this.folder, 'store.db'), { timeout: 2000 })
      // What a service has committed survives kill -9 and a power cut.
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    }
    return this.#database
  }

  [Symbol.dispose](): void {
    this.#database?.close()
    this.#database = undefined
  }
}
