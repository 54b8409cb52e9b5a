/** The serving of one TCP connection (RFC 7766). */
import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../../lab/service.ts'
import type { Transfer } from './transfer/transfer.ts'
import { frame, Framer } from './wire/framing.ts'

/** What serves the queries of a connection. */
interface StreamOptions {
  /** Answers one query and never rejects; undefined answers nothing. What takes many messages comes back by the connection's `transfer`. */
  readonly respond: (query: Buffer) => Buffer | undefined | Promise<Buffer | undefined>
  /** Is called whenever an answer leaves. */
  readonly used: () => void
}

/** Milliseconds without an answer after which a connection is closed (RFC 7766 §6.2.3). */
export const IDLE_TIMEOUT = 10_000
/** Queries of one connection under way at once; more wait in the kernel. */
const IN_FLIGHT_LIMIT = 100

/** Serves queries as they arrive and answers as they are ready, in any order (RFC 7766 §6.2.1.1), until the client is done or idle. */
export class StreamConnection {
  private readonly socket: Duplex
  private readonly clock: Clock
  private readonly options: StreamOptions
  private idle: Timer
  private readonly framer = new Framer()
  private inFlight = 0
  /** Answers of many messages, whose next one follows when the client has read the last. */
  private readonly transfers: Transfer[] = []
  private isFeeding = false
  /** Answers wait for the client to read. */
  private isBlocked = false
  /** The client sends no more, but may still read. */
  private isHalfClosed = false
  private isClosed = false

  constructor(socket: Duplex, clock: Clock, options: StreamOptions) {
    this.socket = socket
    this.clock = clock
    this.options = options
    this.idle = this.watchIdle()
  }

  start(): void {
    this.socket.on('data', (chunk: Buffer) => {
      this.framer.push(chunk)
      this.pump()
    })
    this.socket.on('drain', () => {
      this.isBlocked = false
      this.pump()
      this.feedSoon()
    })
    this.socket.on('end', () => {
      this.isHalfClosed = true
      this.pump()
    })
    this.socket.on('error', () => this.socket.destroy())
    this.socket.on('close', () => {
      this.isClosed = true
      this.idle.cancel()
      for (const transfer of this.transfers) transfer.end()
    })
  }

  /** Whether nothing is being answered. */
  isIdle(): boolean {
    return this.inFlight === 0
  }

  close(): void {
    this.socket.destroy()
  }

  /** Sends the messages of a transfer as the client reads them, other answers between them. */
  transfer(transfer: Transfer): void {
    if (this.isClosed) return transfer.end()
    this.inFlight += 1
    this.transfers.push(transfer)
    this.feedSoon()
  }

  /** Takes messages as long as there is room for their answers. */
  private pump(): void {
    let message: Buffer | undefined
    while (!this.isFull() && (message = this.framer.next()) !== undefined) this.take(message)
    if (this.isClosed) return
    if (this.isFull()) this.socket.pause()
    else if (this.isHalfClosed && this.inFlight === 0) this.socket.end()
    else this.socket.resume()
  }

  private isFull(): boolean {
    return this.isClosed || this.isBlocked || this.inFlight >= IN_FLIGHT_LIMIT
  }

  private take(message: Buffer): void {
    const answer = this.options.respond(message)
    if (!(answer instanceof Promise)) {
      this.send(answer)
      return
    }
    this.inFlight += 1
    void answer.then((ready) => this.settle(ready))
  }

  private settle(answer: Buffer | undefined): void {
    this.inFlight -= 1
    this.send(answer)
    this.pump()
  }

  private send(answer: Buffer | undefined): void {
    if (answer === undefined || this.isClosed) return
    this.isBlocked = !this.socket.write(frame(answer))
    this.idle.refresh()
    this.options.used()
  }

  // Between two messages others get their turn.
  private feedSoon(): void {
    if (this.isFeeding || this.isBlocked || this.isClosed || this.transfers.length === 0) return
    this.isFeeding = true
    setImmediate(() => {
      this.isFeeding = false
      this.feed()
    })
  }

  /** Sends one message of the transfer whose turn it is. */
  private feed(): void {
    if (this.isBlocked || this.isClosed) return
    const transfer = this.transfers.shift()
    if (transfer === undefined) return
    const message = transfer.next()
    if (message !== undefined) {
      this.transfers.push(transfer)
      this.send(message)
    } else if (transfer.isWhole) this.settle(undefined)
    else this.close()
    this.feedSoon()
  }

  private watchIdle(): Timer {
    return this.clock.timer(IDLE_TIMEOUT, () => this.expire())
  }

  // What is still being looked up ends by itself; what nobody reads does not.
  private expire(): void {
    if (this.inFlight > 0 && !this.isBlocked) this.idle = this.watchIdle()
    else this.socket.destroy()
  }
}
