import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { frame, Framer } from '../../../services/dns/wire/framing.ts'

test('RFC 7766 §8: messages come out whole however the stream is cut', () => {
  const message = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets))
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
      (messages, sizes) => {
        const stream = Buffer.concat(messages.map(frame))
        const framer = new Framer()
        const out: Buffer[] = []
        for (let at = 0, index = 0; at < stream.length; index += 1) {
          const size = sizes[index % sizes.length] ?? 1
          framer.push(stream.subarray(at, at + size))
          at += size
          for (let next = framer.next(); next !== undefined; next = framer.next()) out.push(next)
        }
        assert.deepEqual(out.map(String), messages.map(String))
      },
    ),
    { numRuns: 500 },
  )
})
