/** The interfaces of a capture: one a service instance. */
import { interfaceDescription, interfaceStatistics } from './pcapng.ts'

/** One interface, with how many packets it had. */
export interface Interface {
  readonly number: number
  /** Its block. */
  readonly description: Buffer
  received: number
}

/** The interfaces by service, numbered in the order in which they came. */
export class Interfaces {
  readonly #list = new Map<string, Interface>()
  readonly #describe: (service: string) => string

  constructor(describe: (service: string) => string) {
    this.#describe = describe
  }

  /** That of a service; undefined if it has none yet. */
  get(service: string): Interface | undefined {
    return this.#list.get(service)
  }

  add(service: string): Interface {
    const description = interfaceDescription(service, this.#describe(service))
    const added = { description, number: this.#list.size, received: 0 }
    this.#list.set(service, added)
    return added
  }

  /** The blocks that describe them. */
  descriptions(): Buffer[] {
    return [...this.#list.values()].map(({ description }) => description)
  }

  /** The blocks that count their packets, at a time in microseconds, given those that are missing. */
  statistics(at: number, dropped: ReadonlyMap<number, number>): Buffer[] {
    return [...this.#list.values()].map(({ number, received }) =>
      interfaceStatistics(number, { at, received, dropped: dropped.get(number) ?? 0 }),
    )
  }
}
