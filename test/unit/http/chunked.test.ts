import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpBody } from '../../../lab/kit/http/answer.ts'
import { eventually, openServer, plain } from './server.ts'

function pieces(texts: readonly string[], length?: number): HttpBody {
  const left = [...texts]
  return {
    length,
    read: async () => {
      const text = left.shift()
      if (text === 'fail') throw new Error('the source broke off')
      return text === undefined ? undefined : Buffer.from(text)
    },
    close: () => undefined,
  }
}

test('a body of unknown length goes in chunks to HTTP/1.1, and the connection goes on (RFC 9112 §7.1)', async () => {
  await using server = await openServer(({ path }) =>
    plain(path === '/' ? pieces(['abc', '', 'x'.repeat(20)]) : 'next'),
  )
  const client = server
    .connect()
    .send('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n')
  const text = await client.until(/next$/)
  assert.match(
    text,
    /^HTTP\/1\.1 200 OK\r\n(?:[^\r]+\r\n)*Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n[^\r]+\r\n\r\n3\r\nabc\r\n14\r\nx{20}\r\n0\r\n\r\nHTTP\/1\.1 200 OK/,
  )
  assert.doesNotMatch(text.slice(0, text.indexOf('\r\n\r\n')), /Content-Length/)
  assert.deepEqual(server.answered, [
    [200, 23],
    [200, 4],
  ])
})

test('to HTTP/1.0 it ends with the connection, kept alive or not (RFC 9112 §6.3)', async () => {
  await using server = await openServer(() => plain(pieces(['abc', 'def'])))
  const client = server.connect().send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  const text = await client.all()
  assert.match(text, /Connection: close\r\n\r\nabcdef$/)
  assert.doesNotMatch(text, /Transfer-Encoding|Content-Length/)
  client.socket.end()
  await eventually(() => server.closed.length > 0)
  assert.deepEqual(server.closed, ['client'])
})

test('a source that breaks off leaves no last chunk (RFC 9112 §8)', async () => {
  await using server = await openServer(() => plain(pieces(['abc', 'fail'])))
  const text = await server.connect().send('GET / HTTP/1.1\r\nHost: a\r\n\r\n').all()
  assert.match(text, /3\r\nabc\r\n$/)
  assert.deepEqual(server.closed, ['error'])
  assert.equal(server.failed.length, 1)
})

test('HEAD gets the head alone, and a 304 has no length', async () => {
  await using server = await openServer(
    ({ path }) => (path === '/' ? plain(pieces(['abc'])) : plain('', 304)),
    { methods: ['GET', 'HEAD'] },
  )
  const client = server
    .connect()
    .send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /same HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  const text = await client.all()
  assert.match(
    text,
    /^HTTP\/1\.1 200 OK\r\n(?:[^\r]+\r\n)*Transfer-Encoding: chunked\r\n(?:[^\r]+\r\n)*\r\nHTTP\/1\.1 304 Not Modified\r\nDate: [^\r]+\r\nServer: test\r\nConnection: close\r\n\r\n$/,
  )
})

test('a head is rewritten where an answer asks for it', async () => {
  await using server = await openServer(() => ({
    ...plain('abc'),
    rewrite: (head: string) => head.replace('Content-Length: 3', 'Content-Length: 5'),
  }))
  const text = await server.connect().send('GET / HTTP/1.0\r\n\r\n').all()
  assert.match(text, /Content-Length: 5\r\n[^]*\r\n\r\nabc$/)
})
