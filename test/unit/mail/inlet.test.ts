import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Inlet } from '../../../services/mail/inlet.ts'
import { cut } from './cut.ts'

const LONGEST = 12_288

function all(inlet: Inlet): readonly string[] {
  const lines: string[] = []
  for (let line = inlet.takeLine(LONGEST); line !== undefined; line = inlet.takeLine(LONGEST))
    lines.push(line === 'long' ? line : line.octets.toString('latin1'))
  return lines
}

test('lines come out the same however their octets come in', () => {
  const text = fc.array(fc.constantFrom('a', 'QUIT', '\r\n', '\n', '\r', ' ', '\0', '\u00FF'), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 6 }), (words, places) => {
      const message = Buffer.from(words.join(''), 'latin1')
      const inlet = new Inlet()
      const lines: string[] = []
      for (const piece of cut(message, places)) {
        inlet.add(piece)
        lines.push(...all(inlet))
      }
      const expected = message.toString('latin1').split('\n').slice(0, -1)
      assert.deepEqual(
        lines,
        expected.map((line) => line.replace(/\r$/, '')),
      )
    }),
    { numRuns: 2000 },
  )
})

test('of a line that is too long nothing is kept, and the next one is read', () => {
  const inlet = new Inlet()
  const lines: string[] = []
  const add = (piece: string): void => {
    inlet.add(Buffer.from(piece))
    lines.push(...all(inlet))
  }
  add('a'.repeat(LONGEST) + '\r\n')
  add('b'.repeat(LONGEST + 1) + '\r\nnext\r\n')
  for (let count = 0; count < 100; count++) add('c'.repeat(1000))
  add('c\r\nlast\r\nrest')
  assert.deepEqual(lines, ['a'.repeat(LONGEST), 'long', 'next', 'long', 'last'])
  assert.equal(inlet.length, 'rest'.length)
  assert.ok(inlet.skipped > 100_000)
})

test('an LF alone ends a line too, and is told of, even where a message ended with a CR before it', () => {
  const inlet = new Inlet()
  inlet.add(Buffer.from('message\r\nNOOP\nQUIT\r\n'))
  assert.equal(inlet.peek(8).toString(), 'message\r')
  inlet.consume(8)
  const bare = [1, 2, 3].map(() => {
    const line = inlet.takeLine(LONGEST)
    assert.ok(line !== undefined && line !== 'long')
    return [line.octets.toString(), line.isBare]
  })
  assert.deepEqual(bare, [
    ['', true],
    ['NOOP', true],
    ['QUIT', false],
  ])
})
