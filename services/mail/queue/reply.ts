/** What another server, or this one, says of a recipient. */
import type { Refusal } from '../envelope.ts'

/** A reply with its code (RFC 5321 §4.2) and status (RFC 3463). */
export type Reply = Refusal

/** What an attempt has come to for one recipient. */
export interface Outcome {
  readonly kind: 'delivered' | 'deferred' | 'failed'
  readonly reply: Reply
  /** Who said so; undefined for this server. */
  readonly host?: string | undefined
  /** The other server tells the sender of its success itself (RFC 3461 §5.2.1). */
  readonly isPassedOn?: boolean
}

/** Characters of a reply that are kept. */
const LONGEST = 500

/** Reads a reply of one line or several; the status is made from the code where the server gives none. */
export function parseReply(text: string): Reply {
  const lines = text.split(/\r?\n/)
  const code = Number(/^([2-5]\d\d)/.exec(lines[0] ?? '')?.[1] ?? 451)
  const rest = lines.map((line) => line.replace(/^\d{3}[ -]?/, ''))
  const status = /^([245]\.\d{1,3}\.\d{1,3})(?=\s|$)/.exec(rest[0] ?? '')?.[1]
  const words = rest.map((line) =>
    status !== undefined && line.startsWith(status) ? line.slice(status.length) : line,
  )
  return {
    code,
    status: status ?? `${Math.floor(code / 100)}.0.0`,
    text: words
      .join(' ')
      .replace(/\s+/g, ' ')
      .replace(/\p{Cc}/gu, '?')
      .trim()
      .slice(0, LONGEST),
  }
}

/** A reply in one line. */
export function replyText({ code, status, text }: Reply): string {
  return `${code} ${status} ${text}`.trimEnd()
}

/** What a reply that is no success means; 552 to a recipient stands for too many of them (RFC 5321 §4.5.3.1.10). */
export function outcomeOf(reply: Reply, host: string, isRecipient: boolean): Outcome {
  const isTemporary = reply.code < 500 || (isRecipient && reply.code === 552 && /too many/i.test(reply.text))
  return { kind: isTemporary ? 'deferred' : 'failed', reply, host }
}

/** Fails for now, with a reason of this server's own. */
export function deferred(status: string, text: string, host?: string): Outcome {
  return { kind: 'deferred', reply: { code: 451, status, text }, host }
}

/** Fails for good, with a reason of this server's own. */
export function failed(code: number, status: string, text: string, host?: string): Outcome {
  return { kind: 'failed', reply: { code, status, text }, host }
}
