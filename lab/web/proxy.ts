import type { HttpAnswer } from '../kit/http/answer.ts'
import { ConnectError, HttpClient } from '../kit/http/client.ts'
import type { HttpRequest } from '../kit/http/request.ts'
import { ResponseError } from '../kit/http/response.ts'
import { decodePath } from '../kit/http/target.ts'
import type { ServiceContext } from '../service.ts'
import { hasPassed, requestHead, responseLines, type Client, type Location } from './forwarding.ts'
import { proxyLocation, type ProxyRules } from './proxy-options.ts'
import type { GatewayProblem } from './proxy-words.ts'

export type { Client, Location } from './forwarding.ts'

/** What of the lab a proxy needs. */
export type ProxyTools = Pick<ServiceContext<unknown>, 'connect' | 'clock' | 'signal' | 'random'>

/** Why there is no answer to pass on. */
export interface GatewayFailure {
  readonly problem: GatewayProblem
}

/** Has other servers answer GET and HEAD below some paths (RFC 9110 §3.7, a gateway). */
export class Proxy {
  /** The longest prefix first. */
  readonly #locations: readonly Location[]
  readonly #client: HttpClient
  /** Of its own, so that a loop is told from a chain of labs (RFC 9110 §7.6.3). */
  readonly #pseudonym: string

  constructor(rules: ProxyRules, { connect, clock, signal, random }: ProxyTools) {
    this.#locations = Object.entries(rules)
      .map(([prefix, rule]) => readLocation(prefix, rule))
      .toSorted((one, other) => other.prefix.length - one.prefix.length)
    this.#pseudonym = `telelab-${random.bytes(4).toString('hex')}`
    this.#client = new HttpClient({
      clock,
      signal,
      connect: (server, timeout) => connect({ ...server, timeout }),
    })
  }

  /** The location of a path that `decodePath` has decoded. */
  match(path: string): Location | undefined {
    return this.#locations.find(({ prefix }) => path.startsWith(prefix))
  }

  /** The other server's answer to a GET or HEAD whose decoded path is in the location; its body must be closed. */
  async answer(
    location: Location,
    request: HttpRequest,
    client: Client,
  ): Promise<HttpAnswer | GatewayFailure> {
    const { method } = request
    if (method !== 'GET' && method !== 'HEAD') throw new TypeError(`${method} is not forwarded`)
    const decoded = decodePath(request.path)
    // What could climb out of the prefix, or lies beside it, is refused before; whoever forgot is told.
    if ('problem' in decoded || !decoded.path.startsWith(location.prefix)) {
      throw new TypeError('the path is not in the location')
    }
    if (hasPassed(request.fields, this.#pseudonym)) return { problem: 'gateway-loop' }
    try {
      const head = requestHead(location, request, client, this.#pseudonym)
      const { server, timeout } = location
      const response = await this.#client.ask(server, { method, head }, timeout, client.gone?.())
      const fields = responseLines(location, request, response, this.#pseudonym)
      return { status: response.status, fields, body: response.body }
    } catch (error) {
      return { problem: problemOf(error) }
    }
  }
}

function readLocation(prefix: string, rule: ProxyRules[string]): Location {
  const { to, timeout, preserveHost } = typeof rule === 'string' ? proxyLocation.parse({ to: rule }) : rule
  const { host, hostname, port, pathname } = new URL(to)
  // The loopback has its own name everywhere, and no server of names is asked for it (RFC 6761 §6.3).
  const address = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '')
  return {
    prefix,
    server: { host: address, port: port === '' ? 80 : Number(port) },
    authority: host,
    path: pathname,
    timeout: timeout * 1000,
    preserveHost,
  }
}

/** Anything else is a bug, for the engine to tell of. */
function problemOf(error: unknown): GatewayProblem {
  if (error instanceof ResponseError) return error.problem === 'slow' ? 'gateway-slow' : 'gateway-answer'
  if (!(error instanceof ConnectError)) throw error
  const { cause } = error
  const isLate = cause instanceof Error && 'code' in cause && cause.code === 'ETIMEDOUT'
  return isLate ? 'gateway-slow' : 'gateway-refused'
}
