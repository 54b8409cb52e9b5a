/** The capabilities of CAPA (RFC 2449 §6). */
import { LANGUAGES } from './words.ts'

/** What decides on the capabilities of a session. */
export interface Able {
  readonly mechanisms: readonly string[]
  readonly isClearAllowed: boolean
  readonly isTlsOffered: boolean
}

/** The lines of CAPA. */
export function capabilities(able: Able): readonly string[] {
  const lines = ['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING']
  if (able.isClearAllowed) lines.push('USER')
  // RFC 2595 §4: in the AUTHORIZATION state alone; what logs in stays announced (RFC 2449 §6.2).
  if (able.isTlsOffered) lines.push('STLS')
  // RFC 5034 §3
  if (able.mechanisms.length > 0) lines.push(`SASL ${able.mechanisms.join(' ')}`)
  return [...lines, 'UTF8', 'LANG', 'EXPIRE NEVER', 'IMPLEMENTATION telelab']
}

/** The lines of LANG (RFC 6856 §3.2). */
export function languages(): readonly string[] {
  return Object.entries(LANGUAGES).map(([tag, name]) => `${tag} ${name}`)
}
