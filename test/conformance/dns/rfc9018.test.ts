import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askCookie, cookieOf, learnCookie, withCookie } from './cookie.ts'
import { bindDeviates, openSubject, type Subject } from './subject.ts'

// The examples of appendix A, which need a given secret and time, are in test/unit/dns/cookie.test.ts.

const CLIENT = '0123456789abcdef'
const BADCOOKIE = 23

let subject: Subject
before(async () => {
  subject = await openSubject()
})
after(() => subject[Symbol.asyncDispose]())

test('§4: a server cookie is version 1, three zero octets, the time, and eight octets of hash', async () => {
  const server = Buffer.from((await learnCookie(subject, CLIENT)).slice(16), 'hex')
  assert.equal(server.length, 16)
  assert.equal(server.readUInt32BE(0), 0x01000000)
  const now = Math.floor((subject.lab?.clock.now() ?? Date.now()) / 1000)
  assert.ok(Math.abs(now - server.readUInt32BE(4)) <= 5, `${server.readUInt32BE(4)} at ${now}`)
})

test('§4.4: the hash differs with the client cookie', async () => {
  const [one, two] = [await learnCookie(subject, CLIENT), await learnCookie(subject, 'fedcba9876543210')]
  assert.notEqual(one.slice(-16), two.slice(-16))
})

test('§4.3: a cookie is renewed after half an hour and refused after an hour', async (t) => {
  const { lab } = subject
  if (lab === undefined) return t.skip('the clock of another server cannot be moved')
  const cookie = await learnCookie(subject, CLIENT)
  lab.clock.advance(29 * 60_000)
  assert.equal(cookieOf(await askCookie(subject, withCookie(cookie))), cookie)
  lab.clock.advance(2 * 60_000)
  const renewed = await askCookie(subject, withCookie(cookie))
  assert.equal(renewed.rcode, 0)
  assert.notEqual(cookieOf(renewed), cookie)
  lab.clock.advance(28 * 60_000)
  assert.equal((await askCookie(subject, withCookie(cookie))).rcode, 0)
  lab.clock.advance(2 * 60_000)
  assert.equal((await askCookie(subject, withCookie(cookie))).rcode, BADCOOKIE)
  assert.equal((await askCookie(subject, withCookie(cookieOf(renewed) ?? ''))).rcode, 0)
})

test('§5: the secret changes, and what was made with the one before it stays right', async (t) => {
  const { lab } = subject
  if (lab === undefined) return t.skip('the clock of another server cannot be moved')
  for (let step = 0; step < 12; step += 1) {
    const cookie = await learnCookie(subject, CLIENT)
    lab.clock.advance(25 * 60_000)
    assert.equal((await askCookie(subject, withCookie(cookie))).rcode, 0, `step ${step}`)
  }
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
