import type { Clock } from '../../../lab/service.ts'

const MINUTE = 60_000

/** Counts messages by the address that brings them, in minutes of the lab's time. */
export class Rate {
  readonly #limit: number
  readonly #clock: Pick<Clock, 'now'>
  #counts = new Map<string, number>()
  #minute = -1

  /** Without a limit nothing is counted. */
  constructor(limit: number | false, clock: Pick<Clock, 'now'>) {
    this.#limit = limit === false ? Infinity : limit
    this.#clock = clock
  }

  /** Whether one more may come. */
  take(host: string): boolean {
    if (this.#limit === Infinity) return true
    const minute = Math.floor(this.#clock.now() / MINUTE)
    // Forgetting all at each minute bounds what is remembered.
    if (minute !== this.#minute) this.#counts = new Map()
    this.#minute = minute
    const count = (this.#counts.get(host) ?? 0) + 1
    if (count > this.#limit) return false
    this.#counts.set(host, count)
    return true
  }
}
