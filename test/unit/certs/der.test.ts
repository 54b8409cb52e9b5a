import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { loadDer, pem, type DerValue } from '../../../certs/der.ts'

const der = await loadDer()

const cases: readonly (readonly [string, DerValue, string])[] = [
  ['true', der.boolean(true), '0101ff'],
  ['false', der.boolean(false), '010100'],
  ['a small integer', der.integer(Buffer.of(2)), '020102'],
  ['an integer whose top bit is set', der.integer(Buffer.of(0x80)), '02020080'],
  ['octets', der.octets(Buffer.from('abc')), '0403616263'],
  ['no octets', der.octets(Buffer.alloc(0)), '0400'],
  ['bits', der.bits(Buffer.of(0b0000_0110), 1), '03020106'],
  ['an identifier with a long arc', der.identifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
  ['a text', der.text('\u00F1'), '0c02c3b1'],
  ['an empty sequence', der.sequence(), '3000'],
  ['a sequence', der.sequence(der.boolean(true), der.sequence()), '30050101ff3000'],
  ['a set', der.set(der.boolean(true)), '31030101ff'],
  ['[0] around a member', der.tagged(0, der.integer(Buffer.of(2))), 'a003020102'],
  ['[2] implicit', der.implicit(2, Buffer.from('a')), '820161'],
  ['a time of 2049', der.time(Date.UTC(2049, 11, 31, 23, 59, 59, 999)), '170d3439313233313233353935395a'],
  ['a time of 2050', der.time(Date.UTC(2050, 0, 1)), '180f32303530303130313030303030305a'],
  ['a length of 128', der.octets(Buffer.alloc(128)), `048180${'00'.repeat(128)}`],
  ['a length of 256', der.octets(Buffer.alloc(256)), `04820100${'00'.repeat(256)}`],
]

for (const [name, value, hex] of cases) {
  test(`${name} is encoded as X.690 says, and can be copied`, () => {
    const octets = der.encode(value)
    assert.equal(octets.toString('hex'), hex)
    assert.deepEqual(der.encode(der.copy(octets)), octets)
  })
}

test('octets of any value and length come through', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (octets) => {
      const encoded = der.encode(der.octets(Buffer.from(octets)))
      assert.deepEqual(encoded.subarray(encoded.length - octets.length), Buffer.from(octets))
    }),
    { numRuns: 30 },
  )
})

test('PEM has lines of 64 characters', () => {
  assert.equal(pem('X', Buffer.alloc(49)), `-----BEGIN X-----\n${'A'.repeat(64)}\nAA==\n-----END X-----\n`)
})
