/**
 * Why the engine refuses a request, and with which status (RFC 9110 §15). `close` says that the connection cannot go
 * on: after a syntax error nobody knows where the next request begins (RFC 9112 §9.3, §11.2).
 */
export const refusals = {
  tls: { status: 400, close: true },
  control: { status: 400, close: true },
  'bare-lf': { status: 400, close: true },
  'empty-line': { status: 400, close: true },
  'request-line': { status: 400, close: true },
  'method-syntax': { status: 400, close: true },
  'target-syntax': { status: 400, close: true },
  'version-syntax': { status: 400, close: true },
  'field-fold': { status: 400, close: true },
  'field-space': { status: 400, close: true },
  'field-syntax': { status: 400, close: true },
  'host-missing': { status: 400, close: true },
  'host-repeated': { status: 400, close: true },
  'host-syntax': { status: 400, close: true },
  'length-syntax': { status: 400, close: true },
  'length-repeated': { status: 400, close: true },
  'length-and-coding': { status: 400, close: true },
  'coding-syntax': { status: 400, close: true },
  'coding-version': { status: 400, close: true },
  incomplete: { status: 400, close: true },
  method: { status: 405, close: false },
  slow: { status: 408, close: true },
  'length-required': { status: 411, close: true },
  'body-size': { status: 413, close: true },
  'line-size': { status: 414, close: true },
  expectation: { status: 417, close: true },
  'fields-size': { status: 431, close: true },
  'fields-count': { status: 431, close: true },
  internal: { status: 500, close: true },
  'method-unknown': { status: 501, close: false },
  'coding-unknown': { status: 501, close: true },
  busy: { status: 503, close: true },
  version: { status: 505, close: true },
} as const

/** The key of a refusal by the engine. */
export type RefusalReason = keyof typeof refusals

/** A request that the engine refuses; thrown by the parser, never for anything but what the client sent. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal'
  readonly reason: RefusalReason
  readonly status: number
  readonly close: boolean

  /** `close` also ends a connection that this refusal alone would let go on. */
  constructor(reason: RefusalReason, close = false) {
    super(`request refused: ${reason}`)
    this.reason = reason
    this.status = refusals[reason].status
    this.close = close || refusals[reason].close
  }
}
