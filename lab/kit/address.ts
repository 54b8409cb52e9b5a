/** How addresses are written. */
import { isIPv6, SocketAddress } from 'node:net'

/** An address as it stands before a port: IPv6 in brackets (RFC 3986 §3.2.2). */
export function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** `host:port`, as URLs and most programs take it. */
export function addressText({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${hostText(host)}:${port}`
}

/** One spelling for each IP address; an IPv4-mapped one is its IPv4 address, and the link of a zone is left out. */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address)) return address
  const [bare = ''] = address.split('%')
  return new SocketAddress({ address: bare, family: 'ipv6' }).address.replace(/^::ffff:(?=\d+\.)/, '')
}
