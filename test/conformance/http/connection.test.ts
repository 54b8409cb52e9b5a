// RFC 9112 §9: connections
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../unit/http/server.ts'
import { deviates, oursAlone, openSubject, parseAnswers, type Reasons } from './subject.ts'

const anyClose = 'any option that begins with close counts as close'

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`

const persistence: readonly (readonly [
  raw: string,
  connection: 'keep-alive' | 'close',
  reasons?: Reasons,
])[] = [
  ['GET / HTTP/1.1\r\nHost: a\r\n', 'keep-alive'],
  ['GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n', 'close'],
  ['GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, CLOSE\r\n', 'close'],
  ['GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n', 'close'],
  ['GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n', 'close'],
  ['GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n', 'keep-alive', { nginx: anyClose }],
  ['GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n', 'keep-alive'],
  ['GET / HTTP/1.0\r\n', 'close'],
  ['GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n', 'keep-alive'],
  ['GET / HTTP/1.0\r\nConnection: x, keep-alive\r\n', 'keep-alive'],
  ['GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n', 'close'],
]

for (const [raw, connection, reasons = {}] of persistence) {
  test(`§9.3: ${JSON.stringify(raw)} means ${connection}`, deviates(reasons), async () => {
    await using subject = await openSubject()
    const answers = parseAnswers(await subject.ask(`${raw}\r\n${get('/')}`))
    assert.equal(answers.length, connection === 'close' ? 1 : 2)
    // §9.6: who ends the connection says so; §9.3: to go on is the rule in HTTP/1.1.
    assert.equal(/\bclose\b/i.test(answers[0]?.fields.get('connection') ?? ''), connection === 'close')
  })
}

test('the first answer tells how the connection goes on', oursAlone, async () => {
  await using subject = await openSubject()
  for (const [raw, connection] of persistence) {
    const [answer] = parseAnswers(await subject.ask(`${raw}\r\n`))
    assert.equal(answer?.fields.get('connection'), connection, raw)
    assert.equal(answer.fields.get('keep-alive'), connection === 'close' ? undefined : 'timeout=10, max=99')
  }
})

test('§9.3.2: pipelined requests are answered in order, small and large mixed', async () => {
  await using subject = await openSubject()
  const paths = ['/', '/large.txt', '/es.html', '/gone', '/large.txt', '/empty.txt', '/']
  const answers = parseAnswers(await subject.ask(paths.map((path) => get(path)).join('')))
  assert.deepEqual(answers.map(({ status, body }) => [status, body.length]).toSpliced(3, 1), [
    [200, 14],
    [200, 1_000_000],
    [200, 18],
    [200, 1_000_000],
    [200, 0],
    [200, 14],
  ])
  assert.equal(answers[3]?.status, 404)
})

test('§9.6: a client that closes its half gets its whole answer', async () => {
  await using subject = await openSubject()
  const [answer] = parseAnswers(await subject.ask('GET /large.txt HTTP/1.0\r\n\r\n'))
  assert.equal(answer?.body.length, 1_000_000)
})

const bounded = { nginx: 'keepalive_requests 3;', apache: 'MaxKeepAliveRequests 3' }

test(
  '§9.5, §9.6: the last request that a connection may bring is answered with close',
  deviates({ apache: 'its bound counts those behind the first' }),
  async () => {
    await using subject = await openSubject('{ maxRequests: 3 }', '', bounded)
    const answers = parseAnswers(await subject.ask(get('/').repeat(9)))
    assert.equal(answers.length, 3)
    assert.deepEqual(
      answers.map(({ fields }) => fields.get('connection')?.toLowerCase() === 'close'),
      [false, false, true],
    )
  },
)

test('the bound on requests is announced', oursAlone, async () => {
  await using subject = await openSubject('{ maxRequests: 3 }')
  const answers = parseAnswers(await subject.ask(get('/').repeat(9)))
  assert.deepEqual(
    answers.map(({ fields }) => fields.get('keep-alive') ?? fields.get('connection')),
    ['timeout=10, max=2', 'timeout=10, max=1', 'close'],
  )
})

test(
  'idle connections close after ten seconds, from their start and after an answer',
  oursAlone,
  async () => {
    await using subject = await openSubject()
    const { lab } = subject
    if (lab === undefined) return
    const silent = subject.connect()
    const used = subject.connect().send(get('/'))
    await used.until(/Start/)
    await eventually(() => lab.journal.since(0, ['connection.opened']).length === 2)
    lab.clock.advance(9900)
    assert.deepEqual([silent.hasEnded, used.hasEnded], [false, false])
    lab.clock.advance(200)
    assert.equal(await silent.all(), '')
    await used.all()
    for (const client of [silent, used]) client.socket.end()
    await eventually(() => lab.journal.since(0, ['connection.closed']).length === 2)
    assert.deepEqual(
      lab.journal.since(0, ['connection.closed']).map(({ data }) => data?.['why']),
      ['idle', 'idle'],
    )
  },
)

test('RFC 9110 §15.5.9: a request that never ends is answered with 408', oursAlone, async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  const slow = subject.connect().send('GET / HTTP/1.1\r\nHost: a\r\nX: ')
  await eventually(() => lab.journal.since(0, ['connection.opened']).length === 1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  for (let second = 0; second < 16; second++) lab.clock.advance(1000)
  const [answer] = parseAnswers(await slow.all())
  assert.deepEqual([answer?.status, answer?.fields.get('connection')], [408, 'close'])
})

test('a stop ends idle connections at once', oursAlone, async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  const idle = subject.connect().send(get('/'))
  await idle.until(/Start/)
  await Promise.all([lab.stopService('http'), idle.ended.then(() => idle.socket.end())])
  await eventually(() => lab.journal.since(0, ['connection.closed']).length === 1)
  assert.deepEqual(lab.journal.since(0, ['connection.closed'])[0]?.data, { why: 'server stop' })
})
