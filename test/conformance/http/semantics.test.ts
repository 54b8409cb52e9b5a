// RFC 9110: what requests and answers mean
import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSubject, parseAnswers, type Parsed, type Subject } from './subject.ts'

async function get(subject: Subject, path: string, more = ''): Promise<Parsed> {
  const [answer] = parseAnswers(await subject.ask(`GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`))
  assert.ok(answer)
  return answer
}

test('§6.6.1, §8, §10.2.4: an answer carries its date, server, type and length', async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  const { fields } = await get(subject, '/')
  assert.deepEqual(
    [...fields.keys()],
    ['date', 'server', 'content-type', 'set-cookie', 'content-length', 'connection', 'keep-alive'],
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

test('§8.3: each extension has its type, whatever its letter case, and others are refused with 415', async () => {
  await using subject = await openSubject()
  const types = [
    ['/', 'text/html; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/picture.JPG', 'image/jpeg'],
    ['/empty.txt', 'text/plain; charset=utf-8'],
    ['/a%20b.txt', 'text/plain; charset=utf-8'],
  ] as const
  for (const [path, type] of types) {
    const { status, fields } = await get(subject, path)
    assert.deepEqual([status, fields.get('content-type')], [200, type], path)
  }
  assert.equal((await get(subject, '/picture.JPG')).body, '\xff\xd8\xff\xe0\x00\x0a\x0d')
  for (const path of ['/program.exe', '/outer']) assert.equal((await get(subject, path)).status, 415, path)
  await using narrow = await openSubject(`{ types: { .exe: application/x-msdownload } }`)
  assert.equal((await get(narrow, '/program.exe')).fields.get('content-type'), 'application/x-msdownload')
  assert.equal((await get(narrow, '/')).status, 415)
})

test('§15.5: what may not be visited is refused with its status', async () => {
  await using subject = await openSubject()
  const cases = [
    ['/gone.html', 404],
    ['/index.html/', 404],
    ['//index.html', 404],
    ['/bare/', 403],
    ['/.hidden.html', 403],
    ['/../secret.html', 403],
    ['/sub/../../secret.html', 403],
    ['/%2e%2e/secret.html', 403],
    ['/..%2fsecret.html', 400],
    ['/%2e%2e%2fsecret.html', 400],
    ['/..%5csecret.html', 400],
    ['/%252e%252e/secret.html', 404],
    ['/index.html%00.css', 400],
    ['/%c0%ae%c0%ae/secret.html', 400],
    ['/%zz', 400],
  ] as const
  for (const [path, status] of cases) {
    const answer = await get(subject, path)
    assert.equal(answer.status, status, path)
    assert.match(answer.body, /^<!doctype html>/)
    assert.doesNotMatch(answer.body, /secret/)
  }
})

test('a link out of the site is refused', async () => {
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

test('§15.4.2: a folder without its slash is redirected to it, on this host', async () => {
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
})

test('§9.1, §15.5.6, §15.6.2: other methods are refused, and the connection goes on', async () => {
  await using subject = await openSubject()
  for (const method of [
    'HEAD',
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'BREW',
    'get',
  ]) {
    const isKnown = !['BREW', 'get'].includes(method)
    const [refused, next] = parseAnswers(
      await subject.ask(`${method} / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n`),
      [method],
    )
    assert.equal(refused?.status, isKnown ? 405 : 501, method)
    assert.equal(refused?.fields.get('allow'), isKnown ? 'GET' : undefined, method)
    assert.equal(next?.status, 200, method)
  }
})

test('§9.3.2: no refusal of HEAD has a body, whoever finds the fault, and the connection goes on', async () => {
  await using subject = await openSubject()
  const cases = [
    ['HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', [405, 200]],
    ['HEAD / HTTP/1.1\r\n\r\n', [400]],
    ['HEAD / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n', [400]],
    [`HEAD / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, [431]],
    ['HEAD / HTTP/2.0\r\nHost: a\r\n\r\n', [505]],
    ['HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc', [405]],
  ] as const
  for (const [raw, expected] of cases) {
    const answers = parseAnswers(await subject.ask(`${raw}GET / HTTP/1.1\r\nHost: a\r\n\r\n`), [
      'HEAD',
      'GET',
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      expected,
      raw.slice(0, 80),
    )
    assert.ok(Number(answers[0]?.fields.get('content-length')) > 0, 'the length that GET would have')
  }
  // The method of one request says nothing about the next.
  const [, second] = parseAnswers(await subject.ask('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n\x16\x03\x01'), [
    'HEAD',
  ])
  assert.match(second?.body ?? '', /TLS/)
})

test('§12.5.4: pages of refusals come in the language of the reader', async () => {
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
