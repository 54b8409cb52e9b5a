import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { describe, test } from 'node:test'
import { DataReader, type Piece } from '../../../services/mail/smtp/data.ts'

interface Read {
  readonly content: string
  readonly stop: Piece['stop']
  readonly rest: string
  readonly longest: number
}

/** Reads a text in chunks of that many octets. */
function read(text: string, size: number, hasDots = true): Read {
  const reader = new DataReader({ hasDots })
  const octets = Buffer.from(text, 'latin1')
  let content = ''
  for (let place = 0; place < octets.length; place += size) {
    const chunk = octets.subarray(place, place + size)
    const before = Buffer.from(chunk)
    const piece = reader.read(chunk)
    assert.deepEqual(chunk, before, 'the chunk may be somebody else’s too')
    content += piece.content.toString('latin1')
    const rest = text.slice(place + piece.taken)
    if (piece.stop !== undefined) return { content, stop: piece.stop, rest, longest: reader.longest }
  }
  return { content, stop: undefined, rest: '', longest: reader.longest }
}

/** What RFC 5321 §4.5.2 says, by regular expressions. */
function expected(text: string): Omit<Read, 'longest'> {
  const [through = text] = /^(?:[^\r\n]*\r\n)*?\.\r\n/.exec(text) ?? []
  const wrong = /\r(?!\n)|(?<!\r)\n/.exec(text)
  // A CR at the very end may still be followed by its LF.
  const isWrong =
    wrong !== null && wrong.index < through.length && !(wrong[0] === '\r' && wrong.index === text.length - 1)
  if (isWrong) return { content: '', stop: wrong[0] === '\r' ? 'CR' : 'LF', rest: '' }
  const isEnded = /^(?:[^\r\n]*\r\n)*?\.\r\n/.test(text)
  const body = isEnded ? through.slice(0, -3) : text.replace(/(^|\n)\.\r?$/, '$1')
  return {
    content: body.replace(/(^|\r\n)\./g, '$1'),
    stop: isEnded ? 'end' : undefined,
    rest: isEnded ? text.slice(through.length) : '',
  }
}

describe('the text behind DATA', () => {
  for (const [title, text, content, rest = ''] of [
    ['is empty', '.\r\n', ''],
    ['is one empty line', '\r\n.\r\n', '\r\n'],
    ['has lines', 'a\r\nb\r\n.\r\n', 'a\r\nb\r\n'],
    ['loses the dot that was added', '..\r\n..a\r\n.b\r\n.\r\n', '.\r\n.a\r\nb\r\n'],
    ['keeps dots elsewhere', 'a.\r\n a..\r\n.\r\n', 'a.\r\n a..\r\n'],
    ['keeps every other octet', '\0\x7f\xff\t\x0b\r\n.\r\n', '\0\x7f\xff\t\x0b\r\n'],
    ['leaves what follows', 'a\r\n.\r\nQUIT\r\n', 'a\r\n', 'QUIT\r\n'],
    ['leaves even a wrong line that follows', 'a\r\n.\r\nQUIT\n', 'a\r\n', 'QUIT\n'],
  ] as const) {
    test(`${title}, in chunks of any size`, () => {
      for (let size = 1; size <= text.length; size += 1) {
        const { longest: _, ...found } = read(text, size)
        assert.deepEqual(found, { content, stop: 'end', rest }, `chunks of ${size}`)
      }
    })
  }

  // The ways in which servers have been made to see the end of a message where others see none.
  for (const [text, stop] of [
    ['a\n.\nb', 'LF'],
    ['a\r\n.\nb', 'LF'],
    ['a\n.\r\nb', 'LF'],
    ['a\r.\rb', 'CR'],
    ['a\r\n.\rb', 'CR'],
    ['a\r.\r\nb', 'CR'],
    ['a\r\n.\r\r\nb', 'CR'],
    ['a\r\r\n.\r\nb', 'CR'],
    ['a\n\n.\r\nb', 'LF'],
    ['a\r\n.\n\r\nb', 'LF'],
    ['a\n\r.\n\rb', 'LF'],
    ['a\r.\nb', 'CR'],
    ['a\n.\rb', 'LF'],
    ['.\n', 'LF'],
    ['.\r\r', 'CR'],
    ['a\r\n.\0\r\nb', undefined],
    ['a\r\n\0.\r\nb', undefined],
    ['a\r\0\n.\r\nb', 'CR'],
    ['a\r\n.\r\0\nb', 'CR'],
    ['a\0\r\n. \r\nb', undefined],
    ['a\r\n..\r\nb', undefined],
    ['a\r\n .\r\nb', undefined],
    ['a\r\n.\x0b\r\nb', undefined],
    ['a\r\n.\x85\r\nb', undefined],
    ['a\x85.\x85b', undefined],
    ['a\r\n.\t\r\nb', undefined],
  ] as const) {
    test(`does not end with ${JSON.stringify(text)}`, () => {
      for (let size = 1; size <= text.length; size += 1) assert.equal(read(text, size).stop, stop)
    })
  }

  test('is what regular expressions make of it, in 50,000 random texts', () => {
    const words = [
      '.',
      '.',
      '\r\n',
      '\r\n',
      '\r\n.',
      '\r',
      '\n',
      'a',
      '\0',
      'x'.repeat(60),
      '..',
      '\r\n.\r\n',
    ]
    for (let round = 0; round < 50_000; round += 1) {
      const isClean = round % 2 === 0
      let text = ''
      for (let count = randomInt(0, 14); count > 0; count -= 1) {
        const word = words[randomInt(words.length)] ?? ''
        if (!isClean || (word !== '\r' && word !== '\n')) text += word
      }
      const { longest: _, ...found } = read(text, randomInt(1, 20))
      const wanted = expected(text)
      assert.equal(found.stop, wanted.stop, JSON.stringify(text))
      if (wanted.stop === 'CR' || wanted.stop === 'LF') continue
      assert.deepEqual(found, wanted, JSON.stringify(text))
    }
  })

  test('tells its longest line, over chunk borders, without dots that were added', () => {
    for (const size of [1, 3, 7, 1000]) {
      assert.equal(read('abc\r\n..defgh\r\n.\r\n', size).longest, 6)
      assert.equal(read('x'.repeat(100), size).longest, 100)
    }
  })

  test('comes as BDAT with its dots, and no end', () => {
    const text = 'a\r\n.\r\n..\r\n.'
    for (const size of [1, 2, 5, 100])
      assert.deepEqual(read(text, size, false), { content: text, stop: undefined, rest: '', longest: 2 })
    assert.equal(read('a\nb', 2, false).stop, 'LF')
  })

  test('never throws at random octets', () => {
    for (let round = 0; round < 5000; round += 1) {
      const reader = new DataReader({ hasDots: round % 2 === 0 })
      const octets = randomBytes(200).map((octet) => [13, 10, 46, 0, octet][octet % 5] ?? 0)
      const { taken, content } = reader.read(Buffer.from(octets))
      assert.ok(taken <= 200 && content.length <= 200)
    }
  })
})
