import type { RefusalReason } from '../../../lab/kit/http/refusal.ts'

/** Bytes that are not a request the engine serves, one character for each octet, why it refuses them, and a title of their own. */
export type Malformed = readonly [reason: RefusalReason, raw: string, title: string]

/** A request with this first line. */
export const line = (reason: RefusalReason, first: string, title = JSON.stringify(first)): Malformed => [
  reason,
  `${first}\r\nHost: a\r\n\r\n`,
  title,
]

/** A GET of this host. */
export const host = (
  reason: RefusalReason,
  value: string,
  title = `Host: ${JSON.stringify(value)}`,
): Malformed => [reason, `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`, title]

/** A request with these lines behind Host, and with a body. */
export const field = (
  reason: RefusalReason,
  text: string,
  title = JSON.stringify(text),
  { method = 'GET', body = '' } = {},
): Malformed => [reason, `${method} / HTTP/1.1\r\nHost: a\r\n${text}\r\n\r\n${body}`, title]

/** Several requests that are refused for one reason, by their titles. */
export const titled = (
  build: (reason: RefusalReason, text: string, title: string) => Malformed,
  reason: RefusalReason,
  texts: Readonly<Record<string, string>>,
): readonly Malformed[] => Object.entries(texts).map(([title, text]) => build(reason, text, title))
