import type { HttpRefusal } from '../../lab/kit/http/refusal.ts'
import type { HttpRequest } from '../../lab/kit/http/request.ts'
import { ResponseError } from '../../lab/kit/http/response.ts'
import type { CloseReason, HttpSession, RefusedHead } from '../../lab/kit/http/session.ts'
import type { FactData, Fault, Peer, ServiceContext } from '../../lab/service.ts'
import { requestLine, type AccessEntry, type AccessLog } from './access-log.ts'
import { falsify, readFault } from './fault.ts'
import type { Hosts } from './hosts.ts'
import type { HttpConfig } from './options.ts'
import type { SiteAnswer } from './site.ts'
import type { Reason } from './words.ts'

/** Characters of a target that a fact keeps. */
const longest = 1024

/** One connection to the site: it answers, commits the scenario's faults and tells the journal. */
export class SiteSession implements HttpSession<SiteAnswer> {
  readonly #context: ServiceContext<HttpConfig>
  readonly #hosts: Hosts
  readonly #connection: number
  readonly #peer: Peer
  readonly #log: AccessLog | undefined
  #began = 0
  /** The request that is being answered, as far as it was read. */
  #head: RefusedHead | undefined

  constructor(context: ServiceContext<HttpConfig>, hosts: Hosts, peer: Peer, log?: AccessLog) {
    this.#context = context
    this.#hosts = hosts
    this.#connection = peer.connection
    this.#peer = peer
    this.#log = log
    this.#record('connection.opened', () => ({ address: peer.host, port: peer.port }))
  }

  answer(request: HttpRequest): SiteAnswer | Promise<SiteAnswer> {
    this.#began = this.#context.clock.now()
    this.#head = request
    this.#requested(request.method, request.target, request.version)
    const { path, host, method } = request
    const fault = this.#context.fault('http.answer', { path, host, method, client: this.#peer.host })
    if (fault !== undefined) return this.#break(fault, request)
    return this.#hosts.find(request).answer(request, this.#peer, this.#began)
  }

  refuse(refusal: HttpRefusal, head: RefusedHead): SiteAnswer {
    this.#began = this.#context.clock.now()
    this.#head = head
    const { method, target, version } = head
    // A request that failed in `answer` was told already.
    if (method !== undefined && target !== undefined && refusal.reason !== 'internal') {
      this.#requested(method, target, version)
    }
    return this.#hosts.first.page(refusal.status, refusal.reason, head.fields)
  }

  answered(answer: SiteAnswer, octets: number): void {
    const { status, reason, before, after, user } = answer
    if (reason !== undefined && status >= 400) this.#record('http.refused', () => ({ reason, status }))
    this.#record('http.answered', () => {
      const cookie = before === undefined && after === undefined ? undefined : { before, after }
      return { status, bytes: octets, ms: this.#context.clock.now() - this.#began, cookie, user }
    })
    if (this.#log !== undefined && this.#head !== undefined)
      this.#log.add(entryOf(this.#head, this.#peer.host, answer, octets, this.#began))
  }

  failed(error: unknown): void {
    // The server behind has broken off, and so must the answer.
    if (error instanceof ResponseError) {
      this.#record('http.broken', () => ({ reason: 'gateway-answer' satisfies Reason }))
      return
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#context.log.error(
      { connection: this.#connection, error: text },
      'internal error; the connection ends',
    )
  }

  closed(why: CloseReason): void {
    this.#record('connection.closed', () => ({ why }))
  }

  async #break(fault: Fault, request: HttpRequest): Promise<SiteAnswer> {
    const broken = readFault(fault)
    const { status, delay = 0 } = broken
    const { clock, signal } = this.#context
    // A lab that stops does not wait for what it broke.
    if (delay > 0) await clock.wait(delay, signal).catch(() => undefined)
    const site = this.#hosts.find(request)
    const answer =
      status === undefined
        ? await site.answer(request, this.#peer, clock.now())
        : site.page(status, 'fault', request.fields)
    return falsify(answer, broken, clock, signal)
  }

  #requested(method: string, target: string, version: string | undefined): void {
    this.#record('http.requested', () => ({
      method: method.slice(0, longest),
      target: target.slice(0, longest),
      version,
    }))
  }

  #record(kind: string, data: () => FactData): void {
    this.#context.record({ kind, connection: this.#connection, data })
  }
}

function entryOf(
  head: RefusedHead,
  host: string,
  { status, user }: SiteAnswer,
  octets: number,
  at: number,
): AccessEntry {
  const [referer, agent] = [head.fields.get('referer'), head.fields.get('user-agent')]
  return { at, host, user, line: requestLine(head), status, octets, referer, agent }
}
