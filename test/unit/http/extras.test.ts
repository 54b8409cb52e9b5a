import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { extraAnswer, extraOptions } from '../../../lab/web/extras.ts'

const none = { robots: false, favicon: false } as const
const off = { ...none, validators: true } as const

test('nothing is answered unless it is asked for in the scenario', () => {
  assert.deepEqual(z.strictObject(extraOptions).parse({}), none)
  for (const path of ['/robots.txt', '/favicon.ico']) assert.equal(extraAnswer(path, off, 0), undefined)
  for (const wrong of [{ robots: true }, { favicon: 'other' }, { robots: 'none' }])
    assert.equal(z.strictObject(extraOptions).safeParse(wrong).success, false)
})

test('robots.txt allows or forbids all, at its one path', () => {
  const allow = extraAnswer('/robots.txt', { ...off, robots: 'allow' }, 0)
  const disallow = extraAnswer('/robots.txt', { ...off, robots: 'disallow' }, 0)
  assert.equal(allow?.body, 'User-agent: *\nDisallow:\n')
  assert.equal(disallow?.body, 'User-agent: *\nDisallow: /\n')
  assert.match(disallow?.lines ?? '', /^Content-Type: text\/plain; charset=utf-8\r\nETag: "/)
  assert.notEqual(allow?.validators?.tag, disallow?.validators?.tag)
  for (const path of ['/sub/robots.txt', '/robots.txt/', '/Robots.txt', '/favicon.ico'])
    assert.equal(extraAnswer(path, { ...off, robots: 'allow' }, 0), undefined)
})

test('the icon is a small picture that says what it is', () => {
  const icon = extraAnswer('/favicon.ico', { ...off, favicon: 'builtin' }, 0)
  assert.ok(typeof icon?.body === 'string' && icon.body.length < 1000)
  assert.match(icon.body, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^]*<\/svg>\n$/)
  assert.match(icon.lines, /^Content-Type: image\/svg\+xml\r\n/)
})

test('a site without validators has none here either', () => {
  const extra = extraAnswer('/robots.txt', { ...off, robots: 'allow', validators: false }, 0)
  assert.deepEqual(
    [extra?.validators, extra?.lines],
    [undefined, 'Content-Type: text/plain; charset=utf-8\r\n'],
  )
})
