/** The time that a connection lives by. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  timer(milliseconds: number, run: () => void): { cancel(): void }
}

/**
 * One moment that may be moved as often as wanted. Moving it further away costs no timer: the pending one looks at
 * the moment when it runs, and starts again for the rest.
 */
export class Deadline {
  readonly #clock: Clock
  readonly #expire: () => void
  #at = Infinity
  /** What the last `set` gave. */
  #length = 0
  #wakes = Infinity
  #timer: { cancel(): void } | undefined

  constructor(clock: Clock, expire: () => void) {
    this.#clock = clock
    this.#expire = expire
  }

  /** Milliseconds from now. */
  set(milliseconds: number): void {
    const now = this.#clock.now()
    this.#length = milliseconds
    this.#at = now + milliseconds
    if (this.#at < this.#wakes) this.#wake(now)
  }

  /** Nothing expires until the next `set`; the timer may still run once. */
  clear(): void {
    this.#at = Infinity
  }

  /** Leaves no timer behind. */
  cancel(): void {
    this.clear()
    this.#timer?.cancel()
    this.#timer = undefined
    this.#wakes = Infinity
  }

  #wake(now: number): void {
    this.#timer?.cancel()
    this.#wakes = this.#at
    this.#timer = this.#clock.timer(Math.max(0, this.#at - now), () => {
      this.#timer = undefined
      this.#wakes = Infinity
      const time = this.#clock.now()
      // More is left than was given: the machine's clock was set back, so the time counts from now.
      if (this.#at < Infinity) this.#at = Math.min(this.#at, time + this.#length)
      if (this.#at <= time) this.#expire()
      else if (this.#at < Infinity) this.#wake(time)
    })
  }
}
