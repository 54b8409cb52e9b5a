/** Milliseconds that all bodies together take of a turn of the event loop. */
const TURN = 1

/**
 * Turns in a row in which new bodies may make those under way wait. The system hands over one new connection a turn: a
 * thousand that come at once would otherwise wait for a thousand turns of copying, and whoever comes behind them, too.
 */
const ARRIVALS = 16

/** Shares the event loop among bodies that are all as quick as their clients: they take their turns in order, and new connections come first. */
export class Pace {
  readonly #now: () => number
  #begun = 0
  #isTurning = false
  #waiting: (() => void)[] = []
  #served = 0
  #hasArrival = false
  #arrivals = 0

  /** `now` counts milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Undefined if a body may move a block at once, else a promise of its turn; `isFirst` is its first block. */
  take(isFirst: boolean): Promise<void> | undefined {
    if (!this.#isTurning) {
      this.#begun = this.#now()
      this.#next()
    }
    if (isFirst) this.#hasArrival = true
    if (this.#waiting.length === this.#served && this.#now() - this.#begun < TURN) return undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    return promise
  }

  #next(): void {
    this.#isTurning = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#isTurning = false
    if (this.#waiting.length === 0) return
    this.#next()
    this.#begun = this.#now()
    this.#arrivals = this.#hasArrival ? this.#arrivals + 1 : 0
    this.#hasArrival = false
    if (this.#arrivals > 0 && this.#arrivals <= ARRIVALS) return
    this.#arrivals = 0
    this.#serve()
  }

  /** One by one: each has moved its block before the next. */
  #serve(): void {
    const serve = this.#waiting[this.#served]
    if (serve === undefined || this.#now() - this.#begun >= TURN) return this.#compact()
    this.#served += 1
    serve()
    // A promise's followers run before the next tick that one of them asks for.
    queueMicrotask(() => process.nextTick(() => this.#serve()))
  }

  #compact(): void {
    this.#waiting = this.#waiting.slice(this.#served)
    this.#served = 0
  }
}
