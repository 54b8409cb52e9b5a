import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, openServer, plain } from './server.ts'

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

test('connections beyond the bound are answered with 503, until another has ended', async () => {
  await using server = await openServer(() => plain('a'), { connections: 2 })
  const clients = [server.connect(), server.connect()]
  await eventually(() => server.server.connections === 2)
  for (let turn = 0; turn < 3; turn++) {
    const refused = server.connect().send(get('/'))
    assert.match(await refused.until(/\r\n\r\n.+$/), /^HTTP\/1\.1 503 [^]*Connection: close\r\n[^]*busy$/)
  }
  assert.equal(server.server.connections, 2)
  for (const client of clients) await client.send(get('/')).until(/a$/)
  clients[0]?.socket.destroy()
  await eventually(() => server.server.connections === 1)
  await server.connect().send(get('/')).until(/a$/)
})

test('a transfer coding of blanks is refused in time that grows with its length alone', async () => {
  await using server = await openServer(() => plain('a'), { fieldsSize: 300_000 })
  const start = performance.now()
  const client = server.connect()
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: a${' '.repeat(100_000)}b, chunked\r\n\r\n`)
  assert.match(await client.until(/coding-syntax$/), /^HTTP\/1\.1 400 /)
  assert.ok(performance.now() - start < 5000)
})
