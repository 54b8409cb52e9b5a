import type { Clock } from './deadline.ts'
import { reasonPhrase } from './status.ts'

/** A body that is handed over in pieces. */
export interface HttpBody {
  /** Octets of all pieces together. */
  readonly length: number
  /** The next piece, undefined after the last. */
  read(): Promise<Buffer | undefined>
  /** Called once, whether or not all was read. */
  close(): void
}

/** Tells pieces from a body that is there whole. */
export function isPieces(body: HttpAnswer['body']): body is HttpBody {
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
}

/** Field lines, each with its end, for an answer; throws a RangeError if a name or a value would break the head (RFC 9110 §5.5). */
export function fieldLines(fields: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const [name, value] of Object.entries(fields)) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || !/^[\t -~\x80-\xff]*$/.test(value)) {
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

  /** `timeout` in seconds is announced in Keep-Alive. */
  constructor(clock: Clock, server: string, timeout: number) {
    this.#clock = clock
    this.#server = fieldLines({ Server: server })
    this.#timeout = timeout
  }

  /** A whole head; `left` counts the requests that the connection may still bring, 0 closes it; `more` are further field lines. */
  head(answer: HttpAnswer, left: number, more = ''): string {
    const { status, body } = answer
    // RFC 2068 §19.7.1 names the field; RFC 9112 §9.6 the option.
    const connection =
      left > 0
        ? `Connection: keep-alive\r\nKeep-Alive: timeout=${this.#timeout}, max=${left}\r\n\r\n`
        : 'Connection: close\r\n\r\n'
    return `${statusLine(status)}${this.#dated()}${answer.fields}${more}Content-Length: ${body.length}\r\n${connection}`
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

const ok = 'HTTP/1.1 200 OK\r\n'

// RFC 9110 §6.2: the version is the server's own, also towards a client of 1.0.
function statusLine(status: number): string {
  return status === 200 ? ok : `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`
}

/** A time in milliseconds since 1970 as an IMF-fixdate (RFC 9110 §5.6.7). */
export function httpDate(time: number): string {
  return new Date(time).toUTCString()
}
