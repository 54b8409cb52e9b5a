import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadZones } from '../../../services/dns/zone/zones.ts'
import { files, problems, START } from './master.ts'

const WHOLE: readonly [string, string, readonly string[]][] = [
  [
    'an empty file',
    '',
    ['1:1 the zone has no SOA record', '1:1 the zone has no NS record at its top, example.org.'],
  ],
  ['no SOA', '$TTL 1\n@ NS dns\ndns A 10.0.0.1', ['1:1 the zone has no SOA record']],
  ['no NS', '$TTL 1\n@ SOA dns host 1 1 1 1 1', ['2:1 the zone has no NS record at its top, example.org.']],
  [
    'no $TTL',
    '@ SOA dns host 1 1 1 1 9\n@ NS dns\ndns A 10.0.0.1',
    ['1:3 warning there is no $TTL: the minimum of the SOA, 9 seconds, stands in for it'],
  ],
  [
    'no TTL at all',
    'x A 10.0.0.1\n@ 5 SOA dns host 1 1 1 1 9\n@ NS dns\ndns A 10.0.0.1',
    [
      '1:3 no time to live is known for this record: put "$TTL 3600" at the top of the file',
      '3:3 warning there is no $TTL: this record and others without a time to live repeat that of the record before (RFC 1035 §5.1)',
    ],
  ],
  [
    'no owner',
    '$TTL 5\n A 10.0.0.1\n@ SOA dns host 1 1 1 1 9\n@ NS dns\ndns A 10.0.0.1',
    ['2:2 the first record needs an owner: write its name, or @ for the origin, at the start of the line'],
  ],
  [
    'a SOA that cannot be read is not also missing',
    '$TTL 1\n@ SOA dns host x 1 1 1 9\n@ NS dns\ndns A 10.0.0.1',
    ['2:16 "x" is not a whole number'],
  ],
  [
    'a SOA whose parenthesis stays open',
    '$TTL 1\n@ SOA dns host ( 1\n 1\n 1 1 9\n@ NS dns\ndns A 10.0.0.1',
    ['2:16 this parenthesis is never closed: add the missing ")"'],
  ],
]

for (const [what, text, expected] of WHOLE) {
  test(`the zone check reports ${what}`, () => assert.deepEqual(problems(text), expected))
}

test('two files with one zone are reported', () => {
  const texts = files({ 'a.db': START, 'b.db': START })
  const { problems: found } = loadZones({ zone: ['a.db', 'b.db'] }, texts, {
    domain: 'example.org',
    address: '10.0.0.1',
  })
  assert.deepEqual(
    found.map(({ file, message }) => [file, message.en.slice(0, 41)]),
    [['b.db', 'a.db already holds the zone example.org; ']],
  )
})
