// RFC 9110 §8.8, §13: validators and conditional requests
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modified } from '../../interop/http/peer.ts'
import { deviates, openForAllTests, openSubject, parseAnswers, type Parsed, type Reasons } from './subject.ts'

const server = openForAllTests(() => openSubject('{ head: true, cookie: false }', '', { isGetOnly: false }))

async function ask(fields: string, path = '/letters.txt', method = 'GET', version = '1.1'): Promise<Parsed> {
  const text = await server.subject.ask(
    `${method} ${path} HTTP/${version}\r\nHost: a\r\n${fields}Connection: close\r\n\r\n`,
  )
  const [answer, ...more] = parseAnswers(text, [method])
  assert.ok(answer)
  assert.deepEqual(more, [])
  return answer
}

const at = (seconds: number): string => new Date(modified.getTime() + seconds * 1000).toUTCString()
const same = at(0)
const later = at(3600)
const earlier = at(-3600)

/** The entity tag of the file that is asked for. */
async function tagOf(): Promise<string> {
  const tag = (await ask('')).fields.get('etag')
  assert.match(tag ?? '', /^"[\x21\x23-\x7e\x80-\xff]*"$/)
  return tag ?? ''
}

type Row = readonly [fields: string, status: number, reasons?: Reasons]

const oneLine = 'two lines of one list are malformed to it, though RFC 9110 §5.3 makes them one'
const exact = 'only the exact time is unchanged (if_modified_since exact)'
const twoDates = 'it reads the first of two dates, where §13.1.3 has the field ignored'
const both = 'it looks at If-Modified-Since beside If-None-Match, which §13.1.3 has ignored'
const anyDate = 'it takes what is no date for one that has passed, where §13.1.4 has the field ignored'
const unmatched = 'it looks at If-Unmodified-Since beside If-Match, which §13.1.4 has ignored'
const ofTwo = 'a right If-Unmodified-Since makes it overlook If-Modified-Since (§13.2.2)'

// `TAG` stands for the file's own tag.
const rows: Readonly<Record<string, readonly Row[]>> = {
  '§13.1.1 If-Match': [
    ['If-Match: TAG', 200],
    ['If-Match: *', 200],
    ['If-Match: "other"', 412],
    ['If-Match: "other", TAG', 200],
    ['If-Match: "other",TAG', 200],
    ['If-Match: "a,b" , TAG', 200],
    ['If-Match: "other"\r\nIf-Match: TAG', 200, { nginx: oneLine }],
    ['If-Match: W/TAG', 412],
    ['If-Match: "other", "more"', 412],
  ],
  '§13.1.2 If-None-Match': [
    ['If-None-Match: TAG', 304],
    ['If-None-Match: *', 304],
    ['If-None-Match: "other"', 200],
    ['If-None-Match: W/TAG', 304],
    ['If-None-Match: "other", TAG', 304],
    ['If-None-Match: "other", W/TAG', 304],
    ['If-None-Match: "a,b", TAG', 304],
    ['If-None-Match: "other"\r\nIf-None-Match: TAG', 304, { nginx: oneLine }],
    ['If-None-Match: "other", "more"', 200],
    ['If-None-Match: W/"other"', 200],
  ],
  '§13.1.3 If-Modified-Since': [
    [`If-Modified-Since: ${same}`, 304],
    [`If-Modified-Since: ${later}`, 304, { nginx: exact }],
    [`If-Modified-Since: ${earlier}`, 200],
    ['If-Modified-Since: Friday, 02-Jan-26 03:04:05 GMT', 304],
    ['If-Modified-Since: Fri Jan  2 03:04:05 2026', 304],
    ['If-Modified-Since: 2026-01-02T03:04:05Z', 200],
    ['If-Modified-Since: yesterday', 200],
    ['If-Modified-Since:', 200],
    [`If-Modified-Since: ${same}, ${same}`, 200, { nginx: twoDates, apache: twoDates }],
    [`If-None-Match: "other"\r\nIf-Modified-Since: ${same}`, 200],
    [`If-None-Match: TAG\r\nIf-Modified-Since: ${earlier}`, 304, { nginx: both, apache: both }],
  ],
  '§13.1.4 If-Unmodified-Since': [
    [`If-Unmodified-Since: ${same}`, 200],
    [`If-Unmodified-Since: ${later}`, 200],
    [`If-Unmodified-Since: ${earlier}`, 412],
    ['If-Unmodified-Since: Friday, 02-Jan-26 02:04:05 GMT', 412],
    ['If-Unmodified-Since: yesterday', 200, { nginx: anyDate }],
    [`If-Match: TAG\r\nIf-Unmodified-Since: ${earlier}`, 200, { nginx: unmatched, apache: unmatched }],
    [`If-Match: "other"\r\nIf-Unmodified-Since: ${same}`, 412],
  ],
  '§13.2.2 precedence': [
    ['If-Match: "other"\r\nIf-None-Match: TAG', 412],
    ['If-Match: TAG\r\nIf-None-Match: TAG', 304],
    ['If-Match: TAG\r\nIf-None-Match: "other"', 200],
    [`If-Unmodified-Since: ${earlier}\r\nIf-Modified-Since: ${same}`, 412],
    [`If-Unmodified-Since: ${same}\r\nIf-Modified-Since: ${same}`, 304, { apache: ofTwo }],
    ['If-None-Match: TAG\r\nRange: bytes=0-0', 304],
    ['If-Match: "other"\r\nRange: bytes=0-0', 412],
    ['If-Match: TAG\r\nRange: bytes=0-0', 206],
  ],
}

for (const [section, cases] of Object.entries(rows)) {
  for (const [fields, status, reasons = {}] of cases) {
    test(`${section}: ${JSON.stringify(fields)} gets ${status}`, deviates(reasons), async () => {
      const lines = `${fields.replaceAll('TAG', await tagOf())}\r\n`
      const answer = await ask(lines)
      assert.equal(answer.status, status)
      if (status === 200) assert.equal(answer.body, 'abcdefghijklmnopqrstuvwxyz')
      if (status === 412) assert.doesNotMatch(answer.body, /abcdef/)
    })
  }
}

test('§8.8.2: Last-Modified is the time of the file, never after the answer', async () => {
  const { fields } = await ask('')
  assert.equal(fields.get('last-modified'), same)
  assert.ok(Date.parse(fields.get('last-modified') ?? '') <= Date.parse(fields.get('date') ?? ''))
})

test('§8.8.3: two files have tags of their own, and one keeps its own', async () => {
  const tags = await Promise.all(
    ['/letters.txt', '/index.html', '/es.html', '/letters.txt'].map(
      async (path) => (await ask('', path)).fields.get('etag') ?? '',
    ),
  )
  assert.equal(new Set(tags).size, 3)
  assert.equal(tags[0], tags[3])
})

test('§13.2.1: conditions count for nothing where the answer is an error anyhow', async () => {
  for (const fields of [
    'If-Match: *',
    'If-Match: "other"',
    'If-None-Match: *',
    `If-Unmodified-Since: ${earlier}`,
  ]) {
    assert.equal((await ask(`${fields}\r\n`, '/gone.html')).status, 404, fields)
  }
})

test('§15.4.5: a 304 has the fields of its 200, and nothing of a body', async () => {
  const full = await ask('')
  const { status, fields, body } = await ask(`If-None-Match: ${await tagOf()}\r\n`)
  assert.deepEqual([status, body], [304, ''])
  for (const name of ['etag', 'cache-control', 'content-location', 'expires', 'vary'])
    assert.equal(fields.get(name), full.fields.get(name), name)
  assert.ok(fields.has('date'))
  // §8.6: the length that the 200 would have, or none.
  assert.ok(['26', undefined].includes(fields.get('content-length')))
})

test('§15.4.5: the connection goes on behind a 304', async () => {
  const condition = `GET /letters.txt HTTP/1.1\r\nHost: a\r\nIf-None-Match: ${await tagOf()}\r\n\r\n`
  const text = await server.subject.ask(`${condition}${condition}GET /outer.html HTTP/1.1\r\nHost: a\r\n\r\n`)
  assert.deepEqual(
    parseAnswers(text).map(({ status, body }) => [status, body]),
    [
      [304, ''],
      [304, ''],
      [200, 'this is outer'],
    ],
  )
})

test('§13.1: HEAD is judged as GET', async () => {
  const tag = await tagOf()
  for (const [fields, status] of [
    ['', 200],
    [`If-None-Match: ${tag}\r\n`, 304],
    [`If-Modified-Since: ${same}\r\n`, 304],
    ['If-Match: "other"\r\n', 412],
  ] as const)
    assert.equal((await ask(fields, '/letters.txt', 'HEAD')).status, status, fields)
})

test('§13.1.3: a client of HTTP/1.0 has its conditions as well', async () => {
  assert.equal((await ask(`If-Modified-Since: ${same}\r\n`, '/letters.txt', 'GET', '1.0')).status, 304)
})
