import type { Duplex } from 'node:stream'
import { ResponseError } from './response.ts'

/** The reading side of a stream whose octets are handed over when they are asked for; until then the other end waits. */
export class Pull {
  readonly #stream: Duplex
  readonly #onUnasked: () => void
  /** What came before it was asked for: no more than was under way when the stream was paused. */
  readonly #held: Buffer[] = []
  #wanted: PromiseWithResolvers<Buffer | undefined> | undefined
  #hasEnded = false
  #failure: ResponseError | undefined

  /** `onUnasked` runs when octets, or the end, come and nobody waits for them. */
  constructor(stream: Duplex, onUnasked: () => void) {
    this.#stream = stream
    this.#onUnasked = onUnasked
    stream.on('data', (octets: Buffer) => this.#receive(octets))
    stream.on('end', () => this.#end())
    // What happened is told by `close`.
    stream.on('error', () => undefined)
    stream.on('close', () => this.fail(new ResponseError('incomplete')))
    if (stream.destroyed) this.#failure = new ResponseError('incomplete')
  }

  /** The stream is open, and nothing has come that was not asked for. */
  get isQuiet(): boolean {
    return this.#held.length === 0 && !this.#hasEnded && this.#failure === undefined
  }

  /** The next octets, undefined after the last; rejects with a ResponseError if the stream closes without an end. */
  next(): Promise<Buffer | undefined> {
    const octets = this.#held.shift()
    if (octets !== undefined || this.#hasEnded) return Promise.resolve(octets)
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#wanted = Promise.withResolvers()
    this.#stream.resume()
    return this.#wanted.promise
  }

  /** The next `next` has these octets first. */
  giveBack(octets: Buffer): void {
    if (octets.length > 0) this.#held.unshift(octets)
  }

  /** Lets the stream run so that `onUnasked` hears of its end. */
  watch(): void {
    this.#stream.resume()
  }

  /** Closes the stream; who waits, and who asks later, is given the reason, the first of them if there are several. */
  fail(error: ResponseError): void {
    this.#failure ??= error
    this.#stream.destroy()
    const wanted = this.#wanted
    this.#wanted = undefined
    if (wanted === undefined) this.#onUnasked()
    else wanted.reject(this.#failure)
  }

  #receive(octets: Buffer): void {
    const wanted = this.#wanted
    this.#wanted = undefined
    if (wanted !== undefined) return wanted.resolve(octets)
    this.#held.push(octets)
    this.#stream.pause()
    this.#onUnasked()
  }

  #end(): void {
    this.#hasEnded = true
    const wanted = this.#wanted
    this.#wanted = undefined
    if (wanted === undefined) this.#onUnasked()
    else wanted.resolve(undefined)
  }
}
