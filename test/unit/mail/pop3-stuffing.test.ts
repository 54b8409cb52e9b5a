import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Scratch, Stuffing, TopCut } from '../../../services/mail/pop3/stuffing.ts'
import { cut } from './cut.ts'

const octets = fc
  .array(fc.oneof(fc.constantFrom(13, 10, 46, 46), fc.nat(255)), { maxLength: 60 })
  .map((values) => Buffer.from(values))

/** What is sent of a stored message, made by other means. */
function sent(stored: string): string {
  const lines = stored.split('\n').map((line, place, all) => {
    const isLast = place === all.length - 1
    return isLast ? line : line.endsWith('\r') ? `${line}\n` : `${line}\r\n`
  })
  if (lines.at(-1) === '') lines.pop()
  else lines.push(`${lines.pop() ?? ''}\r\n`)
  return `${lines.map((line) => (line.startsWith('.') ? `.${line}` : line)).join('')}.\r\n`
}

/** How a client reads a multi-line reply (RFC 1939 §3). */
function received(text: string): string {
  const end = text.startsWith('.\r\n') ? 0 : text.indexOf('\r\n.\r\n') + 2
  assert.equal(text.length, end + 3, 'the reply ends at its first lonely dot')
  return text.slice(0, end).replaceAll(/(^|\r\n)\./g, '$1')
}

test('what is sent of any message is the same in all pieces, ends at its only lonely dot, and reads as the message', () => {
  fc.assert(
    fc.property(octets, fc.array(fc.nat(), { maxLength: 5 }), (message, places) => {
      const scratch = new Scratch(100)
      const stuffing = new Stuffing()
      const parts = cut(message, places).map((piece) => scratch.piece(stuffing, piece))
      const text = Buffer.concat([...parts, scratch.piece(stuffing, undefined)]).toString('latin1')
      const stored = message.toString('latin1')
      assert.equal(text, sent(stored))
      const whole = scratch.reply(message, (count) => `+OK ${count}`)
      assert.equal(whole.reply.toString('latin1'), `+OK ${whole.octets}\r\n${text}`)
      assert.equal(received(text).length, whole.octets)
    }),
    { numRuns: 3000 },
  )
})

const smuggled = [
  'a\n.\nb\n',
  'a\r\n.\r\nb',
  'a\r\n.\nb',
  'a\n.\r\nb',
  'a\r.\r\nb',
  'a\n\n.\n\nb',
  '.',
  '.\n',
  '.\r\n',
  '\n.\n',
  'a\r\n.\n\n',
  '..\n',
]

test('no stored line ends can end a reply early', () => {
  for (const text of smuggled) {
    const { reply } = new Scratch(100).reply(Buffer.from(text), () => '+OK')
    received(reply.toString('latin1').slice('+OK\r\n'.length))
  }
})

const tops: readonly (readonly [message: string, lines: number, wanted: string])[] = [
  ['A: b\n\n1\n2\n3\n', 0, 'A: b\n\n'],
  ['A: b\n\n1\n2\n3\n', 2, 'A: b\n\n1\n2\n'],
  ['A: b\n\n1\n2\n3', 3, 'A: b\n\n1\n2\n3'],
  ['A: b\n\n1\n2\n3\n', 9, 'A: b\n\n1\n2\n3\n'],
  ['A: b\r\n\r\n1\r\n2\r\n', 1, 'A: b\r\n\r\n1\r\n'],
  ['\n1\n2\n', 1, '\n1\n'],
  ['\r\n1\n2\n', 0, '\r\n'],
  ['A: b\n', 5, 'A: b\n'],
  ['A: b\n\r\r\nC: d\n', 0, 'A: b\n\r\r\nC: d\n'],
  ['A: b\n\n\n\nx\n', 2, 'A: b\n\n\n\n'],
  ['', 1, ''],
]

test('TOP takes the head, its empty line and so many lines of the body, wherever the pieces end', () => {
  for (const [message, lines, wanted] of tops) {
    for (let at = 0; at <= message.length; at++) {
      const top = new TopCut(lines)
      let taken = ''
      for (const piece of [message.slice(0, at), message.slice(at)])
        if (!top.isDone) taken += top.take(Buffer.from(piece)).toString()
      assert.equal(taken, wanted, JSON.stringify([message, lines, at]))
    }
  }
})
