// RFC 9112 §6: where a message ends
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { smuggling } from './smuggling.ts'
import { openSubject, parseAnswers } from './subject.ts'

test('no request is ever seen within another', async () => {
  await using subject = await openSubject()
  for (const [title, raw, requests] of smuggling) {
    const method = raw.split(' ', 1)[0] ?? ''
    const answers = parseAnswers(await subject.ask(raw), [method]).filter(({ status }) => status !== 100)
    assert.equal(answers.length, 1, title)
    const target = subject.lab?.journal.since(0, ['http.requested']).at(-1)?.data?.['target']
    assert.notEqual(target, '/smuggled', title)
    // `/outer` is there, with an extension that is not served.
    assert.equal(answers[0]?.status === 415, requests === 1, title)
  }
})

test('§6.2: a body on GET is dropped, up to 64 KB, and the next request is found behind it', async () => {
  await using subject = await openSubject()
  for (const size of [0, 1, 1000, 65_536]) {
    const text = await subject.ask(
      `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n${'GET '.repeat(size / 4 + 1).slice(0, size)}GET /es.html HTTP/1.1\r\nHost: a\r\n\r\n`,
    )
    assert.deepEqual(
      parseAnswers(text).map(({ status, body }) => [status, body.length]),
      [
        [200, 14],
        [200, 18],
      ],
      String(size),
    )
  }
})

test('RFC 9110 §10.1.1: a client that waits is told to go on, one that does not is not', async () => {
  await using subject = await openSubject()
  const client = subject
    .connect()
    .send('GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n')
  assert.equal(await client.until(/\r\n\r\n/), 'HTTP/1.1 100 Continue\r\n\r\n')
  client.send('abc')
  await client.until(/Start/)
  const eager = parseAnswers(
    await subject.ask('GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc'),
  )
  assert.deepEqual(
    eager.map(({ status }) => status),
    [200],
  )
  const bare = parseAnswers(await subject.ask('GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n'))
  assert.deepEqual(
    bare.map(({ status }) => status),
    [200],
  )
  const old = parseAnswers(
    await subject.ask('GET / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc'),
  )
  assert.deepEqual(
    old.map(({ status }) => status),
    [200],
  )
})
