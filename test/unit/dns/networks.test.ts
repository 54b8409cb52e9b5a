import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNetworks, isNetwork } from '../../../lab/kit/networks.ts'

const CASES: readonly [string[], string, boolean][] = [
  [['192.168.56.0/24'], '192.168.56.102', true],
  [['192.168.56.0/24'], '192.168.57.1', false],
  [['192.168.56.0/24'], '::ffff:192.168.56.102', true],
  [['192.168.56.0/24'], '::ffff:c0a8:3866', true],
  [['192.168.56.77/24'], '192.168.56.1', true],
  [['10.0.0.1'], '10.0.0.1', true],
  [['10.0.0.1'], '10.0.0.2', false],
  [['::ffff:10.0.0.0/104'], '10.9.9.9', true],
  [['2001:db8::/32'], '2001:db8:ffff::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['fe80::/10'], 'fe80::1%eth0', true],
  [['0.0.0.0/0', '::/0'], '203.0.113.9', true],
  [['0.0.0.0/0', '::/0'], 'not an address', false],
  [['0.0.0.0/0'], '2001:db8::1', false],
  [[], '127.0.0.1', false],
  [['127.0.0.0/8', '::1'], '::1', true],
]

for (const [list, address, expected] of CASES) {
  test(`[${list.join(', ')}] ${expected ? 'holds' : 'does not hold'} ${address}`, () => {
    assert.equal(createNetworks(list).has(address), expected)
  })
}

test('only addresses and networks in full notation are networks', () => {
  for (const good of ['127.0.0.1', '10.0.0.0/8', '::/0', '2001:db8::/128'])
    assert.equal(isNetwork(good), true, good)
  for (const bad of [
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '010.0.0.1',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '1.2.3.4/1x',
    'fe80::1%lo',
    'host',
  ]) {
    assert.equal(isNetwork(bad), false, bad)
    assert.throws(() => createNetworks([bad]), RangeError)
  }
})
