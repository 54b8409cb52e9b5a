/** The addresses and paths of SMTP commands (RFC 5321 §4.1.2, RFC 6531 §3.3); pure. */
import { Buffer } from 'node:buffer'
import { isAscii, literalAddress, quote, unquote } from '../address.ts'

/** A path of a MAIL or RCPT command. */
export interface Path {
  /** Without source route and without quotes that are not needed; empty for `<>`. */
  readonly address: string
  /** How many characters of the text it takes. */
  readonly length: number
}

/** Octets of a local part, of a domain, of a path with its brackets (RFC 5321 §4.5.3.1). */
const LONGEST = { local: 64, domain: 255, path: 256 } as const

const atom = String.raw`[A-Za-z0-9!#$%&'*+\-/=?^_\x60{|}~\u0080-\u{10ffff}]+`
const dotString = String.raw`${atom}(?:\.${atom})*`
const quotedString = String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u0080-\u{10ffff}]|\\[\x20-\x7e])*"`
const label = String.raw`[A-Za-z0-9\u0080-\u{10ffff}](?:[A-Za-z0-9\-\u0080-\u{10ffff}]*[A-Za-z0-9\u0080-\u{10ffff}])?`
const domainName = String.raw`${label}(?:\.${label})*`
const literal = String.raw`\[[A-Za-z0-9:.\-]+\]`

const route = new RegExp(`@${domainName}(?:,@${domainName})*:`, 'uy')
const mailbox = new RegExp(`(${dotString}|${quotedString})@(${domainName}|${literal})>`, 'uy')
const wholeDotString = new RegExp(`^${dotString}$`, 'u')
const wholeDomain = new RegExp(`^${domainName}$`, 'u')

/** Reads the path that the text begins with; undefined if it is none. */
export function parsePath(text: string, kind: 'reverse' | 'forward'): Path | undefined {
  if (!text.startsWith('<')) return undefined
  if (kind === 'reverse' && text.startsWith('<>')) return { address: '', length: 2 }
  // RFC 5321 §4.1.1.3: postmaster needs no domain.
  const [bare] = /^<postmaster>/i.exec(text) ?? []
  if (kind === 'forward' && bare !== undefined) return { address: bare.slice(1, -1), length: bare.length }
  const begin = 1 + lengthAt(route, text, 1)
  mailbox.lastIndex = begin
  const found = mailbox.exec(text)
  if (found === null) return undefined
  const [whole, local = '', domain = ''] = found
  if (Buffer.byteLength(local) > LONGEST.local || !isDomain(domain)) return undefined
  const address = `${canonicalLocal(local)}@${domain}`
  if (Buffer.byteLength(address) + 2 > LONGEST.path) return undefined
  return { address, length: begin + whole.length }
}

/** Whether the text is a domain or an address literal. */
function isDomain(domain: string): boolean {
  if (domain.startsWith('[')) return literalAddress(domain) !== undefined
  return (
    Buffer.byteLength(domain) <= LONGEST.domain &&
    domain.split('.').every((part) => Buffer.byteLength(part) <= 63 || !isAscii(part))
  )
}

/** Whether a client may call itself so in HELO or EHLO; an underscore, which some machines have in their names, does no harm. */
export function isClientName(name: string): boolean {
  if (name.length > LONGEST.domain) return false
  if (name.startsWith('[')) return name.endsWith(']') && isDomain(name)
  return (
    isAscii(name) &&
    wholeDomain.test(
      name
        .replaceAll('_', '-')
        .replace(/^-+|-+$/g, 'x')
        .replace(/\.$/, ''),
    )
  )
}

/** A local part without quotes where it needs none, for it is the same one (RFC 5321 §4.1.2). */
function canonicalLocal(local: string): string {
  if (!local.startsWith('"')) return local
  const content = unquote(local)
  return wholeDotString.test(content) ? content : quote(content)
}

function lengthAt(pattern: RegExp, text: string, place: number): number {
  pattern.lastIndex = place
  return pattern.exec(text)?.[0].length ?? 0
}
