import { httpDate } from './date.ts'
import type { Clock } from '../deadline.ts'
import { hasControl, isToken } from './head-reader.ts'
import type { HttpVersion } from './request.ts'
import { reasonPhrase } from './status.ts'

/** A body that is handed over in pieces. */
export interface HttpBody {
  /** Octets of all pieces together; undefined where only the last piece will tell. */
  readonly length: number | undefined
  /** The next piece, which stays as it is until the next call; undefined after the last. */
  read(): Promise<Buffer | undefined>
  /** Called once, whether or not all was read, and never while a `read` waits. */
  close(): void
  /** Has a `read` that waits end: the client has gone. */
  abort?(): void
}

/** Tells pieces from a body that is there whole. */
export function isPieces<Body extends HttpBody>(body: string | Buffer | Body): body is Body {
  return typeof body === 'object' && 'read' in body
}

/** The answer to one request; the engine adds Date, Server, Content-Length, Connection and Keep-Alive. */
export interface HttpAnswer {
  readonly status: number
  /** Field lines as `fieldLines` makes them. */
  readonly fields: string
  /** Text of one character for each octet, the same as octets, or pieces. */
  readonly body: string | Buffer | HttpBody
  /** Ends the connection after the answer, whatever the client asked for. */
  readonly close?: boolean
  /** Makes another head of the right one, for who teaches by breaking. */
  readonly rewrite?: (head: string) => string
}

/** Field lines, each with its end, for an answer; throws a RangeError if a name or a value would break the head (RFC 9110 §5.5). */
export function fieldLines(fields: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const [name, value] of Object.entries(fields)) {
    if (!isToken(name) || hasControl(value)) {
      throw new RangeError(
        `header field ${JSON.stringify(name)}: ${JSON.stringify(value)} is not valid in HTTP; remove line ends and characters beyond Latin-1`,
      )
    }
    lines += `${name}: ${value}\r\n`
  }
  return lines
}

/** Writes the heads of answers; what is the same for a whole second is made once. */
export class HeadWriter {
  readonly #clock: Clock
  readonly #server: string
  readonly #timeout: number
  #second = -1
  #common = ''

  /** `timeout` in seconds is announced in Keep-Alive; `fields` are lines for every head. */
  constructor(clock: Clock, server: string, timeout: number, fields = '') {
    this.#clock = clock
    this.#server = fieldLines({ Server: server }) + fields
    this.#timeout = timeout
  }

  /** A whole head; `left` counts the requests that the connection may still bring, 0 closes it; `more` are further field lines. */
  head(answer: HttpAnswer, left: number, more = '', version: HttpVersion = '1.1'): string {
    const { status } = answer
    // RFC 2068 §19.7.1 names the field; RFC 9112 §9.6 the option.
    const connection =
      left > 0
        ? `Connection: keep-alive\r\nKeep-Alive: timeout=${this.#timeout}, max=${left}\r\n\r\n`
        : 'Connection: close\r\n\r\n'
    const head = `${statusLine(status)}${this.#dated()}${answer.fields}${more}${framingLine(answer, version)}${connection}`
    return answer.rewrite === undefined ? head : answer.rewrite(head)
  }

  #dated(): string {
    const second = Math.floor(this.#clock.now() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#common = `Date: ${httpDate(second * 1000)}\r\n${this.#server}`
    }
    return this.#common
  }
}

/** How the client learns where the body ends (RFC 9112 §6.3). */
function framingLine({ status, body }: HttpAnswer, version: HttpVersion): string {
  // RFC 9110 §8.6: a 204 has no length, that of a 304 would be the length of what is not sent.
  if (status === 204 || status === 304) return ''
  if (body.length !== undefined) return `Content-Length: ${body.length}\r\n`
  // RFC 9112 §6.1: for a client of HTTP/1.0 the end of the connection is the end of the body.
  return version === '1.1' ? 'Transfer-Encoding: chunked\r\n' : ''
}

const ok = 'HTTP/1.1 200 OK\r\n'

// RFC 9110 §6.2: the version is the server's own, also towards a client of 1.0.
function statusLine(status: number): string {
  return status === 200 ? ok : `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`
}
