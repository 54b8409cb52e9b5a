import { readFault } from '../kit/fault.ts'
import type { HttpAnswer } from '../kit/http/answer.ts'
import type { HttpRefusal } from '../kit/http/refusal.ts'
import type { HttpRequest } from '../kit/http/request.ts'
import type { CloseReason, HttpSession, RefusedHead } from '../kit/http/session.ts'
import type { FactData, Fault, Peer, ServiceContext } from '../service.ts'
import type { AccessLog } from './access-log.ts'
import { withoutSecrets } from './dissect/mask.ts'
import { falsify } from './fault.ts'
import type { Hosts } from './hosts.ts'
import { answerFault, type HttpConfig } from './options.ts'
import type { Client } from './proxy.ts'
import type { SiteAnswer } from './site.ts'
import type { Reason } from './words.ts'

/** Characters of a target that a fact keeps. */
const longest = 1024

/** Who came over TLS. */
export interface Visitor {
  /** The account, or the name, that the client's certificate proves. */
  readonly user: string | undefined
  /** Why a path is closed to this client; undefined if it is open. */
  judge(request: HttpRequest): Reason | undefined
  /** The service's own answer at some path, as one that tells who the client is. */
  answer(request: HttpRequest): HttpAnswer | undefined
}

/** What a session is made of. */
export interface SessionParts {
  readonly hosts: Hosts
  readonly log: AccessLog | undefined
  readonly peer: Peer
  /** Undefined without TLS. */
  readonly visitor: Visitor | undefined
}

/** One connection to the site: it answers, commits the scenario's faults and tells the journal. */
export class SiteSession implements HttpSession<SiteAnswer> {
  readonly #context: ServiceContext<HttpConfig>
  readonly #parts: SessionParts
  readonly #connection: number
  readonly #client: Client
  /** Made for who waits for another server's answer. */
  #gone: AbortController | undefined
  #began = 0
  /** Requests that were answered on this connection. */
  #turn = 0
  /** The request that is being answered, as far as it was read. */
  #head: RefusedHead | undefined
  /** Its target as the journal may keep it, once somebody wants to know. */
  #target: string | undefined

  constructor(context: ServiceContext<HttpConfig>, parts: SessionParts) {
    this.#context = context
    this.#parts = parts
    const { peer, visitor } = parts
    this.#client = {
      host: peer.host,
      scheme: visitor === undefined ? 'http' : 'https',
      gone: () => (this.#gone ??= new AbortController()).signal,
    }
    this.#connection = peer.connection
    this.#record('connection.opened', () => ({ address: peer.host, port: peer.port }))
  }

  answer(request: HttpRequest): SiteAnswer | Promise<SiteAnswer> {
    this.#begin(request)
    this.#requested(request.method, request.target, request.version)
    const { path, host, method } = request
    const fault = this.#context.fault('http.answer', { path, host, method, client: this.#parts.peer.host })
    if (fault !== undefined) return this.#break(fault, request)
    return this.#answer(request, this.#began)
  }

  refuse(refusal: HttpRefusal, head: RefusedHead): SiteAnswer {
    this.#begin(head)
    const { method, target, version } = head
    // A request that failed in `answer` was told already.
    if (method !== undefined && target !== undefined && refusal.reason !== 'internal') {
      this.#requested(method, target, version)
    }
    return this.#parts.hosts.first.page(refusal.status, refusal.reason, head.fields)
  }

  answered(answer: SiteAnswer, octets: number): void {
    const { status, reason, before, after } = answer
    const user = answer.user ?? this.#parts.visitor?.user
    const turn = (this.#turn += 1)
    if (reason !== undefined && status >= 400) this.#record('http.refused', () => ({ reason, status }))
    this.#record('http.answered', () => {
      const cookie = before === undefined && after === undefined ? undefined : { before, after }
      const ms = this.#context.clock.now() - this.#began
      return { client: this.#client.host, ...this.#asked(), status, bytes: octets, ms, turn, cookie, user }
    })
    const { log, peer } = this.#parts
    if (log !== undefined && this.#head !== undefined)
      log.record(this.#head, { at: this.#began, host: peer.host, user: octetText(user), status, octets })
  }

  failed(error: unknown): void {
    // The server behind has broken off, and so must the answer.
    if (error instanceof Error && error.name === 'ResponseError') {
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
    this.#gone?.abort()
    this.#record('connection.closed', () => ({ why }))
  }

  #answer(request: HttpRequest, now: number): SiteAnswer | Promise<SiteAnswer> {
    const { hosts, visitor } = this.#parts
    const site = hosts.find(request)
    const closed = visitor?.judge(request)
    if (closed !== undefined) return site.page(403, closed, request.fields)
    return visitor?.answer(request) ?? site.answer(request, this.#client, now)
  }

  async #break(fault: Fault, request: HttpRequest): Promise<SiteAnswer> {
    const broken = readFault(answerFault, fault)
    const { status, delay = 0 } = broken
    const { clock, signal } = this.#context
    // A lab that stops does not wait for what it broke.
    if (delay > 0) await clock.wait(delay, signal).catch(() => undefined)
    const answer =
      status === undefined
        ? await this.#answer(request, clock.now())
        : this.#parts.hosts.find(request).page(status, 'fault', request.fields)
    return falsify(answer, broken, clock, signal)
  }

  #begin(head: RefusedHead): void {
    this.#began = this.#context.clock.now()
    this.#head = head
    this.#target = undefined
  }

  #requested(method: string, target: string, version: string | undefined): void {
    this.#record('http.requested', () => ({
      method: method.slice(0, longest),
      target: this.#shown(target),
      version,
    }))
  }

  /** What was asked, as far as it was read: whoever looks for an answer need not look for its request. */
  #asked(): FactData {
    const { method, target, fields } = this.#head ?? {}
    if (method === undefined || target === undefined) return {}
    const host = fields?.get('host')?.slice(0, longest)
    return { method: method.slice(0, longest), target: this.#shown(target), host }
  }

  #shown(target: string): string {
    return (this.#target ??= withoutSecrets(target.slice(0, longest)))
  }

  #record(kind: string, data: () => FactData): void {
    this.#context.record({ kind, connection: this.#connection, data })
  }
}

/** Text in UTF-8 with one character for each octet, as the log takes it. */
function octetText(text: string | undefined): string | undefined {
  return text && Buffer.from(text, 'utf8').toString('latin1')
}
