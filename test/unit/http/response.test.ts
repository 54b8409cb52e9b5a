import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ChunkedDecoder } from '../../../lab/kit/http/chunked.ts'
import { ResponseError } from '../../../lab/kit/http/response.ts'
import { limits, readAnswer } from './responses.ts'

const ok = 'HTTP/1.1 200 OK\r\n'
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`

// RFC 9112 §6.3
const good: readonly (readonly [
  title: string,
  raw: string,
  expected: readonly [number, string],
  method?: string,
])[] = [
  ['a length', `${ok}Content-Length: 3\r\n\r\nabc`, [200, 'abc']],
  ['an empty body', `${ok}Content-Length: 0\r\n\r\n`, [200, '']],
  ['octets behind the body', `${ok}Content-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\n\r\n`, [200, 'abc']],
  ['equal lengths', `${ok}Content-Length: 3, 3\r\nContent-Length: 03\r\n\r\nabc`, [200, 'abc']],
  ['until close', `${ok}\r\nabc\r\n`, [200, 'abc\r\n']],
  ['nothing until close', `${ok}\r\n`, [200, '']],
  ['HTTP/1.0', 'HTTP/1.0 404 Not Found\r\n\r\nabc', [404, 'abc']],
  ['a later version', 'HTTP/1.7 200 OK\r\nContent-Length: 1\r\n\r\na', [200, 'a']],
  ['no phrase', 'HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na', [200, 'a']],
  ['no blank behind the status', 'HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na', [200, 'a']],
  ['a phrase of Latin-1', 'HTTP/1.1 200 Est\xe1 bien\r\nContent-Length: 1\r\n\r\na', [200, 'a']],
  ['chunks', `${chunked}3\r\nabc\r\n0b\r\ndefghijklmn\r\n0\r\n\r\n`, [200, 'abcdefghijklmn']],
  ['no chunk', `${chunked}0\r\n\r\n`, [200, '']],
  [
    'chunks in capitals',
    `${ok}TRANSFER-ENCODING: Chunked\r\n\r\nA\r\n0123456789\r\n000\r\n\r\n`,
    [200, '0123456789'],
  ],
  ['extensions', `${chunked}3;a=b;c="d;\xe9"\r\nabc\r\n3 ;x\r\ndef\r\n0;end\r\n\r\n`, [200, 'abcdef']],
  ['trailers', `${chunked}3\r\nabc\r\n0\r\nContent-Length: 9\r\nSet-Cookie: a=b\r\n\r\n`, [200, 'abc']],
  ['HEAD with a length', `${ok}Content-Length: 3\r\n\r\n`, [200, ''], 'HEAD'],
  ['HEAD with chunks', chunked, [200, ''], 'HEAD'],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', [204, '']],
  ['204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc', [204, '']],
  ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n', [304, '']],
  ['an interim answer', `HTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 1\r\n\r\na`, [200, 'a']],
  [
    'several interim answers',
    `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 5\r\n\r\n`.repeat(8) +
      `${ok}Content-Length: 1\r\n\r\na`,
    [200, 'a'],
  ],
  ['a blank before the colon (RFC 9112 §5.1)', `${ok}Content-Length \t: 1\r\n\r\na`, [200, 'a']],
]

test('right answers are read as RFC 9112 §6.3 frames them, octet by octet too', async () => {
  for (const [title, raw, [status, body], method] of good) {
    for (const pieces of [[raw], raw.split('')]) {
      const reading = await readAnswer(pieces, method)
      assert.deepEqual([reading.problem, reading.status, reading.body], [undefined, status, body], title)
    }
  }
})

test('interim fields and trailers are not those of the answer', async () => {
  const raw = `HTTP/1.1 103 Early\r\nA: 1\r\n\r\n${ok}B: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nC: 3\r\n\r\n`
  const { fields } = await readAnswer([raw])
  assert.deepEqual(fields, [
    ['b', '2'],
    ['transfer-encoding', 'chunked'],
  ])
})

const large = (size: number): string => `${ok}X: ${'a'.repeat(size - 5)}\r\nContent-Length: 0\r\n\r\n`

const bad: readonly (readonly [problem: string, raw: string, method?: string])[] = [
  ['closed', ''],
  ['incomplete', 'HTTP/1.1 200'],
  ['incomplete', ok],
  ['incomplete', `${ok}Content-Length: 3\r\n\r\nab`],
  ['incomplete', `${chunked}3\r\nab`],
  ['incomplete', `${chunked}3\r\nabc\r\n`],
  ['incomplete', `${chunked}3\r\nabc\r\n0\r\n`],
  ['incomplete', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['status-line', '\r\n'],
  ['status-line', 'hello\r\n'],
  ['status-line', '<html>\r\n'],
  ['status-line', 'http/1.1 200 OK\r\n'],
  ['status-line', 'HTTP/1.1  200 OK\r\n'],
  ['status-line', 'HTTP/1.1 20 OK\r\n'],
  ['status-line', 'HTTP/1.1 099 OK\r\n'],
  ['status-line', 'HTTP/1.1 600 OK\r\n'],
  ['status-line', 'HTTP/1.1 2000 OK\r\n'],
  ['status-line', 'HTTP/11 200 OK\r\n'],
  ['status-line', 'ICY 200 OK\r\n'],
  ['version', 'HTTP/2.0 200 OK\r\n'],
  ['control', 'HTTP/1.1 200 O\x00K\r\n'],
  ['control', 'HTTP/1.1 200 O\rK\r\n'],
  ['bare-lf', 'HTTP/1.1 200 OK\n'],
  ['bare-lf', `${ok}A: b\n`],
  ['control', `${ok}A: b\rC: d\r\n`],
  ['field-fold', `${ok}A: b\r\n c\r\n`],
  ['field-fold', `${ok} A: b\r\n`],
  ['field-syntax', `${ok}A\r\n`],
  ['field-syntax', `${ok}: b\r\n`],
  ['field-syntax', `${ok}A(: b\r\n`],
  ['field-space', `${ok}A( : b\r\n`],
  ['line-size', `HTTP/1.1 200 ${'a'.repeat(limits.line)}\r\n`],
  ['line-size', 'a'.repeat(limits.line)],
  ['fields-size', large(limits.fields)],
  ['fields-count', `${ok}${'A: b\r\n'.repeat(limits.count + 1)}\r\n`],
  ['length-syntax', `${ok}Content-Length:\r\n\r\n`],
  ['length-syntax', `${ok}Content-Length: +3\r\n\r\nabc`],
  ['length-syntax', `${ok}Content-Length: -3\r\n\r\nabc`],
  ['length-syntax', `${ok}Content-Length: 0x3\r\n\r\nabc`],
  ['length-syntax', `${ok}Content-Length: 3 3\r\n\r\nabc`],
  ['length-syntax', `${ok}Content-Length: 3,\r\n\r\nabc`],
  ['length-syntax', `${ok}Content-Length: 3\xa0\r\n\r\nabc`],
  ['length-syntax', `${ok}Content-Length: 18446744073709551619\r\n\r\nabc`],
  ['length-conflict', `${ok}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
  ['length-conflict', `${ok}Content-Length: 3, 4\r\n\r\nabcd`],
  ['length-conflict', `${ok}Content-Length: 3, 4\r\n\r\n`, 'HEAD'],
  ['length-and-coding', `${ok}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['length-and-coding', `${ok}Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\n`, 'HEAD'],
  ['coding-version', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['coding-unknown', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n`],
  ['coding-unknown', `${ok}Transfer-Encoding: chunked, chunked\r\n\r\n`],
  ['coding-unknown', `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n`],
  ['coding-unknown', `${ok}Transfer-Encoding: xchunked\r\n\r\n`],
  ['coding-unknown', `${ok}Transfer-Encoding:\r\n\r\n`],
  ['switching', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['interim', `HTTP/1.1 102 Processing\r\n\r\n`.repeat(9)],
  ['chunk-size', `${chunked}\r\n`],
  ['chunk-size', `${chunked}g\r\n`],
  ['chunk-size', `${chunked}-1\r\n`],
  ['chunk-size', `${chunked}0x3\r\nabc\r\n`],
  ['chunk-size', `${chunked} 3\r\nabc\r\n`],
  ['chunk-size', `${chunked}3 4\r\nabc\r\n`],
  ['chunk-size', `${chunked}3\nabc\r\n`],
  ['chunk-size', `${chunked}3;a\rb\r\nabc\r\n`],
  ['chunk-size', `${chunked}20000000000000\r\n`],
  ['chunk-size', `${chunked}10000000000000003\r\nabc\r\n`],
  ['chunk-size', `${chunked}3;${'a'.repeat(1024)}\r\nabc\r\n`],
  ['chunk-size', `${chunked}${'0'.repeat(1025)}`],
  ['chunk-end', `${chunked}3\r\nabcd\r\n`],
  ['chunk-end', `${chunked}3\r\nabc\n0\r\n\r\n`],
  ['chunk-end', `${chunked}3\r\nabc0\r\n\r\n`],
  ['field-syntax', `${chunked}0\r\nA\r\n\r\n`],
  ['bare-lf', `${chunked}0\r\n\n`],
  ['fields-count', `${chunked}0\r\n${'A: b\r\n'.repeat(limits.count + 1)}\r\n`],
  ['fields-size', `${chunked}0\r\nA: ${'b'.repeat(limits.fields)}`],
]

test('every malformed answer is refused for its own reason, octet by octet too', async () => {
  for (const [problem, raw, method] of bad) {
    for (const pieces of [[raw], raw.split('')]) {
      assert.deepEqual(await readAnswer(pieces, method), { problem, isKept: false }, raw.slice(0, 300))
    }
  }
})

const kept: readonly (readonly [isKept: boolean, raw: string, method?: string])[] = [
  [true, `${ok}Content-Length: 3\r\n\r\nabc`],
  [true, `${chunked}3\r\nabc\r\n0\r\n\r\n`],
  [true, `${ok}Content-Length: 3\r\n\r\n`, 'HEAD'],
  [true, 'HTTP/1.1 204 No Content\r\n\r\n'],
  [true, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n'],
  [true, 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc'],
  [false, 'HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc'],
  [false, `${ok}Connection: close\r\nContent-Length: 3\r\n\r\nabc`],
  [false, `${ok}Connection: keep-alive, CLOSE\r\nContent-Length: 3\r\n\r\nabc`],
  [false, `${ok}Content-Length: 3\r\n\r\nabcd`],
  [false, `${chunked}0\r\n\r\nHTTP/1.1 200 OK\r\n`],
  [false, `${ok}Content-Length: 3\r\n\r\nabc`, 'HEAD'],
  [false, 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n'],
  [false, 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n'],
]

test('a connection is kept only where nothing can be left of an answer', async () => {
  for (const [isKept, raw, method] of kept) {
    assert.deepEqual((await readAnswer([raw], method, false)).isKept, isKept, `${method ?? ''} ${raw}`)
  }
})

// Text that is nearly an answer, so that the deep branches are reached.
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'HTTP/1.1 ',
        'HTTP/1.0 ',
        '200',
        '204',
        '100',
        ' OK',
        '\r\n',
        '\r',
        '\n',
        ': ',
        ' ',
        '\x00',
        '\xe9',
        '3',
        'abc',
        'Content-Length: 3\r\n',
        'Transfer-Encoding: chunked\r\n',
        'Connection: close\r\n',
        '\r\n\r\n',
        '0\r\n\r\n',
      ),
      fc.constantFrom(
        ok,
        chunked,
        '3\r\nabc\r\n',
        'HTTP/1.1 100 Continue\r\n\r\n',
        `${ok}Content-Length: 3\r\n\r\nabc`,
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 6 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''))

function cut(text: string, borders: readonly number[]): string[] {
  const at = [
    0,
    ...borders.map((border) => border % (text.length + 1)).toSorted((a, b) => a - b),
    text.length,
  ]
  return at.slice(1).map((end, index) => text.slice(at[index], end))
}

test('however the same octets are cut, the answer is the same', async () => {
  const method = fc.constantFrom('GET', 'HEAD')
  await fc.assert(
    fc.asyncProperty(nearly, fc.array(fc.nat(), { maxLength: 8 }), method, async (text, borders, asked) => {
      const { isKept: _, ...one } = await readAnswer([text], asked)
      const { isKept: _kept, ...other } = await readAnswer(cut(text, borders), asked)
      assert.deepEqual(other, one)
    }),
    { numRuns: 1500 },
  )
})

test('random octets are read or refused, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (octets, isBody) => {
      await readAnswer([isBody ? chunked : '', Buffer.from(octets)])
    }),
    { numRuns: 1000 },
  )
})

test('any body comes whole out of any chunks', () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 12 })
  fc.assert(
    fc.property(
      chunks,
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.string({ unit: 'binary-ascii' }),
      (parts, borders, rest) => {
        const sent = parts.map(
          (part) => `${part.length.toString(16)}\r\n${Buffer.from(part).toString('latin1')}\r\n`,
        )
        const decoder = new ChunkedDecoder(limits)
        let body = ''
        let surplus = ''
        for (const piece of cut(`${sent.join('')}0\r\n\r\n${rest}`, borders)) {
          const octets = Buffer.from(piece, 'latin1')
          body += decoder.decode(octets).toString('latin1')
          surplus += piece.slice(piece.length - decoder.surplus)
        }
        assert.equal(body, Buffer.concat(parts).toString('latin1'))
        assert.deepEqual([decoder.isDone, surplus], [true, rest])
      },
    ),
    { numRuns: 1000 },
  )
})

test('a decoder of chunks throws nothing but its own error', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (pieces) => {
      const decoder = new ChunkedDecoder(limits)
      try {
        for (const piece of pieces) decoder.decode(Buffer.from(piece))
      } catch (error) {
        assert.ok(error instanceof ResponseError)
      }
    }),
  )
})
