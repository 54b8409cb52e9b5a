/** What name servers have answered, for as long as they allow. */
import type { Lookup } from './answer.ts'

/** Answers that are kept. */
const MOST = 1000
/** Seconds for which nobody is asked again who has failed. */
const FAILURE_TTL = 30
/** Seconds for which an answer is kept at the most, whatever its TTL: a slip of years would last that long (RFC 8767 §4). */
const LONGEST_TTL = 86_400

interface Kept<Value> {
  readonly until: number
  readonly lookup: Promise<Lookup<Value>>
}

/** Keeps the answers of one kind of lookup for their TTL, a day at the most, by the lab's clock, and those that failed for half a minute. */
export class LookupCache<Value> {
  readonly #clock: { now(): number }
  readonly #kept = new Map<string, Kept<Value>>()

  constructor(clock: { now(): number }) {
    this.#clock = clock
  }

  /** The answer that is kept under a key, or is on its way, else a new one. */
  async get(key: string, look: () => Promise<Lookup<Value>>): Promise<Lookup<Value>> {
    const known = this.#kept.get(key)
    if (known !== undefined && known.until > this.#clock.now()) return known.lookup
    const lookup = look()
    this.#keep(key, lookup, FAILURE_TTL)
    const result = await lookup
    if (this.#kept.get(key)?.lookup === lookup)
      this.#keep(key, lookup, result.kind === 'failed' ? FAILURE_TTL : Math.min(result.ttl, LONGEST_TTL))
    return result
  }

  #keep(key: string, lookup: Promise<Lookup<Value>>, seconds: number): void {
    this.#kept.delete(key)
    this.#kept.set(key, { until: this.#clock.now() + seconds * 1000, lookup })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest)
  }
}
