/** BIND's validating client where nothing is to be validated; signed zones have tests of their own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { clientOf } from './client.ts'

const skip = missing('delv')
const client = clientOf()

async function delv(...words: readonly string[]): Promise<string> {
  const { text, error } = await client('delv', '@127.0.0.1', '-p', 'PORT', '-i', ...words)
  return `${text}${error}`
}

const ANSWERS: readonly [readonly string[], RegExp][] = [
  [['www.conformance.test'], /^www\.conformance\.test\.\t3600\tIN\tA\t192\.0\.2\.4$/m],
  [['conformance.test', 'MX'], /MX\t10 mail\.conformance\.test\.\n.*MX\t20 mail2\.conformance\.test\.$/m],
  [['chain.conformance.test'], /CNAME\talias\.[^]*CNAME\twww\.[^]*A\t192\.0\.2\.4/],
  [['x.wild.conformance.test', 'TXT'], /^x\.wild\.conformance\.test\.\s+3600\tIN\tTXT\t"any"$/m],
  [['odd.conformance.test', 'TYPE65280'], /TYPE65280 *\t?\\# 4 01020304/],
]

for (const [words, expected] of ANSWERS) {
  test(`delv ${words.join(' ')}`, { skip }, async () => assert.match(await delv(...words), expected))
}

test('delv gets what is too long for UDP over TCP', { skip }, async () => {
  assert.equal((await delv('big.conformance.test', 'TXT')).match(/\tTXT\t/g)?.length, 12)
})

test('delv takes name errors and missing data for what they are', { skip }, async () => {
  assert.match(await delv('nothing.conformance.test'), /resolution failed: ncache nxdomain/)
  assert.match(await delv('www.conformance.test', 'AAAA'), /resolution failed: ncache nxrrset/)
})
