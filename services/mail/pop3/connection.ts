/** One connection of a POP3 client: octets in, replies out, and the time that both may take. */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Deadline } from '../../../lab/kit/deadline.ts'
import type { Peer } from '../../../lab/service.ts'
import { Inlet } from '../inlet.ts'
import { LONGEST_RESPONSE } from '../login.ts'
import type { Pop3Desk } from './desk.ts'
import { Outlet } from './outlet.ts'
import { Pop3Session } from './session.ts'

/** Milliseconds for which a client that does not read is waited for. */
const WRITE_TIMEOUT = 60_000
/** Commands of one client, one behind the other, before others have their turn. */
const TURN = 64
/** Milliseconds that a client has to close its half after the lab. */
const LINGER = 5000

/** Who is served, and what comes of it. */
export interface Visit {
  readonly stream: Duplex
  readonly peer: Peer
  readonly isSecure: boolean
  /** A client that has begun with STLS is not greeted again. */
  readonly isGreeted: boolean
  /** The answer to STLS has left: the stream is the caller's. */
  readonly upgrade: () => void
  readonly closed: () => void
}

/** Serves one command after the other; no more is read while an answer is under way. */
export class Pop3Connection {
  readonly #desk: Pop3Desk
  readonly #visit: Visit
  readonly #session: Pop3Session
  readonly #inlet = new Inlet()
  readonly #outlet: Outlet
  readonly #deadline: Deadline
  readonly #gone = new AbortController()
  /** `closing`: the last reply is written, input is dropped. */
  #state: 'open' | 'closing' | 'upgraded' | 'closed' = 'open'
  #isRunning = false
  #served = 0
  #hasEnded = false
  /** The time for a command runs. */
  #isTimed = false
  readonly #onData = (piece: Buffer): void => this.#receive(piece)
  readonly #onEnd = (): void => this.#end()

  constructor(desk: Pop3Desk, visit: Visit) {
    const { stream, peer, isSecure } = visit
    this.#desk = desk
    this.#visit = visit
    this.#deadline = new Deadline(desk.ctx.clock, () => this.#expire())
    this.#outlet = new Outlet(stream, (isWaiting) => {
      if (isWaiting) this.#deadline.set(WRITE_TIMEOUT)
      else this.#deadline.clear()
    })
    this.#session = new Pop3Session(desk, { peer, isSecure, outlet: this.#outlet, gone: this.#gone.signal })
    // A client that has sent all it wants may close its half and still read.
    stream.allowHalfOpen = true
    if (stream instanceof Socket) stream.setNoDelay(true)
    stream.on('data', this.#onData)
    stream.on('end', this.#onEnd)
    stream.on('error', () => stream.destroy())
    stream.on('close', () => this.#close())
  }

  /** Greets the client and serves it. */
  start(): void {
    void this.#run(this.#visit.isGreeted ? undefined : () => this.#session.greet())
  }

  /** The server stops: what is under way ends with its reply. */
  stop(): void {
    if (this.#state !== 'open') return
    if (this.#isRunning) this.#hasEnded = true
    else this.#finish()
  }

  #receive(piece: Buffer): void {
    if (this.#state !== 'open') return
    this.#inlet.add(piece)
    if (this.#isRunning) this.#visit.stream.pause()
    else void this.#run()
  }

  #end(): void {
    this.#hasEnded = true
    if (!this.#isRunning && this.#state === 'open') this.#finish()
  }

  /** Answers what has come, `first` before all; never rejects. */
  async #run(first?: () => Promise<string | undefined>): Promise<void> {
    this.#isRunning = true
    try {
      if (first !== undefined) this.#say(await first())
      while (this.#isOpen() && !this.#session.isOver) {
        if (await this.#next()) {
          if (++this.#served % TURN === 0) await nextTurn()
          continue
        }
        if (this.#outlet.isEmpty) break
        await this.#outlet.settle()
      }
    } catch (error) {
      this.#break(error)
    }
    this.#isRunning = false
    if (!this.#isOpen()) return
    if (this.#session.isOver || this.#hasEnded) return this.#finish()
    // A command that comes octet by octet has no more time than one that comes at once.
    if (!this.#isTimed) this.#deadline.set(this.#desk.config.timeout * 1000)
    this.#isTimed = true
    if (this.#visit.stream.isPaused()) this.#visit.stream.resume()
  }

  /** Answers one line; false if there is none. */
  async #next(): Promise<boolean> {
    // Commands are held to less, by the session.
    const line = this.#inlet.takeLine(LONGEST_RESPONSE)
    if (line === undefined) return false
    this.#isTimed = false
    this.#deadline.clear()
    const reply =
      line === 'long'
        ? this.#session.tooLong()
        : this.#session.command(line.octets.toString('latin1'), this.#inlet.length === 0)
    this.#say(reply instanceof Promise ? await this.#answer(reply) : reply)
    if (this.#session.isUpgrading) await this.#leave()
    else if (this.#outlet.isFull) await this.#outlet.pass()
    return true
  }

  /** What is answered already does not wait for a command that takes long. */
  async #answer(reply: Promise<string | undefined>): Promise<string | undefined> {
    if (this.#outlet.isEmpty) return reply
    const flushing = setImmediate(() => this.#outlet.flush())
    try {
      return await reply
    } finally {
      clearImmediate(flushing)
    }
  }

  #say(reply: string | undefined): void {
    if (reply !== undefined) this.#outlet.line(reply)
  }

  /** Hands the stream over to TLS, with nothing of the answer left in it. */
  async #leave(): Promise<void> {
    const { stream } = this.#visit
    stream.off('data', this.#onData)
    stream.off('end', this.#onEnd)
    stream.pause()
    await this.#outlet.settle()
    if (!this.#isOpen()) return
    this.#state = 'upgraded'
    this.#deadline.cancel()
    this.#visit.upgrade()
  }

  #isOpen(): boolean {
    return this.#state === 'open'
  }

  /** RFC 1939 §3: autologout deletes nothing and says nothing. */
  #expire(): void {
    if (this.#state === 'open' && !this.#isRunning) this.#finish()
    else this.#visit.stream.destroy()
  }

  /** Writes what is left and ends the lab's half; what still comes is dropped, for a reset could take the last reply away. */
  #finish(): void {
    this.#state = 'closing'
    // The mailbox is free, though the client may not close its half at once.
    this.#session.close()
    this.#outlet.flush()
    this.#deadline.set(LINGER)
    this.#visit.stream.end()
    this.#visit.stream.resume()
  }

  /** What goes wrong here is not the client's doing; it ends this connection alone. */
  #break(error: unknown): void {
    this.#desk.ctx.log.error({ err: error, connection: this.#visit.peer.connection }, 'a POP3 session failed')
    const reply = this.#session.fail()
    if (reply === undefined) this.#visit.stream.destroy()
    else this.#say(reply)
  }

  #close(): void {
    this.#deadline.cancel()
    this.#gone.abort()
    const isLeft = this.#state === 'upgraded'
    this.#state = 'closed'
    this.#session.close()
    if (!isLeft) this.#visit.closed()
  }
}
