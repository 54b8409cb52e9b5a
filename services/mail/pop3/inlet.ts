/** The command lines of one connection. */

const LF = 10

/** The most octets of a line with its end: that of a response to a challenge (RFC 5034 §4); commands are held to less. */
const LONGEST_LINE = 12_288

/** Stands for a line of more octets than any may have; they are dropped. */
export const TOO_LONG = Symbol('a line that is too long')

/** Takes octets apart into lines, and holds no more of them than one line and the last piece. */
export class Inlet {
  #octets: Buffer = Buffer.alloc(0)
  #at = 0
  /** No line ends before this. */
  #searched = 0
  /** The rest of a line that is too long comes yet. */
  #isSkipping = false

  /** Whether octets wait behind the lines that were taken. */
  get hasMore(): boolean {
    return this.#at < this.#octets.length
  }

  add(piece: Buffer): void {
    const rest = this.#octets.subarray(this.#at)
    this.#octets = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    this.#searched -= this.#at
    this.#at = 0
  }

  /** The next line without its end, one character for each octet; undefined if it is not whole yet. */
  take(): string | typeof TOO_LONG | undefined {
    for (;;) {
      const end = this.#octets.indexOf(LF, Math.max(this.#searched, this.#at))
      const length = (end < 0 ? this.#octets.length : end + 1) - this.#at
      const isLong = length > LONGEST_LINE
      if (end < 0) {
        if (isLong || this.#isSkipping) this.#clear()
        else this.#searched = this.#octets.length
        if (!isLong || this.#isSkipping) return undefined
        this.#isSkipping = true
        return TOO_LONG
      }
      const start = this.#at
      this.#at = end + 1
      this.#searched = this.#at
      if (!this.#isSkipping) return isLong ? TOO_LONG : this.#line(start, end)
      // What was too long has been told.
      this.#isSkipping = false
    }
  }

  // Clients of the kind of `nc` end their lines by LF alone.
  #line(start: number, end: number): string {
    const text = this.#octets.toString('latin1', start, end)
    return text.endsWith('\r') ? text.slice(0, -1) : text
  }

  #clear(): void {
    this.#octets = Buffer.alloc(0)
    this.#at = 0
    this.#searched = 0
  }
}
