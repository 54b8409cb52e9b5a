import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readBasic } from '../../../lab/web/auth/basic.ts'
import { quote, readCredentials } from '../../../lab/web/auth/credentials.ts'

const parametersOf = (value: string): Record<string, string> | undefined => {
  const credentials = readCredentials(value)
  return credentials && Object.fromEntries(credentials.parameters)
}

test('an Authorization field is a scheme with a token68 or with parameters (RFC 9110 §11.4)', () => {
  assert.deepEqual(readCredentials('Basic YTpi'), {
    scheme: 'basic',
    token68: 'YTpi',
    parameters: new Map(),
  })
  assert.equal(readCredentials('BASIC   a-._~+/9==')?.token68, 'a-._~+/9==')
  assert.equal(readCredentials('Negotiate')?.scheme, 'negotiate')
  const good: readonly (readonly [string, Record<string, string>])[] = [
    ['Digest a=b', { a: 'b' }],
    ['Digest a=b,c="d"', { a: 'b', c: 'd' }],
    ['Digest A = b ,\tC\t=\t"d" ', { a: 'b', c: 'd' }],
    ['Digest a="b,c=d"', { a: 'b,c=d' }],
    ['Digest a="\\"\\\\\\x", b=""', { a: '"\\x', b: '' }],
    ['Digest ,, a=b, ,c=d,', { a: 'b', c: 'd' }],
    ["Digest username*=UTF-8''J%C3%A4", { 'username*': "UTF-8''J%C3%A4" }],
    ['Digest a="\xc3\xa4"', { a: '\xc3\xa4' }],
    ['Digest', {}],
  ]
  for (const [value, parameters] of good) assert.deepEqual(parametersOf(value), parameters, value)
})

test('all else is refused, repeated parameters too (RFC 9110 §11.2)', () => {
  const bad = [
    '',
    ' Basic YTpi',
    'Basic\tYTpi',
    'Basic YT pi',
    'Basic YTpi, b=c',
    'Basic YT==pi',
    'B:sic YTpi',
    'Digest a=b, a=c',
    'Digest a=b, A=b',
    'Digest a=b c=d',
    'Digest a, b=c',
    'Digest b=c, a',
    'Digest a=, b=c',
    'Digest =b',
    'Digest a=b=c',
    'Digest a="b',
    'Digest a="b\\"',
    'Digest a="b"c',
    'Digest a=b"c"',
    'Digest a=b;c=d',
    'Digest a="\x01"',
    'Digest a="\x7f"',
    'Digest a="\\\x00"',
    "Digest a='b c'",
    'Digest ä=b',
    `Digest ${Array.from({ length: 33 }, (_, at) => `p${at}=1`).join(',')}`,
    `Digest ${','.repeat(33)}`,
    `Basic ${'YTpi'.repeat(1023)}`,
  ]
  for (const value of bad) assert.equal(readCredentials(value), undefined, value)
})

test('any field is read without an error, in a time that does not explode', () => {
  const piece = fc.constantFrom('Digest ', 'a', '=', '"', '\\', ',', ' ', '\t', '\x01', '\xe9', 'Basic ')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 300 }), (pieces) => void readCredentials(pieces.join(''))),
  )
  for (const part of ['\\"', ' ', 'a', '"', ',', '=', '\\', '\t='])
    readCredentials(`Digest a="${part.repeat(2000)}`.slice(0, 4096))
})

test('what is quoted is read back (RFC 9110 §5.6.4)', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,40}$/), (text) => {
      assert.deepEqual(parametersOf(`Digest a=${quote(text)}`), { a: text })
    }),
  )
})

test('the credentials of RFC 7617 §2 and §2.1 are read', () => {
  assert.deepEqual(readBasic('QWxhZGRpbjpvcGVuIHNlc2FtZQ=='), { name: 'Aladdin', password: 'open sesame' })
  assert.deepEqual(readBasic('dGVzdDoxMjPCow=='), { name: 'test', password: '123£' })
})

test('Basic: the first colon ends the name, and neither half holds a control character (RFC 7617 §2)', () => {
  const encode = (text: string, encoding: BufferEncoding = 'utf8'): string =>
    Buffer.from(text, encoding).toString('base64')
  assert.deepEqual(readBasic(encode('a:b:c')), { name: 'a', password: 'b:c' })
  assert.deepEqual(readBasic(encode(':b')), { name: '', password: 'b' })
  assert.deepEqual(readBasic(encode('a:')), { name: 'a', password: '' })
  assert.deepEqual(readBasic(encode('\ufeffa:b')), { name: '\ufeffa', password: 'b' })
  for (const text of ['', 'ab', 'a\0:b', 'a:b\n', 'a:\x7f', 'a:\x85'])
    assert.equal(readBasic(encode(text)), undefined, JSON.stringify(text))
  // Latin-1 is not UTF-8, nor are a surrogate, an overlong form and a cut character.
  for (const text of ['a:\xe9', 'a:\xed\xa0\x80', 'a:\xc0\xaf', 'a:\xc3'])
    assert.equal(readBasic(encode(text, 'latin1')), undefined, JSON.stringify(text))
})

test('Basic: Base64 has one spelling (RFC 4648 §3.2, §3.5)', () => {
  for (const text of ['YTpi', 'YTo=', 'YTpiYw==']) assert.ok(readBasic(text), text)
  for (const text of ['YTo', 'YTp=', 'YTpiYx==', 'YTpiYw', 'YTpiYw=', 'YTpi=', 'YTp_', 'YTp-', 'YT.i'])
    assert.equal(readBasic(text), undefined, text)
})
