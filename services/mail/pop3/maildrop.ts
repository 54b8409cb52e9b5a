/** A mailbox as one session sees it: what was there at its login, under numbers that do not change. */
import type { Mailbox, StoredMessage } from '../../../lab/service.ts'

/** Files that are worked on at a time. */
const AT_ONCE = 16

/** What came of the UPDATE state. */
export interface Update {
  readonly removed: readonly StoredMessage[]
  /** What went wrong with those that could not be removed. */
  readonly failures: readonly unknown[]
}

/** The messages of one session; numbers count from 1. */
export class Maildrop {
  readonly mailbox: Mailbox
  readonly #messages: readonly StoredMessage[]
  readonly #octets: (number | undefined)[]
  readonly #deleted = new Set<number>()
  /** Octets of all that are not deleted, once they are known. */
  #total: number | undefined

  private constructor(mailbox: Mailbox, messages: readonly StoredMessage[]) {
    this.mailbox = mailbox
    this.#messages = messages
    this.#octets = messages.map(({ octets }) => octets)
  }

  static async open(mailbox: Mailbox): Promise<Maildrop> {
    return new Maildrop(mailbox, await mailbox.list())
  }

  /** Of the messages that are not deleted. */
  get count(): number {
    return this.#messages.length - this.#deleted.size
  }

  get hasDeleted(): boolean {
    return this.#deleted.size > 0
  }

  /** Undefined for a number that no message has, or that of a deleted one. */
  find(number: number): StoredMessage | undefined {
    return this.#deleted.has(number) ? undefined : this.#messages[number - 1]
  }

  isDeleted(number: number): boolean {
    return this.#deleted.has(number)
  }

  /** Numbers and messages that are not deleted. */
  *entries(): Generator<readonly [number: number, message: StoredMessage]> {
    for (const [place, message] of this.#messages.entries())
      if (!this.#deleted.has(place + 1)) yield [place + 1, message]
  }

  /** Octets of one message as sent; for one that has gone, those that it had on disk. */
  async octets(number: number): Promise<number> {
    const known = this.#octets[number - 1]
    if (known !== undefined) return known
    const message = this.#messages[number - 1]
    if (message === undefined) return 0
    const octets = await this.mailbox.octets(message.id).catch(() => message.size)
    this.#octets[number - 1] = octets
    return octets
  }

  /** Octets of all that are not deleted; reads those messages whose octets nothing else tells. */
  async total(): Promise<number> {
    if (this.#total !== undefined) return this.#total
    const unknown = [...this.#octets.keys()].filter((place) => this.#octets[place] === undefined)
    await inBatches(unknown, async (place) => {
      await this.octets(place + 1)
    })
    let total = 0
    for (const [place, octets] of this.#octets.entries())
      if (!this.#deleted.has(place + 1)) total += octets ?? 0
    this.#total = total
    return total
  }

  delete(number: number): void {
    this.#deleted.add(number)
    if (this.#total !== undefined) this.#total -= this.#octets[number - 1] ?? 0
  }

  reset(): void {
    this.#deleted.clear()
    this.#total = undefined
  }

  /** RFC 1939 §6: removes what was marked. */
  async update(): Promise<Update> {
    const removed: StoredMessage[] = []
    const failures: unknown[] = []
    const marked = [...this.#deleted].flatMap((number) => this.#messages[number - 1] ?? [])
    await inBatches(marked, async (message) => {
      try {
        // One that another program has removed is gone as it was to be.
        if (await this.mailbox.remove(message.id)) removed.push(message)
      } catch (error) {
        failures.push(error)
      }
    })
    return { removed, failures }
  }
}

async function inBatches<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE)
    await Promise.all(items.slice(from, from + AT_ONCE).map(act))
}
