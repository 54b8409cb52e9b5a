import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { ROOT } from '../../../services/dns/wire/name.ts'
import { CONFORMANCE, openSecondary, tellingOf, type Secondary } from '../../conformance/dns/secondary.ts'
import { FLAGS } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'

const ZONE = '$TTL 1h\n@ SOA dns host 7 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\n'

/** A lab with two zones that tells the server of them. */
function openTelling(secondary: Secondary): Promise<TestLab> {
  return openLab(
    `domain: conformance.test\nservices: { dns: { zone: [zone.db, other.db], ${tellingOf([secondary])} } }`,
    { files: { 'zone.db': ZONE, 'other.db': `$ORIGIN other.test.\n${ZONE}` } },
  )
}

test('RFC 1996 §3.6: who does not answer is told again, later and later, and not for ever', async () => {
  using secondary = await openSecondary()
  await using lab = await openTelling(secondary)
  const times = (): number => secondary.zones().filter((zone) => zone === CONFORMANCE).length
  await until(() => times() === 1)
  for (const [index, pause] of [1, 2, 4, 8, 16].entries()) {
    // The clock runs on by itself too; half the pause is safely too early.
    lab.clock.advance(pause * 500)
    await settle()
    assert.equal(times(), index + 1)
    lab.clock.advance(pause * 500)
    await until(() => times() === index + 2)
  }
  lab.clock.advance(32_000)
  await settle()
  lab.clock.advance(3_600_000)
  await settle()
  assert.equal(times(), 6)
  assert.deepEqual(lab.journal.since(0, ['dns.notified']), [])
})

test('RFC 1996 §4.8: who answers, whatever it says, is not told again', async () => {
  for (const rcode of [0, 5, 9]) {
    using secondary = await openSecondary(rcode)
    await using lab = await openTelling(secondary)
    await until(() => lab.journal.since(0, ['dns.notified']).length === 2)
    lab.clock.advance(60_000)
    await settle()
    assert.equal(secondary.heard.length, 2)
    const { data } =
      lab.journal.since(0, ['dns.notified']).find(({ data: each }) => each?.['zone'] === 'other.test') ?? {}
    const { server, zone, tries } = data ?? {}
    assert.deepEqual([server, zone, tries], [`127.0.0.1:${secondary.port}`, 'other.test', 1])
  }
})

test('an answer with another id, opcode or zone is none', async () => {
  using secondary = await openSecondary()
  secondary.answers = ({ id, questions, ...message }) => {
    const answer = { ...message, id, questions, flags: FLAGS.response, answer: [] }
    const others = questions.map((question) => ({ ...question, name: ROOT }))
    const wrong = [
      { ...answer, id: id ^ 1 },
      { ...answer, opcode: 0 },
      { ...answer, flags: 0 },
      { ...answer, questions: others },
    ]
    return [...wrong.map((each) => encodeMessage(each)), Buffer.from('no message at all')]
  }
  await using lab = await openTelling(secondary)
  await until(() => secondary.heard.length === 2)
  await settle()
  assert.deepEqual(lab.journal.since(0, ['dns.notified']), [])
  lab.clock.advance(1000)
  await until(() => secondary.heard.length === 4)
})

/** Lets what is under way on the loopback arrive. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50))
}
