import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { delegationsOf } from '../../../services/dns/dnssec/delegation.ts'
import { createSecret, keyOf } from '../../../services/dns/dnssec/key.ts'
import { signSet } from '../../../services/dns/dnssec/signatures.ts'
import { signZone } from '../../../services/dns/dnssec/sign.ts'
import { trustAnchors } from '../../../services/dns/dnssec/signing.ts'
import { printData } from '../../../services/dns/records/data.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { zonesOf } from './example.ts'

// The example of RFC 6605 §6.1.
const ZONE = parseName('example.net.', ROOT)
const SECRET = Buffer.from('GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=', 'base64')
const PUBLIC = 'GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA=='
const PERIOD = {
  inception: Date.UTC(2010, 7, 12, 10, 4, 39) / 1000,
  expiration: Date.UTC(2010, 8, 9, 10, 4, 39) / 1000,
}

test('RFC 6605 §6.1: the key, its tag and its DS record', () => {
  const key = keyOf(ZONE, SECRET)
  assert.equal(printData(48, key.dnskey).replaceAll(/(?<=\S{40})\s/g, ''), `257 3 13 ${PUBLIC}`)
  assert.equal(key.tag, 55648)
  const zone = zonesOf({ 'a.db': '$ORIGIN example.net.\n$TTL 1\n@ SOA a b 1 1 1 1 1\n@ NS ns.test.\n' }).get(
    ZONE.key,
  )
  assert.ok(zone)
  const [ds] = delegationsOf(signZone(zone, { key, period: PERIOD }, new Map()))
  assert.equal(ds?.readUInt16BE(0), 55648)
  assert.equal(
    ds.subarray(2).toString('hex'),
    '0d02b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17',
  )
  assert.deepEqual(delegationsOf(zone), [])
})

test('RFC 6605 §6.1: the fields of a signature, which the public key verifies', () => {
  const key = keyOf(ZONE, SECRET)
  const set = {
    owner: parseName('WWW.example.net.', ROOT),
    type: 1,
    class: 1,
    ttl: 3600,
    data: [Buffer.from([192, 0, 2, 1])],
  }
  const signature = signSet(set, { key, period: PERIOD })
  assert.equal(signature.ttl, 3600)
  assert.equal(signature.type, 46)
  const data = signature.data[0] ?? Buffer.alloc(0)
  const fields = Buffer.from('00010d0300000e104c88b1374c63c737d960076578616d706c65036e657400', 'hex')
  assert.deepEqual(data.subarray(0, -64), fields)
  const signed = Buffer.concat([
    fields,
    Buffer.from('03777777076578616d706c65036e6574000001000100000e100004c0000201', 'hex'),
  ])
  const publicKey = createPublicKey(key.privateKey)
  const isGood = (octets: Buffer): boolean =>
    verify('sha256', octets, { key: publicKey, dsaEncoding: 'ieee-p1363' }, data.subarray(-64))
  assert.equal(isGood(signed), true)
  signed[signed.length - 1] = 2
  assert.equal(isGood(signed), false)
})

test('secrets differ, have 32 octets and are ones that the curve has', async () => {
  const [one, other] = await Promise.all([createSecret(), createSecret()])
  assert.equal(one.length, 32)
  assert.notDeepEqual(one, other)
  assert.equal(keyOf(ZONE, one).dnskey.length, 68)
  assert.throws(() => keyOf(ZONE, Buffer.alloc(32)))
})

test('trust anchors are a statement of named.conf', () => {
  assert.equal(
    trustAnchors([keyOf(ZONE, SECRET)]),
    `trust-anchors {\n  "example.net." static-key 257 3 13 "${PUBLIC}";\n};\n`,
  )
})
