import { RCODE } from '../../../services/dns/wire/codes.ts'
import { GLUE, NS, SOA, testCases } from './authority-cases.ts'

testCases([
  [
    'RFC 6604 §3: an alias to nothing, caught by the wildcard',
    'gone',
    'A',
    { answer: ['gone.example.org. 3600 CNAME nowhere.example.org.'], authority: [SOA] },
  ],
  [
    'RFC 4592 §2.1: a wildcard',
    'any.thing',
    'TXT',
    { answer: ['any.thing.example.org. 3600 TXT "wild"'], authority: [NS], additional: GLUE },
  ],
  ['RFC 4592 §2.2.1: a wildcard without such data', 'thing', 'A', { authority: [SOA] }],
  ['RFC 4592 §2.2.1: no wildcard for a name that exists', 'www', 'TXT', { authority: [SOA] }],
  ['RFC 4592 §2.2.2: an empty non-terminal has no data', 'ent', 'TXT', { authority: [SOA] }],
  [
    'RFC 4592 §3.3.1: the closest encloser has no wildcard',
    'x.b.ent',
    'TXT',
    { rcode: RCODE.NXDOMAIN, authority: [SOA] },
  ],
  [
    'RFC 4592 §3.3.1: addresses that a wildcard makes, in the additional section',
    'wild',
    'MX',
    {
      answer: ['one', 'two', 'one', 'real'].map(
        (host, index) => `wild.example.org. 3600 MX ${5 + index} ${host}.w.example.org.`,
      ),
      authority: [NS],
      additional: ['one.w.example.org. 3600 A 10.0.0.9', 'two.w.example.org. 3600 A 10.0.0.9', ...GLUE],
    },
  ],
  [
    'a wildcard some labels down',
    'p.q.w',
    'A',
    { answer: ['p.q.w.example.org. 3600 A 10.0.0.9'], authority: [NS], additional: GLUE },
  ],
  [
    'a wildcard with additional data',
    'p.w',
    'MX',
    {
      answer: ['p.w.example.org. 3600 MX 5 mail.example.org.'],
      authority: [NS],
      additional: ['mail.example.org. 3600 A 10.0.0.3', ...GLUE],
    },
  ],
  ['a name beside a wildcard', 'real.w', 'A', { authority: [SOA] }],
  ['a name below one beside a wildcard', 'x.real.w', 'A', { rcode: RCODE.NXDOMAIN, authority: [SOA] }],
  [
    'RFC 4592 §2.3: the asterisk asked for by name',
    '*.w',
    'A',
    { answer: ['*.w.example.org. 3600 A 10.0.0.9'], authority: [NS], additional: GLUE },
  ],
  [
    'RFC 4592 §4.3: a wildcard alias',
    'x.walias',
    'A',
    {
      answer: ['x.walias.example.org. 3600 CNAME www.example.org.', 'www.example.org. 3600 A 10.0.0.2'],
      authority: [NS],
      additional: GLUE,
    },
  ],
  [
    'RFC 4592 §2.2.2: an asterisk in the middle is a label, but its name is a wildcard',
    'x.mid',
    'A',
    { authority: [SOA] },
  ],
  [
    'an asterisk in the middle',
    'foo.*.mid',
    'A',
    { answer: ['foo.*.mid.example.org. 3600 A 10.0.0.7'], authority: [NS], additional: GLUE },
  ],
  ['RFC 4592 §3.3.1: no wildcard below it', 'foo.x.mid', 'A', { authority: [SOA] }],
])
