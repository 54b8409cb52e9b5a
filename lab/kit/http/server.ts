import type { Duplex } from 'node:stream'
import { HeadWriter, type HttpAnswer } from './answer.ts'
import { HttpConnection } from './connection.ts'
import type { Clock } from '../deadline.ts'
import type { ConnectionRules } from './rules.ts'
import type { HttpSession } from './session.ts'

/** How a server behaves; times in milliseconds, sizes in octets. */
export interface HttpOptions {
  readonly clock: Clock
  /** The Server field. */
  readonly server: string
  /** Field lines of every answer, as `fieldLines` makes them. */
  readonly fields?: string
  /** GET alone by default. */
  readonly methods?: readonly string[]
  /** Without a request, from the start and after each answer; 10,000 by default. */
  readonly idleTime?: number
  /** From the first octet of a request to its last; 15,000 by default. */
  readonly requestTime?: number
  /** For a client to take what was written; 20,000 by default. */
  readonly writeTime?: number
  /** For a client to read the last answer after it was written; 2,000 by default. */
  readonly lingerTime?: number
  /** Connections served at the same time, 2,000 by default; any further one is answered with 503 and closed. */
  readonly connections?: number
  /** Requests on one connection, 100 by default. */
  readonly requests?: number
  /** The request line, 8,192 by default. */
  readonly lineSize?: number
  /** All field lines, 32,768 by default. */
  readonly fieldsSize?: number
  /** Number of field lines, 100 by default. */
  readonly fieldsCount?: number
  /** The pieces in which a large body is written; 8,192 by default. */
  readonly pieceSize?: number
  /** The body of a request; 65,536 by default. */
  readonly bodySize?: number
  /** Bodies are handed over with their requests; by default they are read and dropped. */
  readonly keepsBodies?: boolean
}

/** Serves HTTP/1.x on streams that others accept (RFC 9110, RFC 9112); it knows neither sockets nor files. */
export class HttpServer<Answer extends HttpAnswer = HttpAnswer> {
  readonly #rules: ConnectionRules
  readonly #most: number
  readonly #connections = new Set<HttpConnection<Answer>>()
  #isClosed = false

  constructor(options: HttpOptions) {
    const { clock, idleTime = 10_000, requests = 100 } = options
    this.#most = options.connections ?? 2000
    this.#rules = {
      clock,
      requests,
      pieceSize: options.pieceSize ?? 8192,
      writer: new HeadWriter(clock, options.server, Math.ceil(idleTime / 1000), options.fields),
      head: {
        line: options.lineSize ?? 8192,
        fields: options.fieldsSize ?? 32_768,
        count: options.fieldsCount ?? 100,
      },
      request: {
        methods: options.methods ?? ['GET'],
        body: options.bodySize ?? 65_536,
        keepsBodies: options.keepsBodies ?? false,
      },
      times: {
        idle: idleTime,
        request: options.requestTime ?? 15_000,
        write: options.writeTime ?? 20_000,
        linger: options.lingerTime ?? 2000,
      },
    }
  }

  /** Open connections, without those that were refused and still linger. */
  get connections(): number {
    return this.#connections.size
  }

  /** Serves one connection until either end closes it. */
  serve(stream: Duplex, session: HttpSession<Answer>): void {
    const connection = new HttpConnection(stream, session, this.#rules)
    // One that lingers is not counted: else a steady stream of them would keep everybody out.
    if (this.#connections.size >= this.#most) return connection.refuseBusy()
    this.#connections.add(connection)
    stream.once('close', () => this.#connections.delete(connection))
    if (this.#isClosed) connection.stop()
  }

  /** Ends idle connections at once and the others after the answer that is pending. */
  close(): void {
    this.#isClosed = true
    for (const connection of this.#connections) connection.stop()
  }
}
