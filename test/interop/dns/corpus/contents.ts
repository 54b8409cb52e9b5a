/** Zones about data: types, sizes, octets, and what stands for addresses. */
import { START, times, zone, type CorpusZone } from './zone.ts'

const TYPES = zone(
  'types.test',
  `${START}
a A 192.0.2.70
aaaa AAAA ::ffff:192.0.2.71
aaaa AAAA ::
txt TXT "plain" unquoted "with \\"quotes\\" and \\\\" "\\000\\255" ""
txt TXT "second"
spf SPF "v=spf1 -all"
hinfo HINFO "PDP-11/70" UNIX
rp RP user.box txt
mx MX 0 .
mx MX 65535 a
afsdb AFSDB 1 a
rt RT 10 a
kx KX 10 a
srv SRV 65535 0 65535 .
srv SRV 1 2 3 a
ptr PTR a
loc LOC 42 21 54.5 N 71 6 18 W -24m 30m
loc LOC 52 14 05 N 00 08 50 E 10m
naptr NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@types.test!" .
naptr NAPTR 100 20 "s" "SIP+D2U" "" _sip._udp
naptr NAPTR 100 30 "a" "" "" a
cert CERT PGP 0 0 AAECAwQF
ds DS 12345 8 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
sshfp SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
dnskey DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
dhcid DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
tlsa TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
smimea SMIMEA 3 0 0 30820122
cds CDS 12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
cdnskey CDNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
openpgpkey OPENPGPKEY mQENBFit
csync CSYNC 66 3 A NS AAAA
svcb SVCB 1 a alpn=h2,h3 port=8443 ipv4hint=192.0.2.1,192.0.2.2
svcb SVCB 2 . key65280=abc
https HTTPS 1 . alpn=h2 no-default-alpn ipv6hint=2001:db8::1 mandatory=alpn
https HTTPS 0 a
svc HTTPS 0 pool
svc2 HTTPS 1 pool alpn=h2
pool HTTPS 1 . alpn=h2
pool HTTPS 2 all port=8443
pool A 192.0.2.75
pool AAAA 2001:db8::75
*.svc HTTPS 1 . alpn=h3
*.svc A 192.0.2.76
eui48 EUI48 00-00-5e-00-53-2a
eui64 EUI64 00-00-5e-ef-10-00-00-2a
uri URI 10 1 "https://types.test/path?query=1"
caa CAA 0 issue "ca.example.net; policy=ev"
caa CAA 128 iodef "mailto:security@types.test"
unknown TYPE65280 \\# 5 0102030405
unknown TYPE65281 \\# 0
generic TYPE1 \\# 4 c0000249
generic TYPE16 \\# 6 0568656c6c6f
all A 192.0.2.72
all AAAA 2001:db8::72
all MX 10 a
all TXT "all"
all SRV 0 0 1 a
all CAA 0 issue ";"
zero 0 A 192.0.2.73
forever 2147483647 A 192.0.2.74`,
)

/** Sets around every bound that answers have. */
const LARGE = zone(
  'large.test',
  `${START}
${[10, 27, 28, 29, 30, 60, 70, 72, 73, 100]
  .map((count) => times(count, (index) => `a${count} A 10.0.${index >> 8}.${index & 255}`))
  .join('\n')}
${[430, 440, 450, 1100, 1150, 1180, 4000, 60_000].map((length) => `t${length} TXT ${strings(length)}`).join('\n')}
${times(14, (index) => `mx MX ${index} host${index}.mx`)}
${times(14, (index) => `host${index}.mx A 192.0.2.${100 + index}`)}
${times(14, (index) => `host${index}.mx AAAA 2001:db8:1::${index.toString(16)}`)}
${times(20, (index) => `srv SRV 0 0 ${index} a-rather-long-host-name-${index}.srv`)}
${times(20, (index) => `a-rather-long-host-name-${index}.srv A 192.0.2.${200 + index}`)}
${times(13, (index) => `cut NS ns${index}.cut`)}
${times(13, (index) => `ns${index}.cut A 192.0.2.${150 + index}`)}
${times(13, (index) => `ns${index}.cut AAAA 2001:db8:2::${index.toString(16)}`)}
${times(30, (index) => `wide NS a-server-with-quite-a-long-name-${index}.elsewhere.example.`)}
alias CNAME a100
${times(5, (index) => `link${index} CNAME ${'x'.repeat(55)}.link${index + 1}\n${'x'.repeat(55)}.link${index} CNAME link${index}`)}
${'x'.repeat(55)}.link5 A 192.0.2.80`,
)

function strings(length: number): string {
  const pieces: string[] = []
  for (let left = length; left > 0; left -= 200)
    pieces.push(`"${String.fromCodePoint(97 + (left % 26)).repeat(Math.min(left, 200))}"`)
  return pieces.join(' ')
}

const ODD = zone(
  'odd.test',
  `${START}
MiXeD A 192.0.2.90
mixed AAAA 2001:db8::90
UPPER TXT "upper"
CamelCase CNAME MiXeD
dot\\.ted A 192.0.2.91
back\\\\slash A 192.0.2.92
space\\032d A 192.0.2.93
semi\\;colon A 192.0.2.94
at\\@sign A 192.0.2.95
quote\\" A 192.0.2.96
\\(paren\\) A 192.0.2.97
\\$dollar A 192.0.2.98
nul\\000 A 192.0.2.99
high\\200\\255 A 192.0.2.100
\\195\\137 A 192.0.2.101
\\195\\169 A 192.0.2.102
tab\\009 A 192.0.2.103
_under A 192.0.2.104
-dash- A 192.0.2.105
1 A 192.0.2.106
\\049\\050 A 192.0.2.107
xn--nxasmq6b A 192.0.2.108
target CNAME dot\\.ted
mx MX 10 space\\032d
\\064 A 192.0.2.109
\\003www A 192.0.2.110
www A 192.0.2.111
[bracket] TXT "bracket"
a.\\000.b TXT "nul label"`,
)

const LABEL = (letter: string, length = 63): string => letter.repeat(length)

const LONG = zone(
  'long.test',
  `${START}
${LABEL('a')} A 192.0.2.120
${LABEL('a')}.${LABEL('b')}.${LABEL('c')}.${LABEL('d', 50)} A 192.0.2.121
${LABEL('a')}.${LABEL('b')}.${LABEL('c')}.${LABEL('d', 51)} TXT "255 octets"
*.${LABEL('e')}.${LABEL('f')}.${LABEL('g')} TXT "wildcard"
alias CNAME ${LABEL('a')}.${LABEL('b')}.${LABEL('c')}.${LABEL('d', 51)}
${times(1, () => `${'x.'.repeat(121)}x A 192.0.2.122`)}
mx MX 10 ${LABEL('a')}.${LABEL('b')}.${LABEL('c')}.${LABEL('d', 50)}
`,
)

const REVERSE: readonly CorpusZone[] = [
  zone(
    '2.0.192.in-addr.arpa',
    `@ SOA ns.alias.test. hostmaster.alias.test. 1 1h 15m 1w 1h
@ NS ns.alias.test.
1 PTR ns.alias.test.
50 PTR www.alias.test.
50 PTR other.alias.test.
${times(30, (index) => `${100 + index} PTR host${index}.alias.test.`)}
0/25 NS ns.elsewhere.example.
${times(8, (index) => `${130 + index} CNAME ${130 + index}.128/29`)}
128/29 NS ns.alias.test.`,
  ),
  zone(
    '8.b.d.0.1.0.0.2.ip6.arpa',
    `@ SOA ns.alias.test. hostmaster.alias.test. 1 1h 15m 1w 1h
@ NS ns.alias.test.
${'0.'.repeat(23)}1 PTR ns.alias.test.
1.0.0.5.${'0.'.repeat(20)}0 PTR www.alias.test.
*.f.f.f.f PTR unknown.alias.test.`.replaceAll(
      /^((?:\d\.)+\d) PTR/gm,
      (_, name: string) => `${name.split('.').toReversed().join('.')} PTR`,
    ),
  ),
]

const SINGLE = zone('single', `@ SOA @ . 0 0 0 0 0\n@ NS @\n@ A 192.0.2.130\n@ MX 0 @`)

const SHORT = zone(
  'short.test',
  `@ 30 SOA ns hostmaster 4294967295 1 1 1 4294967
@ 0 NS ns
ns 0 A 192.0.2.140
www 1 A 192.0.2.141`,
)

const FOREST = zone(
  'forest.test',
  `${START}\n${times(60, (index) => `n${index}.${index % 2 === 0 ? 'even' : 'odd'}.tree TXT "${index}"`)}`,
)

/** The zones. */
export const CONTENTS: readonly CorpusZone[] = [TYPES, LARGE, ODD, LONG, ...REVERSE, SINGLE, SHORT, FOREST]
