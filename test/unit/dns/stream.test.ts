import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frame } from '../../../services/dns/wire/framing.ts'
import { openStream, queryFor, serverOf } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'

const BIG = Array.from({ length: 12 }, (_, index) => `big TXT "${String(index).padStart(100, '.')}"\n`)
const ZONE = `$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\nwww A 127.0.0.1\n${BIG.join('')}`

function open(): Promise<TestLab> {
  return openLab('domain: conformance.test\nservices: { dns: { zone: zone.db } }', {
    files: { 'zone.db': ZONE },
  })
}

test('a client that does not read is not answered without bound', async () => {
  await using lab = await open()
  using stream = await openStream(serverOf(lab))
  const query = frame(queryFor('big', { type: 'TXT' }))
  const count = 100_000
  const start = lab.journal.last
  stream.socket.pause()
  stream.socket.write(Buffer.concat(Array.from({ length: count }, () => query)))
  // The answers to all would be some 140 MB; the buffers of the system hold a few.
  let last = -1
  while (last !== lab.journal.last) {
    last = lab.journal.last
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const answered = (last - start) / 2
  assert.ok(answered > 0 && answered < count / 2, `${answered} of ${count} answered`)
})

test('RFC 7766 §6.2.3: an idle connection is closed', async () => {
  await using lab = await open()
  using stream = await openStream(serverOf(lab))
  stream.send(queryFor('www'))
  await stream.receive()
  lab.clock.advance(9000)
  stream.send(queryFor('www'))
  await stream.receive()
  lab.clock.advance(9000)
  stream.send(queryFor('www'))
  await stream.receive()
  lab.clock.advance(10_000)
  await stream.ended()
})

test('RFC 7766 §6.2.3: half a message does not keep a connection open', async () => {
  await using lab = await open()
  using stream = await openStream(serverOf(lab))
  stream.send(queryFor('www'))
  await stream.receive()
  lab.clock.advance(9000)
  stream.socket.write(Buffer.from([0, 200, 1, 2, 3]))
  await new Promise((resolve) => setTimeout(resolve, 50))
  lab.clock.advance(1000)
  await stream.ended()
})
