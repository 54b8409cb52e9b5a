/** How addresses are written for people. */

/** An address as it stands before a port: IPv6 in brackets (RFC 3986 §3.2.2). */
export function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** `host:port`, as URLs and most programs take it. */
export function addressText({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${hostText(host)}:${port}`
}
