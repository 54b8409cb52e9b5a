import { isPieces, type HttpBody } from '../../lab/kit/http/answer.ts'
import type { HttpRefusal } from '../../lab/kit/http/refusal.ts'
import type { HttpRequest } from '../../lab/kit/http/request.ts'
import type { CloseReason, HttpSession, RefusedHead } from '../../lab/kit/http/session.ts'
import type { Fault, Json, Peer, ServiceContext } from '../../lab/service.ts'
import { answerFault, type HttpConfig } from './options.ts'
import type { Site, SiteAnswer } from './site.ts'

/** Characters of a target that a fact keeps. */
const longest = 1024

/** One connection to the site: it answers, commits the scenario's faults and tells the journal. */
export class SiteSession implements HttpSession<SiteAnswer> {
  readonly #context: ServiceContext<HttpConfig>
  readonly #site: Site
  readonly #connection: number
  #began = 0

  constructor(context: ServiceContext<HttpConfig>, site: Site, peer: Peer) {
    this.#context = context
    this.#site = site
    this.#connection = peer.connection
    this.#record('connection.opened', { address: peer.host, port: peer.port })
  }

  answer(request: HttpRequest): SiteAnswer | Promise<SiteAnswer> {
    this.#began = this.#context.clock.now()
    this.#requested(request.method, request.target, request.version)
    const fault = this.#context.fault('http.answer', { path: request.path })
    if (fault !== undefined) return this.#break(fault, request)
    return this.#site.answer(request, this.#began)
  }

  refuse(refusal: HttpRefusal, head: RefusedHead): SiteAnswer {
    this.#began = this.#context.clock.now()
    const { method, target, version } = head
    // A request that failed in `answer` was told already.
    if (method !== undefined && target !== undefined && refusal.reason !== 'internal') {
      this.#requested(method, target, version)
    }
    return this.#site.page(refusal.status, refusal.reason, head.fields)
  }

  answered(answer: SiteAnswer, octets: number): void {
    const { status, reason, before, after } = answer
    if (reason !== undefined && status >= 400) this.#record('http.refused', { reason, status })
    const cookie = before === undefined && after === undefined ? undefined : { before, after }
    this.#record('http.answered', {
      status,
      bytes: octets,
      ms: this.#context.clock.now() - this.#began,
      cookie,
    })
  }

  failed(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#context.log.error(
      { connection: this.#connection, error: text },
      'internal error; the connection ends',
    )
  }

  closed(why: CloseReason): void {
    this.#record('connection.closed', { why })
  }

  async #break(fault: Fault, request: HttpRequest): Promise<SiteAnswer> {
    const { at: _, times: _times, probability: _probability, match: _match, ...rest } = fault
    const { status, delay = 0, cut = false } = answerFault.parse(rest)
    const { clock, signal } = this.#context
    // A lab that stops does not wait for what it broke.
    if (delay > 0) await clock.wait(delay, signal).catch(() => undefined)
    const answer =
      status === undefined
        ? this.#site.answer(request, clock.now())
        : this.#site.page(status, 'fault', request.fields)
    return cut ? { ...answer, body: new HalfBody(answer.body) } : answer
  }

  #requested(method: string, target: string, version: string | undefined): void {
    this.#record('http.requested', { method: copy(method), target: copy(target), version })
  }

  #record(kind: string, data: Readonly<Record<string, Json | undefined>>): void {
    this.#context.record({ kind, connection: this.#connection, data })
  }
}

/** A string of its own: a slice would keep all that was received alive for as long as the journal keeps the fact. */
function copy(text: string): string {
  return Buffer.from(text.slice(0, longest), 'latin1').toString('latin1')
}

/** Announces the whole of a body and ends after half of it. */
class HalfBody implements HttpBody {
  readonly length: number
  readonly #body: HttpBody
  #left: number

  constructor(body: SiteAnswer['body']) {
    this.#body = isPieces(body) ? body : new OnePiece(body)
    // An empty body, cut in half, would be whole.
    this.length = Math.max(1, this.#body.length)
    this.#left = Math.floor(this.length / 2)
  }

  async read(): Promise<Buffer | undefined> {
    if (this.#left === 0) return undefined
    const piece = (await this.#body.read())?.subarray(0, this.#left)
    this.#left -= piece?.length ?? 0
    return piece
  }

  close(): void {
    this.#body.close()
  }
}

class OnePiece implements HttpBody {
  readonly length: number
  #piece: Buffer | undefined

  constructor(body: string | Buffer) {
    this.#piece = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
    this.length = this.#piece.length
  }

  read(): Promise<Buffer | undefined> {
    const piece = this.#piece
    this.#piece = undefined
    return Promise.resolve(piece)
  }

  close(): void {
    this.#piece = undefined
  }
}
