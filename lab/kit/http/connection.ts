import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isPieces, type HttpAnswer, type HttpBody } from './answer.ts'
import { Deadline } from '../deadline.ts'
import { Inlet } from './inlet.ts'
import { Outlet } from './outlet.ts'
import { HttpRefusal } from './refusal.ts'
import type { HttpRequest } from './request.ts'
import type { ConnectionRules } from './rules.ts'
import type { CloseReason, HttpSession, RefusedHead } from './session.ts'

/** Answers are gathered up to this many characters before they are written. */
const gathered = 16_384
/** Octets that a client may still send after the lab's end has closed. */
const lingering = 1_048_576

/** What decides on the form of an answer; a request that could not be read may lack it. */
type Asked = Pick<RefusedHead, 'method' | 'version'>

/**
 * One HTTP/1.x connection (RFC 9112 §9). It answers one request at a time: while an answer is pending, or the client
 * does not read, at most one more piece of input is taken.
 */
export class HttpConnection<Answer extends HttpAnswer = HttpAnswer> {
  readonly #stream: Duplex
  readonly #session: HttpSession<Answer>
  readonly #rules: ConnectionRules
  readonly #inlet: Inlet
  readonly #outlet: Outlet
  readonly #deadline: Deadline
  /** `blocked`: the client has not taken what was written; `closing`: the last answer is written, input is dropped. */
  #state: 'reading' | 'answering' | 'blocked' | 'closing' | 'closed' = 'reading'
  /** A request has begun and its time runs. */
  #isReceiving = false
  #hasEnded = false
  #isStopping = false
  #served = 0
  #dropped = 0
  #why: CloseReason | undefined
  /** The body that is being sent. */
  #pouring: HttpBody | undefined

  constructor(stream: Duplex, session: HttpSession<Answer>, rules: ConnectionRules) {
    this.#stream = stream
    this.#session = session
    this.#rules = rules
    this.#outlet = new Outlet(stream, rules.pieceSize, () => this.#unblock())
    this.#inlet = new Inlet(rules.head, rules.request, () =>
      this.#outlet.add('HTTP/1.1 100 Continue\r\n\r\n'),
    )
    this.#deadline = new Deadline(rules.clock, () => this.#guard(() => this.#expire()))
    // A client that has sent all it wants may close its half and still read (RFC 9112 §9.6).
    stream.allowHalfOpen = true
    if (stream instanceof Socket) stream.setNoDelay(true)
    stream.on('data', (chunk: Buffer) => this.#receive(chunk))
    stream.on('end', () => this.#end())
    stream.on('finish', () => this.#deadline.set(rules.times.linger))
    stream.on('error', () => (this.#why ??= 'error'))
    stream.on('close', () => this.#close())
    this.#deadline.set(rules.times.idle)
  }

  /** Closes at once between requests, else after the answer that is pending. */
  stop(): void {
    this.#isStopping = true
    if (this.#state === 'reading') this.#finish('server stop')
  }

  /** Ends the connection before its first request: the server has as many as it takes. */
  refuseBusy(): void {
    this.#guard(() => this.#refuse(new HttpRefusal('busy')))
  }

  #receive(chunk: Buffer): void {
    if (this.#state === 'closing') {
      this.#dropped += chunk.length
      if (this.#dropped > lingering) this.#stream.destroy()
      return
    }
    this.#inlet.add(chunk)
    if (this.#state === 'reading') this.#guard(() => this.#advance())
    else this.#stream.pause()
  }

  /** Takes as many requests from the input as can be answered at once. */
  #advance(): void {
    while (this.#state === 'reading' && this.#takeRequest()) {
      if (this.#outlet.waiting > gathered) this.#flush()
    }
    this.#flush()
    if (this.#state === 'reading') this.#await()
  }

  /** The input is used up: waits for more, or ends if there will be none. */
  #await(): void {
    const { isPartial } = this.#inlet
    if (this.#hasEnded) {
      if (isPartial) this.#refuse(new HttpRefusal('incomplete'))
      else this.#finish('client')
      return
    }
    if (!isPartial) this.#deadline.set(this.#rules.times.idle)
    else if (!this.#isReceiving) this.#deadline.set(this.#rules.times.request)
    this.#isReceiving = isPartial
  }

  /** False if there is no whole request, its answer is not complete, or the connection ends with it. */
  #takeRequest(): boolean {
    let request: HttpRequest | undefined
    try {
      request = this.#inlet.take()
    } catch (error) {
      if (error instanceof HttpRefusal) return this.#refuse(error)
      throw error
    }
    return request !== undefined && this.#answer(request)
  }

  #answer(request: HttpRequest): boolean {
    const ending = request.persistent ? undefined : 'client'
    let answer: Answer | Promise<Answer>
    try {
      answer = this.#session.answer(request)
    } catch (error) {
      return this.#fail(error, request)
    }
    if (!(answer instanceof Promise)) return this.#send(answer, ending, request)
    this.#state = 'answering'
    this.#deadline.clear()
    void this.#settle(answer, request, ending)
    return false
  }

  async #settle(
    pending: Promise<Answer>,
    request: HttpRequest,
    ending: CloseReason | undefined,
  ): Promise<void> {
    let answer: Answer
    try {
      answer = await pending
    } catch (error) {
      this.#resume(() => this.#fail(error, request))
      return
    }
    if (this.#state === 'answering') this.#resume(() => this.#send(answer, ending, request))
    else if (isPieces(answer.body)) answer.body.close()
  }

  /** Goes on after something that was waited for, if the connection still lives. */
  #resume(send: () => boolean): void {
    if (this.#state !== 'answering') return
    this.#state = 'reading'
    this.#guard(() => {
      if (send()) this.#goOn()
    })
  }

  #fail(error: unknown, head: RefusedHead): boolean {
    this.#session.failed(error)
    return this.#refuse(new HttpRefusal('internal'), head)
  }

  #refuse(refusal: HttpRefusal, head: RefusedHead = this.#inlet.head): boolean {
    // RFC 9110 §15.5.6
    const allow = refusal.reason === 'method' ? `Allow: ${this.#rules.request.methods.join(', ')}\r\n` : ''
    return this.#send(this.#session.refuse(refusal, head), refusal.close ? 'error' : undefined, head, allow)
  }

  /** Writes an answer; false if the connection ends with it, or the rest of it comes later. */
  #send(answer: Answer, close: CloseReason | undefined, { method, version }: Asked, more = ''): boolean {
    this.#served += 1
    this.#isReceiving = false
    const { body } = answer
    const left = this.#rules.requests - this.#served
    let ending = close ?? (answer.close === true ? 'error' : left > 0 ? this.#stopping() : 'limit')
    // RFC 9112 §6.3: without chunks only the end of the connection ends a body of unknown length.
    if (body.length === undefined && version === '1.0') ending ??= 'client'
    this.#outlet.add(this.#rules.writer.head(answer, ending === undefined ? left : 0, more, version))
    // RFC 9110 §9.3.2: the same head as for GET and nothing behind it; the client reads all else as the next answer.
    if (method === 'HEAD') {
      if (isPieces(body)) body.close()
      return this.#sent(answer, 0, ending)
    }
    if (isPieces(body)) {
      this.#state = 'answering'
      void this.#pour(answer, body, ending, version !== '1.0')
      return false
    }
    if (typeof body === 'string') this.#outlet.add(body)
    else if (!this.#outlet.write(body)) this.#block()
    return this.#sent(answer, body.length, ending)
  }

  #sent(answer: Answer, octets: number, ending: CloseReason | undefined): boolean {
    this.#session.answered(answer, octets)
    if (ending !== undefined) this.#finish(ending)
    return ending === undefined
  }

  #stopping(): CloseReason | undefined {
    return this.#isStopping ? 'server stop' : undefined
  }

  async #pour(
    answer: Answer,
    body: HttpBody,
    ending: CloseReason | undefined,
    mayChunk: boolean,
  ): Promise<void> {
    const { write } = this.#rules.times
    const isChunked = mayChunk && body.length === undefined
    this.#pouring = body
    const canRead = (): boolean => {
      this.#deadline.clear()
      return this.#state === 'answering'
    }
    let why = ending
    try {
      const poured = await this.#outlet.pour(body, isChunked, () => this.#deadline.set(write), canRead)
      this.#session.answered(answer, poured.octets)
      // RFC 9112 §8: only the end of the connection can tell the client that its answer is incomplete.
      if (!poured.isWhole) why = 'error'
    } catch (error) {
      this.#break(error)
      why = 'error'
    }
    this.#pouring = undefined
    if (this.#state === 'closed') return this.#tellClosed()
    this.#resume(() => {
      if (why !== undefined) this.#finish(why)
      return why === undefined
    })
  }

  #flush(): void {
    if (!this.#outlet.flush() && this.#state === 'reading') this.#block()
  }

  #block(): void {
    this.#state = 'blocked'
    this.#deadline.set(this.#rules.times.write)
  }

  #unblock(): void {
    if (this.#state !== 'blocked') return
    this.#state = 'reading'
    this.#guard(() => this.#goOn())
  }

  #goOn(): void {
    if (this.#isStopping) return this.#finish('server stop')
    if (this.#stream.isPaused()) this.#stream.resume()
    this.#advance()
  }

  #end(): void {
    this.#hasEnded = true
    if (this.#state === 'reading') this.#guard(() => this.#await())
  }

  #expire(): void {
    if (this.#state !== 'reading') {
      this.#why ??= 'limit'
      this.#stream.destroy()
    } else if (this.#isReceiving) {
      this.#refuse(new HttpRefusal('slow'))
    } else {
      this.#finish('idle')
    }
  }

  /**
   * Writes what is left, closes the lab's half and drops what still comes: a connection that is destroyed with
   * unread input is reset, and the reset may take the last answer from the client (RFC 9112 §9.6).
   */
  #finish(why: CloseReason): void {
    this.#why ??= why
    this.#state = 'closing'
    this.#inlet.clear()
    this.#outlet.flush()
    this.#deadline.set(this.#rules.times.write)
    this.#stream.end()
    this.#stream.resume()
  }

  /** Nothing that goes wrong in the session or here is the client's doing; it ends this connection alone. */
  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#break(error)
    }
  }

  #break(error: unknown): void {
    this.#session.failed(error)
    this.#why ??= 'error'
    this.#stream.destroy()
  }

  #close(): void {
    this.#state = 'closed'
    this.#deadline.cancel()
    // What is under way is told first, when `#pour` has ended.
    if (this.#pouring === undefined) this.#tellClosed()
    else this.#pouring.abort?.()
  }

  #tellClosed(): void {
    this.#session.closed(this.#why ?? 'client')
  }
}
