/** Messages in a stream, each after its length in two octets (RFC 1035 §4.2.2, RFC 7766 §8). */

/** Puts the length before a message, in one buffer so that both leave in one segment (RFC 7766 §8). */
export function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(message.length + 2)
  framed.writeUInt16BE(message.length, 0)
  message.copy(framed, 2)
  return framed
}

/** Cuts a stream into messages; it holds one unfinished message and what was pushed beyond it. */
export class Framer {
  private octets: Buffer = Buffer.alloc(0)
  private start = 0
  private end = 0

  push(chunk: Buffer): void {
    if (this.start === this.end) {
      this.octets = chunk
      this.start = 0
      this.end = chunk.length
      return
    }
    const length = this.end - this.start
    if (this.end + chunk.length > this.octets.length) {
      // Messages given out still point into the old buffer, so it is left as it is.
      const larger = Buffer.allocUnsafe(2 * (length + chunk.length))
      this.octets.copy(larger, 0, this.start, this.end)
      this.octets = larger
      this.start = 0
      this.end = length
    }
    chunk.copy(this.octets, this.end)
    this.end += chunk.length
  }

  /** The next whole message; undefined until more is pushed. */
  next(): Buffer | undefined {
    const available = this.end - this.start
    if (available < 2) return undefined
    const length = this.octets.readUInt16BE(this.start)
    if (available < length + 2) return undefined
    const from = this.start + 2
    this.start = from + length
    return this.octets.subarray(from, this.start)
  }
}
