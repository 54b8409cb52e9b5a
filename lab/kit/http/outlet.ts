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
  #text = ''
  #onTaken: (() => void) | undefined

  /** `onTaken` runs each time the client has taken what was written. */
  constructor(stream: Duplex, onTaken: () => void) {
    this.#stream = stream
    stream.on('drain', () => {
      const resolve = this.#onTaken
      this.#onTaken = undefined
      if (resolve === undefined) onTaken()
      else resolve()
    })
    stream.on('close', () => this.#onTaken?.())
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
        if (isChunked) this.#chunk(part)
        else this.#stream.write(part)
        this.#stream.uncork()
        if (this.#stream.writableNeedDrain) await this.#taken(onWait)
      }
    } finally {
      this.#stream.uncork()
      body.close()
    }
    return { octets, isWhole: octets === length }
  }

  // RFC 9112 §7.1: a chunk without octets would be the last.
  #chunk(octets: Buffer): void {
    if (octets.length === 0) return
    this.#stream.cork()
    this.#stream.write(`${octets.length.toString(16)}\r\n`, 'latin1')
    this.#stream.write(octets)
    this.#stream.write('\r\n', 'latin1')
    this.#stream.uncork()
  }

  #taken(onWait: () => void): Promise<void> {
    onWait()
    return new Promise((resolve) => (this.#onTaken = resolve))
  }
}
