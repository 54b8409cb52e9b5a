import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readExtendedErrors } from '../../../services/dns/wire/extended-error.ts'
import { printKey } from '../../../services/dns/wire/name.ts'
import type { Message, RecordSet } from '../../../services/dns/wire/message.ts'
import { lines } from '../../conformance/dns/subject.ts'
import { openForwarding, openPair, query, sources } from './forward-lab.ts'
import { address, answerTo, named, soa, type Script } from './upstream.ts'

const AA = 0x0400
const WWW = 'www.far.test. 60 A 198.51.100.1'
const OUT = 'out.conformance.test. 3600 CNAME www.far.test.'

/** Answers from a list of record sets by name, and that there is no such name for all others. */
function answering(...sets: readonly RecordSet[]): Script {
  return (asked) => {
    const answer = sets.filter((set) => set.owner.key === asked.questions[0]?.name.key)
    return [
      answerTo(asked, answer.length > 0 ? { answer } : { rcode: 3, authority: [soa('far.test.', 900)] }),
    ]
  }
}

function names(asked: readonly Message[]): readonly string[] {
  return asked.map(({ questions }) => printKey(questions[0]?.name.key ?? ''))
}

test('an alias that leads out of the zone is followed with RD, and only named without', async () => {
  await using pair = await openPair(answering(address('www.far.test.', 1)))
  const followed = await query(pair.lab, 'out')
  assert.deepEqual([lines(followed.answer), followed.flags & AA], [[OUT, WWW], AA])
  const alone = await query(pair.lab, 'out', { flags: 0 })
  assert.deepEqual([lines(alone.answer), alone.flags & AA], [[OUT], AA])
  const lost = await query(pair.lab, 'lost')
  assert.deepEqual(
    [lost.rcode, lines(lost.answer), lines(lost.authority)],
    [3, ['lost.conformance.test. 3600 CNAME gone.far.test.'], ['far.test. 30 SOA . . 0 0 0 0 30']],
  )
  assert.deepEqual(sources(pair.lab), ['forwarder', 'zone', 'forwarder'])
})

test('an alias into the own zones is followed there, whatever the other server says of it', async () => {
  await using pair = await openPair((asked) => [
    answerTo(asked, {
      answer: [named('a.far.test.', 'CNAME', 'dns.conformance.test.'), address('dns.conformance.test.', 66)],
    }),
  ])
  for (const source of ['forwarder', 'cache']) {
    const { rcode, answer, flags } = await query(pair.lab, 'a.far.test.')
    assert.deepEqual([rcode, flags & AA], [0, 0], source)
    assert.deepEqual(lines(answer), [
      'a.far.test. 60 CNAME dns.conformance.test.',
      'dns.conformance.test. 3600 A 127.0.0.1',
    ])
  }
  assert.deepEqual(sources(pair.lab), ['forwarder', 'cache'])
})

test('aliases are followed into the zones and out again', async () => {
  await using pair = await openPair(
    answering(named('in.far.test.', 'CNAME', 'out.conformance.test.'), address('www.far.test.', 1)),
  )
  const found = await query(pair.lab, 'in.far.test.')
  assert.deepEqual(
    [found.rcode, lines(found.answer)],
    [0, ['in.far.test. 60 CNAME out.conformance.test.', OUT, WWW]],
  )
  assert.deepEqual(names(pair.upstream.asked), ['in.far.test', 'www.far.test'])
})

test('aliases that lead round through the zones end in a server failure', async () => {
  await using pair = await openPair(answering(named('back.far.test.', 'CNAME', 'round.conformance.test.')))
  for (const name of ['round', 'back.far.test.']) {
    const found = await query(pair.lab, name, { edns: {} })
    assert.equal(found.rcode, 2)
    assert.deepEqual(readExtendedErrors(found.edns?.options ?? Buffer.alloc(0)), [
      { code: 0, text: 'the aliases of back.far.test. lead in a circle or too far' },
    ])
  }
  assert.equal(pair.upstream.asked.length, 1)
})

test('an alias whose end cannot be had is a server failure', async () => {
  await using pair = await openPair((asked) => [answerTo(asked, { rcode: 2 })])
  assert.equal((await query(pair.lab, 'out')).rcode, 2)
})

test('names below a delegation are asked of the forwarder with RD, and referred without', async () => {
  await using pair = await openPair(
    answering(address('www.sub.conformance.test.', 9), address('sub.conformance.test.', 8)),
  )
  const below = await query(pair.lab, 'www.sub')
  assert.deepEqual(
    [lines(below.answer), below.flags & AA],
    [['www.sub.conformance.test. 60 A 198.51.100.9'], 0],
  )
  assert.equal((await query(pair.lab, 'sub')).answer.length, 1)
  const alias = await query(pair.lab, 'below')
  assert.deepEqual(
    [lines(alias.answer), alias.flags & AA],
    [
      [
        'below.conformance.test. 3600 CNAME www.sub.conformance.test.',
        'www.sub.conformance.test. 60 A 198.51.100.9',
      ],
      AA,
    ],
  )
  const referral = await query(pair.lab, 'www.sub', { flags: 0 })
  assert.deepEqual(
    [referral.answer.length, lines(referral.authority)],
    [0, ['sub.conformance.test. 3600 NS ns.sub.conformance.test.']],
  )
  const proof = await query(pair.lab, 'sub', { type: 'DS' })
  assert.deepEqual([proof.rcode, proof.flags & AA, proof.authority[0]?.type], [0, AA, 6])
  assert.deepEqual(names(pair.upstream.asked), ['www.sub.conformance.test', 'sub.conformance.test'])
})

test('without a forwarder a name below a delegation is referred, with RD too', async () => {
  await using lab = await openForwarding([])
  const referral = await query(lab, 'www.sub')
  assert.deepEqual([referral.rcode, referral.answer.length, referral.authority.length], [0, 0, 1])
})
