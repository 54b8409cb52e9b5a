/** Fields that are addresses of network interfaces. */
import { isIPv4, isIPv6 } from 'node:net'
import { takePlain, WordError, type Field, type Token } from './fields.ts'

/** An IPv4 address, four decimal numbers (RFC 1035 §3.4.1). */
export const ipv4: Field = {
  shape: 4,
  parse: (words) => parseIpv4(takePlain(words)),
  print: printIpv4,
}

/** An IPv6 address, printed in the short form of RFC 5952 (RFC 3596 §2.2). */
export const ipv6: Field = {
  shape: 16,
  parse: (words) => parseIpv6(takePlain(words)),
  print: printIpv6,
}

/** Four octets; throws a `PresentationError`. */
export function parseIpv4(token: Token): Buffer {
  if (!isIPv4(token.text)) {
    throw new WordError(
      token,
      'is not an IPv4 address: four numbers from 0 to 255, as in 192.168.56.102',
      'no es una dirección IPv4: cuatro números de 0 a 255, como en 192.168.56.102',
    )
  }
  return ipv4Octets(token.text)
}

/** The four octets of a well-formed IPv4 address. */
export function ipv4Octets(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number))
}

/** Four decimal numbers. */
export function printIpv4(octets: Buffer): string {
  return octets.join('.')
}

/** Sixteen octets; throws a `PresentationError`. */
export function parseIpv6(token: Token): Buffer {
  if (!isIPv6(token.text) || token.text.includes('%')) {
    throw new WordError(
      token,
      'is not an IPv6 address, as in 2001:db8::1',
      'no es una dirección IPv6, como 2001:db8::1',
    )
  }
  return ipv6Octets(token.text)
}

/** The sixteen octets of a well-formed IPv6 address without a zone. */
export function ipv6Octets(text: string): Buffer {
  const [head = '', tail] = text.split('::')
  const front = ipv6Groups(head)
  const back = ipv6Groups(tail ?? '')
  const octets = Buffer.alloc(16)
  for (const [index, group] of front.entries()) octets.writeUInt16BE(group, index * 2)
  for (const [index, group] of back.entries()) octets.writeUInt16BE(group, 16 - (back.length - index) * 2)
  return octets
}

function ipv6Groups(text: string): readonly number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

/** The short form of RFC 5952. */
export function printIpv6(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(index * 2).toString(16))
  let best = { at: 0, length: 1 }
  for (let at = 0; at < 8; at += 1) {
    let length = 0
    while (groups[at + length] === '0') length += 1
    // The first of the longest runs of at least two zero groups is shortened (RFC 5952 §4.2).
    if (length > best.length) best = { at, length }
  }
  if (best.length === 1) return groups.join(':')
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`
}
