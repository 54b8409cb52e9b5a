/** What a scenario can break in the answers (`at: http.answer`). */
import { isPieces, type HttpBody } from '../kit/http/answer.ts'
import type { Clock } from '../service.ts'
import type { AnswerFault } from './options.ts'
import type { SiteAnswer } from './site.ts'

/** The answer with what the fault does to it; `delay` and `status` are the caller's. */
export function falsify(
  answer: SiteAnswer,
  fault: AnswerFault,
  clock: Clock,
  signal: AbortSignal,
): SiteAnswer {
  const { cut = false, slow, length, without, fields, cookie } = fault
  let changed = cookie === undefined ? answer : falsifyCookie(answer, cookie)
  if (cut) changed = { ...changed, body: new HalfBody(changed.body) }
  if (slow !== undefined) changed = { ...changed, body: new SlowBody(changed.body, slow, clock, signal) }
  if (length !== undefined || without !== undefined || fields !== undefined)
    changed = {
      ...changed,
      rewrite: (head) => dressed(stripped(lengthened(head, length ?? 0), without ?? []), fields ?? {}),
    }
  return changed
}

function lengthened(head: string, more: number): string {
  return head.replace(/^(Content-Length: )(\d+)/im, (_, name: string, length: string) => {
    return `${name}${Math.max(0, Number(length) + more)}`
  })
}

function stripped(head: string, names: readonly string[]): string {
  const unwanted = new Set(names.map((name) => name.toLowerCase()))
  return head
    .split('\r\n')
    .filter((line, index) => index === 0 || !unwanted.has(line.split(':', 1)[0]?.toLowerCase() ?? ''))
    .join('\r\n')
}

function dressed(head: string, fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  // Behind the status line: the order of fields of different names means nothing (RFC 9110 §5.3).
  return stripped(head, Object.keys(fields)).replace('\r\n', () => `\r\n${lines.join('')}`)
}

const LINE = /^Set-Cookie: ([^=]+)=(\d+)(.*)\r\n/m

function falsifyCookie(answer: SiteAnswer, how: NonNullable<AnswerFault['cookie']>): SiteAnswer {
  const { before, after } = answer
  if (after === undefined) return answer
  const value = how === 'value' ? (before ?? after + 1) : after
  const fields = answer.fields.replace(LINE, (_, name: string, _value: string, attributes: string) => {
    const line = (given: string, expires = '$&'): string =>
      `Set-Cookie: ${given}=${value}${attributes.replace(/Expires=[^;]*/, expires)}\r\n`
    if (how === 'missing') return ''
    if (how === 'name') return line(`${name}-2`)
    // RFC 6265 §5.1.1: a date without the name of a month is none, so the cookie stays until the browser is closed.
    if (how === 'date') return line(name, 'Expires=2026-11-21 10:00:00')
    return line(name, how === 'expired' ? 'Expires=Thu, 01 Jan 1970 00:00:00 GMT' : undefined)
  })
  return { ...answer, fields, after: how === 'missing' || how === 'name' ? undefined : value }
}

/** Announces the whole of a body and ends after half of it. */
class HalfBody implements HttpBody {
  readonly length: number
  readonly #body: HttpBody
  #left: number

  constructor(body: SiteAnswer['body']) {
    this.#body = isPieces(body) ? body : new OnePiece(body)
    // An empty body, cut in half, would be whole; one of unknown length ends after its first kilobyte.
    this.length = Math.max(1, this.#body.length ?? 2048)
    this.#left = Math.floor(this.length / 2)
  }

  async read(): Promise<Buffer | undefined> {
    if (this.#left === 0) return undefined
    const piece = (await this.#body.read())?.subarray(0, this.#left)
    this.#left -= piece?.length ?? 0
    return piece
  }

  abort(): void {
    this.#body.abort?.()
  }

  close(): void {
    this.#body.close()
  }
}

/** Ten times a second a little of a body. */
class SlowBody implements HttpBody {
  readonly length: number | undefined
  readonly #body: HttpBody
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #pause: number
  readonly #most: number
  #waiting: Buffer | undefined

  constructor(body: SiteAnswer['body'], rate: number, clock: Clock, signal: AbortSignal) {
    this.#body = isPieces(body) ? body : new OnePiece(body)
    this.length = this.#body.length
    this.#clock = clock
    this.#signal = signal
    this.#most = Math.max(1, Math.floor(rate / 10))
    this.#pause = (this.#most / rate) * 1000
  }

  async read(): Promise<Buffer | undefined> {
    this.#waiting ??= await this.#body.read()
    const piece = this.#waiting?.subarray(0, this.#most)
    const rest = this.#waiting?.subarray(this.#most)
    this.#waiting = rest?.length === 0 ? undefined : rest
    if (piece !== undefined) await this.#clock.wait(this.#pause, this.#signal).catch(() => undefined)
    return piece
  }

  abort(): void {
    this.#body.abort?.()
  }

  close(): void {
    this.#body.close()
  }
}

class OnePiece implements HttpBody {
  readonly length: number
  #piece: Buffer | undefined

  constructor(body: string | Buffer) {
    this.#piece = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
    this.length = this.#piece.length
  }

  read(): Promise<Buffer | undefined> {
    const piece = this.#piece
    this.#piece = undefined
    return Promise.resolve(piece)
  }

  close(): void {
    this.#piece = undefined
  }
}
