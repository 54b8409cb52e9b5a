/** Zones from the root down. */
import { START, times, zone, type CorpusZone } from './zone.ts'

/** A root, a top level and what is below it; they make all names lie in a zone, and so are served apart. */
export const ROOTED: readonly CorpusZone[] = [
  zone(
    '',
    `@ SOA a.root-servers.example. nstld.example. 2026112100 1800 900 604800 86400
@ 518400 NS a.root-servers.example.
@ 518400 NS b.root-servers.example.
a.root-servers.example 518400 A 198.51.100.10
a.root-servers.example 518400 AAAA 2001:db8:10::1
b.root-servers.example 518400 A 198.51.100.11
example 172800 NS ns.example
example 86400 DS 11111 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
ns.example 172800 A 198.51.100.12
org 172800 NS a.nic.org
org 172800 NS b.nic.org
org 172800 NS ns.example
a.nic.org 172800 A 198.51.100.13
b.nic.org 172800 AAAA 2001:db8:10::2
arpa 172800 NS a.root-servers.example.
local TXT "directly below the root"
* TXT "a wildcard at the root"
xn--p1ai 172800 NS ns.elsewhere.invalid.`,
  ),
  zone(
    'org',
    `@ 900 SOA a.nic hostmaster.nic 1 1800 900 604800 3600
@ 172800 NS a.nic
@ 172800 NS b.nic
a.nic 172800 A 198.51.100.13
b.nic 172800 AAAA 2001:db8:10::2
nic 172800 NS a.nic
${times(20, (index) => `domain${index} NS ns1.domain${index}\ndomain${index} NS ns2.domain${(index + 1) % 20}\nns1.domain${index} A 203.0.113.${index + 1}`)}
held NS ns.held.example.
telelab NS ns.telelab`,
  ),
  zone(
    'telelab.org',
    `${START}\nwww A 203.0.113.200\n@ MX 10 mail.domain1.org.\nout CNAME www.domain2.org.\nroot CNAME .\nup CNAME org.`,
  ),
]
