import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { addressOctets } from '../../../certs/address.ts'

const cases: readonly (readonly [string, string | undefined])[] = [
  ['127.0.0.1', '7f000001'],
  ['255.255.255.255', 'ffffffff'],
  ['::', '0'.repeat(32)],
  ['::1', `${'0'.repeat(31)}1`],
  ['2001:db8::', '20010db8000000000000000000000000'],
  ['2001:DB8::a:1', '20010db80000000000000000000a0001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1::3:4:5:6:7:8', '00010000000300040005000600070008'],
  ['::ffff:192.168.1.2', '00000000000000000000ffffc0a80102'],
  ['fe80::1%eth0', undefined],
  ['127.1', undefined],
  ['010.8.8.8', undefined],
  ['1.2.3.4/8', undefined],
  ['example.org', undefined],
  ['', undefined],
]

test('addresses become the octets that certificates hold', () => {
  for (const [address, hex] of cases) assert.equal(addressOctets(address)?.toString('hex'), hex, address)
})

test('any IPv6 address becomes its octets, however it is written', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), fc.ipV6(), (groups, other) => {
      const hex = groups.map((group) => group.toString(16).padStart(4, '0')).join('')
      assert.equal(addressOctets(groups.map((group) => group.toString(16)).join(':'))?.toString('hex'), hex)
      assert.equal(addressOctets(other)?.length, 16)
    }),
  )
})
