/** Keeps passwords, and what is as good as one, from those who look on at HTTP. */
import { MASK, visible } from '../../kit/dissect/text.ts'

// RFC 9110 §11.6.2 and §11.7.2, and the names that programs give to fields of the kind.
const secretName = /authori[sz]ation|^x-auth|token|secret|passw|api-?key/i
// In forms, queries, JSON and XML, in the languages of the lab.
const secretValue =
  /((?:authorization|\bauth\b|pass(?:w(?:or)?d|phrase)?|pwd|secret|token|clave|contrase(?:n|ñ|%C3%B1)a|api_?key)[\w.-]{0,30}["']?\s{0,9}(?:[=:]\s{0,9}|>))("(?:[^"\\]|\\.)*"?|'[^']*'?|[^&\s"'<;]+(?:;(?=\S)[^&\s"'<;]*)*)/gi
const schemes = /\b(Basic|Bearer|Digest|Negotiate|NTLM)[ \t]+\S.*/i

// RFC 9110 §11.6.1 and §11.7.1: what the server asks for is no secret.
const challengeName = /^(?:www|proxy)-authenticate$/i
/** Characters of a line that are shown. */
const LONGEST = 1000

/** Whether the value of a field must not be shown. */
export function isSecret(name: string): boolean {
  return secretName.test(name.trimEnd())
}

/** A field line, of which the value goes if it is a secret. */
export function fieldText(name: string, value: string): string {
  if (isSecret(name)) return visible(`${name}: ${credentialsText(value)}`)
  return challengeName.test(name) ? visible(`${name}: ${value}`) : `${visible(name)}: ${lineText(value)}`
}

/** Any other text, without the passwords that stand in it. */
export function lineText(text: string): string {
  // What is cut is not looked through for secrets either.
  const isCut = text.length > LONGEST
  const plain = withoutSecrets(text.slice(0, LONGEST))
  return `${visible(plain.toWellFormed())}${isCut ? '…' : ''}`
}

/** A text without the passwords that stand in it, such as the target of a request that the journal keeps. */
export function withoutSecrets(text: string): string {
  // Most targets are bare paths, and each of the patterns wants one of these.
  if (!/[\s:=>]/.test(text)) return text
  return (
    text
      // RFC 3986 §3.2.1: user information before the host.
      .replace(/(:\/\/)[^/?#\s@]*@/g, `$1${MASK}@`)
      .replace(schemes, `$1 ${MASK}`)
      .replace(secretValue, `$1${MASK}`)
  )
}

/** The scheme alone. */
function credentialsText(value: string): string {
  const [, scheme] = /^([A-Za-z][A-Za-z0-9-]{0,19})[ \t]/.exec(value) ?? []
  return scheme === undefined ? MASK : `${scheme} ${MASK}`
}
