import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalOrder, canonicalSet } from '../../../services/dns/dnssec/canonical.ts'
import { parseName, printKey, ROOT, type Name } from '../../../services/dns/wire/name.ts'
import { nameArbitrary } from './name-arbitrary.ts'

test('RFC 4034 §6.1: names sort by their labels from the last to the first', () => {
  const names = [
    'example.',
    'a.example.',
    'yljkjljk.a.example.',
    'Z.a.example.',
    'zABC.a.EXAMPLE.',
    'z.example.',
    String.raw`\001.z.example.`,
    '*.z.example.',
    String.raw`\200.z.example.`,
  ]
  const keys = names.map((name) => parseName(name, ROOT).key)
  const sorted = keys
    .toReversed()
    .toSorted((one, other) => (canonicalOrder(one) < canonicalOrder(other) ? -1 : 1))
  assert.deepEqual(sorted.map(printKey), keys.map(printKey))
})

/** Labels in lower case, the last first. */
function labelsOf({ key }: Name): readonly Buffer[] {
  const octets = Buffer.from(key, 'latin1')
  const labels: Buffer[] = []
  for (let at = 0; (octets[at] ?? 0) > 0; at += 1 + (octets[at] ?? 0))
    labels.unshift(octets.subarray(at + 1, at + 1 + (octets[at] ?? 0)))
  return labels
}

function compareLabels(one: readonly Buffer[], other: readonly Buffer[]): number {
  for (const [index, label] of one.entries()) {
    const beside = other[index]
    if (beside === undefined) return 1
    const order = Buffer.compare(label, beside)
    if (order !== 0) return order
  }
  return one.length === other.length ? 0 : -1
}

test('the texts of any two names compare as their labels do', () => {
  fc.assert(
    fc.property(nameArbitrary, nameArbitrary, (one, other) => {
      const [a, b] = [canonicalOrder(one.key), canonicalOrder(other.key)]
      assert.equal(Math.sign(compareLabels(labelsOf(one), labelsOf(other))), a === b ? 0 : a < b ? -1 : 1)
    }),
  )
})

test('octets that part labels are told from those within them', () => {
  const names = [
    'a.',
    String.raw`\000.a.`,
    String.raw`\000\000.a.`,
    String.raw`\001.a.`,
    String.raw`\002.a.`,
    String.raw`a\000.`,
    String.raw`a\001.`,
  ]
  const orders = names.map((name) => canonicalOrder(parseName(name, ROOT).key))
  assert.deepEqual(orders.toSorted(), orders)
  assert.equal(new Set(orders).size, orders.length)
})

test('RFC 4034 §6.2, §6.3: data is lower-cased by its type, sorted, and kept once', () => {
  const mail = (name: string): Buffer => Buffer.concat([Buffer.from([0, 5]), parseName(name, ROOT).wire])
  assert.deepEqual(canonicalSet(15, [mail('B.test.'), mail('a.test.'), mail('A.TEST.')]), [
    mail('a.test.'),
    mail('b.test.'),
  ])
  const text = Buffer.from('\x02AB')
  assert.deepEqual(canonicalSet(16, [text]), [text])
  // A shorter one comes before all that it begins.
  assert.deepEqual(canonicalSet(16, [Buffer.from([1, 2]), Buffer.from([1])]), [
    Buffer.from([1]),
    Buffer.from([1, 2]),
  ])
})
