// RFC 9112 §6: where a message ends
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { observe } from './outcome.ts'
import { smuggling } from './smuggling.ts'
import { deviates, oursAlone, openSubject, parseAnswers } from './subject.ts'

// Where nginx and Apache see it is listed case by case in test/interop/http.
test('no request is ever seen within another', oursAlone, async () => {
  await using subject = await openSubject()
  const { lab } = subject
  if (lab === undefined) return
  let last = 0
  for (const [title, raw, requests] of smuggling) {
    const outcome = await observe(subject.address, raw)
    assert.match(outcome, requests === 1 ? /^outer (?:next|close)$/ : /^\d{3} close$/, title)
    const facts = lab.journal.since(last, ['http.requested'])
    last = facts.at(-1)?.seq ?? last
    const targets = facts.map(({ data }) => JSON.stringify(data?.['target']))
    assert.ok(!targets.includes('"/hidden.html"') && targets.length <= 2, `${title}: ${targets.join(' ')}`)
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

const always = 'it says 100 to a client whose body has come, which RFC 9110 §10.1.1 lets it omit'

test(
  'RFC 9110 §10.1.1: a client that waits is told to go on, one that does not is not',
  deviates({ nginx: always, apache: always }),
  async () => {
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
  },
)
