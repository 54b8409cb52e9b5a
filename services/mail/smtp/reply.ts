/** The replies of SMTP (RFC 5321 §4.2), with or without the codes of RFC 2034. */

/** One reply. */
export interface Reply {
  readonly code: number
  /** RFC 3463; none for the greeting, for HELO and EHLO (RFC 2034 §4), and for 3xx. */
  readonly status?: string | undefined
  readonly text: string | readonly string[]
}

/** What comes of a command or of a piece of a message. */
export interface Outcome {
  /** Written lines; empty if there is nothing to say yet. */
  readonly text: string
  /** `close`: the connection ends with it; `drop`: without it; `discard`: what has come behind it is thrown away; `tls`: TLS begins. */
  readonly after?: 'close' | 'drop' | 'discard' | 'tls' | undefined
}

/** Nothing is said. */
export const SILENT: Outcome = { text: '' }

/** Writes a reply; no line is longer than RFC 5321 §4.5.3.1.5 allows, and none has a character that would end it. */
export function writeReply({ code, status, text }: Reply, isEnhanced: boolean): string {
  const lines = typeof text === 'string' ? [text] : text
  const prefix = isEnhanced && status !== undefined ? `${status} ` : ''
  let written = ''
  for (const [place, line] of lines.entries()) {
    const mark = place === lines.length - 1 ? ' ' : '-'
    written += `${code}${mark}${prefix}${clean(line)}\r\n`
  }
  return written
}

function clean(line: string): string {
  const short = line.length > 480 ? `${line.slice(0, 480).toWellFormed()}…` : line
  return /\p{Cc}/u.test(short) ? short.replace(/\p{Cc}/gu, '?') : short
}
