/** Random values of the DNS codec for property tests. */
import * as fc from 'fast-check'
import { NAME_LIMIT, nameOf, type Name } from '../../../services/dns/wire/name.ts'
import type { Message, RecordSet } from '../../../services/dns/wire/message.ts'

const labelArbitrary = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('www', 'Mail', 'example', 'org', '*', '_tcp', 'a')
      .map((text) => Buffer.from(text)),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 63 }).map((octets) => Buffer.from(octets)),
  },
)

/** Names of up to 255 octets whose labels hold any octet. */
export const nameArbitrary: fc.Arbitrary<Name> = fc.array(labelArbitrary, { maxLength: 10 }).map((labels) => {
  const kept: Buffer[] = []
  let total = 1
  for (const label of labels) {
    total += label.length + 1
    if (total > NAME_LIMIT) break
    kept.push(Buffer.from([label.length]), label)
  }
  return nameOf(Buffer.concat([...kept, Buffer.from([0])]))
})

function numbers(count: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength: count, maxLength: count }).map((octets) => Buffer.from(octets))
}

const wireName = nameArbitrary.map((name) => name.wire)
const string = fc.uint8Array({ maxLength: 255 }).map((octets) => Buffer.from([octets.length, ...octets]))
const tag = fc.constantFrom('issue', 'iodef').map((text) => Buffer.from([text.length, ...Buffer.from(text)]))

/** A type's code with well-formed data of that type. */
export const dataArbitrary: fc.Arbitrary<{ readonly type: number; readonly data: Buffer }> = fc.oneof(
  shaped(1, numbers(4)),
  shaped(2, wireName),
  shaped(5, wireName),
  shaped(
    6,
    wireName,
    wireName,
    numbers(4),
    ...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 0x7fffffff }).map(long)),
  ),
  shaped(12, wireName),
  shaped(15, numbers(2), wireName),
  shaped(16, string, string, string),
  shaped(28, numbers(16)),
  shaped(33, numbers(6), wireName),
  shaped(
    257,
    numbers(1),
    tag,
    fc.uint8Array({ maxLength: 80 }).map((octets) => Buffer.from(octets)),
  ),
  shaped(
    65_280,
    fc.uint8Array({ maxLength: 80 }).map((octets) => Buffer.from(octets)),
  ),
)

function long(value: number): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(value)
  return octets
}

function shaped(
  type: number,
  ...parts: fc.Arbitrary<Buffer>[]
): fc.Arbitrary<{ type: number; data: Buffer }> {
  return fc.tuple(...parts).map((octets) => ({ type, data: Buffer.concat(octets) }))
}

const setArbitrary: fc.Arbitrary<RecordSet> = fc
  .record({ owner: nameArbitrary, ttl: fc.integer({ min: 0, max: 0x7fffffff }), content: dataArbitrary })
  .map(({ owner, ttl, content }) => ({ owner, ttl, type: content.type, class: 1, data: [content.data] }))

// Neighbouring sets of one name and type would come back as one.
const sectionArbitrary = fc.uniqueArray(setArbitrary, {
  maxLength: 6,
  selector: (set) => `${set.owner.key} ${set.type}`,
})

/** Whole messages, with or without an OPT record. */
export const messageArbitrary: fc.Arbitrary<Message> = fc
  .record({
    id: fc.integer({ min: 0, max: 0xffff }),
    flags: fc.constantFrom(0x8400, 0x0100, 0x8180, 0x8130),
    opcode: fc.integer({ min: 0, max: 15 }),
    lowRcode: fc.integer({ min: 0, max: 15 }),
    highRcode: fc.integer({ min: 0, max: 255 }),
    questions: fc.array(
      fc.record({ name: nameArbitrary, type: fc.constantFrom(1, 28, 255), class: fc.constant(1) }),
      { maxLength: 2 },
    ),
    answer: sectionArbitrary,
    authority: sectionArbitrary,
    additional: sectionArbitrary,
    edns: fc.option(
      fc.record({
        size: fc.integer({ min: 0, max: 0xffff }),
        version: fc.integer({ min: 0, max: 255 }),
        dnssec: fc.boolean(),
        options: fc
          .uint8Array({ maxLength: 40 })
          .map((octets) => Buffer.from([0, 10, 0, octets.length, ...octets])),
      }),
      { nil: undefined },
    ),
  })
  .map(({ lowRcode, highRcode, ...message }) => ({
    ...message,
    rcode: message.edns === undefined ? lowRcode : lowRcode | (highRcode << 4),
  }))
