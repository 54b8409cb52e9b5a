/** Zones about where names lie: cuts, wildcards, empty names, aliases, redirections. */
import { START, times, zone, type CorpusZone } from './zone.ts'

/** Cuts with glue, without, with glue of another zone, nested, with DS, and the zones below some of them. */
const CUTS: readonly CorpusZone[] = [
  zone(
    'cuts.test',
    `${START}
a NS ns.a
a NS ns2.a
ns.a A 192.0.2.11
ns2.a AAAA 2001:db8::11
b NS ns.elsewhere.example.
c NS ns
d NS ns.a
e NS ns.f
f NS ns.e
ns.e A 192.0.2.12
ns.f A 192.0.2.13
g NS ns.x.y.g
ns.x.y.g A 192.0.2.14
occluded.g TXT "below a cut"
below.deep.g MX 10 ns
cut.g NS ns.cut.g
ns.cut.g A 192.0.2.15
signed NS ns.signed
signed DS 12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
ns.signed A 192.0.2.16
multi 60 NS ns1.multi
multi 60 NS ns2.multi
multi 60 NS ns3.multi
ns1.multi 60 A 192.0.2.17
ns1.multi 60 AAAA 2001:db8::17
ns2.multi 60 A 192.0.2.18
ns3.multi 60 A 192.0.2.19
x.y.empty NS ns
*.wild A 192.0.2.20
sub.wild NS ns
served NS ns.served
served DS 54321 13 2 fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
ns.served A 192.0.2.99
mx MX 10 host.a
mx MX 20 ns.a
srv SRV 0 0 53 ns.b`,
  ),
  zone(
    'served.cuts.test',
    `${START}
www A 198.51.100.1
deeper NS ns.deeper
ns.deeper A 198.51.100.2
up CNAME ns.cuts.test.
self CNAME @
down CNAME www.inner.served.cuts.test.`,
  ),
  // No cut leads here from served.cuts.test.
  zone('inner.served.cuts.test', `${START}\nwww A 198.51.100.3\n@ MX 5 www`),
]

const WILDCARDS = zone(
  'wild.test',
  `${START}
* TXT "top"
* MX 10 mail
mail A 192.0.2.30
*.a A 192.0.2.31
b.a TXT "blocks"
c.b.a A 192.0.2.32
*.c.b.a TXT "deep"
*.alias CNAME mail
*.far CNAME www.elsewhere.example.
*.dead CNAME x.alias.y.nothing.a
*.*.star TXT "two asterisks"
x.*.star TXT "between"
sub.*.under TXT "under an asterisk"
*.ent.x TXT "ent"
*.srv SRV 1 2 3 mail
*.srv A 192.0.2.33
\\*.quoted TXT "escaped asterisk is the same label"
a*.lit TXT "no wildcard"
*a.lit TXT "no wildcard"
**.lit TXT "no wildcard"
*.loop CNAME x.loop
*.self CNAME *.self`,
)

const EMPTY = zone(
  'empty.test',
  `${START}
a.b.c.d.e.f.g TXT "seven"
x.b.c.d TXT "four"
_sip._tcp SRV 0 0 5060 ns
_sip._udp SRV 0 0 5060 ns
*.w.b TXT "wildcard below"
1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0 A 192.0.2.40`,
)

const ALIASES: readonly CorpusZone[] = [
  zone(
    'alias.test',
    `${START}
@ MX 10 mail
www A 192.0.2.50
www AAAA 2001:db8::50
mail A 192.0.2.51
one CNAME www
two CNAME one
three 30 CNAME two
four CNAME three
five CNAME four
loop CNAME pool
pool CNAME loop
me CNAME me
gone CNAME nobody
out CNAME www.elsewhere.example.
over CNAME www.beside.test.
overgone CNAME nobody.beside.test.
overnone CNAME text.beside.test.
back CNAME home.beside.test.
there CNAME ring.beside.test.
cut CNAME host.sub
sub NS ns.sub
ns.sub A 192.0.2.52
atcut CNAME sub
top CNAME @
ent CNAME empty
x.empty TXT "x"
towild CNAME made.wild
*.wild TXT "made"
*.wild A 192.0.2.53
${times(20, (index) => `chain${index} CNAME chain${index + 1}`)}
chain20 A 192.0.2.54
mxalias MX 10 one
srvalias SRV 0 0 1 two`,
  ),
  zone(
    'beside.test',
    `${START}
www A 203.0.113.1
text TXT "text"
home CNAME www.alias.test.
ring CNAME there.alias.test.
@ MX 10 mail.alias.test.
@ MX 20 ns.cuts.test.
@ MX 30 host.a.cuts.test.
@ NS ns.alias.test.`,
  ),
]

const REDIRECTIONS = zone(
  'dname.test',
  `${START}
old 600 DNAME new
old A 192.0.2.60
a.new A 192.0.2.61
b.a.new TXT "below"
new TXT "target"
cut DNAME sub
sub NS ns.sub
ns.sub A 192.0.2.62
hop DNAME old
away DNAME elsewhere.example.
over DNAME alias.test.
gone DNAME nobody
*.made.new A 192.0.2.63
alias CNAME a.old
round DNAME x.round
root DNAME .
empty DNAME ent
x.y.ent A 192.0.2.64
long DNAME ${'m'.repeat(63)}.${'m'.repeat(63)}.${'m'.repeat(50)}.new`,
)

/** The zones. */
export const PLACES: readonly CorpusZone[] = [...CUTS, WILDCARDS, EMPTY, ...ALIASES, REDIRECTIONS]
