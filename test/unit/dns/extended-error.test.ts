import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  encodeExtendedError,
  EXTENDED_ERROR,
  readExtendedErrors,
} from '../../../services/dns/wire/extended-error.ts'

test('RFC 8914 §2: an error is option 15 with code and text', () => {
  const option = encodeExtendedError({ code: EXTENDED_ERROR.networkError, text: 'no route' })
  assert.equal(option.toString('latin1'), '\0\u000f\0\u000a\0\u0017no route')
  assert.equal(encodeExtendedError({ code: 0, text: '' }).toString('hex'), '000f00020000')
})

test('a text over 200 octets is cut between characters', () => {
  for (const [text, octets] of [
    ['x'.repeat(300), 200],
    ['é'.repeat(300), 200],
    ['€'.repeat(300), 198],
    ['x'.repeat(200), 200],
  ] as const) {
    const option = encodeExtendedError({ code: 1, text })
    assert.deepEqual([option.length, option.readUInt16BE(2)], [octets + 6, octets + 2])
    assert.ok(text.startsWith(option.toString('utf8', 6)))
  }
})

test('errors are read from among other options, several and without a final zero', () => {
  const other = Buffer.from('000a0003616263', 'hex')
  const short = Buffer.from('000f000109', 'hex')
  const options = Buffer.concat([
    other,
    encodeExtendedError({ code: 22, text: 'ñandú' }),
    short,
    encodeExtendedError({ code: 65_535, text: 'end\0' }),
  ])
  assert.deepEqual(readExtendedErrors(options), [
    { code: 22, text: 'ñandú' },
    { code: 65_535, text: 'end' },
  ])
  assert.deepEqual(readExtendedErrors(Buffer.alloc(0)), [])
})
