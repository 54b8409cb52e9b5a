/** Keeps passwords, and what one could be found from, from those who look on at mail. */
import { Buffer } from 'node:buffer'
import { MASK, visible } from '../../../lab/kit/dissect/text.ts'

/** The mechanisms that are registered; any other word behind AUTH may be a password. */
const mechanisms =
  /^(?:PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|SCRAM-SHA-?(?:1|224|256|384|512|3-512)(?:-PLUS)?|XOAUTH2|OAUTHBEARER|EXTERNAL|ANONYMOUS|GSSAPI|GS2-KRB5(?:-PLUS)?|NTLM|OTP)$/i

/** Characters of a challenge. */
const LONGEST = 1000

/** Stands for what was hidden and is no longer known. */
export const ALL = '\0'

/** A line as it may be shown, and what of it may not: who answers may repeat it. */
export interface Shown {
  readonly text: string
  readonly hidden: string
}

/** AUTH with its mechanism alone (RFC 4954 §4, RFC 5034 §4). */
export function authText(verb: string, rest: string): Shown {
  const [mechanism = '', ...more] = rest.trim().split(/[\t ]+/)
  if (mechanism === '') return { text: verb, hidden: '' }
  if (!mechanisms.test(mechanism)) return { text: `${verb} ${MASK}`, hidden: rest }
  const response = more.join(' ')
  return { text: `${verb} ${mechanism}${response === '' ? '' : ` ${MASK}`}`, hidden: response }
}

/** A line that nobody knows, such as one typed wrongly: what could be a password goes. */
export function unknownText(line: string): Shown {
  const [keyword] = /^(?:pass|auth|login|user|apop)/i.exec(line.trimStart()) ?? []
  if (keyword !== undefined) return { text: `${keyword} ${MASK}`, hidden: line }
  const text = line.replaceAll(/[A-Za-z0-9+/]{6,}={0,2}/g, (run) => (isEncoded(run) ? MASK : run))
  return { text: visible(text), hidden: text === line ? '' : line }
}

/** Whether a word is base64 rather than a word of some language. */
function isEncoded(word: string): boolean {
  return word.length % 4 === 0 && /[=\d+/]|[a-z][A-Z]/.test(word)
}

/** A line of which nothing may be shown. */
export function hiddenText(line: string): Shown {
  return { text: MASK, hidden: line }
}

/** What the server says to a line, without what of the line may not be shown. */
export function withoutHidden(text: string, hidden: string): string {
  if (hidden === '') return text
  if (hidden === ALL) return MASK
  const secrets = hidden
    .toUpperCase()
    .split(/[\t ]+/)
    .filter((word) => word.length >= 3)
  return text.replaceAll(/[^\s:;,<>"'()]{3,}/g, (word) => {
    const upper = word.toUpperCase()
    return secrets.some((secret) => secret.includes(upper) || upper.includes(secret)) ? MASK : word
  })
}

/** What a challenge asks, if it is text (RFC 4954 §4); the end of SCRAM lets one try passwords, and is kept back. */
export function challengeText(encoded: string): string | undefined {
  const text = Buffer.from(encoded.slice(0, LONGEST), 'base64').toString('latin1')
  if (text.startsWith('v=')) return MASK
  return /^[\x20-\x7e]+$/.test(text) ? text : undefined
}
