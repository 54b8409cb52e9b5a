/** The reading of the message that comes next, while the client reads the one before. */

/** Makes ready what a client that goes through its messages one by one will ask for next. */
export class ReadAhead<Ready> {
  readonly #make: (number: number) => Promise<Ready | undefined>
  /** The number that was taken last. */
  #last = 0
  #isAhead = false
  #ready: { readonly number: number; readonly what: Ready } | undefined

  /** `make` makes what belongs to a number ready, or answers undefined where it is not worth it; it never rejects. */
  constructor(make: (number: number) => Promise<Ready | undefined>) {
    this.#make = make
  }

  /** What is ready for a number, at most once; the next number follows it if it follows the last one. */
  take(number: number): Ready | undefined {
    const ready = this.#ready?.number === number ? this.#ready.what : undefined
    this.#ready = undefined
    if (number === this.#last + 1 && !this.#isAhead) {
      this.#isAhead = true
      // Behind the reply; a client that does not wait for it has asked for more by then, and #last tells.
      setImmediate(() => void this.#prepare())
    }
    this.#last = number
    return ready
  }

  async #prepare(): Promise<void> {
    const number = this.#last + 1
    const what = await this.#make(number)
    this.#isAhead = false
    if (what !== undefined && number === this.#last + 1) this.#ready = { number, what }
  }
}
