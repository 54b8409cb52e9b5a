import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpAnswer, HttpBody } from '../../../lab/kit/http/answer.ts'
import { openServer, plain } from './server.ts'

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

test('an answer to HEAD keeps its length and loses its body, whatever that is', async () => {
  let closed = 0
  const body: HttpBody = {
    length: 20,
    read: () => Promise.reject(new Error('nobody reads it')),
    close: () => void (closed += 1),
  }
  const whole: Readonly<Record<string, HttpAnswer['body']>> = {
    '/text': 'text',
    '/octets': Buffer.from('octets'),
    '/pieces': body,
  }
  await using server = await openServer(
    ({ path }) => (path === '/later' ? Promise.resolve(plain('later')) : plain(whole[path] ?? 'end')),
    { methods: ['GET', 'HEAD'] },
  )
  const head = (path: string): string => get(path).replace('GET', 'HEAD')
  const paths = [...Object.keys(whole), '/later']
  const client = server.connect().send(paths.map(head).join('') + get('/end'))
  const text = await client.until(/end$/)
  assert.match(text, /^(?:HTTP\/1\.1 200 OK\r\n(?:[A-Z][^\r\n]+\r\n)+\r\n){5}end$/)
  assert.deepEqual(
    [...text.matchAll(/Content-Length: (\d+)/g)].map(([, length]) => Number(length)),
    [4, 6, 20, 5, 3],
  )
  assert.deepEqual([closed, server.failed], [1, []])
  assert.deepEqual(
    server.answered.map(([, octets]) => octets),
    [0, 0, 0, 0, 3],
  )
})
