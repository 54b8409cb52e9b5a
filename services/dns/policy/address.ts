/** Clients' addresses as octets, and the networks that count as one client. */
import { isIPv4, isIPv6 } from 'node:net'
import { ipv4Octets, ipv6Octets } from '../records/address.ts'

/** The 4 or 16 octets of an address that a socket names, an IPv4-mapped one as IPv4; none for other text. */
export function octetsOf(host: string): Buffer {
  // A zone (`fe80::1%eth0`) says on which link the address is, not which address it is (RFC 4007 §11).
  const zone = host.indexOf('%')
  const bare = zone < 0 ? host : host.slice(0, zone)
  if (isIPv4(bare)) return ipv4Octets(bare)
  if (!isIPv6(bare)) return Buffer.alloc(0)
  const mapped = /^::ffff:(\d+\..*)$/i.exec(bare)?.[1]
  return mapped === undefined ? ipv6Octets(bare) : ipv4Octets(mapped)
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
