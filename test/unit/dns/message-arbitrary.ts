/** Random messages for property tests. */
import * as fc from 'fast-check'
import type { Message, RecordSet } from '../../../services/dns/wire/message.ts'
import { nameArbitrary } from './name-arbitrary.ts'
import { typedArbitrary } from './types-arbitrary.ts'

const setArbitrary: fc.Arbitrary<RecordSet> = fc
  .record({ owner: nameArbitrary, ttl: fc.integer({ min: 0, max: 0x7fffffff }), content: typedArbitrary })
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
