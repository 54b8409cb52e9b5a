import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import type { Message, RecordSet } from '../../../services/dns/wire/message.ts'
import { ask, lines, type Asking } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { address, answerTo, openUpstream, type Script, type Upstream } from './upstream.ts'

const ZONE =
  '$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\nout CNAME www.far.test.\nlost CNAME gone.far.test.\n'
const RD = 0x0100
const RA = 0x0080

async function openForwarding(forwarders: readonly string[], more = ''): Promise<TestLab> {
  const list = forwarders.map((each) => `"${each}"`).join(', ')
  return openLab(
    `domain: conformance.test\nservices: { dns: { zone: zone.db, forwarders: [${list}]${more} } }`,
    { files: { 'zone.db': ZONE } },
  )
}

function query(lab: TestLab, name: string, asking: Asking = {}): Promise<Message> {
  const subject = { address: lab.address('dns', 'dns'), lab, [Symbol.asyncDispose]: () => Promise.resolve() }
  return ask(subject, name, { flags: RD, ...asking })
}

/** A lab with one upstream that follows the script. */
async function openPair(
  script: Script,
): Promise<AsyncDisposable & { readonly lab: TestLab; readonly upstream: Upstream }> {
  const upstream = await openUpstream(script)
  const lab = await openForwarding([upstream.address])
  return {
    lab,
    upstream,
    async [Symbol.asyncDispose]() {
      await lab[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

function sources(lab: TestLab): readonly unknown[] {
  return lab.journal.since(0, ['dns.answered']).map((entry) => entry.data?.['source'])
}

const WWW = ['www.far.test. 60 A 198.51.100.1']

test('a name outside the zones is asked of the forwarder, once, and then remembered', async () => {
  await using pair = await openPair((asked) => [answerTo(asked, { answer: [address('www.far.test.', 1)] })])
  const first = await query(pair.lab, 'www.far.test.')
  assert.deepEqual(
    [lines(first.answer), first.rcode, first.flags & RA, first.flags & 0x0400],
    [WWW, 0, RA, 0],
  )
  pair.lab.clock.advance(20_000)
  assert.deepEqual(lines((await query(pair.lab, 'WWW.far.test.')).answer), [
    'www.far.test. 40 A 198.51.100.1',
  ])
  assert.equal(pair.upstream.asked.length, 1)
  pair.lab.clock.advance(40_000)
  await query(pair.lab, 'www.far.test.')
  assert.equal(pair.upstream.asked.length, 2)
  assert.deepEqual(sources(pair.lab), ['forwarder', 'cache', 'forwarder'])
})

test('RFC 5452 §9.2: each question has an id and a port of its own', async () => {
  await using pair = await openPair((asked) => [answerTo(asked)])
  for (let index = 0; index < 8; index += 1) await query(pair.lab, `n${index}.far.test.`)
  assert.equal(new Set(pair.upstream.asked.map((asked) => asked.id)).size, 8)
  assert.ok(pair.upstream.ports.size > 4)
  assert.ok(pair.upstream.asked.every((asked) => asked.flags === RD && asked.edns?.size === 1232))
})

test('RFC 5452 §9.1: answers to another question, id or opcode, queries and garbage are passed over', async () => {
  await using pair = await openPair((asked) => [
    Buffer.from('garbage'),
    answerTo(asked, { id: asked.id ^ 1, answer: [address('www.far.test.', 9)] }),
    answerTo(asked, {
      questions: [{ name: parseName('www.near.test.', ROOT), type: 1, class: 1 }],
      answer: [address('www.far.test.', 9)],
    }),
    answerTo(asked, { questions: [], answer: [address('www.far.test.', 9)] }),
    answerTo(asked, { flags: 0x0100, answer: [address('www.far.test.', 9)] }),
    answerTo(asked, { opcode: 2, answer: [address('www.far.test.', 9)] }),
    answerTo(asked, { answer: [address('www.far.test.', 1)] }),
  ])
  assert.deepEqual(lines((await query(pair.lab, 'www.far.test.')).answer), WWW)
})

test('RFC 7766 §5: an answer with TC is asked for again over TCP', async () => {
  await using pair = await openPair((asked, transport) => [
    transport === 'udp'
      ? answerTo(asked, { flags: 0x8380 })
      : answerTo(asked, { answer: [address('www.far.test.', 1)] }),
  ])
  const found = await query(pair.lab, 'www.far.test.')
  assert.deepEqual([lines(found.answer), found.flags & 0x0200], [WWW, 0])
})

test('equal questions share one flight', async () => {
  const gate = Promise.withResolvers<void>()
  await using pair = await openPair(async (asked) => {
    await gate.promise
    return [answerTo(asked, { answer: [address('www.far.test.', 1)] })]
  })
  const asked = Array.from({ length: 20 }, () => query(pair.lab, 'www.far.test.'))
  while (pair.lab.journal.since(0, ['dns.queried']).length < 20)
    await new Promise((resolve) => setTimeout(resolve, 5))
  gate.resolve()
  for (const found of await Promise.all(asked)) assert.deepEqual(lines(found.answer), WWW)
  assert.equal(pair.upstream.asked.length, 1)
})

function soa(ttl: number): RecordSet {
  const numbers = Buffer.alloc(20)
  numbers.writeUInt32BE(30, 16)
  return {
    owner: parseName('far.test.', ROOT),
    type: 6,
    class: 1,
    ttl,
    data: [Buffer.concat([ROOT.wire, ROOT.wire, numbers])],
  }
}

test('RFC 2308 §5: that a name does not exist is remembered too', async () => {
  await using pair = await openPair((asked) => [answerTo(asked, { rcode: 3, authority: [soa(900)] })])
  assert.equal((await query(pair.lab, 'no.far.test.')).rcode, 3)
  assert.equal((await query(pair.lab, 'no.far.test.')).rcode, 3)
  assert.equal(pair.upstream.asked.length, 1)
  pair.lab.clock.advance(30_000)
  await query(pair.lab, 'no.far.test.')
  assert.equal(pair.upstream.asked.length, 2)
})

test('a server that leaves three questions in a row unanswered is passed over for a while', async () => {
  await using silent = await openUpstream(() => [])
  await using good = await openUpstream((asked) => [
    answerTo(asked, { answer: [address('www.far.test.', 1, 0)] }),
  ])
  await using lab = await openForwarding([silent.address, good.address])
  for (let count = 0; count < 5; count += 1)
    assert.deepEqual(lines((await query(lab, 'www.far.test.')).answer), ['www.far.test. 0 A 198.51.100.1'])
  assert.deepEqual([silent.asked.length, good.asked.length], [3, 5])
  lab.clock.advance(30_000)
  await query(lab, 'www.far.test.')
  assert.deepEqual([silent.asked.length, good.asked.length], [4, 6])
})

test('a server that fails is left for the next one', async () => {
  await using failing = await openUpstream((asked) => [answerTo(asked, { rcode: 2 })])
  await using good = await openUpstream((asked) => [
    answerTo(asked, { answer: [address('www.far.test.', 1)] }),
  ])
  await using lab = await openForwarding([failing.address, good.address])
  assert.deepEqual(lines((await query(lab, 'www.far.test.')).answer), WWW)
})

test('RFC 6891 §6.2.2: a server older than EDNS is asked without', async () => {
  await using pair = await openPair((asked) => [
    asked.edns === undefined
      ? answerTo(asked, { answer: [address('www.far.test.', 1)] })
      : answerTo(asked, { rcode: 1, edns: undefined }),
  ])
  assert.deepEqual(lines((await query(pair.lab, 'www.far.test.')).answer), WWW)
})

test('a late answer to the first try counts, also of a server that was silent before', async () => {
  let silent = true
  let tries = 0
  await using pair = await openPair(async (asked) => {
    if (silent) return []
    tries += 1
    if (tries > 1) return []
    await new Promise((resolve) => setTimeout(resolve, 2500))
    return [answerTo(asked, { answer: [address('www.far.test.', 1)] })]
  })
  assert.equal((await query(pair.lab, 'lost.far.test.')).rcode, 2)
  silent = false
  assert.deepEqual(lines((await query(pair.lab, 'www.far.test.')).answer), WWW)
})

for (const rcode of [1, 2, 4]) {
  test(`a failure ${rcode} without the question is an answer, and the question is asked without EDNS`, async () => {
    await using pair = await openPair((asked) => [
      asked.edns === undefined
        ? answerTo(asked, { answer: [address('www.far.test.', 1)] })
        : answerTo(asked, { rcode, questions: [], edns: undefined }),
    ])
    assert.deepEqual(lines((await query(pair.lab, 'www.far.test.')).answer), WWW)
    assert.equal(pair.upstream.asked.length, 2)
  })
}

test('any amount of garbage is passed over until the answer comes', async () => {
  await using pair = await openPair((asked) => [
    ...Array.from({ length: 100 }, () => Buffer.from('garbage')),
    answerTo(asked, { answer: [address('www.far.test.', 1)] }),
  ])
  assert.deepEqual(lines((await query(pair.lab, 'www.far.test.')).answer), WWW)
  assert.equal(pair.upstream.asked.length, 1)
})

function named(owner: string, type: number, target: string): RecordSet {
  const data = [parseName(target, ROOT).wire]
  return { owner: parseName(owner, ROOT), type, class: 1, ttl: 60, data }
}

test('of an answer only what answers the question is passed on, and nothing of the own zones', async () => {
  await using pair = await openPair((asked) => [
    answerTo(asked, {
      answer: [
        named('b.far.test.', 5, 'www.far.test.'),
        address('dns.conformance.test.', 66),
        address('www.bank.test.', 66),
        address('www.far.test.', 1),
        named('a.far.test.', 5, 'b.far.test.'),
      ],
      authority: [
        named('far.test.', 2, 'ns.far.test.'),
        named('bank.test.', 2, 'ns.far.test.'),
        named('conformance.test.', 2, 'ns.far.test.'),
      ],
      additional: [
        address('ns.far.test.', 2),
        address('www.bank.test.', 66),
        address('dns.conformance.test.', 66),
      ],
    }),
  ])
  const found = await query(pair.lab, 'a.far.test.')
  assert.deepEqual(lines(found.answer), [
    'a.far.test. 60 CNAME b.far.test.',
    'b.far.test. 60 CNAME www.far.test.',
    ...WWW,
  ])
  assert.deepEqual(lines(found.authority), ['far.test. 60 NS ns.far.test.'])
  assert.deepEqual(lines(found.additional), ['ns.far.test. 60 A 198.51.100.2'])
})

test('an alias into the own zones is followed there, whatever the other server says of it', async () => {
  await using pair = await openPair((asked) => [
    answerTo(asked, {
      answer: [named('a.far.test.', 5, 'dns.conformance.test.'), address('dns.conformance.test.', 66)],
    }),
  ])
  for (const source of ['forwarder', 'cache']) {
    const { rcode, answer } = await query(pair.lab, 'a.far.test.')
    assert.equal(rcode, 0, source)
    assert.deepEqual(lines(answer), [
      'a.far.test. 60 CNAME dns.conformance.test.',
      'dns.conformance.test. 3600 A 127.0.0.1',
    ])
  }
  assert.deepEqual(sources(pair.lab), ['forwarder', 'cache'])
})

const HELPLESS: readonly [string, (asked: Message) => Partial<Message>][] = [
  ['a referral', () => ({ flags: 0x8100, authority: [named('test.', 2, 'ns.test.')] })],
  ['a referral that claims recursion', () => ({ authority: [named('test.', 2, 'ns.test.')] })],
  ['nothing, without recursion', () => ({ flags: 0x8100 })],
  ['records of other names only', () => ({ answer: [address('www.bank.test.', 66)] })],
  [
    'the SOA of a zone elsewhere',
    () => ({ flags: 0x8100, authority: [{ ...soa(9), owner: parseName('bank.test.', ROOT) }] }),
  ],
]

for (const [what, parts] of HELPLESS) {
  test(`a server that answers with ${what} is left for the next one`, async () => {
    await using helpless = await openUpstream((asked) => [answerTo(asked, parts(asked))])
    await using good = await openUpstream((asked) => [
      answerTo(asked, { answer: [address('www.far.test.', 1)] }),
    ])
    await using lab = await openForwarding([helpless.address, good.address])
    assert.deepEqual(lines((await query(lab, 'www.far.test.')).answer), WWW)
    await using alone = await openForwarding([helpless.address])
    assert.equal((await query(alone, 'www.far.test.')).rcode, 2)
  })
}

test('RFC 2308 §2.2: no data is passed on with its SOA, and without one from a server that recurses', async () => {
  await using pair = await openPair((asked) => [
    answerTo(asked, asked.questions[0]?.type === 28 ? { authority: [soa(9)] } : {}),
  ])
  const withSoa = await query(pair.lab, 'www.far.test.', { type: 'AAAA' })
  assert.deepEqual([withSoa.rcode, withSoa.answer.length, withSoa.authority[0]?.type], [0, 0, 6])
  const without = await query(pair.lab, 'www.far.test.')
  assert.deepEqual([without.rcode, without.answer.length, without.authority.length], [0, 0, 0])
})

test('without an answer from anywhere it is a server failure, also where nobody listens', async () => {
  const gone = await openUpstream(() => [])
  await gone[Symbol.asyncDispose]()
  await using lab = await openForwarding([gone.address])
  for (let count = 0; count < 3; count += 1) assert.equal((await query(lab, 'www.far.test.')).rcode, 2)
  await using failing = await openPair((asked) => [answerTo(asked, { rcode: 5 })])
  assert.equal((await query(failing.lab, 'www.far.test.')).rcode, 2)
})

test('a forwarder that is the lab itself ends in a server failure', async () => {
  await using pair = await openPair(async (asked) => {
    await query(pair.lab, 'www.far.test.', { id: asked.id }).catch(() => undefined)
    return []
  })
  assert.equal((await query(pair.lab, 'www.far.test.')).rcode, 2)
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

test('an alias that leads out of the zone is followed with RD, and only named without', async () => {
  await using pair = await openPair((asked) =>
    asked.questions[0]?.name.key.startsWith('\u0004gone') === true
      ? [answerTo(asked, { rcode: 3, authority: [soa(900)] })]
      : [answerTo(asked, { answer: [address('www.far.test.', 1)] })],
  )
  const alias = 'out.conformance.test. 3600 CNAME www.far.test.'
  const followed = await query(pair.lab, 'out')
  assert.deepEqual([lines(followed.answer), followed.flags & 0x0400], [[alias, ...WWW], 0x0400])
  assert.deepEqual(lines((await query(pair.lab, 'out', { flags: 0 })).answer), [alias])
  assert.equal((await query(pair.lab, 'lost')).rcode, 3)
})
