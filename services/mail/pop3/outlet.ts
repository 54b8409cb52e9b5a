/** The writing side of one connection: the replies of pipelined commands go out together. */
import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Octets that are gathered before they are written. */
const GATHERED = 64 * 1024

/** Gathers replies, and has whoever makes more wait for a client that does not read. */
export class Outlet {
  readonly #stream: Duplex
  readonly #onWait: (isWaiting: boolean) => void
  #pieces: Buffer[] = []
  #text = ''
  #size = 0
  /** The client has not taken what was written. */
  #isBlocked = false
  #isClosed = false
  #wake: (() => void) | undefined

  /** `onWait` is told when the client is waited for, and when no longer. */
  constructor(stream: Duplex, onWait: (isWaiting: boolean) => void) {
    this.#stream = stream
    this.#onWait = onWait
    const wake = (): void => this.#wake?.()
    stream.on('drain', () => {
      this.#isBlocked = false
      wake()
    })
    stream.on('close', () => {
      this.#isClosed = true
      this.#clear()
      wake()
    })
  }

  get isEmpty(): boolean {
    return this.#size === 0
  }

  /** So much waits that it should leave. */
  get isFull(): boolean {
    return this.#size > GATHERED
  }

  /** One line, without its end. */
  line(text: string): void {
    this.#text += `${text}\r\n`
    this.#size += text.length + 2
  }

  octets(octets: Buffer): void {
    this.#endText()
    this.#pieces.push(octets)
    this.#size += octets.length
  }

  /** Writes what waits; false if the client is to read it before there is more. */
  flush(): boolean {
    if (this.#isClosed) return true
    if (this.#size === 0) return !this.#isBlocked
    this.#endText()
    const [first = Buffer.alloc(0), ...others] = this.#pieces
    const octets = others.length === 0 ? first : Buffer.concat(this.#pieces)
    this.#clear()
    this.#isBlocked = !this.#stream.write(octets)
    return !this.#isBlocked
  }

  /** Writes what waits and resolves when more can be written, after others had their turn; false if nobody reads any more. */
  async pass(): Promise<boolean> {
    await this.settle()
    await nextTurn()
    return !this.#isClosed
  }

  /** Writes what waits; resolves when the client has taken it, at once if the system holds it. */
  async settle(): Promise<void> {
    if (this.flush() || this.#isClosed) return
    this.#onWait(true)
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#wake = undefined
    this.#onWait(false)
  }

  #endText(): void {
    if (this.#text === '') return
    this.#pieces.push(Buffer.from(this.#text))
    this.#text = ''
  }

  #clear(): void {
    this.#pieces = []
    this.#text = ''
    this.#size = 0
  }
}
