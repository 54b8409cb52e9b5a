import assert from 'node:assert/strict'
import { test } from 'node:test'
import { octetsOf, ownerOf, siteOf } from '../../../services/dns/policy/address.ts'
import { Cookies } from '../../../services/dns/policy/cookie.ts'
import { siphash } from '../../../services/dns/policy/siphash.ts'

// From the vectors of SipHash's authors: key 00 01 … 0f, input 00 01 … of that length.
const HASHES: readonly [number, string][] = [
  [0, '310e0edd47db6f72'],
  [1, 'fd67dc93c539f874'],
  [7, '37d1018bf50002ab'],
  [8, '6224939a79f5f593'],
  [15, 'e545be4961ca29a1'],
  [63, '724506eb4c328a95'],
]

for (const [length, hash] of HASHES) {
  test(`SipHash-2-4 of ${length} octets is that of its authors`, () => {
    const octets = Buffer.from(Array.from({ length: 64 }, (_, index) => index))
    assert.equal(siphash(octets.subarray(0, 16), octets.subarray(0, length)).toString('hex'), hash)
  })
}

/** Cookies with these secrets, in the order in which they are taken, at a time that can be moved. */
function cookiesAt(
  seconds: number,
  ...secrets: readonly string[]
): { cookies: Cookies; clock: { seconds: number } } {
  const clock = { seconds }
  const left = [...secrets]
  const random = { bytes: () => Buffer.from(left.shift() ?? 'ff'.repeat(16), 'hex') }
  return { cookies: new Cookies({ now: () => clock.seconds * 1000 }, random), clock }
}

function judge(
  cookies: Cookies,
  cookie: string,
  host: string,
): { readonly isValid: boolean; readonly answer: string } {
  const { isValid, answer } = cookies.judge(Buffer.from(cookie, 'hex'), host) ?? assert.fail('malformed')
  return { isValid, answer: answer.toString('hex') }
}

const SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf'

test('RFC 9018 §A.1: a new server cookie', () => {
  const { cookies } = cookiesAt(1_559_731_985, SECRET)
  assert.deepEqual(judge(cookies, '2464c4abcf10c957', '198.51.100.100'), {
    isValid: false,
    answer: '2464c4abcf10c957010000005cf79f111f8130c3eee29480',
  })
})

test('RFC 9018 §A.2: one that is older than half an hour is renewed', () => {
  const { cookies } = cookiesAt(1_559_734_385, SECRET)
  assert.deepEqual(judge(cookies, '2464c4abcf10c957010000005cf79f111f8130c3eee29480', '198.51.100.100'), {
    isValid: true,
    answer: '2464c4abcf10c957010000005cf7a871d4a564a1442aca77',
  })
})

test('RFC 9018 §A.3: reserved octets that others have set count, and are zero in the next', () => {
  // The example is renewed 112 minutes after it was made; an hour is the limit (§4.3), so it is asked earlier.
  const cookie = 'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5'
  const early = cookiesAt(1_559_727_985 + 60, SECRET)
  assert.deepEqual(judge(early.cookies, cookie, '203.0.113.203'), { isValid: true, answer: cookie })
  const late = cookiesAt(1_559_734_700, SECRET)
  assert.deepEqual(judge(late.cookies, cookie, '203.0.113.203'), {
    isValid: false,
    answer: 'fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e',
  })
})

test('RFC 9018 §A.4: over IPv6, the secret before the last one still counts', () => {
  const cookie = '22681ab97d52c298010000005cf7c57926556bd0934c72f8'
  const host = '2001:db8:220:1:59de:d0f4:8769:82b8'
  const { cookies, clock } = cookiesAt(
    1_559_741_817,
    'dd3bdf9344b678b185a6f5cb60fca715',
    '445536bcd2513298075a5d379663c962',
  )
  assert.deepEqual(judge(cookies, cookie.slice(0, 16), host), { isValid: false, answer: cookie })
  clock.seconds += 3600
  assert.equal(judge(cookies, cookie, host).isValid, true)
  const { answer } = judge(cookies, cookie, host)
  clock.seconds = 1_559_741_961
  // The renewed one of the example, made with the new secret.
  assert.equal(answer.slice(0, 24), '22681ab97d52c29801000000')
  assert.equal(
    judge(cookiesAt(1_559_741_961, '445536bcd2513298075a5d379663c962').cookies, cookie, host).answer,
    '22681ab97d52c298010000005cf7c609a6bb79d16625507a',
  )
  clock.seconds = 1_559_741_817 + 7200
  judge(cookies, cookie, host)
  clock.seconds = 1_559_741_817
  assert.equal(judge(cookies, cookie, host).isValid, false)
})

test('RFC 9018 §4.3: a cookie is good for an hour, and five minutes before its time', () => {
  const host = '192.0.2.1'
  const { cookies, clock } = cookiesAt(2_000_000_000, SECRET)
  const { answer } = judge(cookies, '0011223344556677', host)
  const ages: readonly [number, boolean][] = [
    [-301, false],
    [-300, true],
    [0, true],
    [3600, true],
    [3601, false],
  ]
  for (const [age, isValid] of ages) {
    clock.seconds = 2_000_000_000 + age
    assert.equal(judge(cookies, answer, host).isValid, isValid, `${age} s`)
  }
})

test('a fresh cookie is given back as it came, an old one is replaced', () => {
  const { cookies, clock } = cookiesAt(2_000_000_000, SECRET)
  const { answer } = judge(cookies, '0011223344556677', '192.0.2.1')
  clock.seconds += 1799
  assert.equal(judge(cookies, answer, '192.0.2.1').answer, answer)
  clock.seconds += 1
  const next = judge(cookies, answer, '192.0.2.1')
  assert.equal(next.isValid, true)
  assert.notEqual(next.answer, answer)
  assert.equal(judge(cookies, next.answer, '192.0.2.1').isValid, true)
})

test('a cookie is good for its own address, client cookie and octets only', () => {
  const { cookies } = cookiesAt(2_000_000_000, SECRET)
  const { answer } = judge(cookies, '0011223344556677', '192.0.2.1')
  assert.equal(judge(cookies, answer, '192.0.2.1').isValid, true)
  assert.equal(judge(cookies, answer, '::ffff:192.0.2.1').isValid, true)
  assert.equal(judge(cookies, answer, '192.0.2.2').isValid, false)
  for (let at = 0; at < answer.length; at += 2) {
    const octet = (Number.parseInt(answer.slice(at, at + 2), 16) ^ 1).toString(16).padStart(2, '0')
    const spoiled = answer.slice(0, at) + octet + answer.slice(at + 2)
    assert.equal(judge(cookies, spoiled, '192.0.2.1').isValid, false, `octet ${at / 2}`)
  }
})

test('RFC 7873 §5.2.2: lengths that no cookie has are told apart', () => {
  const { cookies } = cookiesAt(2_000_000_000, SECRET)
  for (let length = 0; length <= 60; length += 1) {
    const isSound = length === 8 || (length >= 16 && length <= 40)
    assert.equal(cookies.judge(Buffer.alloc(length), '192.0.2.1') !== undefined, isSound, String(length))
  }
})

const ADDRESSES: readonly [string, string][] = [
  ['127.0.0.1', '7f000001'],
  ['255.254.0.9', 'fffe0009'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:db8::', '20010db8000000000000000000000000'],
  ['2001:db8:220:1:59de:d0f4:8769:82b8', '20010db80220000159ded0f4876982b8'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['::ffff:192.0.2.1', 'c0000201'],
  ['::ffff:1', '000000000000000000000000ffff0001'],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ['not an address', ''],
]

for (const [text, octets] of ADDRESSES) {
  test(`the octets of the address ${text}`, () => assert.equal(octetsOf(text).toString('hex'), octets))
}

test('a site is a /24 of IPv4 or a /56 of IPv6, and one client is an address or a site of IPv6', () => {
  assert.equal(siteOf('192.0.2.1'), siteOf('192.0.2.254'))
  assert.notEqual(siteOf('192.0.2.1'), siteOf('192.0.3.1'))
  assert.equal(siteOf('2001:db8:0:1ff::1'), siteOf('2001:db8:0:100::2'))
  assert.notEqual(siteOf('2001:db8:0:200::1'), siteOf('2001:db8:0:100::1'))
  assert.notEqual(ownerOf('192.0.2.1'), ownerOf('192.0.2.2'))
  assert.equal(ownerOf('2001:db8::1'), ownerOf('2001:db8::2'))
})
