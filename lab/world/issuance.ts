/** What becomes of the certificates of an authority, whoever changes its register: this lab, `lab cert` or `openssl ca`. */
import { existsSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'
import type { Authority } from '../../certs/authority.ts'
import type { Fact } from '../service.ts'
import { createShared } from './shared.ts'

/** Where an intermediate is, in the root's folder. */
const INTERMEDIATE = 'intermediate'

type Register = Pick<Authority, 'list'>

/** Tells of each certificate that is issued or revoked from now on. */
export class Issuance implements Disposable {
  readonly #folder: string
  readonly #record: (fact: Fact) => void
  readonly #failed: (error: unknown) => void
  /** Serial numbers, and whether they were revoked. */
  #known: Map<string, boolean> | undefined
  #register: Register | undefined
  readonly #watched = new Map<string, FSWatcher>()

  /** Tells what has changed. */
  readonly look: () => Promise<void> = createShared(() => this.#look())

  /** `folder` is the root's; `failed` hears of a register that cannot be read. */
  constructor(folder: string, record: (fact: Fact) => void, failed: (error: unknown) => void) {
    this.#folder = folder
    this.#record = record
    this.#failed = failed
  }

  /** Begins to follow a register; what is in it already is not told. */
  async follow(register: Register): Promise<void> {
    this.#register = register
    await this.look()
    // The register's file is replaced by each change, so that its folder is what to watch.
    this.#watch(this.#folder)
    this.#watch(join(this.#folder, INTERMEDIATE))
  }

  [Symbol.dispose](): void {
    this.#register = undefined
    for (const watcher of this.#watched.values()) watcher.close()
    this.#watched.clear()
  }

  async #look(): Promise<void> {
    const entries = (await this.#register?.list()) ?? []
    if (this.#register === undefined) return
    const before = this.#known
    this.#known = new Map(entries.map(({ serial, revoked }) => [serial, revoked !== undefined]))
    if (before === undefined) return
    for (const { serial, subject, notAfter, revoked } of entries) {
      const was = before.get(serial)
      if (was === undefined)
        this.#record({
          kind: 'certificate.issued',
          data: { serial, subject, until: new Date(notAfter).toISOString() },
        })
      if (revoked !== undefined && was !== true)
        this.#record({ kind: 'certificate.revoked', data: { serial, subject, reason: revoked.reason } })
    }
  }

  /** An intermediate has a folder and a register of its own, which may come while the lab runs. */
  #watch(folder: string): void {
    if (this.#watched.has(folder) || this.#register === undefined || !existsSync(folder)) return
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === 'index.txt') this.look().catch(this.#failed)
        if (name === INTERMEDIATE) this.#watch(join(folder, INTERMEDIATE))
      })
      watcher.on('error', this.#failed)
      this.#watched.set(folder, watcher)
    } catch (error) {
      this.#failed(error)
    }
  }
}
