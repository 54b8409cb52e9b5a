/** Octets that were a message and have been spoiled, as an attacker or a broken program would. */
import type { Random } from '../../../lab/service.ts'

type Mutation = (octets: Buffer, random: Random, other: Buffer) => Buffer

/** Offsets of the header's four counts. */
const COUNTS = [4, 6, 8, 10]
/** Where lengths and pointers change what they mean. */
const EDGES = [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff]

const MUTATIONS: readonly Mutation[] = [
  // Single bits.
  (octets, random) => {
    for (let count = random.integer(1, 9); count > 0; count -= 1) {
      const at = random.integer(0, octets.length)
      octets[at] = (octets[at] ?? 0) ^ (1 << random.integer(0, 8))
    }
    return octets
  },
  // Cut short.
  (octets, random) => octets.subarray(0, random.integer(0, octets.length + 1)),
  // The start of one and the end of another.
  (octets, random, other) =>
    Buffer.concat([
      octets.subarray(0, random.integer(0, octets.length + 1)),
      other.subarray(random.integer(0, other.length + 1)),
    ]),
  // Counts that promise more or less.
  (octets, random) => {
    const at = pick(random, COUNTS)
    if (octets.length > at + 1)
      octets.writeUInt16BE(pick(random, [0, 1, 2, 255, 0xffff, random.integer(0, 0x10000)]), at)
    return octets
  },
  // A pointer, to anywhere.
  (octets, random) => {
    if (octets.length < 14) return octets
    const at = random.integer(12, octets.length - 1)
    octets.writeUInt16BE(0xc000 | random.integer(0, pick(random, [octets.length, 0x4000])), at)
    return octets
  },
  // A length of a label or of anything else.
  (octets, random) => {
    if (octets.length > 0) octets[random.integer(0, octets.length)] = pick(random, EDGES)
    return octets
  },
  // Sixteen bits at an end of their range.
  (octets, random) => {
    if (octets.length < 2) return octets
    octets.writeUInt16BE(pick(random, [0, 1, 0x7fff, 0x8000, 0xffff]), random.integer(0, octets.length - 1))
    return octets
  },
  // A part twice.
  (octets, random) => {
    const from = random.integer(0, octets.length + 1)
    const to = random.integer(from, octets.length + 1)
    return Buffer.concat([octets.subarray(0, to), octets.subarray(from)])
  },
  // More at the end.
  (octets, random) => Buffer.concat([octets, random.bytes(random.integer(1, 40))]),
]

/** Changes a copy of one of the samples once or a few times. */
export function mutate(samples: readonly Buffer[], random: Random): Buffer {
  let octets: Buffer = Buffer.from(pick(random, samples))
  for (let count = random.integer(1, 4); count > 0; count -= 1)
    octets = pick(random, MUTATIONS)(octets, random, pick(random, samples))
  return octets.length > 65_535 ? octets.subarray(0, 65_535) : octets
}

function pick<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[random.integer(0, values.length)]
  if (value === undefined) throw new Error('there is nothing to pick from')
  return value
}
