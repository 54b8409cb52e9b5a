// RFC 9110: what requests and answers mean
import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  deviates,
  oursAlone,
  openSubject,
  parseAnswers,
  type Parsed,
  type Subject,
  type Reasons,
} from './subject.ts'

async function get(subject: Subject, path: string, more = ''): Promise<Parsed> {
  const [answer] = parseAnswers(await subject.ask(`GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`))
  assert.ok(answer)
  return answer
}

test('§6.6.1, §8, §10.2.4: an answer carries its date, server, type and length', oursAlone, async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  const { fields } = await get(subject, '/')
  assert.deepEqual(
    [...fields.keys()],
    [
      'date',
      'server',
      'content-type',
      'etag',
      'last-modified',
      'accept-ranges',
      'cache-control',
      'set-cookie',
      'content-length',
      'connection',
      'keep-alive',
    ],
  )
  assert.equal(fields.get('server'), 'telelab')
  assert.equal(fields.get('content-length'), '14')
  assert.ok(Math.abs(Date.parse(fields.get('date') ?? '') - lab.clock.now()) < 2000)
  lab.clock.advance(3_600_000)
  const later = (await get(subject, '/')).fields.get('date') ?? ''
  assert.ok(Math.abs(Date.parse(later) - lab.clock.now()) < 2000)
  assert.match(
    later,
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/,
  )
})

test('§6.6.1, §8.6: an answer carries its date and its length', async () => {
  await using subject = await openSubject()
  const { fields } = await get(subject, '/')
  assert.equal(fields.get('content-length'), '14')
  assert.match(fields.get('server') ?? '', /^[\w-]+(?:\/[\w.]+)?(?: \([^()]*\))?$/)
  assert.match(
    fields.get('date') ?? '',
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/,
  )
})

const types: readonly (readonly [path: string, type: string, reasons?: Reasons])[] = [
  ['/', 'text/html; charset=utf-8'],
  ['/style.css', 'text/css; charset=utf-8'],
  ['/picture.JPG', 'image/jpeg'],
  ['/empty.txt', 'text/plain; charset=utf-8'],
  ['/a%20b.txt', 'text/plain; charset=utf-8'],
]

for (const [path, type, reasons = {}] of types) {
  test(`§8.3: ${path} is ${type}`, deviates(reasons), async () => {
    await using subject = await openSubject()
    const { status, fields } = await get(subject, path)
    assert.deepEqual([status, fields.get('content-type')], [200, type])
  })
}

test('§8.1: octets come as they are', async () => {
  await using subject = await openSubject()
  assert.equal((await get(subject, '/picture.JPG')).body, '\xff\xd8\xff\xe0\x00\x0a\x0d')
})

test('an extension that is not configured is refused with 415', oursAlone, async () => {
  await using subject = await openSubject()
  for (const path of ['/program.exe', '/outer']) assert.equal((await get(subject, path)).status, 415, path)
  await using narrow = await openSubject(`{ types: { .exe: application/x-msdownload } }`)
  assert.equal((await get(narrow, '/program.exe')).fields.get('content-type'), 'application/x-msdownload')
  assert.equal((await get(narrow, '/')).status, 415)
})

const merges = 'it takes several slashes for one'
const shows = 'it serves names that begin with a dot'
const climbs = 'it calls a path above the root malformed'
const seeks = 'it looks for a file of the decoded name, and finds none'
const hides = 'a folder without an index page is as none to it'
const refused: readonly (readonly [path: string, status: number, reasons?: Reasons])[] = [
  ['/gone.html', 404],
  ['/index.html/', 404],
  ['//index.html', 404, { nginx: merges, apache: merges }],
  ['/bare/', 403, { apache: hides }],
  ['/.hidden.html', 403, { nginx: shows, apache: shows }],
  ['/../secret.html', 403, { nginx: climbs, apache: climbs }],
  ['/sub/../../secret.html', 403, { nginx: climbs, apache: climbs }],
  ['/%2e%2e/secret.html', 403, { nginx: climbs, apache: climbs }],
  ['/..%2fsecret.html', 400, { apache: seeks }],
  ['/%2e%2e%2fsecret.html', 400, { apache: seeks }],
  ['/..%5csecret.html', 400, { nginx: seeks, apache: seeks }],
  ['/%252e%252e/secret.html', 404],
  ['/index.html%00.css', 400, { apache: seeks }],
  ['/%c0%ae%c0%ae/secret.html', 400, { nginx: seeks, apache: seeks }],
  ['/%zz', 400],
]

for (const [path, status, reasons = {}] of refused) {
  test(`§15.5: ${path} is refused with ${status}`, deviates(reasons), async () => {
    await using subject = await openSubject()
    assert.equal((await get(subject, path)).status, status)
  })
}

test('§4.2.5, RFC 3986 §6: nothing outside of the site is ever shown', async () => {
  await using subject = await openSubject()
  for (const [path] of refused) assert.doesNotMatch((await get(subject, path)).body, /^secret$/, path)
})

test('a refusal shows a page', oursAlone, async () => {
  await using subject = await openSubject()
  for (const [path] of refused) assert.match((await get(subject, path)).body, /^<!doctype html>/, path)
})

test('a link out of the site is refused', oursAlone, async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  const root = join(lab.scenario.sources[0] ?? '', '..')
  symlinkSync('../secret.html', join(root, 'www/out.html'))
  symlinkSync('index.html', join(root, 'www/in.html'))
  symlinkSync('..', join(root, 'www/up'))
  assert.equal((await get(subject, '/out.html')).status, 403)
  assert.equal((await get(subject, '/in.html')).status, 200)
  // What is there and what is not look the same from here.
  const [there, gone] = [await get(subject, '/up/secret.html'), await get(subject, '/up/gone.html')]
  assert.deepEqual([gone.status, gone.body], [403, there.body])
})

const absolute = 'it names itself in Location, which §10.2.2 allows as well'

test(
  '§15.4.2: a folder without its slash is redirected to it, on this host',
  deviates({ nginx: absolute, apache: absolute }),
  async () => {
    await using subject = await openSubject()
    for (const [path, location] of [
      ['/sub', '/sub/'],
      ['/sub?a=b', '/sub/?a=b'],
      ['/s%75b', '/s%75b/'],
      ['http://x/sub', '/sub/'],
    ] as const) {
      const { status, fields } = await get(subject, path)
      assert.deepEqual([status, fields.get('location'), fields.has('set-cookie')], [301, location, false])
    }
    assert.equal((await get(subject, '/sub/')).body, 'sub')
  },
)

const unnamed = 'its 405 names no method, though §15.5.6 demands Allow'
const unheard = 'it answers methods that it does not know with 405, where §15.6.2 has 501'
const ends = 'it ends the connection'
const methods: readonly (readonly [method: string, reasons?: Reasons])[] = [
  ['HEAD', { nginx: unnamed, apache: unnamed }],
  ['POST', { nginx: unnamed, apache: unnamed }],
  ['PUT', { nginx: unnamed, apache: unnamed }],
  ['DELETE', { nginx: unnamed, apache: unnamed }],
  ['PATCH', { nginx: unnamed, apache: unnamed }],
  ['OPTIONS', { nginx: unnamed, apache: unnamed }],
  ['TRACE', { nginx: ends, apache: unnamed }],
  ['CONNECT', { nginx: ends, apache: 'it knows CONNECT with an authority alone' }],
  ['BREW', { nginx: unheard, apache: unheard }],
  ['get', { nginx: 'it calls small letters malformed', apache: unheard }],
]

for (const [method, reasons = {}] of methods) {
  test(
    `§9.1, §15.5.6, §15.6.2: ${method} is refused, and the connection goes on`,
    deviates(reasons),
    async () => {
      await using subject = await openSubject()
      const isKnown = !['BREW', 'get'].includes(method)
      const [refusal, next] = parseAnswers(
        await subject.ask(`${method} / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n`),
        [method],
      )
      assert.equal(refusal?.status, isKnown ? 405 : 501)
      assert.equal(refusal?.fields.get('allow'), isKnown ? 'GET' : undefined)
      assert.equal(next?.status, 200)
    },
  )
}

const goesOn = 'it reads the body of a refused request, and goes on'
const lengthless = 'it tells HEAD no length of a refusal, which §8.6 allows'
const tooLarge = 'it answers 400 to a head that is too large (RFC 6585 §5 has 431)'
const heads: readonly (readonly [
  title: string,
  raw: string,
  statuses: readonly number[],
  reasons?: Reasons,
])[] = [
  ['a method that is not served', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', [405, 200], { apache: lengthless }],
  ['no Host', 'HEAD / HTTP/1.1\r\n\r\n', [400], { apache: lengthless }],
  ['a blank before a colon', 'HEAD / HTTP/1.1\r\nHost : a\r\n\r\n', [400], { apache: lengthless }],
  [
    'a field that is too large',
    `HEAD / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    [431],
    { nginx: tooLarge, apache: tooLarge },
  ],
  [
    'a version that is not served',
    'HEAD / HTTP/2.0\r\nHost: a\r\n\r\n',
    [505],
    { apache: 'it answers later major versions as 1.1 (§15.6.6 has 505)' },
  ],
  [
    'a body',
    'HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
    [405],
    { nginx: goesOn, apache: goesOn },
  ],
]

for (const [title, raw, expected, reasons = {}] of heads) {
  test(`§9.3.2: the refusal of HEAD with ${title} has no body`, deviates(reasons), async () => {
    await using subject = await openSubject()
    const answers = parseAnswers(await subject.ask(`${raw}GET / HTTP/1.1\r\nHost: a\r\n\r\n`), [
      'HEAD',
      'GET',
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      expected,
    )
    assert.ok(Number(answers[0]?.fields.get('content-length')) > 0, 'the length that GET would have')
  })
}

test('§9.3.2: the method of one request says nothing about the next', oursAlone, async () => {
  await using subject = await openSubject()
  const [, second] = parseAnswers(await subject.ask('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n\x16\x03\x01'), [
    'HEAD',
  ])
  assert.match(second?.body ?? '', /TLS/)
})

test('§12.5.4: pages of refusals come in the language of the reader', oursAlone, async () => {
  await using subject = await openSubject()
  const spanish = await get(subject, '/gone', 'Accept-Language: es-ES,es;q=0.9,en;q=0.8\r\n')
  assert.deepEqual(
    [spanish.fields.get('content-language'), spanish.fields.get('vary')],
    ['es', 'Accept-Language'],
  )
  assert.match(
    Buffer.from(spanish.body, 'latin1').toString('utf8'),
    /<html lang="es">[^]*Aquí no existe esa página/,
  )
  const english = await get(subject, '/gone', 'Accept-Language: fr\r\n')
  assert.match(english.body, /<html lang="en">[^]*There is no such page/)
  const [malformed] = parseAnswers(await subject.ask('GET / HTTP/1.1\r\nAccept-Language: es\r\nX\r\n\r\n'))
  assert.equal(malformed?.fields.get('content-language'), 'es')
  await using house = await openSubject('{ language: es }')
  assert.equal((await get(house, '/gone')).fields.get('content-language'), 'es')
})
