// RFC 9110 §14, §13.1.5: ranges
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modified } from '../../interop/http/peer.ts'
import { deviates, openForAllTests, openSubject, parseAnswers, type Parsed, type Reasons } from './subject.ts'

const server = openForAllTests(() => openSubject('{ head: true, cookie: false }', '', { isGetOnly: false }))
const letters = 'abcdefghijklmnopqrstuvwxyz'

async function ask(fields: string, path = '/letters.txt', method = 'GET', version = '1.1'): Promise<Parsed> {
  const [answer, next] = parseAnswers(
    await server.subject.ask(
      `${method} ${path} HTTP/${version}\r\nHost: a\r\nConnection: keep-alive\r\n${fields}\r\nGET /outer.html HTTP/1.1\r\nHost: a\r\n\r\n`,
    ),
    [method],
  )
  assert.ok(answer)
  // The length was right.
  assert.equal(next?.body, 'this is outer')
  return answer
}

type Row = readonly [range: string, part: string | 416, reasons?: Reasons]

const huge = 'a number that it cannot hold is malformed to it'
const empties = 'it takes no empty element in a list, though RFC 9110 §5.6.1.2 has them ignored'
const blanks = 'it takes no blank in a list of ranges (RFC 9110 §5.6.1)'
const bare = 'its 416 lacks the Content-Range that §15.5.17 recommends'
const nothing = 'it ignores a suffix of no length, where §14.1.2 finds it not satisfiable'
const strict = 'it answers 416 to wrong syntax, as §14.2 allows'
const lenient = 'it passes over a range that ends before it begins, beside a right one'
const heads = 'it gives HEAD the head of a 206, though §14.2 knows Range for GET alone'

/** What is asked for, and the part as `first-last`, 416, or an empty text for the whole. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  '§14.1.2 satisfiable': [
    ['bytes=0-0', '0-0'],
    ['bytes=0-25', '0-25'],
    ['bytes=5-9', '5-9'],
    ['bytes=5-', '5-25'],
    ['bytes=25-', '25-25'],
    ['bytes=0-100', '0-25'],
    ['bytes=20-999999999999999999999999', '20-25', { nginx: huge, apache: huge }],
    ['bytes=-1', '25-25'],
    ['bytes=-26', '0-25'],
    ['bytes=-100', '0-25'],
    ['bytes=007-008', '7-8'],
    ['Bytes=0-0', '0-0'],
    ['BYTES=-2', '24-25'],
    ['bytes=0-0,100-200', '0-0'],
    ['bytes=100-, 3-4', '3-4', { apache: blanks }],
    ['bytes=,5-9', '5-9', { nginx: empties, apache: empties }],
    ['bytes=90-,3-4', '3-4'],
    ['bytes=5-9, ,', '5-9', { nginx: empties, apache: empties }],
  ],
  '§14.1.2 not satisfiable': [
    ['bytes=26-', 416, { apache: bare }],
    ['bytes=26-26', 416, { apache: bare }],
    ['bytes=100-200', 416, { apache: bare }],
    ['bytes=999999999999999999999999-', 416, { apache: huge }],
    ['bytes=-0', 416, { apache: nothing }],
    ['bytes=26-,30-40', 416, { apache: bare }],
  ],
  '§14.2 ignored': [
    ['bytes=5-3', '', { nginx: strict }],
    ['bytes=', ''],
    ['bytes=-', '', { nginx: strict }],
    ['bytes=a-b', '', { nginx: strict }],
    ['bytes=1', '', { nginx: strict }],
    ['bytes=0-1-2', '', { nginx: strict }],
    ['bytes=--1', '', { nginx: strict }],
    ['bytes=0x0-0x1', '', { nginx: strict }],
    ['bytes=+0-1', '', { nginx: strict }],
    ['bytes 0-1', ''],
    ['octets=0-1', ''],
    ['items=1', ''],
    ['0-1', ''],
    ['bytes=0-0;1-1', '', { nginx: strict }],
    ['bytes=0-0, 5-3', '', { nginx: lenient }],
    ['bytes=0-1, x', '', { nginx: strict }],
  ],
}

for (const [section, cases] of Object.entries(rows)) {
  for (const [range, part, reasons = {}] of cases) {
    const title = part === '' ? 'gets the whole' : `gets ${part}`
    test(`${section}: ${range} ${title}`, deviates(reasons), async () => {
      const { status, fields, body } = await ask(`Range: ${range}\r\n`)
      const seen = fields.get('content-range')
      if (part === 416) assert.deepEqual([status, seen], [416, 'bytes */26'])
      else if (part === '') assert.deepEqual([status, seen, body], [200, undefined, letters])
      else {
        const [first = 0, last = 0] = part.split('-').map(Number)
        assert.deepEqual([status, seen, body], [206, `bytes ${part}/26`, letters.slice(first, last + 1)])
      }
    })
  }
}

/** Takes a multipart/byteranges body apart (RFC 9110 §14.6). */
function partsOf({ status, fields, body }: Parsed): readonly (readonly [range: string, octets: string])[] {
  assert.equal(status, 206)
  assert.equal(fields.has('content-range'), false, '§15.3.7.2')
  const [, boundary = ''] =
    /^multipart\/byteranges; ?boundary=([0-9A-Za-z'()+_,\-./:=?]{1,70})$/.exec(
      fields.get('content-type') ?? '',
    ) ?? []
  assert.notEqual(boundary, '')
  const pieces = `\r\n${body.replace(/^\r\n/, '')}`.split(`\r\n--${boundary}`)
  assert.match(pieces.at(-1) ?? '', /^--(?:\r\n)?$/)
  return pieces.slice(1, -1).map((piece) => {
    const [head = '', ...rest] = piece.split('\r\n\r\n')
    assert.match(head, /^\r\nContent-Type: text\/plain; charset=utf-8\r\nContent-Range: /im)
    return [/^Content-Range: (.*)$/im.exec(head)?.[1] ?? '', rest.join('\r\n\r\n')]
  })
}

test('§14.6, §15.3.7.2: several ranges come as the parts of one body', async () => {
  assert.deepEqual(partsOf(await ask('Range: bytes=0-1,4-5,-1\r\n')), [
    ['bytes 0-1/26', 'ab'],
    ['bytes 4-5/26', 'ef'],
    ['bytes 25-25/26', 'z'],
  ])
  assert.deepEqual(partsOf(await ask('Range: bytes=10-12,2-3\r\n')), [
    ['bytes 10-12/26', 'klm'],
    ['bytes 2-3/26', 'cd'],
  ])
})

test(
  '§5.6.1: blanks may stand around the commas of a list',
  deviates({ nginx: 'it takes no tab for one', apache: blanks }),
  async () => {
    assert.deepEqual(partsOf(await ask('Range: bytes=0-1, 4-5 ,\t-1\r\n')), [
      ['bytes 0-1/26', 'ab'],
      ['bytes 4-5/26', 'ef'],
      ['bytes 25-25/26', 'z'],
    ])
  },
)

test('§15.3.7.1: of several ranges one is left, which comes by itself', async () => {
  const { fields, body } = await ask('Range: bytes=0-1,90-,80-85\r\n')
  assert.deepEqual([fields.get('content-range'), body], ['bytes 0-1/26', 'ab'])
  assert.match(fields.get('content-type') ?? '', /^text\/plain/)
})

test('§14.2, §17.15: the same octets again and again are not sent', async () => {
  for (const range of [
    '0-,0-,0-,0-',
    Array.from({ length: 500 }, () => '0-').join(','),
    '0-25,'.repeat(30),
  ]) {
    const { body } = await ask(`Range: bytes=${range}\r\n`)
    assert.ok(body.length < 1000, `${body.length} octets for ${range.slice(0, 20)}`)
  }
})

test('§14.3: ranges are offered', async () => {
  assert.equal((await ask('')).fields.get('accept-ranges'), 'bytes')
})

test('§15.3.7: a 206 has the fields of its 200', async () => {
  const full = (await ask('')).fields
  const { fields } = await ask('Range: bytes=3-7\r\n')
  for (const name of ['etag', 'last-modified', 'cache-control', 'content-type', 'vary'])
    assert.equal(fields.get(name), full.get(name), name)
  assert.equal(fields.get('content-length'), '5')
  assert.ok(fields.has('date'))
})

test('§14.2: Range means nothing to HEAD', deviates({ nginx: heads, apache: heads }), async () => {
  const { status, fields } = await ask('Range: bytes=0-0\r\n', '/letters.txt', 'HEAD')
  assert.deepEqual(
    [status, fields.get('content-range'), fields.get('content-length')],
    [200, undefined, '26'],
  )
})

test('§14.2: Range means nothing where the answer is an error anyhow', async () => {
  assert.equal((await ask('Range: bytes=0-0\r\n', '/gone.html')).status, 404)
  assert.equal((await ask('Range: bytes=99-\r\n', '/gone.html')).status, 404)
})

test('§14.1.2: nothing of an empty file can be asked for', async () => {
  for (const range of ['0-', '0-0', '5-9']) {
    const { status, body } = await ask(`Range: bytes=${range}\r\n`, '/empty.txt')
    // §14.2: a Range may always be ignored.
    assert.ok(status === 416 || (status === 200 && body === ''), `${range}: ${status}`)
  }
})

test('§14.1.2: a range of a large file', async () => {
  const cases = [
    ['100000-199999', 'bytes 100000-199999/1000000', 100_000],
    ['8191-8192', 'bytes 8191-8192/1000000', 2],
    ['-1', 'bytes 999999-999999/1000000', 1],
    ['1-', 'bytes 1-999999/1000000', 999_999],
  ] as const
  for (const [range, seen, size] of cases) {
    const { status, fields, body } = await ask(`Range: bytes=${range}\r\n`, '/large.txt')
    assert.deepEqual([status, fields.get('content-range'), body.length], [206, seen, size])
  }
  const parts = partsOf(await ask('Range: bytes=0-9999,500000-599999\r\n', '/large.txt'))
  assert.deepEqual(
    parts.map(([range, octets]) => [range, octets.length]),
    [
      ['bytes 0-9999/1000000', 10_000],
      ['bytes 500000-599999/1000000', 100_000],
    ],
  )
})

const at = (seconds: number): string => new Date(modified.getTime() + seconds * 1000).toUTCString()

// `TAG` stands for the file's own tag; true where the range counts.
const conditions: readonly (readonly [fields: string, counts: boolean, reasons?: Reasons])[] = [
  ['If-Range: TAG', true],
  ['If-Range: "other"', false],
  ['If-Range: W/TAG', false],
  ['If-Range: TAG, TAG', false],
  ['If-Range: *', false],
  [`If-Range: ${at(0)}`, true],
  [`If-Range: ${at(3600)}`, false],
  [`If-Range: ${at(-3600)}`, false],
  ['If-Range: yesterday', false],
  ['If-Range:', false],
]

for (const [fields, counts, reasons = {}] of conditions) {
  test(`§13.1.5: ${fields} gets ${counts ? 'the part' : 'the whole'}`, deviates(reasons), async () => {
    const tag = (await ask('')).fields.get('etag') ?? ''
    const lines = `${fields.replaceAll('TAG', tag)}\r\nRange: bytes=0-4\r\n`
    const { status, body } = await ask(lines)
    assert.deepEqual([status, body], counts ? [206, 'abcde'] : [200, letters])
  })
}

test('§13.1.5: If-Range without Range means nothing', async () => {
  assert.equal((await ask('If-Range: "other"\r\n')).status, 200)
})

test('§13.1.5: a range that is not there does not count with the file of another time', async () => {
  assert.equal((await ask('If-Range: "other"\r\nRange: bytes=99-\r\n')).status, 200)
})
