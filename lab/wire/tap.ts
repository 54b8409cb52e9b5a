import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { verdictOf, type Attachment, type Flow } from './flow.ts'

/** A connection whose bytes the attachments see, in order, and may delay or cut. */
export class Tap extends Duplex {
  readonly #socket: Socket
  readonly #flow: Flow
  readonly #attachments: readonly Attachment[]
  readonly #reset: () => void
  /** The end of the chain of delayed pieces towards the service; undefined while nothing is held back. */
  #held: Promise<void> | undefined
  readonly #timers = new Set<NodeJS.Timeout>()

  /** `reset` ends the connection at once, with RST. */
  constructor(socket: Socket, flow: Flow, attachments: readonly Attachment[], reset: () => void) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    this.#flow = flow
    this.#attachments = attachments
    this.#reset = reset
    socket.on('data', (bytes: Buffer) => this.#arrived(bytes))
    socket.on('end', () => this.#inOrder(() => this.#finish()))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    if (this.#held === undefined) this.#socket.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const verdict = verdictOf(this.#attachments, this.#flow, 'out', bytes)
    if (typeof verdict === 'string') return this.#cut(done)
    if (verdict === undefined) this.#socket.write(bytes, done)
    else this.#later(verdict.delay, () => this.#socket.write(bytes, done))
  }

  override _final(done: (error?: Error | null) => void): void {
    for (const attachment of this.#attachments) attachment.ended?.(this.#flow, 'out')
    this.#socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#socket.destroy()
    done(error)
  }

  #arrived(bytes: Buffer): void {
    const verdict = verdictOf(this.#attachments, this.#flow, 'in', bytes)
    if (typeof verdict === 'string') return this.#cut(() => undefined)
    if (verdict !== undefined) this.#socket.pause()
    this.#inOrder(() => this.#deliver(bytes), verdict?.delay)
  }

  /** Hands bytes to the service; reading goes on when it wants more, now or at `_read`. */
  #deliver(bytes: Buffer): void {
    if (this.push(bytes)) this.#socket.resume()
    else this.#socket.pause()
    // A reader that is at work takes bytes at once; what it left behind for the moment, it takes in this turn.
    if (this.readableLength === 0) this.#tellDelivered()
    else setImmediate(() => this.#tellDelivered())
  }

  #tellDelivered(): void {
    for (const attachment of this.#attachments) attachment.delivered?.(this.#flow)
  }

  #finish(): void {
    for (const attachment of this.#attachments) attachment.ended?.(this.#flow, 'in')
    this.push(null)
  }

  /** Runs after what is held back, and after a delay of its own. */
  #inOrder(run: () => void, delay?: number): void {
    if (this.#held === undefined && delay === undefined) return run()
    const before = this.#held ?? Promise.resolve()
    const held = before
      .then(
        () => new Promise<void>((resolve) => (delay === undefined ? resolve() : this.#later(delay, resolve))),
      )
      .then(() => {
        if (this.#held === held) this.#held = undefined
        if (!this.destroyed) run()
      })
    this.#held = held
  }

  #later(milliseconds: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, milliseconds)
    this.#timers.add(timer)
  }

  #cut(done: (error?: Error | null) => void): void {
    this.#reset()
    done()
  }
}
