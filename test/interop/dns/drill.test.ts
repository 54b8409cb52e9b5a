import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { clientOf } from './client.ts'

const skip = missing('drill')
const client = clientOf()

async function drill(...words: readonly string[]): Promise<string> {
  const { code, text, error } = await client('drill', '-p', 'PORT', '@127.0.0.1', ...words)
  assert.equal(code, 0, error)
  return text
}

const ANSWERS: readonly [readonly string[], RegExp][] = [
  [['www.conformance.test'], /^www\.conformance\.test\.\t3600\tIN\tA\t192\.0\.2\.4$/m],
  [['dns.conformance.test', 'AAAA'], /\tAAAA\t2001:db8::1$/m],
  [['conformance.test', 'MX'], /\tMX\t10 mail\.conformance\.test\.\n.*\tMX\t20 mail2\.conformance\.test\.$/m],
  [['_sip._tcp.conformance.test', 'SRV'], /\tSRV\t0 5 5060 mail\.conformance\.test\.$/m],
  [['text.conformance.test', 'TXT'], /\tTXT\t"one" "two; three" ""$/m],
  [['odd.conformance.test', 'TYPE65280'], /\tTYPE65280\t\\# 4 01020304$/m],
  [['chain.conformance.test'], /\tCNAME\talias\..*\n.*\tCNAME\twww\..*\n.*\tA\t192\.0\.2\.4$/m],
  [['x.wild.conformance.test', 'TXT'], /^x\.wild\.conformance\.test\.\t3600\tIN\tTXT\t"any"$/m],
]

for (const [words, expected] of ANSWERS) {
  test(`drill ${words.join(' ')}`, { skip }, async () => {
    const text = await drill(...words)
    assert.match(text, expected)
    assert.match(text, /rcode: NOERROR[^]*flags: qr aa rd /)
  })
}

test('drill sees that an answer is truncated, and gets it whole over TCP', { skip }, async () => {
  assert.match(await drill('big.conformance.test', 'TXT'), /flags: qr aa tc rd[^]*ANSWER: 0,/)
  assert.match(await drill('-t', 'big.conformance.test', 'TXT'), /flags: qr aa rd ; QUERY: 1, ANSWER: 12,/)
  assert.match(await drill('-a', 'big.conformance.test', 'TXT'), /flags: qr aa rd ; QUERY: 1, ANSWER: 12,/)
})

test('drill sees DO copied and the size of the server', { skip }, async () => {
  assert.match(await drill('-D', 'www.conformance.test'), /EDNS: version 0; flags: do ; udp: 1232/)
})

test('drill sees name errors, no data and referrals apart', { skip }, async () => {
  assert.match(
    await drill('nothing.conformance.test'),
    /rcode: NXDOMAIN[^]*AUTHORITY SECTION:\nconformance\.test\.\t300\tIN\tSOA/,
  )
  assert.match(await drill('www.conformance.test', 'MX'), /rcode: NOERROR[^]*ANSWER: 0, AUTHORITY: 1[^]*SOA/)
  assert.match(await drill('x.sub.conformance.test'), /flags: qr rd ;[^]*\tNS\tns\.sub[^]*\tA\t192\.0\.2\.7/)
  assert.match(await drill('www.example.net'), /rcode: REFUSED/)
})
