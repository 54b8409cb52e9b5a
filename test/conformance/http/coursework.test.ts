// The visit counter, the journal and the faults of the http service
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../../unit/http/server.ts'
import { openSubject, parseAnswers, type Parsed, type Subject } from './subject.ts'

async function visit(subject: Subject, cookie?: string, path = '/'): Promise<Parsed> {
  const field = cookie === undefined ? '' : `Cookie: ${cookie}\r\n`
  const [answer] = parseAnswers(await subject.ask(`GET ${path} HTTP/1.1\r\nHost: a\r\n${field}\r\n`))
  assert.ok(answer)
  return answer
}

const value = ({ fields }: Parsed): string | undefined =>
  /^visits=(\d+);/.exec(fields.get('set-cookie') ?? '')?.[1]

test('the first visit gets the value 1, and each further one counts on, up to 10', async () => {
  await using subject = await openSubject()
  let answer = await visit(subject)
  for (let count = 1; count <= 10; count++) {
    assert.deepEqual([answer.status, value(answer)], [200, String(count)])
    answer = await visit(subject, `visits=${count}`, count % 2 === 0 ? '/' : '/style.css')
  }
  assert.deepEqual([answer.status, answer.fields.has('set-cookie')], [403, false])
  assert.match(answer.body, /You have used up your visits/)
})

test('a request that brings the limit or more is refused, whatever it asks for, and without a cookie counts anew', async () => {
  await using subject = await openSubject()
  for (const cookie of ['visits=10', 'visits=11', 'visits=99999999999999999999', 'a=b; visits=10']) {
    for (const path of ['/', '/gone', '/program.exe', '/sub']) {
      const answer = await visit(subject, cookie, path)
      assert.deepEqual([answer.status, answer.fields.has('set-cookie')], [403, false], `${cookie} ${path}`)
    }
  }
  assert.equal(value(await visit(subject)), '1')
})

test('a value that is no count is as none', async () => {
  await using subject = await openSubject()
  for (const cookie of [
    'visits=0',
    'visits=-1',
    'visits=abc',
    'visits=',
    'visits',
    'visits=5x',
    'visits=007',
    'Visits=5',
    'xvisits=5',
    'visits=1e1',
    ';;;',
    '=',
  ]) {
    assert.equal(value(await visit(subject, cookie)), '1', cookie)
  }
  assert.equal(value(await visit(subject, 'a="x"; visits=5; visits=7')), '6')
})

test('cookies on several header lines count as those on one', async () => {
  await using subject = await openSubject()
  assert.equal(value(await visit(subject, 'a=1\r\nCookie: visits=5\r\nCookie: b=2')), '6')
  assert.equal(value(await visit(subject, 'visits=5\r\nCookie: a=1')), '6')
})

test('no cookie is set on an error or a redirection', async () => {
  await using subject = await openSubject()
  for (const path of ['/gone', '/bare/', '/program.exe', '/sub', '/../x', '/%zz']) {
    assert.equal((await visit(subject, 'visits=4', path)).fields.has('set-cookie'), false, path)
  }
})

test('each cookie expires two minutes after its creation, in the time of the lab', async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  for (const cookie of [undefined, 'visits=1', 'visits=9']) {
    const { fields } = await visit(subject, cookie)
    const [pair, expires, ...attributes] = (fields.get('set-cookie') ?? '').split('; ')
    assert.match(pair ?? '', /^visits=\d+$/)
    assert.deepEqual(attributes, ['Path=/', 'HttpOnly', 'SameSite=Lax'])
    const end = Date.parse(expires?.replace('Expires=', '') ?? '')
    assert.equal(end - Date.parse(fields.get('date') ?? ''), 120_000)
    lab.clock.advance(59_000)
  }
})

test('a browser that keeps to Expires is let in again two minutes after its last visit', async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  let jar: { pair: string; expires: number } | undefined
  const browse = async (): Promise<number> => {
    if (jar !== undefined && jar.expires <= lab.clock.now()) jar = undefined
    const { status, fields } = await visit(subject, jar?.pair)
    const [, pair = '', expires = ''] =
      /^(visits=\d+); Expires=([^;]+);/.exec(fields.get('set-cookie') ?? '') ?? []
    if (pair !== '') jar = { pair, expires: Date.parse(expires) }
    return status
  }
  for (let count = 0; count < 10; count++) assert.equal(await browse(), 200)
  assert.equal(await browse(), 403)
  lab.clock.advance(110_000)
  assert.equal(await browse(), 403, 'a refusal does not prolong the cookie, nor end it')
  lab.clock.advance(10_000)
  assert.equal(await browse(), 200)
  assert.equal(jar?.pair, 'visits=1')
})

test('name, limit and lifetime are options, and the counter can be turned off', async () => {
  await using subject = await openSubject('{ cookie: { name: seen, max: 2, lifetime: 5 } }')
  const { fields } = await visit(subject, 'seen=1')
  assert.match(fields.get('set-cookie') ?? '', /^seen=2; /)
  assert.equal(
    Date.parse(/Expires=([^;]+)/.exec(fields.get('set-cookie') ?? '')?.[1] ?? '') -
      Date.parse(fields.get('date') ?? ''),
    5000,
  )
  assert.equal((await visit(subject, 'seen=2')).status, 403)
  await using without = await openSubject('{ cookie: false }')
  const answer = await visit(without, 'visits=10')
  assert.deepEqual([answer.status, answer.fields.has('set-cookie')], [200, false])
})

test('the site is read live from disk', async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  const file = join(lab.scenario.sources[0] ?? '', '../www/index.html')
  for (let round = 0; round < 20; round++) {
    writeFileSync(file, `${readFileSync(file, 'utf8')}${round}`)
    assert.equal((await visit(subject)).body, readFileSync(file, 'latin1'))
  }
})

const asked = (target: string, method = 'GET'): object => ({ method, target, host: 'a' })

test('the journal tells what was asked and answered, and how connections ended', async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  const raw = [
    'GET /sub/ HTTP/1.1\r\nHost: a\r\nCookie: visits=3\r\n',
    'GET /gone?user=ana&password=treasure HTTP/1.1\r\nHost: a\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\n',
    'GET / HTTP/3.0\r\n',
  ]
  await subject.ask(raw.map((head) => `${head}\r\n`).join(''))
  await eventually(() => lab.journal.since(0, ['connection.closed']).length === 1)
  const facts = lab.journal.since(0, ['http', 'connection']).map(({ kind, connection, data }) => {
    assert.equal(connection, 1)
    const { ms, address: _address, port: _port, client: _client, bytes, ...rest } = data ?? {}
    if (kind === 'http.answered') assert.ok(Number(ms) >= 0 && Number(bytes) > 0)
    return [kind, rest]
  })
  assert.deepEqual(facts, [
    ['connection.opened', {}],
    ['http.requested', { method: 'GET', target: '/sub/', version: '1.1' }],
    ['http.answered', { ...asked('/sub/'), status: 200, turn: 1, cookie: { before: 3, after: 4 } }],
    ['http.requested', { method: 'GET', target: '/gone?user=ana&password=••••', version: '1.1' }],
    ['http.refused', { reason: 'missing', status: 404 }],
    ['http.answered', { ...asked('/gone?user=ana&password=••••'), status: 404, turn: 2 }],
    ['http.requested', { method: 'POST', target: '/', version: '1.1' }],
    ['http.refused', { reason: 'method', status: 405 }],
    ['http.answered', { ...asked('/', 'POST'), status: 405, turn: 3 }],
    ['http.refused', { reason: 'version', status: 505 }],
    ['http.answered', { status: 505, turn: 4 }],
    ['connection.closed', { why: 'error' }],
  ])
})

test('a scenario can break an answer: a status, a delay, a body cut in half', async () => {
  await using subject = await openSubject(
    '{}',
    `faults:
  - { at: http.answer, status: 503, match: { path: /style.css }, times: 1 }
  - { at: http.answer, cut: true, match: { path: /large.txt } }
  - { at: http.answer, cut: true, match: { path: /empty.txt } }
  - { at: http.answer, delay: 60000, match: { path: /es.html } }
`,
  )
  const { lab } = subject
  if (lab === undefined) return
  const broken = await visit(subject, undefined, '/style.css')
  assert.deepEqual([broken.status, broken.fields.has('set-cookie')], [503, false])
  assert.match(broken.body, /on purpose/)
  assert.equal((await visit(subject, undefined, '/style.css')).status, 200)
  const cut = await subject.ask('GET /large.txt HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.match(cut, /Content-Length: 1000000\r\n[^]*\r\n\r\nx{500000}$/)
  assert.match(
    await subject.ask('GET /empty.txt HTTP/1.1\r\nHost: a\r\n\r\n'),
    /Content-Length: 1\r\n[^]*\r\n\r\n$/,
  )
  const late = visit(subject, undefined, '/es.html')
  await eventually(() => lab.journal.since(0, ['http.requested']).at(-1)?.data?.['target'] === '/es.html')
  lab.clock.advance(59_000)
  await visit(subject)
  assert.equal(lab.journal.since(0, ['http.answered']).length, 5)
  lab.clock.advance(1100)
  assert.equal((await late).status, 200)
})
