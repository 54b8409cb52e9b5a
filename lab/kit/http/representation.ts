import { randomBytes } from 'node:crypto'
import { fieldLines, isPieces, type HttpAnswer, type HttpBody } from './answer.ts'
import { isRangeWanted, judgeConditions, type Validators } from './conditional.ts'
import { httpDate } from './date.ts'
import { FileBody } from './file-body.ts'
import { contentRange, readRanges, type Range } from './range.ts'
import type { HttpRequest } from './request.ts'

/** What stands behind a target, as one client shall get it. */
export interface Representation {
  /** The Content-Type, as in `text/html; charset=utf-8`. */
  readonly type: string
  readonly body: string | Buffer | HttpBody
  /** Undefined where the whole is always sent. */
  readonly validators: Validators | undefined
  /** The field lines of the whole, as `wholeLines` makes them, and `more`. */
  readonly lines: string
  /** The field lines that stand in every answer, as Vary and Content-Encoding. */
  readonly more?: string
}

/** What a GET or HEAD gets of a representation; a `problem` is answered with 412 or 416 and these fields. */
export type Selected =
  | Pick<HttpAnswer, 'status' | 'fields' | 'body'>
  | { readonly problem: 'precondition' | 'range'; readonly fields: string }

/** Obeys the preconditions and ranges of a request (RFC 9110 §13, §14); `now` in milliseconds since 1970. The body is closed if it is not sent. */
export function selectPart(request: HttpRequest, representation: Representation, now: number): Selected {
  const { body, validators, lines, more = '' } = representation
  const { fields } = request
  const whole = { status: 200, fields: lines, body }
  if (validators === undefined || !fields.isConditional) return whole
  const known = `${validatorLines(validators, now)}${more}`
  const condition = judgeConditions(fields, validators, now)
  if (condition !== 'met') {
    closeBody(body)
    return condition === 'failed'
      ? { problem: 'precondition', fields: '' }
      : { status: 304, fields: known, body: '' }
  }
  // RFC 9110 §14.2: a Range means something with GET alone.
  if (request.method !== 'GET' || !isDivisible(body) || !isRangeWanted(fields, validators, now)) return whole
  const ranges = readRanges(fields.get('range'), body.length)
  if (ranges === undefined) return whole
  if (ranges.length > 0) return partial(ranges, body, representation, `${known}Accept-Ranges: bytes\r\n`)
  closeBody(body)
  return { problem: 'range', fields: fieldLines({ 'Content-Range': contentRange(undefined, body.length) }) }
}

type Divisible = string | Buffer | FileBody

function isDivisible(body: Representation['body']): body is Divisible {
  return !isPieces(body) || body instanceof FileBody
}

function partial(
  ranges: readonly Range[],
  body: Divisible,
  { type }: Representation,
  common: string,
): Selected {
  const size = body.length
  const [first] = ranges
  if (first !== undefined && ranges.length === 1) {
    const part = fieldLines({ 'Content-Type': type, 'Content-Range': contentRange(first, size) })
    return { status: 206, fields: `${part}${common}`, body: choose(body, [first]) }
  }
  // RFC 9110 §14.6: nobody who wrote the file can know what divides its parts.
  const boundary = randomBytes(15).toString('base64url')
  const media = fieldLines({ 'Content-Type': `multipart/byteranges; boundary=${boundary}` })
  return {
    status: 206,
    fields: `${media}${common}`,
    body: choose(body, multipart(ranges, size, type, boundary)),
  }
}

/** What the answer with the whole of a representation says of it. */
export function wholeLines(
  { type, validators, body, more = '' }: Omit<Representation, 'lines'>,
  now: number,
): string {
  const media = `${fieldLines({ 'Content-Type': type })}${more}`
  if (validators === undefined) return media
  return `${media}${validatorLines(validators, now)}${isDivisible(body) ? 'Accept-Ranges: bytes\r\n' : ''}`
}

/** The ETag and Last-Modified lines of an answer. */
function validatorLines({ tag, modified }: Validators, now: number): string {
  // RFC 9110 §8.8.2.1: never later than the answer itself.
  return fieldLines({ ETag: tag, 'Last-Modified': httpDate(Math.min(modified, now)) })
}

function multipart(
  ranges: readonly Range[],
  size: number,
  type: string,
  boundary: string,
): readonly (Range | string)[] {
  const parts = ranges.flatMap((range, index) => {
    const fields = fieldLines({ 'Content-Type': type, 'Content-Range': contentRange(range, size) })
    return [`${index === 0 ? '' : '\r\n'}--${boundary}\r\n${fields}\r\n`, range]
  })
  return [...parts, `\r\n--${boundary}--\r\n`]
}

function choose(body: Divisible, parts: readonly (Range | string)[]): Divisible {
  if (isPieces(body)) return body.choose(parts)
  const octets = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : octets.subarray(part.start, part.end),
    ),
  )
}

/** Closes a body that is not sent. */
export function closeBody(body: HttpAnswer['body']): void {
  if (isPieces(body)) body.close()
}
