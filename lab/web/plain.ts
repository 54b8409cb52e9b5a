/** Sessions that answer without a site: short texts, and nothing kept of a connection. */
import { fieldLines, type HttpAnswer } from '../kit/http/answer.ts'
import type { HttpRefusal } from '../kit/http/refusal.ts'
import type { HttpRequest } from '../kit/http/request.ts'
import type { HttpSession } from '../kit/http/session.ts'
import { reasonPhrase } from '../kit/http/status.ts'
import type { Peer, ServiceContext } from '../service.ts'

/** One connection whose requests the subclass answers, and tells the journal of. */
export abstract class PlainSession implements HttpSession {
  protected readonly context: ServiceContext<unknown>
  protected readonly peer: Peer

  constructor(context: ServiceContext<unknown>, peer: Peer) {
    this.context = context
    this.peer = peer
  }

  abstract answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>

  refuse({ status }: HttpRefusal): HttpAnswer {
    return plainAnswer(status)
  }

  answered(): void {
    // What is answered is told where it is decided.
  }

  failed(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.context.log.error(
      { connection: this.peer.connection, error: text },
      'internal error; the connection ends',
    )
  }

  closed(): void {
    // Nothing is kept of a connection.
  }
}

/** An answer that is its status in words. */
export function plainAnswer(status: number, fields: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    status,
    fields: fieldLines({ 'Content-Type': 'text/plain; charset=utf-8', ...fields }),
    body: `${status} ${reasonPhrase(status)}\n`,
  }
}
