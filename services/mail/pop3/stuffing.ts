/** A stored message as POP3 sends it: lines ended by CR LF, a dot before those that begin with one (RFC 1939 §3). */

const CR = 13
const LF = 10
const DOT = 46

/** The most octets that become of one stored octet. */
const GROWTH = 2

/** The most octets that `end` adds. */
const TAIL = 5

/** Turns the pieces of one message into what is sent of it. */
export class Stuffing {
  /** The next octet begins a line. */
  #isStart = true
  #last = LF
  #dots = 0

  /** Octets that were put in before dots; they are no part of the message's size. */
  get dots(): number {
    return this.#dots
  }

  /** Writes the piece as it is sent, from `at` on, into a target with room for all; returns where it ends. */
  write(piece: Buffer, target: Buffer, at: number): number {
    const { length } = piece
    let last = this.#last
    let end = at
    let from = 0
    while (from < length) {
      let octet = piece[from] ?? 0
      if (this.#isStart && octet === DOT) {
        target[end++] = DOT
        this.#dots += 1
      }
      this.#isStart = false
      while (octet !== LF && from < length) {
        target[end++] = octet
        last = octet
        octet = piece[++from] ?? 0
      }
      if (from === length) break
      // Every LF ends a line here, so that what follows it is looked at for a dot, whatever stands before it.
      if (last !== CR) target[end++] = CR
      target[end++] = LF
      last = LF
      from += 1
      this.#isStart = true
    }
    this.#last = last
    return end
  }

  /** Ends the last line, if it is not, and the reply. */
  end(target: Buffer, at: number): number {
    return at + target.write(this.#isStart ? '.\r\n' : '\r\n.\r\n', at, 'latin1')
  }
}

/** Finds where the head of a message ends with so many lines of its body (TOP, RFC 1939 §7). */
export class TopCut {
  #left: number
  #isBody = false
  /** Octets of the line so far. */
  #length = 0
  #last = LF
  #isDone = false

  constructor(lines: number) {
    this.#left = lines
  }

  /** No more is wanted. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** What of the next piece is wanted. */
  take(piece: Buffer): Buffer {
    for (let at = 0; at < piece.length; at++) {
      const octet = piece[at] ?? 0
      if (octet === LF) {
        this.#endLine()
        if (this.#isDone) return piece.subarray(0, at + 1)
        this.#length = 0
      } else this.#length += 1
      this.#last = octet
    }
    return piece
  }

  #endLine(): void {
    if (this.#isBody) this.#left -= 1
    else this.#isBody = this.#length === 0 || (this.#length === 1 && this.#last === CR)
    this.#isDone = this.#isBody && this.#left === 0
  }
}

/** A reply with a whole message. */
export interface WholeReply {
  readonly reply: Buffer
  /** Octets of the message as sent, without the dots that were put in. */
  readonly octets: number
}

/** Room for the replies of all sessions of one server, each made at one stroke. */
export class Scratch {
  readonly #target: Buffer
  /** Where a message begins, behind room for the line before it. */
  readonly #start = 128

  /** `size` in octets of a stored message or of a piece of one. */
  constructor(size: number) {
    this.#target = Buffer.allocUnsafeSlow(this.#start + size * GROWTH + TAIL)
  }

  /** A whole message with its status line, which is told the octets of the message as sent. */
  reply(message: Buffer, status: (octets: number) => string): WholeReply {
    const stuffing = new Stuffing()
    const end = stuffing.end(this.#target, stuffing.write(message, this.#target, this.#start))
    const octets = end - '.\r\n'.length - this.#start - stuffing.dots
    const line = `${status(octets)}\r\n`
    const start = this.#start - line.length
    this.#target.write(line, start, 'latin1')
    return { reply: Buffer.from(this.#target.subarray(start, end)), octets }
  }

  /** The next piece of a message as it is sent; undefined ends it. */
  piece(stuffing: Stuffing, piece: Buffer | undefined): Buffer {
    const end = piece === undefined ? stuffing.end(this.#target, 0) : stuffing.write(piece, this.#target, 0)
    return Buffer.from(this.#target.subarray(0, end))
  }
}
