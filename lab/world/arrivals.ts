/** Which messages have come already, so that one that is delivered again is stored once. */

/** How many of those that came here are remembered: far more than a queue delivers before it forgets them itself. */
const REMEMBERED = 100_000

/** The ids that a mailbox has had. */
export class Arrivals {
  readonly #find: () => Promise<Iterable<string>>
  /** What lay there at first: whoever delivered it may have died before it could note it. */
  #earlier: Promise<ReadonlySet<string>> | undefined
  readonly #here = new Set<string>()
  readonly #underWay = new Map<string, Promise<string>>()

  /** `find` tells the ids that are in the mailbox; it is called once. */
  constructor(find: () => Promise<Iterable<string>>) {
    this.#find = find
  }

  async has(id: string): Promise<boolean> {
    return this.#here.has(id) || (await this.#before()).has(id)
  }

  /** Stores a message of that id unless it is there or on its way, and then has `drop` do without it. */
  async once(id: string, store: () => Promise<string>, drop: () => Promise<void>): Promise<string> {
    const wasThere = (await this.#before()).has(id)
    const other = this.#underWay.get(id)
    if (wasThere || this.#here.has(id) || other !== undefined) {
      await drop()
      return other ?? id
    }
    const storing = this.#note(id, store)
    this.#underWay.set(id, storing)
    return storing
  }

  async #note(id: string, store: () => Promise<string>): Promise<string> {
    try {
      await store()
      this.#here.add(id)
      const [oldest] = this.#here.size > REMEMBERED ? this.#here : []
      if (oldest !== undefined) this.#here.delete(oldest)
      return id
    } finally {
      this.#underWay.delete(id)
    }
  }

  #before(): Promise<ReadonlySet<string>> {
    this.#earlier ??= this.#find().then(
      (ids) => new Set(ids),
      (error: unknown) => {
        this.#earlier = undefined
        throw error
      },
    )
    return this.#earlier
  }
}
