import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { clientOf } from './client.ts'

const skip = missing('nslookup')
const client = clientOf()

async function nslookup(...words: readonly string[]): Promise<string> {
  const { text, error } = await client('nslookup', '-port=PORT', ...words, '127.0.0.1')
  assert.equal(error, '')
  return text.replaceAll('\t', ' ')
}

const ANSWERS: readonly [readonly string[], RegExp][] = [
  [['www.conformance.test'], /Name: www\.conformance\.test\nAddress: 192\.0\.2\.4/],
  [['-type=AAAA', 'dns.conformance.test'], /Address: 2001:db8::1/],
  [['-type=MX', 'conformance.test'], /mail exchanger = 10 mail\.[^]*mail exchanger = 20 mail2\./],
  [['-type=SOA', 'conformance.test'], /origin = dns\.conformance\.test[^]*serial = 7[^]*minimum = 300/],
  [['-type=SRV', '_sip._tcp.conformance.test'], /service = 0 5 5060 mail\.conformance\.test\./],
  [['-type=TXT', 'text.conformance.test'], /text = "one" "two; three" ""/],
  [['chain.conformance.test'], /canonical name = alias\.[^]*canonical name = www\.[^]*Address: 192\.0\.2\.4/],
  [['-vc', 'www.conformance.test'], /Address: 192\.0\.2\.4/],
  [['-vc', '-type=ANY', 'dns.conformance.test'], /Address: 192\.0\.2\.1[^]*Address: 2001:db8::1/],
]

for (const [words, expected] of ANSWERS) {
  test(`nslookup ${words.join(' ')}`, { skip }, async () => assert.match(await nslookup(...words), expected))
}

test('nslookup asks again over TCP when an answer is truncated', { skip }, async () => {
  const text = await nslookup('-type=TXT', 'big.conformance.test')
  assert.equal(text.match(/text = /g)?.length, 12)
})

test('nslookup tells name errors, no data and refusals', { skip }, async () => {
  assert.match(await nslookup('nothing.conformance.test'), /can't find nothing\.conformance\.test: NXDOMAIN/)
  assert.match(
    await nslookup('-type=MX', 'www.conformance.test'),
    /Can't find www\.conformance\.test: No answer/,
  )
  assert.match(await nslookup('www.example.net'), /REFUSED/)
})
