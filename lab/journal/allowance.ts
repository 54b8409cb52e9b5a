/** Facts a second that each service may record for long; what a flood brings beyond is dropped and counted, as other logs do. */
const RATE = 5000
/** Facts that a service may record at once after a quiet time. */
const BURST = 40_000
/** Milliseconds between two refills: a flood is recorded in runs of whole exchanges, not fact by fact. */
const INTERVAL = 100

/** How many facts one service may still record: what it floods away is its own, the others' facts are kept. */
export class Allowance {
  #left = BURST
  /** Milliseconds of `performance.now()`. */
  #refilled = performance.now()

  /** Takes one; false if there is none left. */
  take(): boolean {
    if (this.#left === 0) this.#refill()
    if (this.#left === 0) return false
    this.#left -= 1
    return true
  }

  #refill(): void {
    const now = performance.now()
    const elapsed = now - this.#refilled
    if (elapsed < INTERVAL) return
    this.#refilled = now
    this.#left = Math.min(BURST, Math.floor((elapsed / 1000) * RATE))
  }
}
