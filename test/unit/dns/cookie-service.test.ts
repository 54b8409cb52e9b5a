import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askCookie, cookieOf, learnCookie, withCookie } from '../../conformance/dns/cookie.ts'
import { ask, serverOf } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'

const CLIENT = '0123456789abcdef'
const BADCOOKIE = 23
const ZONE = '$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\nwww A 127.0.0.1\n'

function open(options = ''): Promise<TestLab> {
  return openLab(`domain: conformance.test\nservices: { dns: { zone: zone.db${options} } }`, {
    files: { 'zone.db': ZONE },
  })
}

test('where cookies are off, none is given and their form does not matter', async () => {
  await using lab = await open(', cookies: false')
  for (const cookie of [CLIENT, '01']) {
    const found = await ask(serverOf(lab), 'www', { edns: withCookie(cookie) })
    assert.deepEqual([found.rcode, cookieOf(found)], [0, undefined])
  }
})

test('RFC 9018 §4.3: a cookie is renewed after half an hour and refused after an hour', async () => {
  await using lab = await open()
  const server = serverOf(lab)
  const cookie = await learnCookie(server, CLIENT)
  lab.clock.advance(29 * 60_000)
  assert.equal(cookieOf(await askCookie(server, withCookie(cookie))), cookie)
  lab.clock.advance(2 * 60_000)
  const renewed = await askCookie(server, withCookie(cookie))
  assert.equal(renewed.rcode, 0)
  assert.notEqual(cookieOf(renewed), cookie)
  lab.clock.advance(28 * 60_000)
  assert.equal((await askCookie(server, withCookie(cookie))).rcode, 0)
  lab.clock.advance(2 * 60_000)
  assert.equal((await askCookie(server, withCookie(cookie))).rcode, BADCOOKIE)
  assert.equal((await askCookie(server, withCookie(cookieOf(renewed) ?? ''))).rcode, 0)
})

test('RFC 9018 §5: the secret changes, and what was made with the one before it stays right', async () => {
  await using lab = await open()
  for (let step = 0; step < 12; step += 1) {
    const cookie = await learnCookie(serverOf(lab), CLIENT)
    lab.clock.advance(25 * 60_000)
    assert.equal((await askCookie(serverOf(lab), withCookie(cookie))).rcode, 0, `step ${step}`)
  }
})
