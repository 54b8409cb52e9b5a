import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askCookie, cookieOf, learnCookie, option, withCookie } from './cookie.ts'
import { ask, askStream, bindDeviates, lines, openForAllTests, openSubject } from './subject.ts'

const CLIENT = '0123456789abcdef'
const ANSWER = ['www.conformance.test. 3600 A 192.0.2.4']
const BADCOOKIE = 23

const subject = openForAllTests()
const strict = openForAllTests(() =>
  openSubject({ options: 'cookies: required', bind: 'require-server-cookie yes;' }),
)

test('§5.2.1: who sends no cookie gets none, and is answered', async () => {
  for (const server of [subject, strict]) {
    const found = await ask(server, 'www', { edns: {} })
    assert.deepEqual([lines(found.answer), cookieOf(found)], [ANSWER, undefined])
    assert.equal((await ask(server, 'www')).edns, undefined)
  }
})

for (const length of [0, 1, 7, 9, 15, 41, 64]) {
  test(`§5.2.2: a cookie of ${length} octets is a format error, over UDP and TCP`, async () => {
    const asking = { edns: { options: option(10, Buffer.alloc(length, 1)) } }
    for (const found of [await ask(subject, 'www', asking), await askStream(subject, 'www', asking)]) {
      assert.deepEqual([found.rcode, found.answer.length, cookieOf(found)], [1, 0, undefined])
      assert.notEqual(found.edns, undefined)
    }
  })
}

test('§5.2.3: who sends a client cookie gets the answer, the cookie back and a server cookie', async () => {
  const found = await ask(subject, 'www', { edns: withCookie(CLIENT) })
  assert.deepEqual([found.rcode, lines(found.answer)], [0, ANSWER])
  assert.match(cookieOf(found) ?? '', new RegExp(`^${CLIENT}[0-9a-f]{32}$`))
})

for (const length of [8, 16, 32]) {
  test(`§5.2.4: who sends a wrong server cookie of ${length} octets gets the answer and a right one`, async () => {
    const wrong = CLIENT + 'ee'.repeat(length)
    const found = await ask(subject, 'www', { edns: withCookie(wrong) })
    assert.deepEqual([found.rcode, lines(found.answer)], [0, ANSWER])
    assert.match(cookieOf(found) ?? '', new RegExp(`^${CLIENT}[0-9a-f]{32}$`))
    assert.notEqual(cookieOf(found), wrong)
  })
}

test('§5.2.3, §5.2.4: where cookies are required, who has none that is right gets BADCOOKIE and a right one', async () => {
  for (const cookie of [CLIENT, CLIENT + 'ee'.repeat(16)]) {
    const found = await ask(strict, 'www', { edns: withCookie(cookie) })
    assert.deepEqual([found.rcode, found.answer.length], [BADCOOKIE, 0])
    const again = await ask(strict, 'www', { edns: withCookie(cookieOf(found) ?? '') })
    assert.deepEqual([again.rcode, lines(again.answer)], [0, ANSWER])
  }
})

test('§5.2.3: over TCP nobody needs a right cookie, yet gets one', async () => {
  const found = await askStream(strict, 'www', { edns: withCookie(CLIENT) })
  assert.deepEqual([found.rcode, lines(found.answer)], [0, ANSWER])
  assert.match(cookieOf(found) ?? '', new RegExp(`^${CLIENT}[0-9a-f]{32}$`))
})

test('§5.2.5: who sends a right cookie gets the answer and a right cookie', async () => {
  const found = await ask(strict, 'www', { edns: withCookie(await learnCookie(subject, CLIENT)) })
  assert.equal(found.rcode, BADCOOKIE, 'the cookie of another server is not right')
  const right = cookieOf(found) ?? ''
  const good = await ask(strict, 'www', { edns: withCookie(right) })
  assert.deepEqual([good.rcode, cookieOf(good)?.slice(0, 16)], [0, CLIENT])
})

test('§5.2: refusals and errors carry cookies too', async () => {
  for (const [name, rcode] of [
    ['nothing', 3],
    ['www.example.net.', 5],
  ] as const) {
    const found = await ask(subject, name, { edns: withCookie(CLIENT) })
    assert.equal(found.rcode, rcode)
    assert.match(cookieOf(found) ?? '', new RegExp(`^${CLIENT}`))
  }
})

test('§5.4: a query without a question asks for a cookie', async () => {
  const found = await askCookie(subject, withCookie(CLIENT))
  assert.deepEqual([found.rcode, found.questions.length, found.answer.length], [0, 0, 0])
  const cookie = cookieOf(found) ?? ''
  assert.match(cookie, new RegExp(`^${CLIENT}[0-9a-f]{32}$`))
  assert.equal((await askCookie(subject, withCookie(cookie))).rcode, 0)
})

test(
  '§5.4: a query without a question learns whether its cookie is right',
  bindDeviates('it says NOERROR whatever the cookie is'),
  async () => {
    const cookie = await learnCookie(subject, CLIENT)
    const wrong = cookie.slice(0, -2) + (cookie.endsWith('00') ? '01' : '00')
    assert.equal((await askCookie(subject, withCookie(wrong))).rcode, BADCOOKIE)
    assert.equal(
      (await askCookie(subject, withCookie(`fedcba9876543210${cookie.slice(16)}`))).rcode,
      BADCOOKIE,
    )
  },
)

test('§5.4: without a cookie, a query without a question is a format error', async () => {
  assert.equal((await askCookie(subject, {})).rcode, 1)
})
