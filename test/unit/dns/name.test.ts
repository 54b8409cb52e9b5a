import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  isWithin,
  nameOf,
  parentKey,
  parseName,
  PresentationError,
  printKey,
  printName,
  ROOT,
} from '../../../services/dns/wire/name.ts'
import { nameArbitrary } from './name-arbitrary.ts'

const ORIGIN = parseName('example.org.', ROOT)

const PARSED: readonly [string, string][] = [
  ['www', 'www.example.org.'],
  ['www.', 'www.'],
  ['@', 'example.org.'],
  ['.', '.'],
  ['WwW', 'WwW.example.org.'],
  [String.raw`a\.b`, String.raw`a\.b.example.org.`],
  [String.raw`a\046b.`, String.raw`a\.b.`],
  [String.raw`\000\255.`, String.raw`\000\255.`],
  [String.raw`a\\.b.`, String.raw`a\\.b.`],
  [String.raw`a\;b\ c.`, String.raw`a\;b\032c.`],
  [String.raw`\@.`, String.raw`\@.`],
  ['ñ.', String.raw`\195\177.`],
  ['*', '*.example.org.'],
  ['_sip._tcp', '_sip._tcp.example.org.'],
  [`${'a'.repeat(63)}.`, `${'a'.repeat(63)}.`],
]

for (const [text, expected] of PARSED) {
  test(`the name ${text} is ${expected}`, () => assert.equal(printName(parseName(text, ORIGIN)), expected))
}

const REFUSED: readonly [string, RegExp][] = [
  ['a..b', /empty label/],
  ['.a', /empty label/],
  ['..', /empty label/],
  ['a'.repeat(64), /64 octets long/],
  [String.raw`\256`, /escape/],
  [String.raw`a\12`, /escape/],
  ['a\\', /escape/],
  [`${'a'.repeat(63)}.`.repeat(4), /257 octets long/],
  [`${'a.'.repeat(122)}a`, /at most 255/],
]

for (const [text, message] of REFUSED) {
  test(`the name ${text.slice(0, 20)} is refused: ${message.source}`, () => {
    assert.throws(
      () => parseName(text, ORIGIN),
      (error) => error instanceof PresentationError && message.test(error.message) && error.text.es !== '',
    )
  })
}

test('RFC 1035 §2.3.4: 255 octets are a name', () => {
  const text = `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}.`
  assert.equal(parseName(text, ROOT).wire.length, 255)
  assert.throws(() => parseName(`x.${text}`, ROOT), PresentationError)
})

test('what is printed is parsed back to the same octets', () => {
  fc.assert(
    fc.property(nameArbitrary, (name) => {
      assert.deepEqual(parseName(printName(name), ORIGIN).wire, name.wire)
    }),
  )
})

test('RFC 4343 §3: only ASCII letters are compared without case', () => {
  assert.equal(parseName('WWW.Example.', ROOT).key, parseName('www.eXAMPLE.', ROOT).key)
  assert.notEqual(nameOf(Buffer.from([1, 0xc0, 0])).key, nameOf(Buffer.from([1, 0xe0, 0])).key)
})

test('a label that holds the octets of a zone does not put its name in the zone', () => {
  const label = Buffer.concat([Buffer.from('x'), ORIGIN.wire.subarray(0, -1)])
  const trick = nameOf(Buffer.concat([Buffer.from([label.length]), label, ROOT.wire]))
  assert.ok(trick.key.endsWith(ORIGIN.key))
  assert.equal(isWithin(trick.key, ORIGIN.key), false)
  assert.equal(isWithin(ORIGIN.key, ORIGIN.key), true)
  assert.equal(isWithin(parseName('a.b', ORIGIN).key, ORIGIN.key), true)
  assert.equal(isWithin(ORIGIN.key, parseName('a', ORIGIN).key), false)
})

test('the parents of a name end at the root', () => {
  assert.equal(printKey(parentKey(ORIGIN.key) ?? ''), 'org')
  assert.equal(parentKey(ROOT.key), undefined)
  assert.equal(printKey(ROOT.key), '.')
  assert.equal(printKey(parseName('WWW', ORIGIN).key), 'www.example.org')
})
