/** Random names for property tests. */
import * as fc from 'fast-check'
import { NAME_LIMIT, nameOf, type Name } from '../../../services/dns/wire/name.ts'

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
