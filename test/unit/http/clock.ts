interface Pending {
  due: number
  readonly run: () => void
}

/** A clock that stands still until it is moved; it begins at the time that RFC 9110 §5.6.7 gives as its example. */
export class ManualClock {
  #now = 784_111_777_000
  readonly #pending = new Set<Pending>()
  /** Timers started since the beginning. */
  started = 0

  /** Timers that have neither run nor been cancelled. */
  get pending(): number {
    return this.#pending.size
  }

  now(): number {
    return this.#now
  }

  timer(milliseconds: number, run: () => void): { cancel(): void } {
    const pending = { due: this.#now + milliseconds, run }
    this.started += 1
    this.#pending.add(pending)
    return { cancel: () => void this.#pending.delete(pending) }
  }

  /** What the machine's clock shows changes; the timers count on. */
  setBack(milliseconds: number): void {
    this.#now -= milliseconds
    for (const pending of this.#pending) pending.due -= milliseconds
  }

  /** Runs, in order, the timers that the time passes. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const [next] = [...this.#pending].filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due)
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.due)
      this.#pending.delete(next)
      next.run()
    }
    this.#now = end
  }
}
