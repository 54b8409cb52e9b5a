import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { clientOf } from './client.ts'

const skip = missing('host')
const client = clientOf({ options: 'allowTransfer: [127.0.0.1]', bind: '' })

async function host(...words: readonly string[]): Promise<string> {
  return (await client('host', '-p', 'PORT', ...words, '127.0.0.1')).text
}

const ANSWERS: readonly [readonly string[], RegExp][] = [
  [['www.conformance.test'], /www\.conformance\.test has address 192\.0\.2\.4/],
  [['dns.conformance.test'], /has address 192\.0\.2\.1\n.*has IPv6 address 2001:db8::1/],
  [['conformance.test'], /mail is handled by 10 mail\.[^]*mail is handled by 20 mail2\./],
  [
    ['chain.conformance.test'],
    /is an alias for alias\.[^]*is an alias for www\.[^]*has address 192\.0\.2\.4/,
  ],
  [['-t', 'NS', 'conformance.test'], /conformance\.test name server dns\.conformance\.test\./],
  [['-t', 'TXT', 'text.conformance.test'], /descriptive text "one" "two; three" ""/],
  [['-T', 'www.conformance.test'], /has address 192\.0\.2\.4/],
  [['-T', '-a', 'dns.conformance.test'], /flags: qr aa rd; QUERY: 1, ANSWER: 2,/],
  [['-v', '-t', 'A', 'x.sub.conformance.test'], /flags: qr rd;[^]*IN\tNS\tns\.sub\./],
]

for (const [words, expected] of ANSWERS) {
  test(`host ${words.join(' ')}`, { skip }, async () => assert.match(await host(...words), expected))
}

test('host asks again over TCP when an answer is truncated', { skip }, async () => {
  assert.equal((await host('-t', 'TXT', 'big.conformance.test')).match(/descriptive text/g)?.length, 12)
})

test('host tells name errors, no data and refusals', { skip }, async () => {
  assert.match(await host('nothing.conformance.test'), /not found: 3\(NXDOMAIN\)/)
  assert.match(await host('-t', 'MX', 'www.conformance.test'), /has no MX record/)
  assert.match(await host('www.example.net'), /not found: 5\(REFUSED\)/)
})

test('host -l lists the zone by a transfer', { skip }, async () => {
  const text = await host('-l', '-t', 'A', 'conformance.test')
  assert.match(text, /^mail\.conformance\.test has address 192\.0\.2\.2$/m)
  assert.match(text, /^hidden\.sub\.conformance\.test has address 192\.0\.2\.8$/m)
})
