import type { Duplex } from 'node:stream'
import type { HttpBody } from './answer.ts'
import { Deadline, type Clock } from '../deadline.ts'
import type { HeadLimits } from './head-reader.ts'
import { Pull } from './pull.ts'
import { ResponseBody } from './response-body.ts'
import {
  isReusable,
  readLength,
  ResponseError,
  responseFraming,
  ResponseParser,
  type ResponseHead,
} from './response.ts'

/** A request without a body. */
export interface ClientRequest {
  readonly method: string
  /** The whole head with its empty line; one character for each octet. */
  readonly head: string
}

/** A response whose body is read as it comes; who takes it must close that body. */
export interface ClientResponse extends ResponseHead {
  readonly body: HttpBody
}

/** What the connections of a client share. */
export interface ExchangeRules {
  readonly clock: Clock
  readonly head: HeadLimits
}

/** One connection to an HTTP/1.x server (RFC 9112): one request after another, each answer read only as fast as its body is. */
export class ClientConnection {
  readonly #stream: Duplex
  readonly #rules: ExchangeRules
  readonly #onChange: (connection: ClientConnection) => void
  readonly #pull: Pull
  readonly #deadline: Deadline
  #isIdle = true
  /** Something of the answer has come. */
  #hasSpoken = false

  /** `onChange` runs when the connection becomes free for another request, and when a free one closes. */
  constructor(stream: Duplex, rules: ExchangeRules, onChange: (connection: ClientConnection) => void) {
    this.#stream = stream
    this.#rules = rules
    this.#onChange = onChange
    // A server that speaks or closes between two requests can be asked nothing more.
    this.#pull = new Pull(stream, () => this.#isIdle && this.close())
    this.#deadline = new Deadline(rules.clock, () => this.#pull.fail(new ResponseError('slow')))
    stream.once('close', () => this.#deadline.cancel())
  }

  /** Whether another request can be sent. */
  get isUsable(): boolean {
    return this.#isIdle && this.#pull.isQuiet && this.#stream.writable
  }

  /**
   * Sends a request and reads the head of its answer within `wait` milliseconds; `silence` bounds each wait for a piece of
   * its body. Rejects with a ResponseError, `closed` if the server went without a word.
   */
  async ask(request: ClientRequest, wait: number, silence: number): Promise<ClientResponse> {
    this.#isIdle = false
    this.#hasSpoken = false
    this.#deadline.set(wait)
    this.#stream.write(request.head, 'latin1')
    try {
      const head = await this.#readHead()
      this.#deadline.clear()
      return { ...head, body: this.#body(head, request.method, silence) }
    } catch (error) {
      this.close()
      const isLost = error instanceof ResponseError && error.problem === 'incomplete' && !this.#hasSpoken
      throw isLost ? new ResponseError('closed') : error
    }
  }

  /** Ends the connection unless it is used again within so many milliseconds. */
  keep(milliseconds: number): void {
    this.#deadline.set(milliseconds)
    this.#pull.watch()
  }

  /** Ends the connection at once. */
  close(): void {
    const wasIdle = this.#isIdle
    this.#isIdle = false
    this.#deadline.cancel()
    this.#pull.fail(new ResponseError('incomplete'))
    if (wasIdle) this.#onChange(this)
  }

  async #readHead(): Promise<ResponseHead> {
    const parser = new ResponseParser(this.#rules.head)
    let text = ''
    for (;;) {
      const octets = await this.#pull.next()
      if (octets === undefined) throw new ResponseError('incomplete')
      this.#hasSpoken = true
      text += octets.toString('latin1')
      const head = parser.read(text, 0)
      text = text.slice(parser.position)
      if (head === undefined) continue
      // The head ends in what came last, so what lies behind it does too.
      this.#pull.giveBack(octets.subarray(octets.length - text.length))
      return head
    }
  }

  #body(head: ResponseHead, method: string, silence: number): HttpBody {
    const framing = responseFraming(head, method)
    const mayGoOn = isReusable(head, framing)
    const announced = framing.kind === 'none' && method !== 'HEAD' ? 0 : readLength(head.fields)
    const source = {
      next: () => this.#nextPiece(silence),
      done: (surplus: number) => this.#release(mayGoOn && surplus === 0),
      destroy: () => this.close(),
    }
    return new ResponseBody(framing, source, this.#rules.head, announced)
  }

  async #nextPiece(silence: number): Promise<Buffer | undefined> {
    this.#deadline.set(silence)
    try {
      return await this.#pull.next()
    } finally {
      // While nobody asks, it is not the server that is slow.
      if (this.#stream.destroyed) this.#deadline.cancel()
      else this.#deadline.clear()
    }
  }

  #release(mayGoOn: boolean): void {
    if (!mayGoOn || !this.#pull.isQuiet) return this.close()
    this.#isIdle = true
    this.#onChange(this)
  }
}
