/** Lines of a stream as somebody sees them who only looks on: nothing is refused, and little is kept. */
import { Buffer } from 'node:buffer'

const LF = 10
const CR = 13

/** A line that has come whole. */
export interface Line {
  /** As much of it as was to be kept, without its end; it may share memory with what was read. */
  readonly octets: Buffer
  /** Octets up to its LF, kept or not. */
  readonly size: number
  /** It ended with an LF alone. */
  readonly isBare: boolean
}

/** Cuts one direction of a conversation into lines, however its octets come; each octet is looked at once. */
export class LineReader {
  #kept = Buffer.alloc(0)
  #length = 0
  #last = 0
  /** Octets of the line that has not ended. */
  size = 0
  /** Where reading goes on in the octets that are given. */
  position = 0

  /** The next line, of which at most so many octets are kept; undefined once all octets are used up. */
  next(octets: Buffer, keep: number): Line | undefined {
    const start = this.position
    const end = octets.indexOf(LF, start)
    const stop = end < 0 ? octets.length : end
    this.position = end < 0 ? stop : stop + 1
    if (end < 0) {
      this.#append(octets, start, stop, keep)
      return undefined
    }
    if (this.size === 0) {
      const isBare = stop === start || octets[stop - 1] !== CR
      const text = octets.subarray(start, Math.min(isBare ? stop : stop - 1, start + keep))
      return { octets: text, size: stop - start, isBare }
    }
    this.#append(octets, start, stop, keep)
    return this.#finish()
  }

  /** What was kept of the line that has not ended. */
  get rest(): Buffer {
    return this.#kept.subarray(0, this.#length)
  }

  /** Forgets the line that has not ended. */
  clear(): void {
    this.#kept = Buffer.alloc(0)
    this.#length = 0
    this.#last = 0
    this.size = 0
  }

  #append(octets: Buffer, start: number, stop: number, keep: number): void {
    if (stop === start) return
    this.size += stop - start
    this.#last = octets[stop - 1] ?? 0
    const taken = Math.min(stop - start, keep - this.#length)
    if (taken <= 0) return
    if (this.#length + taken > this.#kept.length) {
      const larger = Buffer.alloc(Math.min(keep, 2 * (this.#length + taken)))
      this.#kept.copy(larger, 0, 0, this.#length)
      this.#kept = larger
    }
    octets.copy(this.#kept, this.#length, start, start + taken)
    this.#length += taken
  }

  #finish(): Line {
    const { size } = this
    const isBare = this.#last !== CR
    const octets = this.#kept.subarray(0, Math.min(this.#length, isBare ? size : size - 1))
    this.clear()
    return { octets, size, isBare }
  }
}
