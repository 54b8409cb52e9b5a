import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseName, printName, ROOT } from '../../../services/dns/wire/name.ts'
import { typeName } from '../../../services/dns/records/types.ts'
import { printData } from '../../../services/dns/records/data.ts'
import { parseFile } from '../../../services/dns/zone/parser.ts'
import { files, problems, START } from './master.ts'

const ORIGIN = parseName('example.org', ROOT)

/** Each record as `owner ttl type data`. */
function records(text: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  const parsed = parseFile('zone.db', ORIGIN, (name) => files({ 'zone.db': text, ...others }).text(name))
  assert.deepEqual(
    parsed.problems.filter((problem) => problem.severity !== 'warning'),
    [],
  )
  return parsed.records.map(
    ({ owner, ttl, type, data }) => `${printName(owner)} ${ttl} ${typeName(type)} ${printData(type, data)}`,
  )
}

const READ: readonly [string, string, readonly string[]][] = [
  ['a plain record', 'www 60 IN A 10.0.0.1', ['www.example.org. 60 A 10.0.0.1']],
  ['class before TTL', 'www IN 60 A 10.0.0.1', ['www.example.org. 60 A 10.0.0.1']],
  ['no class', 'www 60 A 10.0.0.1', ['www.example.org. 60 A 10.0.0.1']],
  ['lower case', 'www 60 in a 10.0.0.1', ['www.example.org. 60 A 10.0.0.1']],
  ['the class by number', 'www 60 CLASS1 A 10.0.0.1', ['www.example.org. 60 A 10.0.0.1']],
  [
    'units of time',
    'www 1h30m A 10.0.0.1\nx 1W2d3h4M5s A 10.0.0.1',
    ['www.example.org. 5400 A 10.0.0.1', 'x.example.org. 788645 A 10.0.0.1'],
  ],
  [
    'an inherited owner',
    'www 60 A 10.0.0.1\n  60 TXT x',
    ['www.example.org. 60 A 10.0.0.1', 'www.example.org. 60 TXT "x"'],
  ],
  [
    'an owner inherited over a comment and an empty line',
    'www 60 A 10.0.0.1\n\n; nothing\n\tTXT x',
    ['www.example.org. 60 A 10.0.0.1', 'www.example.org. 60 TXT "x"'],
  ],
  ['the origin as @', '@ 60 MX 10 @', ['example.org. 60 MX 10 example.org.']],
  [
    '$ORIGIN, relative to the one before',
    '$ORIGIN sub\nwww 60 A 10.0.0.1\n$ORIGIN test.\nx 60 A 10.0.0.2',
    ['www.sub.example.org. 60 A 10.0.0.1', 'x.test. 60 A 10.0.0.2'],
  ],
  [
    '$TTL before the last TTL (RFC 2308 §4)',
    '$TTL 2h\na 60 A 10.0.0.1\nb A 10.0.0.2',
    ['a.example.org. 60 A 10.0.0.1', 'b.example.org. 7200 A 10.0.0.2'],
  ],
  [
    'the last TTL without $TTL (RFC 1035 §5.1)',
    'a 60 A 10.0.0.1\nb A 10.0.0.2',
    ['a.example.org. 60 A 10.0.0.1', 'b.example.org. 60 A 10.0.0.2'],
  ],
  [
    'the minimum of the SOA without any TTL',
    '@ SOA dns host 1 2 3 4 77\nb A 10.0.0.2',
    ['example.org. 77 SOA dns.example.org. host.example.org. 1 2 3 4 77', 'b.example.org. 77 A 10.0.0.2'],
  ],
  [
    'parentheses over lines with comments',
    '@ 60 SOA dns host ( 1 ; serial ) (\n 1h 15m\n1w\n 5m ) ; end',
    ['example.org. 60 SOA dns.example.org. host.example.org. 1 3600 900 604800 300'],
  ],
  [
    'quoted text with everything',
    String.raw`t 60 TXT "a ; b (c) \"d\" \\ \010" plain e\032f`,
    [String.raw`t.example.org. 60 TXT "a ; b (c) \"d\" \\ \010" "plain" "e f"`],
  ],
  ['octets of text, not characters', 't 60 TXT ñ', [String.raw`t.example.org. 60 TXT "\195\177"`]],
  ['an empty string', 't 60 TXT ""', ['t.example.org. 60 TXT ""']],
  ['an escaped owner', String.raw`a\.b\;c 60 A 10.0.0.1`, [String.raw`a\.b\;c.example.org. 60 A 10.0.0.1`]],
  [
    'IPv6',
    'a 60 AAAA 2001:DB8:0:0:1::\n 60 AAAA ::ffff:1.2.3.4\n 60 AAAA ::',
    [
      'a.example.org. 60 AAAA 2001:db8:0:0:1::',
      'a.example.org. 60 AAAA ::ffff:102:304',
      'a.example.org. 60 AAAA ::',
    ],
  ],
  [
    'SRV, PTR, CAA',
    '_s._tcp 60 SRV 1 2 65535 h\n1 60 PTR h.\n@ 60 CAA 0 issue "ca.test; x=y"',
    [
      '_s._tcp.example.org. 60 SRV 1 2 65535 h.example.org.',
      '1.example.org. 60 PTR h.',
      'example.org. 60 CAA 0 issue "ca.test; x=y"',
    ],
  ],
  [
    'an unknown type (RFC 3597)',
    String.raw`a 60 TYPE65280 \# 3 ab cd 01`,
    [String.raw`a.example.org. 60 TYPE65280 \# 3 abcd01`],
  ],
  [
    'an unknown type without data',
    String.raw`a 60 TYPE65280 \# 0`,
    [String.raw`a.example.org. 60 TYPE65280 \# 0`],
  ],
  [
    'a known type as octets',
    String.raw`a 60 A \# 4 0a000001` + '\n' + String.raw`a 60 TYPE1 \# 4 0a000002`,
    ['a.example.org. 60 A 10.0.0.1', 'a.example.org. 60 A 10.0.0.2'],
  ],
  [
    'a file that starts with a byte order mark',
    '\uFEFFwww 60 A 10.0.0.1',
    ['www.example.org. 60 A 10.0.0.1'],
  ],
  [
    'comments that hold any character up to the end of their line',
    'www 60 A 10.0.0.1 ; a\rb A bad\u2028c A bad\u0000\u00A0\n 60 TXT x',
    ['www.example.org. 60 A 10.0.0.1', 'www.example.org. 60 TXT "x"'],
  ],
  [
    'a tab and a no-break space in quotes',
    't 60 TXT "a\tb\u00A0"',
    [String.raw`t.example.org. 60 TXT "a\009b\194\160"`],
  ],
  [
    'lines that end in CR LF',
    'www 60 A 10.0.0.1\r\n  60 TXT x\r\n',
    ['www.example.org. 60 A 10.0.0.1', 'www.example.org. 60 TXT "x"'],
  ],
]

for (const [what, text, expected] of READ) {
  test(`the parser reads ${what}`, () => assert.deepEqual(records(text), expected))
}

test('RFC 1035 §5.1: $INCLUDE reads another file with its own origin and gives the old one back', () => {
  const included = records('www 60 A 10.0.0.1\n$INCLUDE "sub.db" sub\n  60 TXT same\nx 60 A 10.0.0.3', {
    'sub.db': 'www A 10.0.0.2\n$ORIGIN other.',
  })
  assert.deepEqual(included, [
    'www.example.org. 60 A 10.0.0.1',
    'www.sub.example.org. 60 A 10.0.0.2',
    'www.example.org. 60 TXT "same"',
    'x.example.org. 60 A 10.0.0.3',
  ])
})

test('a sound zone has no problems', () => assert.deepEqual(problems(START), []))

/** Appended to a sound zone of four lines. */
const WRONG: readonly [string, string, readonly RegExp[]][] = [
  ['a label over 63', `${'x'.repeat(64)} A 10.0.0.1`, [/^5:1 the label "x{20}…" is 64 octets long/]],
  ['a label over 63 in data', `w CNAME ${'x'.repeat(64)}`, [/^5:9 the label/]],
  [
    'a name over 255',
    `${'x'.repeat(60)}.${'x'.repeat(60)}.${'x'.repeat(60)}.${'x'.repeat(60)} A 10.0.0.1`,
    [/^5:1 the name is 257 octets/],
  ],
  ['an octet over 255', 'w A 10.0.0.256', [/^5:5 "10\.0\.0\.256" is not an IPv4 address/]],
  ['a short address', 'w A 10.1', [/^5:5 .*IPv4/]],
  ['a bad IPv6 address', 'w AAAA 2001::db8::1', [/^5:8 .*IPv6/]],
  ['an IPv4 address in AAAA', 'w AAAA 10.0.0.1', [/^5:8 .*IPv6/]],
  [
    'an open parenthesis',
    'w TXT ( a\n b\nx A 10.0.0.1\ny A bad',
    [/^5:7 this parenthesis is never closed/, /^8:5 "bad" is not an IPv4/],
  ],
  ['a closing parenthesis', 'w TXT a )\nx A bad', [/^5:9 this parenthesis closes none/, /^6:5 "bad"/]],
  ['an open quote', 'w TXT "a\nx A bad', [/^5:7 this quoted text does not end/, /^6:5 "bad"/]],
  ['NUL in a word', 'w TXT a\u0000b\nx A bad', [/^5:8 a control character/, /^6:5 "bad"/]],
  ['CR within a line', 'w TXT a\rb', [/^5:8 a control character/]],
  ['a form feed between words', 'w\fTXT a', [/^5:2 a control character/]],
  ['a no-break space', 'w TXT\u00A0a', [/^5:6 a control character or an unusual space/]],
  ['a line that starts with a no-break space', '\u00A0TXT a', [/^5:1 a control/]],
  ['a control character in quotes', 'w TXT "ab\u0007c"', [/^5:10 a control/]],
  ['a control character behind a backslash', 'w TXT a\\\u0007c', [/^5:9 a control/]],
  ['a number out of range', 'w MX 65536 dns', [/^5:6 "65536" is out of range: at most 65535/]],
  ['a number that is none', 'w MX ten dns', [/^5:6 "ten" is not a whole number/]],
  ['a TTL out of range', 'w 2147483648 A 10.0.0.1', [/^5:3 "2147483648" is out of range/]],
  ['an unknown type', 'w ZZTOP x', [/^5:3 "ZZTOP" is not a record type such as A, MX or TXT$/]],
  ['a mistyped type', 'w CNMAE dns', [/^5:3 "CNMAE" is not a record type .*\(did you mean CNAME\?\)$/]],
  ['a forgotten type', 'w 10.0.0.1', [/^5:3 "10\.0\.0\.1" is not a record type/]],
  ['a type of questions', 'w ANY x', [/^5:3 "ANY" is not a record type/]],
  [
    'a type without a form of its own',
    'w TYPE65280 x',
    [/^5:13 data of type TYPE65280 is written as octets/],
  ],
  ['hex that is short', String.raw`w TYPE65280 \# 3 abcd`, [/^5:18 expected 3 octets as 6/]],
  ['octets that are no address', String.raw`w A \# 3 abcdef`, [/^5:10 these octets are no data of type A/]],
  ['another class', 'w CH A 10.0.0.1', [/^5:3 class CH is not served/]],
  ['a missing value', 'w MX 10', [/^5:8 a value is missing/]],
  ['a value too many', 'w A 10.0.0.1 10.0.0.2', [/^5:14 "10\.0\.0\.2" is one value too many/]],
  ['an unknown directive', '$FOO 1-9', [/^5:1 "\$FOO" is not known here/]],
  ['a bad escape', String.raw`w TXT \300`, [/^5:7 the escape/]],
  [
    'a long string',
    `w TXT ${'x'.repeat(256)}`,
    [/^5:7 ".*" is 256 octets long; one string holds at most 255/],
  ],
  ['a quoted name', 'w CNAME "dns"', [/^5:9 "dns" is in quotes/]],
  ['a bad CAA tag', 'w CAA 0 is-sue "x"', [/^5:9 "is-sue" is not a CAA tag/]],
  ['a file that is not there', '$INCLUDE gone.db', [/^5:10 there is no file gone\.db/]],
  ['several at once', 'w A 1\nw MX x y\nw TXT "', [/^5:5/, /^6:6/, /^7:7/]],
]

for (const [what, lines, expected] of WRONG) {
  test(`the parser reports ${what}`, () => {
    const found = problems(`${START}${lines}\n`).toSorted()
    assert.equal(found.length, expected.length, found.join('\n'))
    for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern)
  })
}

test('any text is read without an exception, and problems stand on lines that exist', () => {
  const piece = fc.constantFrom(
    '@',
    ' ',
    '\n',
    '\t',
    '(',
    ')',
    '"',
    ';',
    '\\',
    'IN',
    'A',
    'SOA',
    'TXT',
    '$TTL',
    '$ORIGIN',
    '1',
    '10.0.0.1',
    'www',
    '.',
    '\\#',
    'TYPE9',
    'ñ',
    '\r',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('')
      const lines = text.split('\n').length
      for (const problem of parseFile('zone.db', ORIGIN, () => text).problems)
        assert.ok(problem.line >= 1 && problem.line <= lines && problem.column >= 1)
    }),
    { numRuns: 2000 },
  )
})

test('long lines and many open parentheses are read in bounded time', () => {
  problems(`${START}w TXT ${'"x" '.repeat(50_000)}`)
  problems(`${START}w TXT "${'x'.repeat(200_000)}"`)
  problems('a (\n'.repeat(20_000))
  assert.match(problems(`${START}w TXT ${'x'.repeat(300_000)}`)[0] ?? '', /the file is too large/)
})
