/** A stream of the lab in the form in which nodemailer takes a connection. */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../../../lab/service.ts'

type Done = (error?: Error | null) => void

/** A socket without a descriptor: all it reads and writes crosses the stream, and it times out by the lab's clock. */
export class WireSocket extends Socket {
  readonly #stream: Duplex
  readonly #clock: Pick<Clock, 'timer'>
  #timer: Timer | undefined
  #said = 0

  /** More octets than `most` from the other side end it. */
  constructor(stream: Duplex, clock: Pick<Clock, 'timer'>, most: number) {
    super({ allowHalfOpen: true })
    this.#stream = stream
    this.#clock = clock
    // To TLS, a socket without a descriptor is one that is still connecting.
    this.on('newListener', (event) => {
      if (event === 'connect') setImmediate(() => this.emit('connect'))
    })
    stream.on('data', (octets: Buffer) => {
      this.#timer?.refresh()
      this.#said += octets.length
      // Empty lines are no replies, and the client would gather them without end.
      if (this.#said > most) this.destroy(new Error('the server says too much'))
      else if (!this.push(octets)) stream.pause()
    })
    stream.on('end', () => this.push(null))
    stream.on('error', (error) => this.destroy(error))
    stream.on('close', () => this.destroy())
    if (stream.destroyed) this.destroy()
  }

  override _read(): void {
    this.#stream.resume()
  }

  override _write(octets: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#timer?.refresh()
    this.#stream.write(octets, done)
  }

  override _writev(pieces: readonly { readonly chunk: Buffer }[], done: Done): void {
    this._write(Buffer.concat(pieces.map(({ chunk }) => chunk)), 'binary', done)
  }

  override _final(done: Done): void {
    this.#stream.end(() => done())
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#timer?.cancel()
    this.#stream.destroy()
    done(error)
    // Sockets leave this to their descriptor.
    process.nextTick(() => this.emit('close', error !== null))
  }

  /** Emits `timeout` after so long without an octet in either direction. */
  override setTimeout(milliseconds: number, run?: () => void): this {
    this.#timer?.cancel()
    this.#timer = milliseconds > 0 ? this.#clock.timer(milliseconds, () => this.emit('timeout')) : undefined
    if (run !== undefined) this.once('timeout', run)
    return this
  }
}
