import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problems } from './master.ts'
import { testZoneChecks } from './zone-check-cases.ts'

testZoneChecks([
  // Hosts that records lead to
  [
    'a server of the zone without address',
    '@ NS ns2',
    [/^5:1 NS leads to ns2\.example\.org\., which has no address/],
  ],
  [
    'a server of the zone below a delegation',
    '@ NS ns.sub\nsub NS dns',
    [/^5:1 warning NS leads to ns\.sub/],
  ],
  ['a server by a wildcard', '@ NS ns.w\n*.w A 10.0.0.2', []],
  [
    'a server that is an alias',
    '@ NS ns2\nns2 CNAME dns',
    [/^5:1 NS leads to ns2\.example\.org\., which is an alias/],
  ],
  [
    'a server of a zone below that is an alias',
    'sub NS ns2\nns2 CNAME dns',
    [/^5:1 warning NS leads to ns2\.example\.org\., which is an alias/],
  ],
  [
    'a mail server that is an alias',
    '@ MX 1 m\nm CNAME dns',
    [/^5:1 warning MX leads to m\.example\.org\., which is an alias/],
  ],
  [
    'a mail server that is an alias by a wildcard',
    '@ MX 1 m.w\n*.w CNAME dns',
    [/^5:1 warning MX leads to m\.w.* alias/],
  ],
  [
    'a mail server below a DNAME',
    'd DNAME x.test.\n@ MX 5 m.d',
    [/^6:1 warning MX leads to m\.d\.example\.org\., which is an alias/],
  ],
  [
    'mail servers with a name between them and a wildcard',
    '*.w A 10.0.0.2\na.b.w TXT a\n@ MX 5 m.b.w\n@ MX 6 b.w\n@ MX 7 m.w',
    [/^7:1 warning MX leads to m\.b\.w.* no address/, /^8:1 warning MX leads to b\.w.* no address/],
  ],
  [
    'a service at an alias',
    '_s._tcp SRV 1 1 1 m\nm CNAME dns',
    [/^5:1 warning SRV leads to m\.example\.org\., which is an alias/],
  ],
  [
    'a service without address',
    '_s._tcp SRV 1 1 1 m',
    [/^5:1 warning SRV leads to m\.example\.org\., which has no address/],
  ],
  [
    'a mail server without address',
    '@ MX 1 m',
    [/^5:1 warning MX leads to m\.example\.org\., which has no address/],
  ],
  ['a mail server below a delegation', '@ MX 1 m.sub\nsub NS dns', []],
  ['a mail server elsewhere', '@ MX 1 mail.test.', []],
  [
    'a server by its address',
    '@ NS 10.0.0.1',
    [/^5:1 NS leads to the name 10\.0\.0\.1\.example\.org\., not to an address/],
  ],
  ['a server by its address and a dot', '@ NS 10.0.0.1.', [/^5:1 NS leads to the name 10\.0\.0\.1\., not/]],
  [
    'a server whose name only looks like an address',
    '@ NS 1.0.0.10\n1.0.0.10 A 10.0.0.1\n@ NS 1.0.0.10.example.net.',
    [],
  ],
  ['a server by its IPv6 address', '@ NS 2001:db8::1', [/^5:1 NS leads to the name 2001/]],
  [
    'a mail server by its address and a dot',
    '@ MX 1 10.0.0.1.',
    [/^5:1 warning MX leads to the name 10\.0\.0\.1\., not to an address/],
  ],
  ['no mail (RFC 7505)', '@ MX 0 .', []],
  [
    'no mail beside mail',
    '@ MX 0 .\n@ MX 1 dns',
    [/^5:1 warning an MX that leads to "\." says that there is no mail here/],
  ],
  ['no service (RFC 2782)', '_s._tcp SRV 0 0 0 .', []],
  ['the root as a server', 'sub NS .', [/^5:1 warning NS leads to "\.", which is no server/]],
  [
    'an address that could not be read, and its mail server',
    '@ MX 1 m\nm A 10.0.0.256',
    [/^6:5 "10\.0\.0\.256" is not an IPv4 address/],
  ],
  // Names of hosts
  [
    'a host with an underscore',
    'a_b A 10.0.0.2',
    [/^5:1 warning a_b\.example\.org\. \(A\) is no name for a host/],
  ],
  [
    'a host that starts with a hyphen',
    '-a AAAA ::1',
    [/^5:1 warning -a\.example\.org\. \(AAAA\) is no name/],
  ],
  ['a host that ends with a hyphen', 'a- A 10.0.0.2', [/^5:1 warning a-\.example\.org\. \(A\) is no name/]],
  [
    'a host of another alphabet',
    'café A 10.0.0.2',
    [/^5:1 warning caf\\195\\169\.example\.org\. \(A\) is no name/],
  ],
  [
    'mail to a name with an underscore',
    'a_b MX 1 dns',
    [/^5:1 warning a_b\.example\.org\. \(MX\) is no name/],
  ],
  ['names that are no hosts', 'a_b TXT a\n_s._tcp SRV 1 1 1 dns\n_dmarc TXT a\nb_c CNAME dns', []],
  ['hosts of all kinds', 'a-b A 10.0.0.2\n1 A 10.0.0.2\n* A 10.0.0.2\n*.w MX 1 dns\nXN--A A 10.0.0.2', []],
  [
    'a server with an underscore',
    '@ NS a_b.test.',
    [/^5:1 warning a_b\.test\. \(NS\) is no name for a host/],
  ],
  [
    'a service at a name with an underscore',
    '_s._tcp SRV 1 1 1 a_b.test.',
    [/^5:1 warning a_b\.test\. \(SRV\)/],
  ],
  [
    'an asterisk within a name',
    'a.*.b TXT a',
    [/^5:1 warning the asterisk in a\.\*\.b\.example\.org\. stands for no other names/],
  ],
  [
    'a mailbox with an at sign',
    'w RP a@b.test. .',
    [/^5:1 warning in the mailbox a\\@b\.test\. a dot stands for the at sign/],
  ],
])

test('the names that a reverse zone leads to are those of hosts', () => {
  const zone =
    '$ORIGIN 2.0.192.in-addr.arpa.\n$TTL 1h\n@ SOA dns.test. host.test. 1 1h 15m 1w 5m\n@ NS dns.test.\n'
  assert.deepEqual(problems(`${zone}1 PTR dns.test.\n2/31 NS ns.test.\n`), [])
  assert.match(problems(`${zone}1 PTR a_b.test.\n`)[0] ?? '', /^5:1 warning a_b\.test\. \(PTR\) is no name/)
})
