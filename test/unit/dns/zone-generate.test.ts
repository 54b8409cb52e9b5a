import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typeName } from '../../../services/dns/records/types.ts'
import { printData } from '../../../services/dns/records/data.ts'
import { parseName, printName, ROOT } from '../../../services/dns/wire/name.ts'
import { parseFile } from '../../../services/dns/zone/parser.ts'
import { problems, START } from './master.ts'

/** Each record that a line makes, as `owner ttl type data`. */
function made(lines: string): readonly string[] {
  const { records, problems: found } = parseFile(
    'zone.db',
    parseName('example.org', ROOT),
    () => `$TTL 1h\n${lines}\n`,
  )
  assert.deepEqual(found, [])
  return records.map(
    ({ owner, ttl, type, data }) => `${printName(owner)} ${ttl} ${typeName(type)} ${printData(type, data)}`,
  )
}

/** What BIND makes of the same lines. */
const MADE: readonly (readonly [string, readonly string[]])[] = [
  ['$GENERATE 1-2 h$ A 10.0.0.$', ['h1.example.org. 3600 A 10.0.0.1', 'h2.example.org. 3600 A 10.0.0.2']],
  ['$GENERATE 1-6/5 h$ 5 IN A 10.0.0.$', ['h1.example.org. 5 A 10.0.0.1', 'h6.example.org. 5 A 10.0.0.6']],
  ['$generate 7-7 h$ IN 1m A 10.0.0.$ ; comment', ['h7.example.org. 60 A 10.0.0.7']],
  ['$GENERATE 4-4/3 @ TXT $', ['example.org. 3600 TXT "4"']],
  ['$GENERATE 9-9 h${0,4,d} TXT "${1} ${-1,3} ${+1,2,d}"', ['h0009.example.org. 3600 TXT "10" "008" "10"']],
  ['$GENERATE 10-10 h TXT "${0,0,o} ${0,4,x} ${0,4,X}"', ['h.example.org. 3600 TXT "12" "000a" "000A"']],
  [
    '$GENERATE 254-254 h TXT "${0,0,n} ${0,1,n} ${0,4,n} ${0,7,n} ${0,8,N} ${0,9,N}"',
    ['h.example.org. 3600 TXT "e.f" "e.f" "e.f." "e.f.0.0" "E.F.0.0." "E.F.0.0.0"'],
  ],
  ['$GENERATE 256-256 ${0,0,n} PTR h', ['0.0.1.example.org. 3600 PTR h.example.org.']],
  ['$GENERATE 0-0 h TXT "${-1} ${-1,3,d}"', ['h.example.org. 3600 TXT "-1" "-01"']],
  [String.raw`$GENERATE 1-1 a$$b TXT "x$$y\$z $"`, [String.raw`a\$b.example.org. 3600 TXT "x$y$z" "1"`]],
  [String.raw`$GENERATE 1-1 a\$b$ TXT $`, [String.raw`a\$b1.example.org. 3600 TXT "1"`]],
  [String.raw`$GENERATE 1-1 h TXT "\"a $\" b"`, ['h.example.org. 3600 TXT "a 1" "b"']],
  ['$GENERATE 1-1 h MX "1${0} mail$"', ['h.example.org. 3600 MX 11 mail1.example.org.']],
  [
    '$GENERATE 1-1 h NAPTR "1 2 u x \\"!^.*$$!$!\\" ."',
    ['h.example.org. 3600 NAPTR 1 2 "u" "x" "!^.*$!1!" .'],
  ],
  [
    '$GENERATE 1-1 h SVCB "$ . alpn=\\"h2\\"" ; adjacent words stay so',
    ['h.example.org. 3600 SVCB 1 . alpn="h2"'],
  ],
  ['$ORIGIN sub\n$GENERATE 1-1 h$ CNAME $.x', ['h1.sub.example.org. 3600 CNAME 1.x.sub.example.org.']],
  [
    'w TXT a\n$GENERATE 1-1 h$ 5 TXT b\n  TXT c',
    ['w.example.org. 3600 TXT "a"', 'h1.example.org. 5 TXT "b"', 'w.example.org. 3600 TXT "c"'],
  ],
  [
    '$GENERATE 2147483646-2147483647 h$ TXT x',
    ['h2147483646.example.org. 3600 TXT "x"', 'h2147483647.example.org. 3600 TXT "x"'],
  ],
]

for (const [lines, expected] of MADE) {
  test(`as BIND does: ${lines.replaceAll('\n', ' / ')}`, () => assert.deepEqual(made(lines), expected))
}

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['', /^5:10 a value is missing/],
  [' 3-1 h$ A 10.0.0.$', /^5:11 "3-1" is not a range/],
  [' 1-2/0 h$ A 10.0.0.$', /^5:11 "1-2\/0" is not a range/],
  [' 1 h$ A 10.0.0.$', /^5:11 "1" is not a range/],
  [' "1-2" h$ A 10.0.0.$', /^5:11 "1-2" is not a range/],
  [' 1-2147483648 h$ A 10.0.0.$', /^5:11 "1-2147483648" is not a range/],
  [' 1-2 h$', /^5:17 a value is missing/],
  [' 1-2 h$ A', /^5:19 a value is missing/],
  [' 1-2 h$ CH A 10.0.0.$', /^5:18 class CH is not served/],
  [' 1-2 h$ ZZ 10.0.0.$', /^5:18 "ZZ" is not a record type/],
  [' 1-2 h$ MX 10 mail$', /^5:24 "mail\$" is one word too many: put the data of \$GENERATE in quotes/],
  [' 1-2 h$ MX "10"', /^5:21 a value is missing/],
  [' 1-2 h$ MX "10 a b"', /^5:21 "b" is one value too many/],
  [' 1-2 h${ A 10.0.0.$', /^5:15 "\$\{" is wrong: write \$/],
  [' 1-2 h${0,3,z} A 10.0.0.$', /^5:15 "\$\{0,3,z\}" is wrong/],
  [' 1-2 h${} A 10.0.0.$', /^5:15 "\$\{\}" is wrong/],
  [' 1-2 h$ A 10.0.0.${0,256}', /^5:20 "\$\{0,256\}" is wrong/],
  [' 1-2 h$ TXT ${-2,0,x}', /^5:22 \$\{-2,0,x\} makes 1 negative/],
  [' 250-256 h$ A 10.0.0.$', /^5:24 "10\.0\.0\.256" is not an IPv4 address/],
  [' 1-2 h..$ A 10.0.0.$', /^5:15 the name has an empty label/],
  [` 1-2 h$.${'x'.repeat(64)} A 10.0.0.$`, /^5:15 the label/],
  [' 1-2 h$ TXT "(a"', /^5:22 this parenthesis is never closed/],
  [String.raw` 1-2 h$ TXT "\"a"`, /^5:22 this quoted text does not end/],
  [String.raw` 1-2 h$ TXT \300`, /^5:22 the escape/],
  [' 1-2 h$.other. A 10.0.0.$', /^5:1 h1\.other\. lies outside the zone/],
]

for (const [line, expected] of WRONG) {
  test(`$GENERATE${line.slice(0, 60)} is wrong`, () => {
    const found = problems(`${START}$GENERATE${line}\n`)
    assert.match(found[0] ?? '', expected)
  })
}

test('what $GENERATE makes is bounded, by records and by characters', () => {
  const records = problems(
    `${START}$GENERATE 0-2147483647 h$ A 10.0.0.1\n$GENERATE 0-2147483647 i$ A 10.0.0.1\n`,
  )
  assert.match(records[0] ?? '', /^5:1 the zone has more than 200000 records/)
  assert.match(records[1] ?? '', /^6:1 the zone has more than 200000 records/)
  const text = '"0123456789" '.repeat(4000)
  const characters = problems(
    `${START}$GENERATE 0-2147483647 h$ TXT "${text.replaceAll('"', String.raw`\"`)}"\n`,
  )
  assert.match(characters[0] ?? '', /^5:1 \$GENERATE makes more than 33554432 characters for this zone/)
})
