/** The text of a message as it comes behind DATA (RFC 5321 §4.5.2) or BDAT (RFC 3030); pure. */
import { Buffer } from 'node:buffer'

/** What a chunk of input held of the message. */
export interface Piece {
  /** Part of the message, dots undone; may share memory with the chunk. */
  readonly content: Buffer
  /** Octets of the chunk that are used up: all, unless the message ends, or a line end is wrong, before. */
  readonly taken: number
  /** `end`: the message has ended; `CR`, `LF`: one stands alone, and nothing behind it may be believed. */
  readonly stop: 'end' | 'CR' | 'LF' | undefined
}

// What the last octet was.
const START = 0
const TEXT = 1
const RETURN = 2
const DOT = 3
const DOT_RETURN = 4

/** Up to here a loop copies faster than a call. */
const SHORT = 48

/**
 * Undoes the dots of a message and finds its end, which is CR LF . CR LF and nothing else; a CR or LF that stands alone
 * stops it. The work is one pass over each chunk, however the lines are.
 */
export class DataReader {
  readonly #hasDots: boolean
  #state = START
  /** Octets of the line that earlier chunks had. */
  #column = 0
  /** The length of the longest line so far, without its end. */
  longest = 0

  /** Without dots it reads what BDAT brings, which ends by its count. */
  constructor(options: { readonly hasDots: boolean }) {
    this.#hasDots = options.hasDots
  }

  /** Whether the last line has no end yet. */
  get isInLine(): boolean {
    return this.#state === TEXT
  }

  /** Whether the last octet is a CR. */
  get endsWithReturn(): boolean {
    return this.#state === RETURN
  }

  read(chunk: Buffer): Piece {
    const end = chunk.length
    const output = new Output(chunk)
    let state = this.#state
    let lineBegin = -this.#column
    // Where what has not been put out begins.
    let begin = 0
    let stop: Piece['stop']
    let place = 0
    while (place < end && stop === undefined) {
      const octet = chunk[place]
      if (state === TEXT) {
        place = endOfText(chunk, place)
        if (place === end) break
        if (chunk[place] === 0x0a) stop = 'LF'
        else state = RETURN
        if (place - lineBegin > this.longest) this.longest = place - lineBegin
        place += 1
      } else if (state === RETURN) {
        if (octet === 0x0a) state = START
        else stop = 'CR'
        place += 1
        lineBegin = place
      } else if (state === START) {
        if (octet !== 0x2e || !this.#hasDots) state = TEXT
        else {
          output.add(begin, place)
          state = DOT
          place += 1
          begin = place
          lineBegin = place
        }
      } else if (state === DOT && octet !== 0x0d) {
        // The dot goes, and whatever follows it is text (RFC 5321 §4.5.2).
        state = TEXT
      } else {
        if (state === DOT) state = DOT_RETURN
        else stop = octet === 0x0a ? 'end' : 'CR'
        place += 1
        begin = place
      }
    }
    if (stop === undefined) output.add(begin, end)
    this.#state = state
    this.#column = state === TEXT ? place - lineBegin : 0
    if (this.#column > this.longest) this.longest = this.#column
    return { content: output.octets(), taken: place, stop }
  }
}

/** The place of the next CR or LF, or the chunk's end. */
function endOfText(chunk: Buffer, begin: number): number {
  let place = begin
  while (place < chunk.length && chunk[place] !== 0x0d && chunk[place] !== 0x0a) place += 1
  return place
}

/** Parts of a chunk put together; one part alone is not copied. */
class Output {
  readonly #chunk: Buffer
  #first = 0
  #firstEnd = 0
  #copy: Buffer | undefined
  #filled = 0

  constructor(chunk: Buffer) {
    this.#chunk = chunk
  }

  add(begin: number, end: number): void {
    if (begin === end) return
    if (this.#copy === undefined) {
      if (this.#firstEnd === 0) {
        this.#first = begin
        this.#firstEnd = end
        return
      }
      this.#copy = Buffer.allocUnsafe(this.#chunk.length)
      this.#append(this.#copy, this.#first, this.#firstEnd)
    }
    this.#append(this.#copy, begin, end)
  }

  octets(): Buffer {
    return this.#copy?.subarray(0, this.#filled) ?? this.#chunk.subarray(this.#first, this.#firstEnd)
  }

  #append(copy: Buffer, begin: number, end: number): void {
    const chunk = this.#chunk
    if (end - begin > SHORT) chunk.copy(copy, this.#filled, begin, end)
    else {
      let filled = this.#filled
      for (let place = begin; place < end; place += 1, filled += 1) copy[filled] = chunk[place] ?? 0
    }
    this.#filled += end - begin
  }
}
