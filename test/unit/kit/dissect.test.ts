import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { bounded, MOST_IN_A_ROW, type End } from '../../../lab/kit/dissect/bounded.ts'
import { LineReader } from '../../../lab/kit/dissect/lines.ts'
import {
  count,
  firstOf,
  inLanguage,
  joined,
  keptOf,
  LINE,
  mapped,
  OCTET,
  say,
} from '../../../lab/kit/dissect/said.ts'
import { visible } from '../../../lab/kit/dissect/text.ts'

const KEPT = 5

function linesOf(pieces: readonly Buffer[]): readonly string[] {
  const reader = new LineReader()
  const lines: string[] = []
  for (const piece of pieces) {
    reader.position = 0
    for (let line = reader.next(piece, KEPT); line !== undefined; line = reader.next(piece, KEPT))
      lines.push(
        `${JSON.stringify(line.octets.toString('latin1'))} ${line.size}${line.isBare ? ' bare' : ''}`,
      )
  }
  return [...lines, `${JSON.stringify(reader.rest.toString('latin1'))} ${reader.size}`]
}

test('lines are cut at LF, and of a long one the beginning is kept', () => {
  assert.deepEqual(linesOf([Buffer.from('one\r\ntwo\n\r\n\nfar too long\r\nabcde\r\nrest\r')]), [
    '"one" 4',
    '"two" 3 bare',
    '"" 1',
    '"" 0 bare',
    '"far t" 13',
    '"abcde" 6',
    '"rest\\r" 5',
  ])
})

test('lines are the same however the octets are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\r', '\n'), maxLength: 9 })), (texts) => {
      const pieces = texts.map((text) => Buffer.from(text))
      assert.deepEqual(linesOf(pieces), linesOf([Buffer.concat(pieces)]))
    }),
  )
})

test('text is shown so that each character is seen and no line is long', () => {
  assert.equal(visible('a\tb\r\u0000ñ€\u202ex\u{1f600}'), 'a b\\x0d\\x00ñ€\\u{202e}x😀')
  assert.equal(visible('abcd😀', 5), 'abcd\ufffd…')
})

test('our words are said in both languages, and those of the protocol as they are', () => {
  assert.deepEqual(
    [count(1, OCTET), count(2, LINE)].map(({ en, es }) => [en, es]),
    [
      ['1 octet', '1 octeto'],
      ['2 lines', '2 líneas'],
    ],
  )
  assert.deepEqual(firstOf(['a', 'b', 'c'], 2), ['a', 'b', { en: '… 1 more', es: '… 1 más' }])
  assert.deepEqual(keptOf(['a'], 1), ['a'])
  assert.equal(say`250 ${'ok'} ${3}`, '250 ok 3')
  assert.equal(joined([], ', '), '')
  const both = say`${joined(['+OK', { en: 'one', es: 'uno' }], ' ')} (${count(3, LINE)})`
  assert.deepEqual(both, { en: '+OK one (3 lines)', es: '+OK uno (3 líneas)' })
  assert.deepEqual(
    mapped(both, (text) => text.toUpperCase()),
    {
      en: '+OK ONE (3 LINES)',
      es: '+OK UNO (3 LÍNEAS)',
    },
  )
  assert.deepEqual([inLanguage(both, 'es'), inLanguage('QUIT', 'es')], ['+OK uno (3 líneas)', 'QUIT'])
})

test('of many steps of one end in a row the first are shown, and again those after the other has spoken', () => {
  const reader = bounded({ read: (from: End, octets: Buffer) => Array.from(octets, () => ({ from })) })
  const counts = (['client', 'client', 'server', 'client'] as const).map(
    (from, turn) => reader.read(from, Buffer.alloc(turn === 2 ? 1 : MOST_IN_A_ROW - 1)).length,
  )
  assert.deepEqual(counts, [MOST_IN_A_ROW - 1, 2, 1, MOST_IN_A_ROW - 1])
})
