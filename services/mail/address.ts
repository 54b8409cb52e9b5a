/** Addresses as everybody here reads and compares them. */
import { isIPv4, isIPv6 } from 'node:net'
import { canonicalAddress } from '../../lab/kit/address.ts'

/** The two sides of an address, the local part without quotes, the domain in lower case and without a final dot. */
export interface MailAddress {
  readonly local: string
  /** Empty where there is none, as in `<postmaster>` (RFC 5321 §4.5.1). */
  readonly domain: string
}

/** Splits an address at its last @. */
export function splitAddress(text: string): MailAddress {
  const at = text.lastIndexOf('@')
  const local = at < 0 ? text : text.slice(0, at)
  const domain = at < 0 ? '' : text.slice(at + 1).toLowerCase()
  return { local: unquote(local), domain: domain.replace(/\.$/, '') }
}

/** A local part without its quotes, which change the writing, not the name (RFC 5321 §4.1.2). */
export function unquote(local: string): string {
  return /^".*"$/s.test(local) ? local.slice(1, -1).replace(/\\(.)/gs, '$1') : local
}

/** The quoted form of a local part. */
export function quote(local: string): string {
  return `"${local.replace(/["\\]/g, String.raw`\$&`)}"`
}

/** Whether it has no character that only SMTPUTF8 allows (RFC 6531 §3.3). */
export function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
}

/** The address of a domain that is a literal, as in `[192.168.56.102]` or `[IPv6:::1]` (RFC 5321 §4.1.3); undefined for a name. */
export function literalAddress(domain: string): string | undefined {
  const [, inside = ''] = /^\[(.*)\]$/s.exec(domain) ?? []
  if (isIPv4(inside)) return inside
  const [, six = ''] = /^ipv6:(.*)$/is.exec(inside) ?? []
  return isIPv6(six) && !six.includes('%') ? canonicalAddress(six) : undefined
}

/** The eight groups of an IPv6 address, as numbers. */
export function ipv6Groups(address: string): readonly number[] {
  const [head = '', tail] = canonicalAddress(address)
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
      [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
    )
    .split('::')
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const first = groups(head)
  if (tail === undefined) return first
  const last = groups(tail)
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last]
}

/** Whether a domain is one of the list, or lies below one. */
export function isBelow(domain: string, list: readonly string[]): boolean {
  return list.some((above) => domain === above || domain.endsWith(`.${above}`))
}
