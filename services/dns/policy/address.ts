/** Clients' addresses as octets, and the networks that count as one client. */
import { isIPv4, isIPv6 } from 'node:net'

/** The 4 or 16 octets of an address that a socket names, an IPv4-mapped one as IPv4; none for other text. */
export function octetsOf(host: string): Buffer {
  // A zone (`fe80::1%eth0`) says on which link the address is, not which address it is (RFC 4007 §11).
  const zone = host.indexOf('%')
  const bare = zone < 0 ? host : host.slice(0, zone)
  if (isIPv4(bare)) return Buffer.from(bare.split('.').map(Number))
  if (!isIPv6(bare)) return Buffer.alloc(0)
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1]
  return mapped === undefined ? ipv6Octets(bare) : octetsOf(mapped)
}

function ipv6Octets(text: string): Buffer {
  const [head = '', tail = ''] = text.split('::')
  const front = groupOctets(head)
  const back = groupOctets(tail)
  return Buffer.concat([front, Buffer.alloc(16 - front.length - back.length), back])
}

function groupOctets(text: string): Buffer {
  if (text === '') return Buffer.alloc(0)
  const octets = text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
  return Buffer.from(octets)
}

/** The network of a client as text: its /24 for IPv4, its /56 for IPv6, as one site has them. */
export function siteOf(host: string): string {
  const octets = octetsOf(host)
  return octets.toString('latin1', 0, octets.length === 4 ? 3 : 7)
}

/** Equal for the addresses that one client may have: all of a site for IPv6, itself for IPv4. */
export function ownerOf(host: string): string {
  return octetsOf(host).length === 4 ? host : siteOf(host)
}
