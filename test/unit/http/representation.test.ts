import assert from 'node:assert/strict'
import { openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { acceptedCodings } from '../../../lab/kit/http/coding.ts'
import { judgeConditions, isRangeWanted } from '../../../lab/kit/http/conditional.ts'
import { httpDate } from '../../../lab/kit/http/date.ts'
import { FileBody } from '../../../lab/kit/http/file-body.ts'
import { readRanges } from '../../../lab/kit/http/range.ts'
import { selectPart, wholeLines } from '../../../lab/kit/http/representation.ts'
import { Fields, type HttpRequest } from '../../../lab/kit/http/request.ts'
import { temporaryFolder } from '../../lab.ts'

const modified = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const now = modified + 86_400_000
const validators = { tag: '"v1"', modified }
const second = Math.floor(modified / 1000) * 1000
const [before, same, after] = [-1000, 0, 1000].map((offset) => httpDate(second + offset))

function fieldsOf(entries: Readonly<Record<string, string | undefined>>): Fields {
  const fields = new Fields()
  for (const [name, value] of Object.entries(entries)) fields.add(name, value ?? '')
  return fields
}

function requestOf(entries: Readonly<Record<string, string | undefined>>, method = 'GET'): HttpRequest {
  return {
    method,
    target: '/',
    version: '1.1',
    fields: fieldsOf(entries),
    path: '/',
    query: undefined,
    host: 'a',
    bodyLength: 0,
    expectsContinue: false,
    persistent: true,
  }
}

test('preconditions are judged in their order (RFC 9110 §13.2.2)', () => {
  const table = [
    [{}, 'met'],
    [{ 'if-match': '"v1"' }, 'met'],
    [{ 'if-match': '*' }, 'met'],
    [{ 'if-match': '"v0", "v1"' }, 'met'],
    [{ 'if-match': '"v0"' }, 'failed'],
    [{ 'if-match': 'W/"v1"' }, 'failed'],
    [{ 'if-match': 'v1' }, 'failed'],
    [{ 'if-unmodified-since': same }, 'met'],
    [{ 'if-unmodified-since': before }, 'failed'],
    [{ 'if-unmodified-since': 'yesterday' }, 'met'],
    [{ 'if-match': '"v1"', 'if-unmodified-since': before }, 'met'],
    [{ 'if-none-match': '"v1"' }, 'not modified'],
    [{ 'if-none-match': 'W/"v1"' }, 'not modified'],
    [{ 'if-none-match': '"a,b", "v1"' }, 'not modified'],
    [{ 'if-none-match': '*' }, 'not modified'],
    [{ 'if-none-match': '"v0"' }, 'met'],
    [{ 'if-none-match': '"v0"', 'if-modified-since': after }, 'met'],
    [{ 'if-modified-since': same }, 'not modified'],
    [{ 'if-modified-since': after }, 'not modified'],
    [{ 'if-modified-since': before }, 'met'],
    [{ 'if-modified-since': 'never' }, 'met'],
    [{ 'if-match': '"v0"', 'if-none-match': '"v1"' }, 'failed'],
  ] as const
  for (const [fields, wanted] of table)
    assert.equal(judgeConditions(fieldsOf(fields), validators, now), wanted, JSON.stringify(fields))
})

test('If-Range wants exactly what is there (RFC 9110 §13.1.5)', () => {
  const table = [
    [undefined, true],
    ['"v1"', true],
    ['W/"v1"', false],
    ['"v0"', false],
    [same, true],
    [before, false],
    [after, false],
    ['nonsense', false],
  ] as const
  for (const [value, wanted] of table)
    assert.equal(
      isRangeWanted(fieldsOf(value === undefined ? {} : { 'if-range': value }), validators, now),
      wanted,
    )
  assert.equal(isRangeWanted(fieldsOf({ 'if-range': same }), validators, second + 500), false)
})

test('ranges are read, cut at the end, or ignored (RFC 9110 §14.1.2)', () => {
  const table = [
    ['bytes=0-0', [[0, 1]]],
    ['bytes=0-9', [[0, 10]]],
    ['bytes=5-', [[5, 10]]],
    ['bytes=5-99999999999999999999', [[5, 10]]],
    ['bytes=-3', [[7, 10]]],
    ['bytes=-99', [[0, 10]]],
    ['BYTES=1-2', [[1, 3]]],
    [
      'bytes=0-1, 3-4 ,, 6-',
      [
        [0, 2],
        [3, 5],
        [6, 10],
      ],
    ],
    ['bytes=10-', []],
    ['bytes=-0', []],
    ['bytes=99-100, 1-1', [[1, 2]]],
    ['bytes=3-2', undefined],
    ['bytes=', undefined],
    ['bytes=-', undefined],
    ['bytes=a-b', undefined],
    ['bytes=1', undefined],
    ['bytes= 1-2', [[1, 3]]],
    ['items=0-1', undefined],
    ['bytes=0-,0-', undefined],
    [`bytes=${Array.from({ length: 17 }, () => '0-0').join()}`, undefined],
    [undefined, undefined],
  ] as const
  for (const [field, wanted] of table)
    assert.deepEqual(
      readRanges(field, 10)?.map(({ start, end }) => [start, end]),
      wanted,
      field ?? 'none',
    )
})

test('no range of a list that is too long is left out in silence', () => {
  const list = Array.from({ length: 17 }, () => '0-0').join()
  assert.equal(readRanges(`bytes=,${list}`, 100), undefined)
})

test('whatever a Range says, its parts lie within the body and are no more than it', () => {
  const spec = fc
    .tuple(fc.option(fc.nat(60), { nil: '' }), fc.option(fc.nat(60), { nil: '' }))
    .map((pair) => pair.join('-'))
  fc.assert(
    fc.property(fc.array(spec, { maxLength: 20 }), fc.nat(50), (specs, size) => {
      const ranges = readRanges(`bytes=${specs.join()}`, size) ?? []
      for (const { start, end } of ranges) assert.ok(start >= 0 && start < end && end <= size)
      const sum = ranges.reduce((octets, { start, end }) => octets + end - start, 0)
      assert.ok(sum <= size)
    }),
  )
})

test('codings are taken by weight, and only if the client asks (RFC 9110 §12.5.3)', () => {
  const table = [
    [undefined, []],
    ['', []],
    ['gzip', ['gzip']],
    ['gzip, deflate, br', ['br', 'gzip']],
    ['gzip;q=1, br;q=0.5', ['gzip', 'br']],
    ['*', ['br', 'gzip']],
    ['*;q=0', []],
    ['br;q=0, *', ['gzip']],
    ['GZIP', ['gzip']],
    ['x-gzip', ['gzip']],
    ['identity;q=1, gzip;q=0.5', []],
    ['gzip;q=2', []],
    ['deflate', []],
  ] as const
  for (const [field, wanted] of table) assert.deepEqual(acceptedCodings(field), wanted, field ?? 'none')
})

/** What is answered with the alphabet, from memory and from a file. */
async function answers(
  entries: Readonly<Record<string, string | undefined>>,
  method = 'GET',
): Promise<{ status: number | string; fields: string; text: string }> {
  using folder = temporaryFolder()
  const path = join(folder.path, 'file')
  writeFileSync(path, 'abcdefghijklmnopqrstuvwxyz')
  const seen: { status: number | string; fields: string; text: string }[] = []
  for (const body of ['abcdefghijklmnopqrstuvwxyz', new FileBody(openSync(path, 'r'), 26)]) {
    const whole = { type: 'text/plain', body, validators }
    const selected = selectPart(requestOf(entries, method), { ...whole, lines: wholeLines(whole, now) }, now)
    if ('problem' in selected) {
      seen.push({ status: selected.problem, fields: selected.fields, text: '' })
      continue
    }
    const { status, fields, body: part } = selected
    let text = ''
    if (part instanceof FileBody) {
      const { length } = part
      for (let piece = await part.read(); piece !== undefined; piece = await part.read())
        text += piece.toString('latin1')
      part.close()
      assert.equal(text.length, length)
    } else text = typeof part === 'string' ? part : part instanceof Buffer ? part.toString('latin1') : ''
    const [, boundary = 'none'] = /boundary=(\S+)/.exec(fields) ?? []
    seen.push({
      status,
      fields: fields.replace(boundary, 'BOUNDARY'),
      text: text.replaceAll(boundary, 'BOUNDARY'),
    })
  }
  const [first, other] = seen
  assert.deepEqual(first, other)
  assert.ok(first)
  return first
}

test('a part is 206 with its place, several are multipart/byteranges (RFC 9110 §14.4, §14.6)', async () => {
  const one = await answers({ range: 'bytes=2-4' })
  assert.deepEqual([one.status, one.text], [206, 'cde'])
  assert.match(one.fields, /^Content-Type: text\/plain\r\nContent-Range: bytes 2-4\/26\r\nETag: "v1"\r\n/)
  const two = await answers({ range: 'bytes=0-1,-1' })
  assert.equal(two.status, 206)
  assert.match(two.fields, /^Content-Type: multipart\/byteranges; boundary=BOUNDARY\r\n/)
  assert.equal(
    two.text,
    [
      '--BOUNDARY\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/26\r\n\r\nab',
      '\r\n--BOUNDARY\r\nContent-Type: text/plain\r\nContent-Range: bytes 25-25/26\r\n\r\nz',
      '\r\n--BOUNDARY--\r\n',
    ].join(''),
  )
})

test('a whole, a 304, a 412 and a 416 say what they must', async () => {
  const whole = await answers({ range: 'bytes=0-1', 'if-range': '"v0"' })
  assert.deepEqual([whole.status, whole.text.length], [200, 26])
  assert.match(whole.fields, /Accept-Ranges: bytes\r\n/)
  const same304 = await answers({ 'if-none-match': '"v1"', range: 'bytes=0-1' })
  assert.deepEqual([same304.status, same304.text], [304, ''])
  assert.match(same304.fields, /^ETag: "v1"\r\nLast-Modified: Fri, 02 Jan 2026 03:04:05 GMT\r\n$/)
  assert.equal((await answers({ 'if-match': '"v0"' })).status, 'precondition')
  const outside = await answers({ range: 'bytes=26-' })
  assert.deepEqual([outside.status, outside.fields], ['range', 'Content-Range: bytes */26\r\n'])
  assert.equal((await answers({ range: 'bytes=0-1' }, 'HEAD')).status, 200)
})

test('what was changed after now was changed now (RFC 9110 §8.8.2.1)', () => {
  const whole = { type: 'text/plain', body: '', validators }
  assert.match(wholeLines(whole, modified - 3_600_000), /Last-Modified: Fri, 02 Jan 2026 02:04:05 GMT/)
})

test('a file that becomes shorter ends its body early', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'file')
  writeFileSync(path, 'abc')
  const body = new FileBody(openSync(path, 'r'), 10)
  assert.equal((await body.read())?.toString(), 'abc')
  assert.equal(await body.read(), undefined)
  body.close()
})
