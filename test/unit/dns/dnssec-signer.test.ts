import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TYPE } from '../../../services/dns/records/types.ts'
import type { Zones } from '../../../services/dns/zone/lookup.ts'
import { ask } from './authority-cases.ts'
import { NOW, signerOf, verified } from './dnssec-signed.ts'
import { zonesOf } from './example.ts'

const DAY = 86_400_000
const ZONES = zonesOf({ 'a.db': '$TTL 1h\n@ SOA ns h 1 1h 15m 1w 5m\n@ NS ns\nns A 10.0.0.1\n' })

function expiryOf(zones: Zones): number {
  const set = ask('ns', 'A', { minimal: true, dnssec: true }, zones)?.answer.find(
    ({ type }) => type === TYPE.rrsig,
  )
  return (set?.data[0]?.readUInt32BE(8) ?? 0) * 1000
}

test('signatures are made anew five days before they end, by the clock of the lab', () => {
  const clock = { time: NOW, now: () => clock.time }
  const signer = signerOf(ZONES, clock)
  const first = signer.sign(ZONES)
  assert.equal(expiryOf(first), NOW + 14 * DAY)
  clock.time = NOW + 9 * DAY - 1000
  assert.equal(signer.isDue(), false)
  assert.equal(expiryOf(signer.sign(ZONES)), NOW + 14 * DAY)
  clock.time = NOW + 9 * DAY
  assert.equal(signer.isDue(), true)
  const second = signer.sign(ZONES)
  assert.equal(signer.isDue(), false)
  assert.equal(expiryOf(second), NOW + 23 * DAY)
  assert.deepEqual(
    verified(second, ask('ns', 'A', { minimal: true, dnssec: true }, second)?.answer ?? [], clock.time),
    ['ns.example.org A'],
  )
  // Whoever holds the zones of before still has signatures that are good.
  assert.equal(expiryOf(first), NOW + 14 * DAY)
})

test('a clock that was moved by years, forward or back, finds signatures that hold', () => {
  const clock = { time: NOW, now: () => clock.time }
  const signer = signerOf(ZONES, clock)
  for (const time of [NOW, NOW + 3650 * DAY, NOW - 365 * DAY]) {
    clock.time = time
    const zones = signer.sign(ZONES)
    assert.equal(expiryOf(zones), time + 14 * DAY)
    const denial = ask('nope', 'A', { minimal: true, dnssec: true }, zones)
    assert.deepEqual(verified(zones, denial?.authority ?? [], time), ['example.org SOA', 'example.org NSEC'])
  }
})

test('zones without a key stay as they are', () => {
  const other = zonesOf({
    'b.db': '$ORIGIN other.test.\n$TTL 1\n@ SOA ns h 1 1 1 1 1\n@ NS ns\nns A 10.0.0.1\n',
  })
  const both = new Map([...ZONES, ...other])
  const signed = signerOf(ZONES).sign(both)
  for (const [key, zone] of other) assert.equal(signed.get(key), zone)
})
