import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { httpDate, readHttpDate } from '../../../lab/kit/http/date.ts'

const now = Date.UTC(2026, 10, 21)

test('the three forms of a date are read (RFC 9110 §5.6.7)', () => {
  const time = Date.UTC(1994, 10, 6, 8, 49, 37)
  for (const text of [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])
    assert.equal(readHttpDate(text, now), time, text)
})

test('a year of two digits lies at most fifty years ahead', () => {
  const year = (short: string): number =>
    new Date(readHttpDate(`Sunday, 06-Nov-${short} 08:49:37 GMT`, now) ?? 0).getUTCFullYear()
  assert.deepEqual(['26', '76', '77', '99', '00'].map(year), [2026, 2076, 1977, 1999, 2000])
})

test('what is no date is none', () => {
  for (const text of [
    '',
    '0',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'sun, 06 nov 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Now 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
  ])
    assert.equal(readHttpDate(text, now), undefined, text)
})

test('a date that is written is read again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (second) => {
      assert.equal(readHttpDate(httpDate(second * 1000), now), second * 1000)
    }),
  )
})
