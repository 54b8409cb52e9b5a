import { Page } from './page.ts'

/** Lines on their way to the disk, and whose they are. */
export class Batch {
  readonly #page = new Page()
  readonly #owners = new Map<string, number>()

  /** How many of its lines are of which service. */
  get owners(): ReadonlyMap<string, number> {
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
    this.#owners.set(service, (this.#owners.get(service) ?? 0) + 1)
  }
}
