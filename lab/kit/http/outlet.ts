import type { Duplex } from 'node:stream'
import type { HttpBody } from './answer.ts'

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
   * the client and `onRead` before each for the body, which ends early when it answers false. Resolves with the octets written.
   */
  async pour(body: HttpBody, onWait: () => void, onRead: () => boolean): Promise<number> {
    let octets = 0
    this.#stream.cork()
    try {
      this.flush()
      while (octets < body.length && onRead()) {
        const piece = await body.read()
        if (piece === undefined) break
        const part = piece.length > body.length - octets ? piece.subarray(0, body.length - octets) : piece
        octets += part.length
        this.#stream.write(part)
        this.#stream.uncork()
        if (this.#stream.writableNeedDrain) await this.#taken(onWait)
      }
    } finally {
      this.#stream.uncork()
      body.close()
    }
    return octets
  }

  #taken(onWait: () => void): Promise<void> {
    onWait()
    return new Promise((resolve) => (this.#onTaken = resolve))
  }
}
