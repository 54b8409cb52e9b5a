import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { openForAllTests } from '../../conformance/dns/subject.ts'
import { missing } from '../../tool.ts'

const run = promisify(execFile)
const skip = missing('dig')

const subject = openForAllTests()

async function dig(...options: readonly string[]): Promise<string> {
  const { host, port } = subject.address
  const { stdout } = await run('dig', [`@${host}`, '-p', String(port), '+tries=1', '+time=5', ...options])
  return stdout
}

/** The last columns of the answer section's lines. */
async function short(...options: readonly string[]): Promise<readonly string[]> {
  return (await dig('+short', ...options))
    .split('\n')
    .filter((line) => line !== '')
    .toSorted()
}

test('dig prints a whole answer without a warning', { skip }, async () => {
  const output = await dig('+norecurse', 'www.conformance.test')
  assert.match(output, /status: NOERROR/)
  assert.match(output, /flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 1, ADDITIONAL: 3/)
  assert.match(output, /EDNS: version: 0, flags:; udp: 1232/)
  assert.match(output, /^www\.conformance\.test\.\t3600\tIN\tA\t192\.0\.2\.4$/m)
  assert.match(output, /^conformance\.test\.\t+3600\tIN\tNS\tdns\.conformance\.test\.$/m)
  assert.match(output, /^dns\.conformance\.test\.\t3600\tIN\tA\t192\.0\.2\.1$/m)
  assert.doesNotMatch(output, /WARNING|Warning|malformed/)
})

const SHORT: readonly [readonly string[], readonly string[]][] = [
  [
    ['conformance.test', 'MX'],
    ['10 mail.conformance.test.', '20 mail2.conformance.test.'],
  ],
  [['conformance.test', 'SOA'], ['dns.conformance.test. hostmaster.conformance.test. 7 3600 900 604800 300']],
  [['dns.conformance.test', 'AAAA'], ['2001:db8::1']],
  [['_sip._tcp.conformance.test', 'SRV'], ['0 5 5060 mail.conformance.test.']],
  [['text.conformance.test', 'TXT'], ['"one" "two; three" ""']],
  [[String.raw`dot\.ted.conformance.test`, 'TXT'], ['"a dot within a label"']],
  [['odd.conformance.test', 'TYPE65280'], [String.raw`\# 4 01020304`]],
  [['chain.conformance.test'], ['192.0.2.4', 'alias.conformance.test.', 'www.conformance.test.']],
  [['+tcp', 'www.conformance.test'], ['192.0.2.4']],
  [['+noedns', 'www.conformance.test'], ['192.0.2.4']],
  [['-q', 'wWw.CoNfOrMaNcE.tEsT'], ['192.0.2.4']],
]

for (const [options, expected] of SHORT) {
  test(`dig ${options.join(' ')}`, { skip }, async () => assert.deepEqual(await short(...options), expected))
}

test('dig asks again over TCP when an answer is truncated', { skip }, async () => {
  const output = await dig('big.conformance.test', 'TXT')
  assert.match(output, /Truncated, retrying in TCP mode/)
  assert.match(output, /ANSWER: 12,/)
})

test('dig sees NXDOMAIN, NODATA and REFUSED apart, each with its SOA or none', { skip }, async () => {
  assert.match(
    await dig('nothing.conformance.test'),
    /status: NXDOMAIN[^]*AUTHORITY SECTION:\nconformance\.test\.\t+300\tIN\tSOA/,
  )
  assert.match(
    await dig('www.conformance.test', 'AAAA'),
    /status: NOERROR[^]*ANSWER: 0, AUTHORITY: 1[^]*\tSOA\t/,
  )
  assert.match(await dig('www.example.net'), /status: REFUSED/)
  assert.match(await dig('authors.bind', 'CH', 'TXT'), /status: REFUSED/)
  assert.match(await dig('version.bind', 'CH', 'TXT'), /version\.bind\.\t+0\tCH\tTXT\t"telelab"/)
})

test('dig sees BADVERS for a later version of EDNS, and unknown options ignored', { skip }, async () => {
  assert.match(await dig('+edns=1', '+noednsnegotiation', 'www.conformance.test'), /status: BADVERS/)
  assert.match(
    await dig('+ednsopt=65001:c0ffee', '+cookie', '+nsid', '+dnssec', 'www.conformance.test'),
    /status: NOERROR[^]*EDNS: version: 0, flags: do; udp: 1232/,
  )
})

test('dig keeps one connection open for several questions', { skip }, async () => {
  const found = await short(
    '+tcp',
    '+keepopen',
    'www.conformance.test',
    'mail.conformance.test',
    'dns.conformance.test',
  )
  assert.deepEqual(found, ['192.0.2.1', '192.0.2.2', '192.0.2.4'])
})
