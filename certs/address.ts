/** IP addresses in the octets that certificates hold. */
import { isIP } from 'node:net'

/** The 4 or 16 octets of an IP address in network order; undefined if the text is none or names a zone. */
export function addressOctets(address: string): Buffer | undefined {
  const family = isIP(address)
  if (family === 4) return Buffer.from(address.split('.').map(Number))
  if (family !== 6 || address.includes('%')) return undefined
  // A URL writes every form of an IPv6 address, the dotted one too, as groups of hexadecimal digits.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const left = groups(head)
  const right = groups(tail ?? '')
  const zeros = Array<number>(8 - left.length - right.length).fill(0)
  const octets = Buffer.alloc(16)
  for (const [place, group] of [...left, ...zeros, ...right].entries()) octets.writeUInt16BE(group, place * 2)
  return octets
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}
