/** The zone of one hundred records that every server of the benchmark serves, and the questions about it. */

const hosts = Array.from({ length: 88 }, (_, index) => `host${index} A 10.0.0.${index + 1}`)

/** A master file. */
export const ZONE = `$ORIGIN bench.test.
$TTL 3600
@ SOA ns1 hostmaster 1 3600 900 604800 300
@ NS ns1
@ NS ns2
ns1 A 10.1.0.1
ns2 A 10.1.0.2
@ MX 10 mail
mail A 10.1.0.3
www A 10.1.0.4
www AAAA 2001:db8::4
ftp CNAME www
@ TXT "v=spf1 mx -all"
_sip._udp SRV 1 1 5060 www
${hosts.join('\n')}
`

/** Name and type, ten in a row, one of them without an answer. */
export const QUESTIONS: readonly (readonly [name: string, type: string])[] = [
  ['www.bench.test', 'A'],
  ['www.bench.test', 'AAAA'],
  ['bench.test', 'MX'],
  ['mail.bench.test', 'A'],
  ['ftp.bench.test', 'A'],
  ['host7.bench.test', 'A'],
  ['host42.bench.test', 'A'],
  ['bench.test', 'NS'],
  ['_sip._udp.bench.test', 'SRV'],
  ['nothing.bench.test', 'A'],
]

const TYPES: Readonly<Record<string, number>> = { A: 1, NS: 2, MX: 15, AAAA: 28, SRV: 33 }

/** A query as dnsperf sends it: no RD bit set, no EDNS, id 0. */
export function questionOctets(name: string, type: string): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)])
  return Buffer.concat([
    Buffer.from('000000000001000000000000', 'hex'),
    ...labels,
    Buffer.from([0, 0, TYPES[type] ?? 1, 0, 1]),
  ])
}
