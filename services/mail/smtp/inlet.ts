import { Buffer } from 'node:buffer'

/** A command line without its end. */
export interface Line {
  readonly octets: Buffer
  /** It ended with an LF alone. */
  readonly isBare: boolean
}

/** What a client has sent and nobody has taken yet. */
export class Inlet {
  #octets: Buffer = Buffer.alloc(0)
  /** The line was too long, and its rest is dropped. */
  #isSkipping = false
  /** Octets dropped of lines that were too long. */
  skipped = 0

  get length(): number {
    return this.#octets.length
  }

  add(chunk: Buffer): void {
    this.#octets = this.#octets.length === 0 ? chunk : Buffer.concat([this.#octets, chunk])
  }

  /** The next line; `long` for one of more octets than the limit; undefined if there is no whole one. */
  takeLine(limit: number): Line | 'long' | undefined {
    for (;;) {
      const end = this.#octets.indexOf(0x0a)
      if (this.#isSkipping) {
        this.skipped += end < 0 ? this.length : end
        this.skip(end < 0 ? this.length : end + 1)
        if (end < 0) return undefined
        this.#isSkipping = false
        continue
      }
      if (end > limit + 1 || (end < 0 && this.length > limit + 2)) {
        this.#isSkipping = true
        // Answered once, when its end is still to come, for the client may wait.
        return 'long'
      }
      if (end < 0) return undefined
      const isBare = this.#octets[end - 1] !== 0x0d
      const octets = this.#octets.subarray(0, isBare ? end : end - 1)
      this.skip(end + 1)
      return { octets, isBare }
    }
  }

  /** The octets at hand, at most so many, which stay here until they are skipped. */
  peek(limit: number): Buffer {
    return this.#octets.subarray(0, limit)
  }

  skip(count: number): void {
    this.#octets = this.#octets.subarray(count)
  }

  clear(): void {
    this.#octets = Buffer.alloc(0)
  }
}
