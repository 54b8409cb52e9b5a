import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printData } from '../../../services/dns/records/data.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { parseFile } from '../../../services/dns/zone/parser.ts'

/** The octets of an SVCB record, or what is wrong with it. */
function read(data: string): string {
  const { records, problems } = parseFile('f', parseName('example.com', ROOT), () => `w 1 SVCB ${data}`)
  const [problem] = problems
  return problem === undefined
    ? (records[0]?.data.toString('hex') ?? '')
    : `${problem.column} ${problem.message.en}`
}

const FOO = '03666f6f076578616d706c6503636f6d00'
const FOO_ORG = '03666f6f076578616d706c65036f726700'

/** The test vectors of RFC 9460 Appendix D.1 and D.2: as written, on the wire, as printed. */
const VECTORS: readonly (readonly [string, string, string])[] = [
  ['0 foo.example.com.', `0000${FOO}`, '0 foo.example.com.'],
  ['1 .', '000100', '1 .'],
  ['16 foo.example.com. port=53', `0010${FOO}000300020035`, '16 foo.example.com. port=53'],
  ['1 foo.example.com. key667=hello', `0001${FOO}029b000568656c6c6f`, '1 foo.example.com. key667="hello"'],
  [
    String.raw`1 foo.example.com. key667="hello\210qoo"`,
    `0001${FOO}029b000968656c6c6fd2716f6f`,
    String.raw`1 foo.example.com. key667="hello\210qoo"`,
  ],
  [
    '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    `0001${FOO}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
    '1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1',
  ],
  [
    '1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
    '0001076578616d706c6503636f6d000006001020010db80122034400000000c0000221',
    '1 example.com. ipv6hint=2001:db8:122:344::c000:221',
  ],
  [
    '16 foo.example.org. (\n  alpn=h2,h3-19 mandatory=ipv4hint,alpn\n  ipv4hint=192.0.2.1\n  )',
    `0010${FOO_ORG}0000000400010004000100090268320568332d313900040004c0000201`,
    '16 foo.example.org. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
  ],
  [
    String.raw`16 foo.example.org. alpn="f\\\\oo\\,bar,h2"`,
    `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
    String.raw`16 foo.example.org. alpn="f\\\\oo\\,bar,h2"`,
  ],
  [
    String.raw`16 foo.example.org. alpn=f\\\092oo\092,bar,h2`,
    `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
    String.raw`16 foo.example.org. alpn="f\\\\oo\\,bar,h2"`,
  ],
]

for (const [written, octets, printed] of VECTORS) {
  test(`RFC 9460 Appendix D: ${written.replaceAll(/\s+/g, ' ')}`, () => {
    assert.equal(read(written), octets)
    assert.equal(printData(64, Buffer.from(octets, 'hex')), printed)
  })
}

/** More that is written in one way and printed in another. */
const PRINTED: readonly (readonly [string, string])[] = [
  ['1 . no-default-alpn alpn=h2', '1 . alpn="h2" no-default-alpn'],
  ['1 . alpn=h2 no-default-alpn=""', '1 . alpn="h2" no-default-alpn'],
  [String.raw`1 . key1=\002h2 key3=\000\053`, '1 . alpn="h2" port=53'],
  ['1 . mandatory=key3 port="53"', '1 . mandatory=port port=53'],
  ['1 . ech=AAEC', '1 . ech=AAEC'],
  ['1 . alpn=h2 dohpath=/q{?dns}', '1 . alpn="h2" dohpath="/q{?dns}"'],
  ['1 . key700 key701="" key702=', '1 . key700 key701 key702'],
  ['0 . alpn=h2', '0 . alpn="h2"'],
  ['1 . ipv4hint=192.0.2.1,192.0.2.2', '1 . ipv4hint=192.0.2.1,192.0.2.2'],
]

for (const [written, printed] of PRINTED) {
  test(`SVCB ${written} is printed as ${printed}`, () => {
    assert.equal(printData(64, Buffer.from(read(written), 'hex')), printed)
  })
}

/** What RFC 9460 forbids (Appendix D.3 among it), and what is said of it. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ['1 foo key123=abc key123=def', /^27 "key123=def" stands twice$/],
  ['1 foo mandatory', /^16 "mandatory" needs a value/],
  ['1 foo alpn', /^16 "alpn" needs a value/],
  ['1 foo port', /^16 "port" needs a value/],
  ['1 foo ipv4hint=', /^16 "ipv4hint=" needs a value/],
  ['1 foo ipv6hint', /^16 "ipv6hint" needs a value/],
  ['1 foo no-default-alpn=abc', /^16 "no-default-alpn=abc" takes no value/],
  ['1 foo mandatory=key123', /key123 is mandatory but missing/],
  ['1 foo mandatory=mandatory', /^16 "mandatory=mandatory" is no value that mandatory can have/],
  ['1 foo mandatory=key123,key123 key123=abc', /^16 .* is no value that mandatory can have/],
  ['1 foo no-default-alpn', /no-default-alpn needs alpn beside it/],
  ['1 foo alpn=h2,,h3', /^16 "alpn=h2,,h3" is no value that alpn can have/],
  ['1 foo alpn=,h2', /is no value that alpn can have/],
  ['1 foo alpn=h2,', /is no value that alpn can have/],
  [String.raw`1 foo alpn=a\\x`, /is no value that alpn can have/],
  [`1 foo alpn=${'x'.repeat(256)}`, /is no value that alpn can have/],
  ['1 foo port=65536', /^16 "65536" is out of range: at most 65535/],
  ['1 foo port=x', /^16 "x" is not a whole number/],
  ['1 foo ipv4hint=192.0.2.1,192.0.2', /^16 "192\.0\.2" is not an IPv4 address/],
  ['1 foo ipv6hint=192.0.2.1', /^16 "192\.0\.2\.1" is not an IPv6 address/],
  ['1 foo ech=*', /^16 "\*" is not base64/],
  ['1 foo dohpath=q{?dns}', /is no value that dohpath can have/],
  ['1 foo dohpath=/q', /is no value that dohpath can have/],
  [String.raw`1 foo dohpath=/\255{?dns}`, /is no value that dohpath can have/],
  ['1 foo key65535=x', /^16 "key65535=x" names no key that is known/],
  ['1 foo key01=x', /^16 "key01=x" names no key that is known/],
  ['1 foo ALPN=h2', /^16 "ALPN=h2" names no key that is known/],
  ['1 foo =x', /^16 "=x" names no key that is known/],
  ['1 foo "alpn=h2"', /^16 "alpn=h2" stands behind no key=/],
  ['1 foo alpn= "h2"', /^22 "h2" stands behind no key=/],
  ['1 foo key1=h2', /is no value that key1 can have/],
  [String.raw`\# 7 0001 00 0003 0000`, /these octets are no data of type SVCB/],
  [String.raw`\# 16 0001 00 0003 0002 0035 0001 0003 026832`, /these octets are no data of type SVCB/],
  [String.raw`\# 15 0001 00 0003 0002 0035 0003 0002 0035`, /these octets are no data of type SVCB/],
  [String.raw`\# 7 0001 00 ffff 0000`, /these octets are no data of type SVCB/],
  [String.raw`\# 6 0001 00 029b 00`, /these octets are no data of type SVCB/],
]

for (const [written, expected] of WRONG) {
  test(`SVCB ${written.slice(0, 60)} is wrong`, () => assert.match(read(written), expected))
}
