/** How another server has been of late: how fast, whether it answers at all, and in which form it is asked. */

/** Questions in a row without an answer, after which a server counts as dead. */
const SILENCE_LIMIT = 3
/** Milliseconds between questions by which a dead server is tried. */
const PROBE_INTERVAL = 5000
/** Milliseconds before the next server is asked too, for one that has not answered yet and at the extremes. */
const FIRST_PATIENCE = 1000
const PATIENCE = { low: 500, high: 1500 } as const
/** Milliseconds for which a server older than EDNS is asked without. */
const PLAIN_TIME = 600_000

/** One server's record. */
export class Health {
  private smoothed: number | undefined
  private variation = 0
  private silences = 0
  private count = 0
  /** Milliseconds since 1970. */
  private probed = 0
  private plain: number | undefined

  /** Milliseconds to wait for it before the next server is asked too: the retransmission timer of RFC 6298 §2, within bounds. */
  get patience(): number {
    if (this.smoothed === undefined) return FIRST_PATIENCE
    return Math.min(Math.max(this.smoothed + 4 * this.variation, PATIENCE.low), PATIENCE.high)
  }

  /** How often it has answered so far. */
  get answers(): number {
    return this.count
  }

  get isDead(): boolean {
    return this.silences >= SILENCE_LIMIT
  }

  /** Whether it is dead but may be tried again; a clock set back does not delay that. */
  isDue(now: number): boolean {
    return this.isDead && !isWithin(this.probed, PROBE_INTERVAL, now)
  }

  noteProbe(now: number): void {
    this.probed = now
  }

  /** True if it was dead until now. */
  noteAnswer(milliseconds: number): boolean {
    const wasDead = this.isDead
    this.silences = 0
    this.count += 1
    // A clock that jumps tells nothing.
    const sample = Math.min(Math.max(milliseconds, 0), FIRST_PATIENCE * 5)
    if (this.smoothed === undefined) {
      this.smoothed = sample
      this.variation = sample / 2
    } else {
      this.variation = 0.75 * this.variation + 0.25 * Math.abs(this.smoothed - sample)
      this.smoothed = 0.875 * this.smoothed + 0.125 * sample
    }
    return wasDead
  }

  /** True if it is dead from now on. */
  noteSilence(now: number): boolean {
    this.silences += 1
    if (this.silences === SILENCE_LIMIT) this.probed = now
    return this.silences === SILENCE_LIMIT
  }

  /** Whether it is to be asked without EDNS. */
  isPlain(now: number): boolean {
    return this.plain !== undefined && isWithin(this.plain, PLAIN_TIME, now)
  }

  notePlain(now: number): void {
    this.plain = now
  }
}

function isWithin(since: number, milliseconds: number, now: number): boolean {
  return now >= since && now < since + milliseconds
}
