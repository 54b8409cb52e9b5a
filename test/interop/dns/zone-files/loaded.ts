/** Lines that are odd in a sound zone: BIND loads all of them, the lab most, and not always as the same records. */

/** What both load, with a warning or without. */
export const LOADED: readonly string[] = [
  'sub NS ns.sub',
  'sub NS nsx',
  '@ MX 1 mail',
  '_s._tcp SRV 1 1 1 mail',
  '@ MX 1 mail\nmail CNAME dns',
  'sub NS ns2\nns2 CNAME dns',
  '_s._tcp SRV 1 1 1 mail\nmail CNAME dns',
  '@ MX 1 10.0.0.1',
  'sub NS .',
  'w CNAME dns\nw NSEC x CNAME NSEC',
  'w CNAME dns\nw CNAME DNS',
  'w CNAME dns\nw CNAME dns',
  'w DNAME x.test.\nw A 10.0.0.1',
  'sub NS dns\nwww.sub A 10.0.0.1',
  'sub NS dns\nsub TXT x',
  'w 60 A 10.0.0.1\nw 61 A 10.0.0.2',
  'w A 10.0.0.1\nw A 10.0.0.1',
  'a_b A 10.0.0.1',
  'a_b MX 1 dns',
  'a_b TXT x',
  '@ MX 1 a_b\na_b TXT x',
  'w DS 1 8 9 00',
  'sub NS dns\nsub DS 1 8 9 00',
  'w SPF "v=spf1 -all"',
  'a.*.b TXT x',
  '*.x DNAME y.',
  '@ MX 0 .',
  '@ MX 0 .\n@ MX 1 dns',
  '@ NS ns.sub\nsub NS dns\nns.sub A 10.0.0.2',
  '@ NS ns.sub\nsub NS dns',
  'w TXT ( a\nb\n)',
  'x A 10.0.0.1\n AAAA ::1\n	TXT y',
  'w NAPTR 1 2 "?" "x" "" .',
  'w SSHFP 1 3 00',
  'w RRSIG A 8 2 60 2026 20250101000000 1 . AQ==',
  String.raw`w MX \# 3 000000`,
]

/** Where the verdicts differ: BIND loads these, some with a warning, the lab does not. */
export const STRICTER: readonly { readonly lines: string; readonly why: string }[] = [
  {
    lines: '@ NS 10.0.0.1.',
    why: 'No server is ever found at a name that is an address with a dot behind it; BIND only warns.',
  },
  {
    lines: 'w DNAME x.test.\na.w A 10.0.0.1',
    why: 'RFC 6672 §2.4 forbids records below a DNAME; Knot refuses such a zone, BIND never serves the record.',
  },
  {
    lines: 'w DNAME x.test.\nw NS dns',
    why: 'RFC 6672 §2.3 forbids a DNAME at a delegation; Knot refuses such a zone, BIND never serves the DNAME.',
  },
  { lines: 'w SSHFP 1 9', why: 'RFC 4255 §3.2 has a fingerprint follow.' },
  { lines: 'w URI 1 2 ""', why: 'RFC 7553 §4.4 forbids an empty URI.' },
  {
    lines: String.raw`w SVCB 1 . alpn="h2\\x"`,
    why: 'Only a comma and a backslash are escaped in a list of values (RFC 9460 Appendix A.1).',
  },
  { lines: 'w SVCB 1 . key65535=x', why: 'Key 65535 is reserved as invalid (RFC 9460 §14.3.2).' },
  { lines: 'w SVCB 1 . ech', why: 'An empty list of ECH configurations is none.' },
  {
    lines: 'w 2147483648 A 10.0.0.1',
    why: 'RFC 2181 §8 ends times to live at 2147483647; BIND takes 0 in their place, which nobody meant.',
  },
  {
    lines: '$TTL 2147483648',
    why: 'RFC 2181 §8 ends times to live at 2147483647; BIND takes 0 in their place.',
  },
  {
    lines: 'w.example.net. A 10.0.0.1',
    why: 'A record outside the zone is nearly always a wrong dot or $ORIGIN; BIND ignores it with a warning.',
  },
  { lines: '$GENERATE 1-2x h$ A 10.0.0.$', why: 'BIND ignores what follows the numbers of a range.' },
]

/** What both load but read differently, as `owner ttl type data`. */
export const READ_OTHERWISE: readonly {
  readonly lines: string
  readonly bind: readonly string[]
  readonly ours: readonly string[]
  readonly why: string
}[] = [
  {
    lines: 'w 60 TXT a\nw 30 TXT b',
    bind: ['w 60 TXT "a"', 'w 60 TXT "b"'],
    ours: ['w 30 TXT "a"', 'w 30 TXT "b"'],
    why: 'RFC 2181 §5.2 has the lowest time to live stand for the set; BIND takes the first of neighbours.',
  },
  {
    lines: '$GENERATE 1-1 w TXT "${9} $"',
    bind: ['w 3600 TXT "10" "10"'],
    ours: ['w 3600 TXT "10" "1"'],
    why: "A plain $ is the number itself, by BIND's own manual; BIND adds the offset of the one before.",
  },
  {
    lines: 'w CNAME dns\nw CNAME DNS',
    bind: ['w 3600 CNAME DNS.example.org.'],
    ours: ['w 3600 CNAME dns.example.org.'],
    why: 'Of two spellings of one name either may stay (RFC 4343 §4.1).',
  },
]
