import { fieldLines, type HttpAnswer } from '../../lab/kit/http/answer.ts'
import type { HttpRefusal } from '../../lab/kit/http/refusal.ts'
import type { HttpRequest } from '../../lab/kit/http/request.ts'
import type { HttpSession } from '../../lab/kit/http/session.ts'
import { reasonPhrase } from '../../lab/kit/http/status.ts'
import type { Peer, ServiceContext } from '../../lab/service.ts'

/** The port that an address of https need not name. */
const USUAL = 443

/** One connection over plain HTTP, every request of which is sent to HTTPS. */
export class RedirectSession implements HttpSession {
  readonly #context: ServiceContext<unknown>
  readonly #peer: Peer
  readonly #port: number

  /** `port` is that of HTTPS. */
  constructor(context: ServiceContext<unknown>, peer: Peer, port: number) {
    this.#context = context
    this.#peer = peer
    this.#port = port
  }

  answer({ method, target, path, query, host, version }: HttpRequest): HttpAnswer {
    const { connection } = this.#peer
    this.#context.record({
      kind: 'http.requested',
      connection,
      data: { method, target: target.slice(0, 1024), version },
    })
    const name = host === '' ? this.#context.world.address : host.replace(/:\d*$/, '')
    const place = `https://${name}${this.#port === USUAL ? '' : `:${this.#port}`}`
    const rest = `${path}${query === undefined ? '' : `?${query}`}`
    this.#context.record({ kind: 'http.answered', connection, data: { status: 301 } })
    return plain(301, { Location: place + rest })
  }

  refuse({ status }: HttpRefusal): HttpAnswer {
    return plain(status)
  }

  answered(): void {
    // What is answered is told where it is decided.
  }

  failed(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#context.log.error(
      { connection: this.#peer.connection, error: text },
      'internal error; the connection ends',
    )
  }

  closed(): void {
    // Nothing is kept of a connection.
  }
}

function plain(status: number, fields: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    status,
    fields: fieldLines({ 'Content-Type': 'text/plain; charset=utf-8', ...fields }),
    body: `${status} ${reasonPhrase(status)}\n`,
  }
}
