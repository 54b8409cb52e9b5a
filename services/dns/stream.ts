/** The serving of one TCP connection (RFC 7766). */
import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../../lab/service.ts'
import { frame, Framer } from './wire/framing.ts'

/** Answers one query; undefined answers nothing. */
type Respond = (query: Buffer) => Buffer | undefined | Promise<Buffer | undefined>

/** Milliseconds without an answer after which a connection is closed (RFC 7766 §6.2.3). */
const IDLE_TIMEOUT = 10_000
/** Queries of one connection under way at once; more wait in the kernel. */
const IN_FLIGHT_LIMIT = 100

/** Serves queries as they arrive and answers as they are ready, in any order (RFC 7766 §6.2.1.1), until the client is done or idle. */
export function serveStream(socket: Duplex, clock: Clock, respond: Respond): void {
  new Connection(socket, clock, respond).start()
}

class Connection {
  private readonly socket: Duplex
  private readonly respond: Respond
  private readonly clock: Clock
  private idle: Timer
  private readonly framer = new Framer()
  private inFlight = 0
  /** Answers wait for the client to read. */
  private isBlocked = false
  /** The client sends no more, but may still read. */
  private isHalfClosed = false
  private isClosed = false

  constructor(socket: Duplex, clock: Clock, respond: Respond) {
    this.socket = socket
    this.respond = respond
    this.clock = clock
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
    })
    this.socket.on('end', () => {
      this.isHalfClosed = true
      this.pump()
    })
    this.socket.on('error', () => this.socket.destroy())
    this.socket.on('close', () => {
      this.isClosed = true
      this.idle.cancel()
    })
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
    const answer = this.respond(message)
    if (!(answer instanceof Promise)) {
      this.send(answer)
      return
    }
    this.inFlight += 1
    answer.then(
      (ready) => this.settle(ready),
      (error: unknown) => this.socket.destroy(error instanceof Error ? error : new Error(String(error))),
    )
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
