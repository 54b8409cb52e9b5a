// RFC 9112 §2, §3, §5: the syntax of messages
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals } from '../../../lab/kit/http/refusal.ts'
import { malformed } from './malformed.ts'
import { deviates, oursAlone, openSubject, parseAnswers, type Reasons } from './subject.ts'

// What nginx and Apache do is compared case by case in test/interop/http.
test(
  'every malformed request gets one answer with its status, and the connection ends with it',
  oursAlone,
  async () => {
    await using subject = await openSubject()
    for (const [reason, raw, title] of malformed) {
      const { status, close } = refusals[reason]
      // A second request, right in itself: after a syntax error nobody may look for one.
      const answers = parseAnswers(
        await subject.ask(`${raw}GET /es.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
        [raw.split(' ', 1)[0] ?? ''],
      )
      const isEnded = close || answers[0]?.fields.get('connection') === 'close'
      assert.deepEqual(
        answers.map((answer) => answer.status),
        isEnded ? [status] : [status, 200],
        `${reason}: ${title ?? raw}`,
      )
      assert.equal(answers.at(-1)?.fields.get('connection'), 'close')
      const first = answers[0]
      assert.match(first?.body ?? '', raw.startsWith('HEAD') ? /^$/ : /^<!doctype html>\n<html lang="en">/)
      assert.equal(first?.fields.get('content-type'), 'text/html; charset=utf-8')
      assert.equal(first?.fields.get('content-language'), 'en')
      assert.equal(first?.fields.has('set-cookie'), false)
    }
  },
)

test('§2.2: one empty line before a request is ignored', async () => {
  await using subject = await openSubject()
  const text = await subject.ask('\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.deepEqual(
    parseAnswers(text).map(({ status }) => status),
    [200, 200],
  )
})

test('§3.2: origin-form and absolute-form are served', async () => {
  await using subject = await openSubject()
  for (const target of [
    '/',
    '/index.html',
    '/index.html?a=b',
    '/%69ndex.html',
    'http://other/index.html',
    'HTTP://other:80',
    'https://other/?a',
  ]) {
    const [answer] = parseAnswers(await subject.ask(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`))
    assert.deepEqual([answer?.status, answer?.body], [200, '<h1>Start</h1>'], target)
  }
})

test('§2.3: a later minor version is answered as 1.1, and 1.0 without Host', async () => {
  await using subject = await openSubject()
  const [later] = parseAnswers(await subject.ask('GET / HTTP/1.9\r\nHost: a\r\n\r\n'))
  assert.equal(later?.status, 200)
  const [older] = parseAnswers(await subject.ask('GET / HTTP/1.0\r\n\r\n'))
  assert.deepEqual([older?.status, older?.fields.get('connection')], [200, 'close'])
})

test(
  '§5: blanks around a value, empty values and obs-text are allowed',
  deviates({ nginx: 'it takes no tab for one of the blanks around a value' }),
  async () => {
    await using subject = await openSubject()
    const text = await subject.ask(
      'GET / HTTP/1.1\r\nhOsT:\t a.example:8080 \t\r\nX-Empty:\r\nX-Text: \xe9\xff\r\n\r\n',
    )
    assert.equal(parseAnswers(text)[0]?.status, 200)
  },
)

const hosts: readonly (readonly [host: string, reasons?: Reasons])[] = [
  ['a'],
  ['a.example.'],
  ['a_b'],
  ['a:80'],
  ['a:', { apache: 'it takes no empty port, which RFC 3986 §3.2.3 allows' }],
  ['127.0.0.1:8080'],
  ['[::1]'],
  ['[::1]:80'],
  ['[::ffff:1.2.3.4]'],
  ['xn--a-ega'],
  ['%41', { apache: 'it decodes nothing in a host' }],
]

for (const [host, reasons = {}] of hosts) {
  test(`RFC 9110 §7.2: ${host} is a host`, deviates(reasons), async () => {
    await using subject = await openSubject()
    const text = await subject.ask(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    assert.equal(parseAnswers(text)[0]?.status, 200)
  })
}
