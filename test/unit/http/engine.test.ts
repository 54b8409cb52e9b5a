import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { HttpServer } from '../../../lab/kit/http/server.ts'
import { ManualClock } from './clock.ts'
import { plain } from './server.ts'

interface Result {
  readonly received: string
  readonly targets: readonly string[]
  readonly failed: readonly unknown[]
}

/** Sends pieces to the engine over a pair of streams, ends, and collects all that came of it. */
async function converse(pieces: readonly string[]): Promise<Result> {
  const [client, stream] = duplexPair()
  const targets: string[] = []
  const failed: unknown[] = []
  const server = new HttpServer({ clock: new ManualClock(), server: 'test', requests: 20 })
  server.serve(stream, {
    answer: ({ target }) => {
      targets.push(target)
      const answer = plain(target)
      return targets.length % 3 === 0 ? Promise.resolve(answer) : answer
    },
    refuse: ({ reason, status }) => plain(reason, status),
    answered: () => undefined,
    failed: (error) => void failed.push(error),
    closed: () => undefined,
  })
  let received = ''
  client.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')))
  const ended = new Promise((resolve) => client.on('end', resolve))
  for (const piece of pieces) if (piece !== '') client.write(piece, 'latin1')
  client.end()
  await ended
  return { received, targets, failed }
}

const part = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'GET /a HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz',
      'HEAD /c HTTP/1.1\r\nHost: a\r\n\r\n',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('GET /d HTTP/1.0\r\n\r\n', '\r\n', 'GET /e HTTP/1.1\r\n', '\n', '\x00', 'x'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 8 }) },
)

test('however a stream is cut, the client receives the same octets', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 10 }),
      async (parts, borders) => {
        const text = parts.join('')
        const at = [
          0,
          ...borders.map((border) => border % (text.length + 1)).toSorted((a, b) => a - b),
          text.length,
        ]
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end))
        const whole = await converse([text])
        assert.deepEqual(whole.failed, [])
        assert.deepEqual(await converse(pieces), whole)
      },
    ),
    { numRuns: 1000 },
  )
})

test('random octets get refusals at most, and never run into a mistake', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (octets) => {
      const { received, targets, failed } = await converse([Buffer.from(octets).toString('latin1')])
      assert.deepEqual([targets, failed], [[], []])
      assert.match(
        received,
        octets.length === 0 ? /^$/ : /^(?:HTTP\/1\.1 [45]\d\d [^]*Connection: close\r\n[^]*)?$/,
      )
    }),
    { numRuns: 1000 },
  )
})
