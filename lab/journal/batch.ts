import { Page } from './page.ts'

/** What one service has in a batch. */
export interface Owned {
  readonly facts: number
  readonly characters: number
}

/** Lines on their way to the disk, and whose they are. */
export class Batch {
  readonly #page = new Page()
  readonly #owners = new Map<string, Owned>()

  /** How much of it is of which service. */
  get owners(): ReadonlyMap<string, Owned> {
    return this.#owners
  }

  /** The lines as octets, each with its end. */
  get octets(): Buffer {
    return this.#page.octets()
  }

  /** Whether a line fits. */
  hasRoom(line: string): boolean {
    return this.#page.hasRoom(line)
  }

  /** Adds a line that fits. */
  add(service: string, line: string): void {
    this.#page.add(line)
    const { facts, characters } = this.#owners.get(service) ?? { facts: 0, characters: 0 }
    this.#owners.set(service, { facts: facts + 1, characters: characters + line.length })
  }
}
