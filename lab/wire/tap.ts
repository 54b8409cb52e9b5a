import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { verdictOf, type Attachment, type Flow } from './flow.ts'

/** A connection whose bytes the attachments see, in order, and may delay or cut. */
export class Tap extends Duplex {
  readonly #socket: Socket
  readonly #flow: Flow
  readonly #attachments: readonly Attachment[]
  /** The end of the chain of delayed pieces towards the service; undefined while nothing is held back. */
  #held: Promise<void> | undefined
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(socket: Socket, flow: Flow, attachments: readonly Attachment[]) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    this.#flow = flow
    this.#attachments = attachments
    socket.on('data', (bytes: Buffer) => this.#arrived(bytes))
    socket.on('end', () => this.#afterHeld(() => this.push(null)))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const verdict = verdictOf(this.#attachments, this.#flow, 'out', bytes)
    if (typeof verdict === 'string') return this.#cut(done)
    if (verdict === undefined) this.#socket.write(bytes, done)
    else this.#later(verdict.delay, () => this.#socket.write(bytes, done))
  }

  override _final(done: (error?: Error | null) => void): void {
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
    const deliver = (): void => {
      if (!this.push(bytes)) this.#socket.pause()
    }
    if (verdict === undefined) return this.#afterHeld(deliver)
    const { delay } = verdict
    const before = this.#held ?? Promise.resolve()
    this.#socket.pause()
    const held = before.then(() => new Promise<void>((resolve) => this.#later(delay, resolve))).then(deliver)
    this.#held = held
    void held.then(() => {
      if (this.#held === held) this.#held = undefined
      this.#socket.resume()
    })
  }

  #afterHeld(run: () => void): void {
    if (this.#held === undefined) run()
    else this.#held = this.#held.then(run)
  }

  #later(milliseconds: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, milliseconds)
    this.#timers.add(timer)
  }

  #cut(done: (error?: Error | null) => void): void {
    this.#socket.resetAndDestroy()
    done()
  }
}
