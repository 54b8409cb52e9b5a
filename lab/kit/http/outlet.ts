import type { Duplex } from 'node:stream'
import type { HttpBody } from './answer.ts'

/** How far a body got. */
export interface Poured {
  /** Octets of the body. */
  readonly octets: number
  readonly isWhole: boolean
}

/** The writing side of one connection: small answers are gathered into one write, large ones wait for the client. */
export class Outlet {
  readonly #stream: Duplex
  readonly #pieceSize: number
  /** TLS makes records of its own, and would first copy the pieces into one. */
  readonly #isSecure: boolean
  #text = ''
  #onGone: (() => void) | undefined

  /** `onTaken` runs each time the client has taken what was written; `pieceSize` is in octets. */
  constructor(stream: Duplex, pieceSize: number, onTaken: () => void) {
    this.#stream = stream
    this.#pieceSize = pieceSize
    this.#isSecure = 'encrypted' in stream
    stream.on('drain', onTaken)
    // What was under way when the stream was destroyed is told to nobody else.
    stream.on('close', () => this.#onGone?.())
  }

  /** Characters, one for each octet, that wait for `flush`. */
  get waiting(): number {
    return this.#text.length
  }

  /** Text of one character for each octet. */
  add(text: string): void {
    this.#text += text
  }

  /** Writes what waits; false if the client is to take it before more is written. */
  flush(): boolean {
    if (this.#text === '') return true
    const text = this.#text
    this.#text = ''
    return this.#stream.write(text, 'latin1')
  }

  /** Writes what waits and these octets behind it in one go; answers as `flush` does. */
  write(octets: Buffer): boolean {
    this.#stream.cork()
    this.flush()
    const isTaken = this.#stream.write(octets)
    this.#stream.uncork()
    return isTaken
  }

  /**
   * Writes what waits and a body behind it, piece by piece as the client takes it; `onWait` runs before each wait for
   * the client and `onRead` before each for the body, which ends early when it answers false.
   */
  async pour(body: HttpBody, isChunked: boolean, onWait: () => void, onRead: () => boolean): Promise<Poured> {
    const { length } = body
    let octets = 0
    this.#stream.cork()
    try {
      this.flush()
      while (octets !== length && onRead()) {
        const piece = await body.read()
        if (piece === undefined) {
          if (isChunked) this.#stream.write('0\r\n\r\n', 'latin1')
          return { octets, isWhole: length === undefined }
        }
        const part = length === undefined ? piece : piece.subarray(0, length - octets)
        octets += part.length
        if (part.length === 0) continue
        // The next piece may come to lie where this one does, so that this one must have gone.
        const gone = Promise.withResolvers<void>()
        this.#onGone = gone.resolve
        this.#writePiece(part, isChunked, gone.resolve)
        this.#stream.uncork()
        onWait()
        await gone.promise
      }
    } finally {
      this.#stream.uncork()
      body.close()
    }
    return { octets, isWhole: octets === length }
  }

  /** `gone` runs when the system has all of it, or never will. */
  #writePiece(octets: Buffer, isChunked: boolean, gone: () => void): void {
    this.#stream.cork()
    // RFC 9112 §7.1
    if (isChunked) this.#stream.write(`${octets.length.toString(16)}\r\n`, 'latin1')
    const size = this.#isSecure ? octets.length : this.#pieceSize
    const last = octets.length - (octets.length % size || size)
    for (let at = 0; at < last; at += size) this.#stream.write(octets.subarray(at, at + size))
    this.#stream.write(octets.subarray(last), gone)
    if (isChunked) this.#stream.write('\r\n', 'latin1')
    this.#stream.uncork()
  }
}
