import type { Duplex } from 'node:stream'
import type { Clock } from '../deadline.ts'
import { ClientConnection, type ClientRequest, type ClientResponse, type ExchangeRules } from './exchange.ts'
import type { HeadLimits } from './head-reader.ts'
import { ResponseError } from './response.ts'

/** How a client behaves; times in milliseconds, sizes in octets. */
export interface ClientOptions {
  readonly clock: Clock
  /** Ends the connections that are kept, and keeps no more. */
  readonly signal: AbortSignal
  /** Opens a connection to a server within a time; rejects if there is none to be had. */
  connect(server: Server, timeout: number): Promise<Duplex>
  /** Connections to one server that are kept without a request, 8 by default. */
  readonly kept?: number
  /** That a connection is kept without a request, 4,000 by default: less than most servers keep it. */
  readonly keptTime?: number
  /** The largest head of an answer; a status line of 8,192, fields of 65,536 in 200 lines by default. */
  readonly head?: HeadLimits
}

/** Where a server listens. */
export interface Server {
  readonly host: string
  readonly port: number
}

/** No connection to a server came about; the cause says why. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError'
}

/** Asks HTTP/1.x servers for what can be asked twice without harm, and keeps connections for the next request. */
export class HttpClient {
  readonly #options: ClientOptions
  readonly #rules: ExchangeRules
  /** By server, the one used last at the end. */
  readonly #kept = new Map<string, ClientConnection[]>()

  constructor(options: ClientOptions) {
    this.#options = options
    const { clock, head = { line: 8192, fields: 65_536, count: 200 } } = options
    this.#rules = { clock, head }
    options.signal.addEventListener('abort', () => this.#closeAll(), { once: true })
  }

  /**
   * The answer of a server, whose head came within `timeout` milliseconds from now; its body may be silent as long between
   * two pieces. Rejects with a ConnectError or a ResponseError, as soon as nobody wants the answer because `gone` aborts.
   * The request's method must be safe (RFC 9110 §9.2.1).
   */
  async ask(
    server: Server,
    request: ClientRequest,
    timeout: number,
    gone?: AbortSignal,
  ): Promise<ClientResponse> {
    const { clock } = this.#options
    const end = clock.now() + timeout
    const left = (): number => Math.max(1, end - clock.now())
    const key = `${server.host} ${server.port}`
    const kept = this.#take(key)
    if (kept !== undefined) {
      try {
        return await unlessGone(kept, gone, () => kept.ask(request, left(), timeout))
      } catch (error) {
        // RFC 9112 §9.3.1: the server closed the connection while the request was under way.
        const isClosed = error instanceof ResponseError && error.problem === 'closed'
        if (!isClosed || gone?.aborted === true) throw error
      }
    }
    const connection = await this.#open(server, key, left())
    return unlessGone(connection, gone, () => connection.ask(request, left(), timeout))
  }

  async #open(server: Server, key: string, timeout: number): Promise<ClientConnection> {
    let stream: Duplex
    try {
      stream = await this.#options.connect(server, timeout)
    } catch (cause) {
      throw new ConnectError(`no connection to ${server.host} port ${server.port}`, { cause })
    }
    return new ClientConnection(stream, this.#rules, (connection) => {
      if (connection.isUsable) this.#keep(key, connection)
      else this.#forget(key, connection)
    })
  }

  #take(key: string): ClientConnection | undefined {
    const connections = this.#kept.get(key)
    for (;;) {
      const connection = connections?.pop()
      if (connections?.length === 0) this.#kept.delete(key)
      if (connection === undefined || connection.isUsable) return connection
    }
  }

  #keep(key: string, connection: ClientConnection): void {
    const { signal, kept = 8, keptTime = 4000 } = this.#options
    const connections = this.#kept.get(key) ?? []
    if (signal.aborted || connections.length >= kept) return connection.close()
    this.#kept.set(key, [...connections, connection])
    connection.keep(keptTime)
  }

  #forget(key: string, connection: ClientConnection): void {
    const others = this.#kept.get(key)?.filter((each) => each !== connection) ?? []
    if (others.length === 0) this.#kept.delete(key)
    else this.#kept.set(key, others)
  }

  #closeAll(): void {
    for (const connection of [...this.#kept.values()].flat()) connection.close()
  }
}

/** Closes the connection when who wants its answer has gone. */
async function unlessGone(
  connection: ClientConnection,
  gone: AbortSignal | undefined,
  ask: () => Promise<ClientResponse>,
): Promise<ClientResponse> {
  const leave = (): void => connection.close()
  gone?.addEventListener('abort', leave, { once: true })
  try {
    if (gone?.aborted === true) leave()
    return await ask()
  } finally {
    gone?.removeEventListener('abort', leave)
  }
}
