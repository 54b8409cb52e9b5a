import type { HttpAnswer } from '../../lab/kit/http/answer.ts'
import type { HttpRequest } from '../../lab/kit/http/request.ts'
import type { Peer, ServiceContext } from '../../lab/service.ts'
import { withoutSecrets } from '../../lab/web/dissect/mask.ts'
import { plainAnswer, PlainSession } from '../../lab/web/plain.ts'

/** The port that an address of https need not name. */
const USUAL = 443

/** One connection over plain HTTP, every request of which is sent to HTTPS. */
export class RedirectSession extends PlainSession {
  readonly #port: number

  /** `port` is that of HTTPS. */
  constructor(context: ServiceContext<unknown>, peer: Peer, port: number) {
    super(context, peer)
    this.#port = port
  }

  answer({ method, target, path, query, host, version }: HttpRequest): HttpAnswer {
    const { connection } = this.peer
    this.context.record({
      kind: 'http.requested',
      connection,
      data: { method, target: withoutSecrets(target.slice(0, 1024)), version },
    })
    const name = host === '' ? this.context.world.address : host.replace(/:\d*$/, '')
    const place = `https://${name}${this.#port === USUAL ? '' : `:${this.#port}`}`
    const rest = `${path}${query === undefined ? '' : `?${query}`}`
    this.context.record({ kind: 'http.answered', connection, data: { status: 301 } })
    return plainAnswer(301, { Location: place + rest })
  }
}
