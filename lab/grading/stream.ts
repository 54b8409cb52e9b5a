/** What has come over a connection and nobody has taken yet, bounded, with waits that end. */
import type { Duplex } from 'node:stream'
import { messageOf } from '../kit/error.ts'

/** Octets that wait for whoever reads; beyond them the other end has to wait. */
const LARGEST = 4 * 1024 * 1024

/** Why a stream says no more: the other end has closed its half, or an error has ended all. */
export type StreamEnd = { readonly kind: 'closed' } | { readonly kind: 'broken'; readonly reason: string }

/** Collects what a socket says until somebody takes it. */
export class Inbox {
  readonly #socket: Duplex
  #octets: Buffer = Buffer.alloc(0)
  /** Chunks that are not yet joined to them: joining each would cost the square of their number. */
  #chunks: Buffer[] = []
  #size = 0
  #limit = LARGEST
  #ended: StreamEnd | undefined
  #wake: () => void = () => undefined
  readonly #take = (chunk: Buffer): void => {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size >= this.#limit) this.#socket.pause()
    this.#wake()
  }
  readonly #close = (): void => this.#finish({ kind: 'closed' })
  readonly #fail = (error: unknown): void => this.#finish({ kind: 'broken', reason: messageOf(error) })

  constructor(socket: Duplex) {
    this.#socket = socket
    socket.on('data', this.#take).on('end', this.#close).on('close', this.#close).on('error', this.#fail)
  }

  /** Why nothing more will come; undefined while something may. */
  get ended(): StreamEnd | undefined {
    return this.#ended
  }

  /** What waits to be taken. */
  get octets(): Buffer {
    if (this.#chunks.length > 0) {
      this.#octets = Buffer.concat([this.#octets, ...this.#chunks])
      this.#chunks = []
    }
    return this.#octets
  }

  /** Octets that wait, without joining them. */
  get size(): number {
    return this.#size
  }

  /** Lets so many octets come, if they are more than may come anyway. */
  allow(count: number): void {
    this.#limit = Math.max(LARGEST, count)
    if (this.#size < this.#limit && this.#socket.isPaused()) this.#socket.resume()
  }

  /** Takes the first octets. */
  take(count: number): Buffer {
    const { octets } = this
    const taken = octets.subarray(0, count)
    this.#octets = octets.subarray(count)
    this.#size = this.#octets.length
    if (this.#size < this.#limit && this.#socket.isPaused()) this.#socket.resume()
    return taken
  }

  /** Waits until `isDone` or the end of the milliseconds; whether it is done. */
  async until(isDone: () => boolean, milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, milliseconds)
    const onAbort = (): void => resolve()
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) resolve()
    this.#wake = () => {
      if (isDone()) resolve()
    }
    this.#wake()
    await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    this.#wake = () => undefined
    signal.throwIfAborted()
    return isDone()
  }

  /** Lets go of the socket, which stays open; what was not taken is the socket's again. */
  release(): void {
    this.#socket.pause()
    this.#socket.off('data', this.#take).off('end', this.#close).off('close', this.#close)
    // The TLS that takes over tells of errors itself.
    this.#socket.off('error', this.#fail).on('error', () => undefined)
    const rest = this.take(this.#size)
    if (rest.length > 0) this.#socket.unshift(rest)
  }

  #finish(end: StreamEnd): void {
    this.#ended ??= end
    this.#wake()
  }
}
