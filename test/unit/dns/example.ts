/** Two zones with every case that an answer can be, and what tests read answers with. */
import assert from 'node:assert/strict'
import { printName } from '../../../services/dns/wire/name.ts'
import { typeName } from '../../../services/dns/records/types.ts'
import { printData } from '../../../services/dns/records/data.ts'
import type { RecordSet } from '../../../services/dns/wire/message.ts'
import type { Zones } from '../../../services/dns/zone/lookup.ts'
import { joinZones, loadZones } from '../../../services/dns/zone/zones.ts'

/** The zone example.org. */
export const MAIN = `$TTL 1h
@ 2h SOA dns host 1 1h 15m 1w 5m
@ NS dns
dns A 10.0.0.1
    AAAA 2001:db8::1
www A 10.0.0.2
@ MX 10 mail
@ MX 20 mx.other.test.
mail A 10.0.0.3
_sip._udp SRV 1 1 5060 www
alias CNAME www
chain CNAME alias
gone CNAME nowhere
out CNAME www.example.net.
far CNAME www.other.test.
loop1 CNAME loop2
loop2 CNAME loop1
self CNAME self
below CNAME x.sub
* TXT wild
*.w A 10.0.0.9
*.w MX 5 mail
wild MX 5 one.w
wild MX 6 two.w
wild MX 7 one.w
wild MX 8 real.w
real.w TXT here
a.b.ent TXT deep
*.walias CNAME www
sub NS ns.sub
sub NS ns.other.test.
ns.sub A 10.0.1.1
hidden.sub A 10.0.1.2
deep.sub NS ns.sub
lame NS ns.example.net.
secure NS ns.example.net.
secure DS 1 13 2 ${'00'.repeat(32)}
cut.above NS ns.example.net.
foo.*.mid A 10.0.0.7
web HTTPS 1 .
web A 10.0.0.5
*.web HTTPS 1 .
*.web A 10.0.0.6
site HTTPS 0 web
nosite HTTPS 0 .
old DNAME new
old A 10.0.5.9
a.new A 10.0.5.1
b.new CNAME a.new
c.new CNAME a.old
toold CNAME b.old
moved DNAME other.test.
away DNAME example.net.
round DNAME round
`
/** The zone other.test. */
export const OTHER = `$ORIGIN other.test.
$TTL 1h
@ SOA ns.other.test. host 1 1h 15m 1w 5m
@ NS ns
ns A 10.0.2.1
mx A 10.0.2.2
www A 10.0.2.3
`

/** The zones of files, by their file names; without errors unless these are said to be meant. */
export function zonesOf(texts: Readonly<Record<string, string>>, errors = 0): Zones {
  const { zones, problems } = loadZones(
    { zone: Object.keys(texts) },
    { text: (name) => texts[name] ?? '' },
    { domain: 'example.org', address: '10.0.0.1' },
  )
  const found = problems.filter((problem) => problem.severity !== 'warning')
  assert.equal(found.length, errors, found.map(({ message }) => message.en).join('\n'))
  return joinZones(zones, [], 60, () => assert.fail())
}

/** A section as lines of `owner ttl type data`. */
export function lines(sets: readonly RecordSet[]): readonly string[] {
  return sets.flatMap(({ owner, ttl, type, data }) =>
    data.map((each) => `${printName(owner)} ${ttl} ${typeName(type)} ${printData(type, each)}`),
  )
}
