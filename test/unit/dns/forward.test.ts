import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readExtendedErrors } from '../../../services/dns/wire/extended-error.ts'
import type { Message } from '../../../services/dns/wire/message.ts'
import { lines } from '../../conformance/dns/subject.ts'
import { openForwarding, openPair, query, sources } from './forward-lab.ts'
import { address, answerTo, soa } from './upstream.ts'

const RA = 0x0080
const AD = 0x0020
const WWW = ['www.far.test. 60 A 198.51.100.1']

/** The extended errors of an answer, as codes and texts. */
function errorsOf({ edns }: Message): readonly (readonly unknown[])[] {
  return readExtendedErrors(edns?.options ?? Buffer.alloc(0)).map(({ code, text }) => [code, text])
}

test('a name outside the zones is asked of the forwarder, once, and then remembered', async () => {
  await using pair = await openPair((asked) => [answerTo(asked, { answer: [address('www.far.test.', 1)] })])
  const first = await query(pair.lab, 'www.far.test.')
  assert.deepEqual(
    [lines(first.answer), first.rcode, first.flags & RA, first.flags & 0x0400],
    [WWW, 0, RA, 0],
  )
  pair.lab.clock.advance(20_000)
  const [kept] = lines((await query(pair.lab, 'WWW.far.test.')).answer)
  assert.match(String(kept), /^www\.far\.test\. (39|40) A 198\.51\.100\.1$/)
  assert.equal(pair.upstream.asked.length, 1)
  pair.lab.clock.advance(41_000)
  await query(pair.lab, 'www.far.test.')
  assert.equal(pair.upstream.asked.length, 2)
  assert.deepEqual(sources(pair.lab), ['forwarder', 'cache', 'forwarder'])
})

test('RFC 2308 §5: that a name does not exist is remembered too', async () => {
  await using pair = await openPair((asked) => [
    answerTo(asked, { rcode: 3, authority: [soa('far.test.', 900)] }),
  ])
  assert.equal((await query(pair.lab, 'no.far.test.')).rcode, 3)
  assert.equal((await query(pair.lab, 'no.far.test.')).rcode, 3)
  assert.equal(pair.upstream.asked.length, 1)
  pair.lab.clock.advance(31_000)
  await query(pair.lab, 'no.far.test.')
  assert.equal(pair.upstream.asked.length, 2)
})

test('answers for DNSSEC are remembered apart; AD is never passed on', async () => {
  const signature = { ...address('www.far.test.', 1), type: 46, data: [Buffer.alloc(30)] }
  await using pair = await openPair((asked) => [
    answerTo(asked, { flags: 0x81a0, answer: [address('www.far.test.', 1), signature] }),
  ])
  for (const dnssec of [true, false, true, false]) {
    const found = await query(pair.lab, 'www.far.test.', { edns: { dnssec }, flags: 0x0100 | AD })
    assert.deepEqual(
      [found.answer.map((set) => set.type), found.flags & AD, found.edns?.dnssec],
      [dnssec ? [1, 46] : [1], 0, dnssec],
    )
  }
  const unchecked = await query(pair.lab, 'www.far.test.', { flags: 0x0110 })
  assert.equal(unchecked.flags & 0x0010, 0x0010)
  assert.deepEqual(
    pair.upstream.asked.map((asked) => [asked.edns?.dnssec, asked.flags]),
    [
      [true, 0x0100],
      [false, 0x0100],
      [false, 0x0110],
    ],
  )
})

test('RFC 8914: a server failure says why, to clients that know EDNS', async () => {
  await using pair = await openPair((asked) => [answerTo(asked, { rcode: 5 })])
  const found = await query(pair.lab, 'www.far.test.', { edns: {} })
  assert.deepEqual(
    [found.rcode, found.answer.length, errorsOf(found)],
    [2, 0, [[0, `${pair.upstream.address} answered REFUSED`]]],
  )
  const again = await query(pair.lab, 'www.far.test.', { edns: {} })
  assert.deepEqual(
    [again.rcode, errorsOf(again)],
    [2, [[13, `${pair.upstream.address} answered REFUSED; asked again in 5 s`]]],
  )
  assert.equal((await query(pair.lab, 'www.far.test.')).edns, undefined)
  assert.equal(pair.upstream.asked.length, 1)
  assert.deepEqual(sources(pair.lab), ['forwarder', 'cache', 'cache'])
})

test('RFC 8767: the scenario may have old answers served, which say so', async () => {
  let fails = false
  await using pair = await openPair(
    (asked) => [answerTo(asked, fails ? { rcode: 2 } : { answer: [address('www.far.test.', 1)] })],
    ', serveStale: 600',
  )
  await query(pair.lab, 'www.far.test.')
  fails = true
  pair.lab.clock.advance(61_000)
  const found = await query(pair.lab, 'www.far.test.', { edns: {} })
  assert.deepEqual(
    [found.rcode, lines(found.answer), errorsOf(found)],
    [0, ['www.far.test. 30 A 198.51.100.1'], [[3, 'past its time, as the forwarders do not answer']]],
  )
})

test('a forwarder that is the lab itself ends in a server failure', async () => {
  await using pair = await openPair(async (asked) => {
    await query(pair.lab, 'www.far.test.', { id: asked.id }).catch(() => undefined)
    return []
  })
  const asked = query(pair.lab, 'www.far.test.')
  const step = setInterval(() => pair.lab.clock.advance(500), 50)
  assert.equal((await asked.finally(() => clearInterval(step))).rcode, 2)
})

test('recursion is refused without RD, without forwarders, and to other networks; RA says what is offered', async () => {
  await using pair = await openPair((asked) => [answerTo(asked)])
  const notDesired = await query(pair.lab, 'www.far.test.', { flags: 0 })
  assert.deepEqual([notDesired.rcode, notDesired.flags & RA], [5, RA])
  await using foreign = await openForwarding([pair.upstream.address], ', allowRecursion: [192.0.2.0/24]')
  const refused = await query(foreign, 'www.far.test.')
  assert.deepEqual([refused.rcode, refused.flags & RA], [5, 0])
  assert.equal((await query(foreign, 'dns')).flags & RA, 0)
  await using alone = await openForwarding([])
  const outside = await query(alone, 'www.far.test.')
  assert.deepEqual([outside.rcode, outside.flags & RA], [5, 0])
  assert.equal(pair.upstream.asked.length, 0)
  assert.deepEqual(
    [pair.lab, foreign, alone].flatMap((lab) =>
      lab.journal.since(0, ['dns.refused']).map((entry) => entry.data?.['why']),
    ),
    ['recursion not desired', 'recursion', 'outside the zones'],
  )
})
