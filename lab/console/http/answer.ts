/** The answers of the console: what every one of them says in its head, and the few forms that bodies have. */
import { fieldLines, type HttpAnswer, type HttpBody } from '../../kit/http/answer.ts'
import { reasonPhrase } from '../../kit/http/status.ts'
import type { LabError } from '../../host/error.ts'
import { RequestError } from '../request-error.ts'
import type { Failure } from '../schema.ts'

/** What the page may load, and from where: nothing but its own. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What HTML from a mailbox may do: be looked at, in a frame of our own page. */
export const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'self'; sandbox"

/** What any other answer may do should somebody open it as a document. */
const CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"

/** Field lines of every answer; no other origin may read or embed one, and nobody keeps one. */
export const COMMON_FIELDS = fieldLines({
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
})

/** An answer with a body of some type. */
export function bodyAnswer(
  type: string,
  body: string | Buffer | HttpBody,
  more: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const octets = typeof body === 'string' ? Buffer.from(body) : body
  const fields = fieldLines({ 'Content-Type': type, 'Content-Security-Policy': CLOSED_POLICY, ...more })
  return { status: 200, fields, body: octets }
}

/** A file to be saved. */
export function fileAnswer(name: string, type: string, body: Buffer | string): HttpAnswer {
  // RFC 6266 §4.3: the plain form holds no quote or line end; anything else of a name goes into the other one.
  const plain = name.replaceAll(/[^\w.@-]/g, '_')
  // RFC 6266 §4.3: no folder of the reader's; nor a sign that is not seen, or that turns the ending round.
  const shown = name.toWellFormed().replaceAll(/[\p{C}\p{Zl}\p{Zp}/\\]/gu, '_')
  // RFC 8187 §3.2.1: more than encodeURIComponent escapes.
  const escape = (mark: string): string => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`
  const encoded = encodeURIComponent(shown).replaceAll(/['()*]/g, escape)
  return bodyAnswer(type, body, {
    'Content-Disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
  })
}

/** An answer as JSON. */
export function jsonAnswer(value: unknown, status = 200): HttpAnswer {
  return { ...bodyAnswer('application/json; charset=utf-8', JSON.stringify(value)), status }
}

/** Why something could not be done, in both languages. */
export function errorAnswer(error: LabError, status = statusOf(error)): HttpAnswer {
  const failure = { error: { ...error.text }, problems: error.problems.map((problem) => ({ ...problem })) }
  return jsonAnswer(failure satisfies Failure, status)
}

function statusOf(error: LabError): number {
  if (error instanceof RequestError) return error.status
  // RFC 9110 §15.5.10: what is asked for is right, and the lab is not in a state for it.
  return error.blame === 'wrong' ? 400 : 409
}

/** A status in words, and nothing beside it. */
export function wordAnswer(status: number, more: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { ...bodyAnswer('text/plain; charset=utf-8', `${reasonPhrase(status)}\n`, more), status }
}

/** What one learns who does not know the token. */
export function closedAnswer(status: 401 | 403): HttpAnswer {
  // RFC 9110 §11.6.1
  return wordAnswer(status, status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {})
}
