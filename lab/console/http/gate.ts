/** Who may come in: our own page and whoever knows the token, and nobody by way of another site or another name. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '../../kit/http/request.ts'

/** What became of a request at the gate: why it is turned away, where it is sent, or what it asks for beneath the token. */
export type Verdict =
  | { readonly status: 401 | 403 }
  | { readonly location: string }
  | { readonly path: string }

/** Takes a ticket, which lets one request in; false if there is none of that text. */
export type TakeTicket = (ticket: string) => boolean

/** What stands before every path. */
export class Gate {
  readonly #page: string
  readonly #token: Buffer
  readonly #hosts: ReadonlySet<string>
  readonly #take: TakeTicket

  constructor(token: string, port: number, take: TakeTicket = () => false) {
    this.#page = `/${token}/`
    this.#take = take
    this.#token = digest(token)
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])
  }

  /** Judges a request by its head. */
  judge(request: Pick<HttpRequest, 'host' | 'fields' | 'path' | 'method'>): Verdict {
    // A name of somebody else's that leads here (DNS rebinding) makes the browser take us for that site.
    const host = request.host.toLowerCase()
    if (!this.#hosts.has(host)) return { status: 403 }
    if (!this.#isOwn(host, request)) return { status: 403 }
    const [, first = '', rest = ''] = /^\/([^/]*)(?:\/(.*))?$/s.exec(request.path) ?? []
    // The page's address ends in a slash, without which its own links would lead past the token.
    if (this.#isToken(first) && request.path.length > first.length + 1) return { path: rest }
    if (request.method === 'GET' && first === 'open' && this.#take(rest)) return { location: this.#page }
    // RFC 6750 §2.1
    const [, bearer = ''] = /^Bearer ([\w-]+)$/i.exec(request.fields.get('authorization') ?? '') ?? []
    if (bearer !== '' && this.#isToken(bearer)) return { path: request.path.slice(1) }
    return { status: 401 }
  }

  /** Whether no page of another origin is behind it: browsers say so, and what is no browser has no visitor to harm. */
  #isOwn(host: string, { fields }: Pick<HttpRequest, 'fields'>): boolean {
    const origin = fields.get('origin')
    if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) return false
    const site = fields.get('sec-fetch-site')
    return site === undefined || site === 'same-origin' || site === 'none'
  }

  /** Takes as long for every token. */
  #isToken(shown: string): boolean {
    return timingSafeEqual(digest(shown), this.#token)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
