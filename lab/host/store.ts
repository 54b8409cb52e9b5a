import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Store } from '../service.ts'

/** The durable state of one instance, opened when it is first asked for. */
export class InstanceStore implements Disposable {
  readonly #folder: string
  #open: Store | undefined

  /** The folder is made when the store is first opened. */
  constructor(state: string, instance: string) {
    this.#folder = join(state, 'services', instance)
  }

  get(): Store {
    if (this.#open === undefined) {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      const database = new DatabaseSync(join(this.#folder, 'store.db'), { timeout: 2000 })
      // What a service has committed survives kill -9 and a power cut.
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      this.#open = { database, folder: this.#folder }
    }
    return this.#open
  }

  [Symbol.dispose](): void {
    this.#open?.database.close()
    this.#open = undefined
  }
}
