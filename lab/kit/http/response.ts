import { HeadReader, hasControl, type HeadKind, type HeadLimits, type HeadProblem } from './head-reader.ts'
import { isPersistent } from './hop-by-hop.ts'
import type { Fields, HttpVersion } from './request.ts'

/** What may be wrong with a server's answer; `closed` says that the connection ended before any of it, `slow` that it did not come in time. */
export type ResponseProblem =
  | HeadProblem
  | 'closed'
  | 'slow'
  | 'incomplete'
  | 'status-line'
  | 'version'
  | 'interim'
  | 'switching'
  | 'length-syntax'
  | 'length-conflict'
  | 'length-and-coding'
  | 'coding-version'
  | 'coding-unknown'
  | 'chunk-size'
  | 'chunk-end'

/** A server's answer that cannot be used; never thrown for anything but what that server did. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError'
  readonly problem: ResponseProblem

  constructor(problem: ResponseProblem) {
    super(`answer of another server not usable: ${problem}`)
    this.problem = problem
  }
}

/** The head of one response as it was parsed; all text is one character for each octet. */
export interface ResponseHead {
  readonly version: HttpVersion
  readonly status: number
  readonly fields: Fields
}

/** How the end of a response's body is known. */
export type ResponseFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until close' }

/** Interim responses that may come before the final one. */
const MOST_INTERIM = 8

/** How heads and trailers of responses are read. */
export const responseKind: HeadKind = {
  fail: (problem) => new ResponseError(problem),
  takesBlankBeforeColon: true,
}

/** Reads response heads as `RequestParser` reads those of requests; interim ones are skipped (RFC 9110 §15.2). */
export class ResponseParser {
  readonly #head: HeadReader
  #start: Pick<ResponseHead, 'version' | 'status'> | undefined
  #interim = 0

  constructor(limits: HeadLimits) {
    this.#head = new HeadReader(limits, responseKind)
  }

  /** Index of the first character that was not consumed. */
  get position(): number {
    return this.#head.position
  }

  /** The next final head, or undefined if the text ends before it does; throws ResponseError. */
  read(text: string, from: number): ResponseHead | undefined {
    this.#head.position = from
    for (;;) {
      this.#start ??= this.#readStatusLine(text)
      if (this.#start === undefined) return undefined
      const fields = this.#head.read(text)
      if (fields === undefined) return undefined
      const head = { ...this.#start, fields }
      this.#start = undefined
      if (head.status >= 200) {
        this.#interim = 0
        return head
      }
      // RFC 9110 §15.2.2: only who asked for another protocol may be given it.
      if (head.status === 101) throw new ResponseError('switching')
      this.#interim += 1
      if (this.#interim > MOST_INTERIM) throw new ResponseError('interim')
    }
  }

  // RFC 9112 §4: HTTP-version SP status-code SP [ reason-phrase ]; many leave out the second blank with the phrase.
  #readStatusLine(text: string): Pick<ResponseHead, 'version' | 'status'> | undefined {
    const line = this.#head.startLine(text)
    if (line === undefined) return undefined
    if (hasControl(line)) throw new ResponseError('control')
    const match = /^HTTP\/(\d)\.(\d) ([1-5]\d\d)(?: |$)/.exec(line)
    if (match === null) throw new ResponseError('status-line')
    const [, major, minor, status] = match
    if (major !== '1') throw new ResponseError('version')
    // RFC 9110 §2.5: a later minor version counts as 1.1.
    return { version: minor === '0' ? '1.0' : '1.1', status: Number(status) }
  }
}

/** How the body behind a head ends (RFC 9112 §6.3), for the method that was asked with; throws ResponseError. */
export function responseFraming({ version, status, fields }: ResponseHead, method: string): ResponseFraming {
  const coding = fields.get('transfer-encoding')
  const length = readLength(fields)
  if (coding !== undefined) {
    // RFC 9112 §6.3: both together ought to be handled as an error.
    if (length !== undefined) throw new ResponseError('length-and-coding')
    // RFC 9112 §6.1: the framing is faulty.
    if (version === '1.0') throw new ResponseError('coding-version')
    // RFC 9112 §6.1: no TE field was sent, so nothing but chunked may come.
    if (coding.toLowerCase() !== 'chunked') throw new ResponseError('coding-unknown')
  }
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { kind: 'none' }
  if (coding !== undefined) return { kind: 'chunked' }
  return length === undefined ? { kind: 'until close' } : { kind: 'length', length }
}

/** The octets that Content-Length announces, undefined without the field; throws ResponseError. */
export function readLength(fields: Fields): number | undefined {
  const field = fields.get('content-length')
  if (field === undefined) return undefined
  // RFC 9112 §6.3: a list of equal numbers counts as one of them.
  const lengths = field.split(',').map((item) => {
    // RFC 9110 §8.6: digits alone.
    const [, digits] = /^[ \t]*(\d+)[ \t]*$/.exec(item) ?? []
    const octets = Number(digits)
    if (!Number.isSafeInteger(octets)) throw new ResponseError('length-syntax')
    return octets
  })
  const [length] = lengths
  if (lengths.some((each) => each !== length)) throw new ResponseError('length-conflict')
  return length
}

/** Whether the connection may carry another exchange once the body of this response has come. */
export function isReusable(head: ResponseHead, framing: ResponseFraming): boolean {
  if (framing.kind === 'until close' || !isPersistent(head)) return false
  // A body that must not be there (RFC 9110 §8.6) may come all the same, and would pass for the next answer.
  const { status, fields } = head
  return status !== 204 || (fields.get('transfer-encoding') === undefined && (readLength(fields) ?? 0) === 0)
}
