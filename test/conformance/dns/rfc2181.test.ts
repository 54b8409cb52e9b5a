import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask, FLAGS, lines, openSubject, type Subject } from './subject.ts'

let subject: Subject
before(async () => {
  subject = await openSubject()
})
after(() => subject[Symbol.asyncDispose]())

test('§5: an answer holds the whole record set, each record once', async () => {
  const { answer } = await ask(subject, 'differing')
  assert.deepEqual(lines(answer), [
    'differing.conformance.test. 60 A 192.0.2.10',
    'differing.conformance.test. 60 A 192.0.2.9',
  ])
})

test('§5.5: no record stands in two sections', async () => {
  for (const [name, type] of [
    ['dns', 'A'],
    ['@', 'NS'],
    ['@', 'ANY'],
  ] as const) {
    const { answer, authority, additional } = await ask(subject, name, { type })
    const all = lines([...answer, ...authority, ...additional])
    assert.deepEqual(all, [...new Set(all)])
  }
})

test('§9: extra records that do not fit do not set TC', async () => {
  // The answer fits in 512 octets with its two addresses and servers, or without.
  const { flags } = await ask(subject, '@', { type: 'MX' })
  assert.equal(flags & FLAGS.truncated, 0)
})

test('§10.1: beside an alias there is nothing else', async () => {
  const { answer } = await ask(subject, 'alias', { type: 'ANY' })
  assert.deepEqual(lines(answer), ['alias.conformance.test. 3600 CNAME www.conformance.test.'])
})
