import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { malformed } from '../../conformance/http/malformed.ts'
import { readAll } from './requests.ts'

test('every malformed request is refused for its own reason', () => {
  assert.ok(malformed.length >= 60)
  for (const [reason, raw, title] of malformed) {
    assert.deepEqual(readAll([raw]), { requests: [], refusal: reason }, title ?? raw)
  }
})

test('every malformed request is refused for the same reason octet by octet', () => {
  for (const [reason, raw, title] of malformed) {
    assert.deepEqual(readAll(raw.split('')), { requests: [], refusal: reason }, title ?? raw)
  }
})

const good: readonly (readonly [string, readonly string[]])[] = [
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', ['["GET","/","1.1","a",[["host","a"]]]']],
  ['\r\nGET / HTTP/1.0\r\n\r\n', ['["GET","/","1.0","",[]]']],
  ['GET / HTTP/1.7\r\nHost: a\r\n\r\n', ['["GET","/","1.1","a",[["host","a"]]]']],
  ['GET / HTTP/1.1\r\nHOST:\t a:80 \t\r\n\r\n', ['["GET","/","1.1","a:80",[["host","a:80"]]]']],
  ['GET http://b/x?y HTTP/1.1\r\nHost: a\r\n\r\n', ['["GET","http://b/x?y","1.1","b",[["host","a"]]]']],
  [
    'GET /?a={b|c}^`[d] HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n',
    ['["GET","/?a={b|c}^`[d]","1.1","[::1]:8080",[["host","[::1]:8080"]]]'],
  ],
  [
    'GET / HTTP/1.1\r\nHost: a\r\nX:\r\nX: \xa0b\xa0\r\n\r\n',
    ['["GET","/","1.1","a",[["host","a"],["x",""],["x","\xa0b\xa0"]]]'],
  ],
  [
    'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.0\r\n\r\n',
    ['["GET","/","1.1","a",[["host","a"],["content-length","3"]]]', '["GET","/2","1.0","",[]]'],
  ],
]

test('right requests are read as they stand', () => {
  for (const [raw, requests] of good) assert.deepEqual(readAll([raw]), { requests }, raw)
})

const line = (size: number): string => `GET /${'a'.repeat(size - 16)} HTTP/1.1\r\n`
const fields = (size: number): string => `Host: a\r\nX: ${'b'.repeat(size - 14)}\r\n`

test('the largest head is read, one octet more is refused', () => {
  assert.equal(line(8192).length, 8192)
  assert.equal(readAll([`${line(8192)}Host: a\r\n\r\n`]).requests.length, 1)
  assert.equal(readAll([`${line(8193)}Host: a\r\n\r\n`]).refusal, 'line-size')
  assert.equal(fields(32_768).length, 32_768)
  assert.equal(readAll([`GET / HTTP/1.1\r\n${fields(32_768)}\r\n`]).requests.length, 1)
  assert.equal(readAll([`GET / HTTP/1.1\r\n${fields(32_769)}\r\n`]).refusal, 'fields-size')
  assert.equal(readAll([`GET / HTTP/1.1\r\nHost: a\r\n${'X: b\r\n'.repeat(99)}\r\n`]).requests.length, 1)
})

// Text that is nearly a request, so that the deep branches are reached.
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      'GET ',
      '/',
      ' HTTP/1.1',
      '\r\n',
      '\r',
      '\n',
      'Host: a',
      ': ',
      ' ',
      '\t',
      '\x00',
      '\xe9',
      'Content-Length: 3',
      'Transfer-Encoding: chunked',
      '%2e',
      'abc',
      '\x16',
    ),
    fc.constantFrom('GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'GET /b HTTP/1.0\r\nContent-Length: 2\r\n\r\nxy'),
    fc.string({ unit: 'binary-ascii', maxLength: 6 }),
  ),
  { maxLength: 30 },
)

function cut(text: string, borders: readonly number[]): string[] {
  const at = [
    0,
    ...borders.map((border) => border % (text.length + 1)).toSorted((a, b) => a - b),
    text.length,
  ]
  return at.slice(1).map((end, index) => text.slice(at[index], end))
}

test('however the same octets are cut, the result is the same', () => {
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(), { maxLength: 12 }), (parts, borders) => {
      const text = parts.join('')
      assert.deepEqual(readAll(cut(text, borders)), readAll([text]))
    }),
    { numRuns: 3000 },
  )
})

test('random octets are read or refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
      readAll([Buffer.from(octets).toString('latin1')])
    }),
    { numRuns: 2000 },
  )
})

test('a right request with one octet changed is read or refused, and nothing else', () => {
  const raw =
    'GET /a%20b?c HTTP/1.1\r\nHost: example.org:80\r\nConnection: close\r\nContent-Length: 2\r\n\r\nxy'
  for (let at = 0; at < raw.length; at++) {
    for (let code = 0; code < 256; code++)
      readAll([raw.slice(0, at) + String.fromCharCode(code) + raw.slice(at + 1)])
  }
})
