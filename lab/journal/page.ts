/** Octets of a page; the longest line of the journal fits, whatever its characters are. */
const SIZE = 256 * 1024

/** A bounded piece of text as octets, line after line. */
export class Page {
  readonly #octets = Buffer.allocUnsafeSlow(SIZE)
  /** How many lines it has. */
  lines = 0
  /** How many octets they have. */
  used = 0

  /** Whether a line and its end fit. */
  hasRoom(line: string): boolean {
    const room = SIZE - this.used - 1
    // A character of JavaScript has at most three octets in UTF-8; they are counted only where they may be too many.
    return line.length * 3 <= room || Buffer.byteLength(line) <= room
  }

  /** Appends a line that fits and has no end of line in it. */
  add(line: string): void {
    this.used += this.#octets.write(line, this.used)
    this.#octets[this.used] = 0x0a
    this.used += 1
    this.lines += 1
  }

  /** The octets from an offset on; they are not copied. */
  octets(from = 0): Buffer {
    return this.#octets.subarray(from, this.used)
  }
}
