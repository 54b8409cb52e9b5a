import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldLines, HeadWriter } from '../../../lab/kit/http/answer.ts'
import { httpDate } from '../../../lab/kit/http/date.ts'
import { ManualClock } from './clock.ts'

test('field lines cannot be broken by what they hold', () => {
  assert.equal(fieldLines({ A: 'b', 'C-D': '' }), 'A: b\r\nC-D: \r\n')
  for (const value of ['a\r\nB: c', 'a\n', 'a\0', 'ñ€'])
    assert.throws(() => fieldLines({ A: value }), RangeError, value)
  for (const name of ['', 'a b', 'a:', 'a\r\n'])
    assert.throws(() => fieldLines({ [name]: 'v' }), RangeError, name)
})

test('the date is an IMF-fixdate', () => {
  assert.equal(httpDate(784_111_777_000), 'Sun, 06 Nov 1994 08:49:37 GMT')
})

test('a head tells date, server, length and what becomes of the connection', () => {
  const clock = new ManualClock()
  const writer = new HeadWriter(clock, 'x', 10)
  const answer = { status: 200, fields: 'A: b\r\n', body: 'abc' }
  const common =
    'HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: x\r\nA: b\r\nContent-Length: 3\r\n'
  assert.equal(
    writer.head(answer, 7),
    `${common}Connection: keep-alive\r\nKeep-Alive: timeout=10, max=7\r\n\r\n`,
  )
  clock.advance(999)
  assert.equal(writer.head(answer, 0), `${common}Connection: close\r\n\r\n`)
  clock.advance(1)
  assert.match(
    writer.head({ ...answer, status: 299 }, 0),
    /^HTTP\/1\.1 299 \r\nDate: Sun, 06 Nov 1994 08:49:38 GMT\r\n/,
  )
})
