import type { Fact } from '../service.ts'
import { isAsked, type Entry } from './entry.ts'

/** How many entries the memory keeps, and how many a reader may lag behind before it loses some. */
const KEPT = 10_000

/** The one ordered list of what happened: a bounded ring in memory, with sinks and readers that follow. */
export class Journal {
  readonly #now: () => number
  readonly #ring: (Entry | undefined)[] = Array.from({ length: KEPT })
  readonly #listeners = new Set<(entry: Entry) => void>()
  #last = 0
  #dropped = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Adds a fact; never throws. */
  record(service: string, fact: Fact): void {
    this.#last += 1
    // One shape for all entries: this runs twice for each DNS query.
    const { kind, connection, data } = fact
    const entry: Entry = { seq: this.#last, at: this.#now(), service, connection, kind, data }
    this.#ring[this.#last % KEPT] = entry
    for (const listener of this.#listeners) listener(entry)
  }

  /** Milliseconds since 1970 in the lab's time. */
  now(): number {
    return this.#now()
  }

  /** The number of the newest entry. */
  get last(): number {
    return this.#last
  }

  /** How many facts were lost on the way to the disk or to a reader. */
  get dropped(): number {
    return this.#dropped
  }

  /** Counts facts that a sink could not take. */
  countDropped(facts: number): void {
    this.#dropped += facts
  }

  /** Calls `run` with each entry to come; it must be quick and must not throw. */
  listen(run: (entry: Entry) => void): Disposable {
    this.#listeners.add(run)
    return { [Symbol.dispose]: () => void this.#listeners.delete(run) }
  }

  /** The entries still in memory that come after number `seq`, oldest first. */
  since(seq: number, kinds?: readonly string[]): Entry[] {
    const entries: Entry[] = []
    for (let next = Math.max(seq + 1, this.#last - KEPT + 1, 1); next <= this.#last; next += 1) {
      const entry = this.#ring[next % KEPT]
      if (entry !== undefined && isAsked(entry.kind, kinds)) entries.push(entry)
    }
    return entries
  }

  /** The entries after number `seq`, then those to come until the signal aborts; a reader that lags too far loses the oldest, which are counted. */
  async *follow(seq: number, signal: AbortSignal, kinds?: readonly string[]): AsyncGenerator<Entry> {
    let reached = seq
    let wake: () => void = () => undefined
    using _listening = this.listen(() => wake())
    signal.addEventListener('abort', () => wake(), { once: true })
    while (!signal.aborted) {
      const lost = Math.max(0, this.#last - KEPT - reached)
      if (reached > seq && lost > 0) this.#dropped += lost
      const entries = this.since(reached, kinds)
      reached = this.#last
      yield* entries
      if (this.#last > reached || signal.aborted) continue
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
