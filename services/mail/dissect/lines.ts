import type { Buffer } from 'node:buffer'
import { LineReader, type Line } from '../../../lab/kit/dissect/lines.ts'

/** Octets of a line that is read; the longest of SMTP and POP3 are responses of SASL, of 12,288 (RFC 4954 §4). */
export const LONGEST = 16_384

/** Command lines or lines of replies; of one that is too long that alone is told, once. */
export class TalkLines {
  readonly #reader = new LineReader()
  #isTold = false

  /** Where reading goes on in the octets that are given. */
  get position(): number {
    return this.#reader.position
  }

  set position(at: number) {
    this.#reader.position = at
  }

  /** Octets of the line that has not ended. */
  get pending(): number {
    return this.#reader.size
  }

  next(octets: Buffer): Line | 'long' | undefined {
    for (;;) {
      const line = this.#reader.next(octets, LONGEST)
      if (line === undefined) {
        if (this.#isTold || this.#reader.size <= LONGEST) return undefined
        this.#isTold = true
        return 'long'
      }
      const wasTold = this.#isTold
      this.#isTold = false
      if (!wasTold) return line.size > LONGEST ? 'long' : line
    }
  }

  clear(): void {
    this.#reader.clear()
    this.#isTold = false
  }
}
