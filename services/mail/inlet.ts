/** The lines and octets that a client of SMTP or POP3 sends. */
import { Buffer } from 'node:buffer'

const CR = 13
const LF = 10
const NONE = Buffer.alloc(0)

/** A command line without its end. */
export interface Line {
  readonly octets: Buffer
  /** It ended with an LF alone, as the lines of a plain `nc` do. */
  readonly isBare: boolean
}

/** What a client has sent and nobody has taken yet. */
export class Inlet {
  #octets: Buffer = NONE
  /** What comes before has been taken. */
  #at = 0
  /** No line ends before this. */
  #searched = 0
  /** The line was too long, and its rest is dropped. */
  #isSkipping = false
  /** Octets dropped of lines that were too long. */
  skipped = 0

  get length(): number {
    return this.#octets.length - this.#at
  }

  add(chunk: Buffer): void {
    const rest = this.#octets.subarray(this.#at)
    this.#octets = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    this.#searched -= this.#at
    this.#at = 0
  }

  /** The next line; `long` for one of more octets than the limit; undefined if there is no whole one. */
  takeLine(limit: number): Line | 'long' | undefined {
    for (;;) {
      const end = this.#octets.indexOf(LF, Math.max(this.#searched, this.#at))
      const length = end < 0 ? this.length : end - this.#at
      if (this.#isSkipping) {
        this.skipped += length
        this.consume(end < 0 ? length : length + 1)
        if (end < 0) return undefined
        this.#isSkipping = false
        continue
      }
      // Answered once, when its end is still to come, for the client may wait; the one more may be a CR.
      if (length > limit + 1) {
        this.#isSkipping = true
        return 'long'
      }
      if (end < 0) {
        this.#searched = this.#octets.length
        return undefined
      }
      const isBare = length === 0 || this.#octets[end - 1] !== CR
      const octets = this.#octets.subarray(this.#at, isBare ? end : end - 1)
      this.consume(length + 1)
      return { octets, isBare }
    }
  }

  /** The octets at hand, at most so many, which stay here until they are consumed. */
  peek(limit: number): Buffer {
    return this.#octets.subarray(this.#at, this.#at + limit)
  }

  /** Lets go of so many octets, which have been taken. */
  consume(count: number): void {
    this.#at += count
    // An idle connection holds no chunk that it has read.
    if (this.#at >= this.#octets.length) this.clear()
  }

  clear(): void {
    this.#octets = NONE
    this.#at = 0
    this.#searched = 0
  }
}
