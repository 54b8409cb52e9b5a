import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askCookie, learnCookie, withCookie } from './cookie.ts'
import { bindDeviates, openForAllTests } from './subject.ts'

// The examples of appendix A and what needs time to pass are in test/unit/dns/cookie.test.ts and cookie-service.test.ts.

const CLIENT = '0123456789abcdef'
const BADCOOKIE = 23

const subject = openForAllTests()

test('§4: a server cookie is version 1, three zero octets, the time, and eight octets of hash', async () => {
  const server = Buffer.from((await learnCookie(subject, CLIENT)).slice(16), 'hex')
  assert.equal(server.length, 16)
  assert.equal(server.readUInt32BE(0), 0x01000000)
  const now = Math.floor(Date.now() / 1000)
  assert.ok(Math.abs(now - server.readUInt32BE(4)) <= 5, `${server.readUInt32BE(4)} at ${now}`)
})

test('§4.4: the hash differs with the client cookie', async () => {
  const [one, two] = [await learnCookie(subject, CLIENT), await learnCookie(subject, 'fedcba9876543210')]
  assert.notEqual(one.slice(-16), two.slice(-16))
})

test(
  '§4.3: a cookie from the future, of another version or of another length is not right',
  bindDeviates('it says NOERROR whatever the cookie is'),
  async () => {
    const cookie = await learnCookie(subject, CLIENT)
    const future = (Number.parseInt(cookie.slice(24, 32), 16) + 301).toString(16)
    const wrong = [
      `${cookie.slice(0, 24)}${future}${cookie.slice(32)}`,
      `${cookie.slice(0, 16)}02${cookie.slice(18)}`,
      cookie.slice(0, 32),
      `${cookie}00`,
    ]
    for (const each of wrong)
      assert.equal((await askCookie(subject, withCookie(each))).rcode, BADCOOKIE, each)
  },
)
