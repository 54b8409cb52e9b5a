import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FileError, type Problem } from '../../../lab/service.ts'
import { checkData } from '../../../services/dns/records/data.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { apexOf, checkZone } from '../../../services/dns/zone/check.ts'
import { parseFile } from '../../../services/dns/zone/parser.ts'
import { printZone } from '../../../services/dns/zone/print.ts'

const ORIGIN = parseName('example.org', ROOT)
const CORPUS = ['types', 'syntax', 'generate', 'include'].map((name) =>
  readFileSync(new URL(`../../interop/dns/zone-files/${name}.db`, import.meta.url), 'latin1'),
)

/** Reads, checks and prints a text, whatever it is; what it says stands on lines that exist. */
function examine(text: string): readonly Problem[] {
  const parsed = parseFile('zone.db', ORIGIN, (file) => {
    if (file === 'zone.db') return text
    throw new FileError({ en: `there is no file ${file}`, es: `no existe el fichero ${file}` })
  })
  const apex = apexOf(parsed.records, ORIGIN)
  const problems = [...parsed.problems, ...checkZone('zone.db', parsed, apex)]
  const lines = text.split('\n').length
  for (const { line, column, message } of problems) {
    assert.ok(line >= 1 && line <= lines && column >= 1)
    assert.ok(message.en !== '' && message.es !== '')
  }
  for (const { type, data } of parsed.records) checkData(type, data)
  const again = parseFile('zone.db', ORIGIN, () => printZone(parsed.records, apex))
  assert.deepEqual(again.problems, [])
  return problems
}

test('zone files that are changed at random places are read without an exception', () => {
  const marks = '( ) " \\ ; $ @ . .. ${ } - / = , \n \t \0 \u00FF'.split(' ')
  const words = [
    '$TTL 1',
    '$GENERATE 1-9 ',
    '\\#',
    '\\255',
    '99999999999',
    '65536',
    ' IN ',
    ' SVCB ',
    ' LOC ',
  ]
  const piece = fc.constantFrom(...marks, ...words, ' ', 'x'.repeat(300))
  const edit = fc.record({ place: fc.nat(), cut: fc.nat(12), piece })
  const mutated = fc.tuple(fc.constantFrom(...CORPUS), fc.array(edit, { minLength: 1, maxLength: 8 }))
  fc.assert(
    fc.property(mutated, ([text, edits]) => {
      let wrong = text
      for (const { place, cut, piece: inserted } of edits) {
        const at = place % (wrong.length + 1)
        wrong = wrong.slice(0, at) + inserted + wrong.slice(at + cut)
      }
      examine(wrong)
    }),
    { numRuns: 400 },
  )
})

test('random octets are read without an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
      examine(Buffer.from(octets).toString('latin1'))
      examine(Buffer.from(octets).toString())
    }),
    { numRuns: 1000 },
  )
})

test('random words after a type are read without an exception', () => {
  const type = fc.constantFrom(
    ...'SOA MX TXT LOC NAPTR CAA DS RRSIG NSEC NSEC3 SVCB HTTPS URI APL SSHFP CERT EUI48'.split(' '),
  )
  const word = fc.oneof(
    fc.constantFrom(
      '1',
      '0',
      '65535',
      '4294967296',
      '.',
      '@',
      'a',
      '"b"',
      '-',
      'N',
      'W',
      '\\#',
      'A',
      'AA==',
      '00',
    ),
    fc.constantFrom(
      'alpn=h2',
      'alpn="a',
      'port=',
      'key1=x',
      'mandatory=key1',
      '"="',
      '!a!b!',
      '20260101000000',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll(/\s/g, '')),
  )
  fc.assert(
    fc.property(type, fc.array(word, { maxLength: 12 }), (mnemonic, words) => {
      examine(`w 1 ${mnemonic} ${words.join(' ')}\n`)
    }),
    { numRuns: 3000 },
  )
})

/** Texts that a reader whose time grows with the square of their length would not finish. */
const LONG: readonly (readonly [string, string])[] = [
  ['open parentheses', 'a (\n'.repeat(50_000)],
  ['open parentheses before many lines', `${'a TXT (\n'.repeat(49)}${'x A 10.0.0.1\n'.repeat(100_000)}`],
  ['parentheses in a line', `w TXT ${'('.repeat(100_000)}${')'.repeat(100_000)}`],
  ['quotes', `w TXT ${'"'.repeat(200_000)}`],
  ['backslashes', `w TXT ${'\\'.repeat(200_001)}`],
  ['backslashes in quotes', `w TXT "${'\\'.repeat(200_001)}`],
  ['dots', `${'.'.repeat(200_000)} A 10.0.0.1`],
  ['labels', `${'a.'.repeat(100_000)} A 10.0.0.1`],
  ['one long label', `${'a'.repeat(200_000)} A 10.0.0.1`],
  ['digits', `w ${'1'.repeat(200_000)} A 10.0.0.1`],
  ['units of time', `w ${'1h'.repeat(100_000)}x A 10.0.0.1`],
  ['a long type', `w ${'TXT'.repeat(60_000)} x`],
  ['hexadecimal in words', `w TLSA 1 1 1 ${'00 '.repeat(60_000)}`],
  ['odd hexadecimal', `w TLSA 1 1 1 ${'0'.repeat(200_001)}`],
  ['base64 in words', `w OPENPGPKEY ${'AAAA '.repeat(40_000)}`],
  ['base32', `w NSEC3 1 0 0 - ${'0'.repeat(200_000)}`],
  ['types in a bit map', `w NSEC a ${'A '.repeat(100_000)}`],
  ['metres', `w LOC 1 N 1 E ${'1'.repeat(200_000)}`],
  ['a list of protocols', `w SVCB 1 . alpn=${'a,'.repeat(100_000)}`],
  ['escaped commas', String.raw`w SVCB 1 . alpn=${String.raw`\\,`.repeat(60_000)}`],
  ['parameters', `w SVCB 1 . ${Array.from({ length: 20_000 }, (_, index) => `key${index + 8}`).join(' ')}`],
  [
    'mandatory keys',
    `w SVCB 1 . mandatory=${Array.from({ length: 20_000 }, (_, index) => `key${index + 8}`).join(',')}`,
  ],
  ['templates', `w SVCB 1 . dohpath=/${'{dns '.repeat(40_000)}`],
  ['addresses', `w SVCB 1 . ipv6hint=${'::,'.repeat(60_000)}`],
  ['references in a template', `$GENERATE 1-1 h TXT ${'${'.repeat(100_000)}`],
  ['dollars', `$GENERATE 1-1 h TXT ${'$'.repeat(200_000)}`],
  ['formats', `$GENERATE 1-1 h TXT ${'${0,255,N}'.repeat(20_000)}`],
  ['lines of nothing', '\n'.repeat(500_000)],
  ['comments', `${';'.repeat(200_000)}\n`.repeat(20)],
  [
    'aliases to each other',
    Array.from({ length: 40_000 }, (_, index) => `w${index} 1 CNAME w${index + 1}`).join('\n'),
  ],
  [
    'a deep chain of names',
    Array.from({ length: 126 }, (_, depth) => `${'a.'.repeat(depth)}b 1 NS c`).join('\n'),
  ],
  ['one name with many records', Array.from({ length: 40_000 }, (_, index) => `w 1 TXT ${index}`).join('\n')],
  ['names below one with many records', '$GENERATE 1-60000 @ TXT t$\n$GENERATE 1-60000 h$ A 10.0.0.1'],
  ['servers that are none', '$GENERATE 1-60000 @ MX "$ ."'],
  [
    'a host with many records that many lead to',
    '$GENERATE 1-60000 w TXT t$\nw A 10.0.0.1\n$GENERATE 1-60000 @ MX "$ w"',
  ],
  [
    'a CNAME among many records',
    `w 1 CNAME a\n${Array.from({ length: 40_000 }, (_, index) => `w 1 MX 1 m${index}`).join('\n')}`,
  ],
]

for (const [what, text] of LONG) {
  test(`${what} in great number are read in bounded time`, () => {
    examine(`$TTL 1\n${text}\n`)
  })
}
