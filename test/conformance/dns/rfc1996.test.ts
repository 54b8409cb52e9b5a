import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../talk.ts'
import { CONFORMANCE, openSecondary, openTelling, OTHER } from './secondary.ts'
import { ask, bindDeviates, FLAGS, lines, openForAllTests } from './subject.ts'

const NOTIFY = 4

const subject = openForAllTests()

test(
  '§3.10: a primary has nobody to be told by, and says so',
  bindDeviates('it says NOERROR, and does nothing'),
  async () => {
    const { rcode, opcode, flags, answer } = await ask(subject, '@', { type: 'SOA', opcode: NOTIFY })
    assert.deepEqual([rcode, opcode, flags & FLAGS.response, answer.length], [5, NOTIFY, FLAGS.response, 0])
  },
)

for (const name of ['www', 'example.net.', '.']) {
  test(`§3.10: ${name} is not the name of a zone here`, async () => {
    const { rcode, questions } = await ask(subject, name, { type: 'SOA', opcode: NOTIFY })
    assert.deepEqual([rcode, questions.length], [9, 1])
  })
}

test('§3.11: a NOTIFY of anything but a SOA is a format error', async () => {
  assert.equal((await ask(subject, '@', { type: 'A', opcode: NOTIFY })).rcode, 1)
})

test('§3.6, §3.7, §4.5: each server is told of each zone, with its new SOA', async () => {
  using one = await openSecondary(0)
  using two = await openSecondary(0)
  await using told = await openTelling(one, two)
  assert.notEqual(told.address.port, 0)
  for (const secondary of [one, two]) {
    await until(() => new Set(secondary.zones()).size === 2)
    assert.deepEqual(new Set(secondary.zones()), new Set([CONFORMANCE, OTHER]))
    const message = secondary.heard.find(({ questions }) => questions[0]?.name.key === CONFORMANCE)
    assert.equal(message?.opcode, NOTIFY)
    assert.equal(message.flags & (FLAGS.response | FLAGS.authoritative), FLAGS.authoritative)
    assert.equal(message.questions[0]?.type, 6)
    assert.match(lines(message.answer).join(), /^conformance\.test\. \d+ SOA .* 7 3600 900 604800 300$/)
  }
})
