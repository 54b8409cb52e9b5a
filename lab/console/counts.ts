import type { Journal } from '../journal/journal.ts'

/** Kinds that are counted one by one for each service; all further ones count as `other`. */
const MOST_KINDS = 200

/** Counts the facts of each service by kind, from its making on. */
export class FactCounts implements Disposable {
  readonly #services = new Map<string, Map<string, number>>()
  readonly #listening: Disposable

  constructor(journal: Pick<Journal, 'listen'>) {
    this.#listening = journal.listen(({ service, kind }) => this.#count(service, kind))
  }

  /** The facts of one service so far, by kind. */
  of(service: string): Record<string, number> {
    return Object.fromEntries(this.#services.get(service) ?? [])
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]()
  }

  #count(service: string, kind: string): void {
    let kinds = this.#services.get(service)
    if (kinds === undefined) this.#services.set(service, (kinds = new Map()))
    const name = kinds.size < MOST_KINDS || kinds.has(kind) ? kind : 'other'
    kinds.set(name, (kinds.get(name) ?? 0) + 1)
  }
}
