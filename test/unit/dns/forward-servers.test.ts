import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeExtendedError } from '../../../services/dns/wire/extended-error.ts'
import type { Message } from '../../../services/dns/wire/message.ts'
import { lines } from '../../conformance/dns/subject.ts'
import { Forwarding } from './forwarding.ts'
import { address, answerTo, named, openUpstream, type Script, type Upstream } from './upstream.ts'

/** Answers every question with this last octet, not to be remembered. */
function always(last: number): Script {
  return (asked) => [answerTo(asked, { answer: [address('www.far.test.', last, 0)] })]
}

/** The last octets of the answer to each of some questions in a row, and the milliseconds that each took. */
async function answersOf(
  forwarding: Forwarding,
  count: number,
): Promise<{ readonly last: readonly (number | undefined)[]; readonly took: readonly number[] }> {
  const last: (number | undefined)[] = []
  const took: number[] = []
  for (let index = 0; index < count; index += 1) {
    const before = forwarding.clock.now()
    const found = await forwarding.askInTime('www.far.test.')
    last.push('answer' in found ? found.answer[0]?.data[0]?.[3] : undefined)
    took.push(forwarding.clock.now() - before)
  }
  return { last, took }
}

async function failureOf(forwarding: Forwarding, ...servers: readonly Upstream[]): Promise<unknown> {
  const found = await forwarding.askInTime('www.far.test.')
  if (!('failure' in found)) return undefined
  const text = servers.reduce(
    (sum, { address: host }, index) => sum.replaceAll(host, `S${index + 1}`),
    found.failure.text,
  )
  return [found.failure.code, text]
}

/** Where nobody listens. */
async function openNothing(): Promise<Upstream> {
  const gone = await openUpstream(() => [])
  await gone[Symbol.asyncDispose]()
  return gone
}

test('the first of the list is asked as long as it answers', async () => {
  await using first = await openUpstream(always(1))
  await using second = await openUpstream(always(2))
  await using forwarding = new Forwarding([first.address, second.address])
  assert.deepEqual((await answersOf(forwarding, 4)).last, [1, 1, 1, 1])
  assert.equal(second.asked.length, 0)
})

test('a server that leaves three questions in a row unanswered is passed over, and asked beside the others now and then', async () => {
  await using silent = await openUpstream(() => [])
  await using good = await openUpstream(always(2))
  await using forwarding = new Forwarding([silent.address, good.address])
  const { last, took } = await answersOf(forwarding, 5)
  assert.deepEqual(last, [2, 2, 2, 2, 2])
  assert.deepEqual(
    took.map((milliseconds) => milliseconds >= 1000),
    [true, true, true, false, false],
  )
  assert.equal(silent.asked.length, 3)
  forwarding.clock.advance(5100)
  const later = await answersOf(forwarding, 2)
  await forwarding.settle()
  assert.ok(later.took.every((milliseconds) => milliseconds < 500))
  assert.deepEqual([later.last, silent.asked.length], [[2, 2], 4])
  assert.deepEqual(forwarding.logged, ['the forwarder does not answer; others are asked first'])
})

test('a dead server that answers again has its place back', async () => {
  let isSilent = true
  await using first = await openUpstream((asked, transport) => (isSilent ? [] : always(1)(asked, transport)))
  await using second = await openUpstream(always(2))
  await using forwarding = new Forwarding([first.address, second.address])
  await answersOf(forwarding, 4)
  isSilent = false
  forwarding.clock.advance(5100)
  await answersOf(forwarding, 1)
  await forwarding.settle()
  assert.deepEqual((await answersOf(forwarding, 2)).last, [1, 1])
  assert.equal(forwarding.forwarder.health(), undefined)
  assert.deepEqual(forwarding.logged, [
    'the forwarder does not answer; others are asked first',
    'the forwarder answers again',
  ])
})

test('the answer of a dead server counts if it is the first', async () => {
  let first: 'silent' | 'well' = 'silent'
  await using returning = await openUpstream((asked, transport) =>
    first === 'silent' ? [] : always(1)(asked, transport),
  )
  await using second = await openUpstream((asked, transport) =>
    first === 'silent' ? always(2)(asked, transport) : [],
  )
  await using forwarding = new Forwarding([returning.address, second.address])
  await answersOf(forwarding, 4)
  forwarding.clock.advance(5100)
  first = 'well'
  const { last, took } = await answersOf(forwarding, 1)
  assert.deepEqual([last, took.every((milliseconds) => milliseconds < 500)], [[1], true])
})

test('when a server comes back, what failed is asked again at once', async () => {
  let isSilent = true
  await using only = await openUpstream((asked, transport) => (isSilent ? [] : always(1)(asked, transport)))
  await using forwarding = new Forwarding([only.address])
  for (const name of ['a.far.test.', 'b.far.test.', 'www.far.test.']) await forwarding.askInTime(name)
  isSilent = false
  assert.equal('failure' in (await forwarding.ask('www.far.test.')), true)
  await forwarding.askInTime('c.far.test.')
  assert.equal('failure' in (await forwarding.ask('www.far.test.')), false)
})

test('where nobody listens the next server is asked at once', async () => {
  const gone = await openNothing()
  await using good = await openUpstream(always(2))
  await using forwarding = new Forwarding([gone.address, good.address])
  const { last, took } = await answersOf(forwarding, 2)
  assert.deepEqual(last, [2, 2])
  assert.ok(took.every((milliseconds) => milliseconds < 500))
})

test('an answer in between takes silence off the list', async () => {
  let count = 0
  await using first = await openUpstream((asked, transport) => {
    count += 1
    return count % 3 === 0 ? always(1)(asked, transport) : []
  })
  await using second = await openUpstream(always(2))
  await using forwarding = new Forwarding([first.address, second.address])
  assert.deepEqual((await answersOf(forwarding, 9)).last, [2, 2, 1, 2, 2, 1, 2, 2, 1])
})

test('a server that is slow with one question but answers others does not count as silent', async () => {
  await using only = await openUpstream((asked, transport) =>
    asked.questions[0]?.name.key.startsWith('\u0004slow') === true ? [] : always(1)(asked, transport),
  )
  await using forwarding = new Forwarding([only.address])
  const slow = [1, 2, 3, 4].map((index) => forwarding.ask(`slow.n${index}.test.`))
  await forwarding.settle()
  forwarding.clock.advance(2000)
  await forwarding.askInTime('www.far.test.')
  for (const found of await forwarding.inTime(Promise.all(slow))) assert.ok('failure' in found)
  assert.deepEqual(forwarding.logged, [])
})

test('a late answer to the first try counts', async () => {
  const gate = Promise.withResolvers<void>()
  let tries = 0
  await using only = await openUpstream(async (asked, transport) => {
    tries += 1
    if (tries > 1) return []
    await gate.promise
    return always(1)(asked, transport)
  })
  await using forwarding = new Forwarding([only.address])
  const asked = forwarding.ask('www.far.test.')
  await forwarding.settle()
  forwarding.clock.advance(1000)
  await forwarding.settle()
  assert.equal(tries, 2)
  forwarding.clock.advance(2000)
  await forwarding.settle()
  gate.resolve()
  const found = await asked
  assert.deepEqual('answer' in found && lines(found.answer), ['www.far.test. 0 A 198.51.100.1'])
})

test('while all servers are dead a question takes a second, and all of them are asked', async () => {
  await using first = await openUpstream(() => [])
  await using second = await openUpstream(() => [])
  await using forwarding = new Forwarding([first.address, second.address])
  const took: number[] = []
  for (let index = 0; index < 5; index += 1) {
    const before = forwarding.clock.now()
    await forwarding.askInTime(`n${index}.far.test.`)
    took.push(Math.round((forwarding.clock.now() - before) / 500) * 500)
  }
  assert.deepEqual(took, [4500, 4500, 4500, 1000, 1000])
  assert.match(
    forwarding.forwarder.health()?.es ?? '',
    /^ningún reenviador responde \(127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+\)/,
  )
  assert.deepEqual([first.asked.length, second.asked.length], [10, 8])
})

/** The options of an OPT record with one extended error. */
function extended(code: number, text: string): Partial<Message> {
  const options = encodeExtendedError({ code, text })
  return { edns: { size: 1232, version: 0, dnssec: false, options } }
}

const REASONS: readonly [string, Partial<Message>, number, string][] = [
  ['refuses', { rcode: 5 }, 0, 'S1 answered REFUSED'],
  ['fails', { rcode: 2 }, 0, 'S1 answered SERVFAIL'],
  ['uses an unknown code', { rcode: 11 }, 0, 'S1 answered code 11'],
  [
    'fails and says why',
    { rcode: 2, ...extended(9, 'no key for \u001b[1m ñandú\n') },
    0,
    'S1 answered SERVFAIL and said "no key for ?[1m ñandú?"',
  ],
  ['fails and gives a number', { rcode: 2, ...extended(9, '') }, 0, 'S1 answered SERVFAIL and said error 9'],
  [
    'fails and talks too much',
    { rcode: 2, ...extended(9, 'x'.repeat(300)) },
    0,
    `S1 answered SERVFAIL and said "${'x'.repeat(80)}"`,
  ],
  [
    'only refers elsewhere',
    { authority: [named('test.', 'NS', 'ns.test.')] },
    20,
    'S1 knew no answer and looked for none',
  ],
]

for (const [what, parts, code, text] of REASONS) {
  test(`a server that ${what} is left for the next one; alone it is the reason`, async () => {
    await using bad = await openUpstream((asked) => [answerTo(asked, parts)])
    await using good = await openUpstream(always(2))
    await using forwarding = new Forwarding([bad.address, good.address])
    const { last, took } = await answersOf(forwarding, 1)
    assert.deepEqual([last, took.every((milliseconds) => milliseconds < 500)], [[2], true])
    await using alone = new Forwarding([bad.address])
    assert.deepEqual(await failureOf(alone, bad), [code, text])
    assert.equal(bad.asked.length, 2)
  })
}

test('RFC 8914 §4: the failure says what became of each server', async () => {
  await using silent = await openUpstream(() => [])
  await using refusing = await openUpstream((asked) => [answerTo(asked, { rcode: 5 })])
  await using failing = await openUpstream((asked) => [answerTo(asked, { rcode: 5 })])
  const gone = await openNothing()
  const cases: readonly [readonly Upstream[], unknown][] = [
    [[silent], [22, 'S1 did not answer in time']],
    [[gone], [23, 'S1 refused the connection']],
    [
      [refusing, failing],
      [0, 'S1 and S2 answered REFUSED'],
    ],
    [
      [refusing, silent, gone, failing],
      [22, 'S1 and S4 answered REFUSED; S2 did not answer in time; S3 refused the connection'],
    ],
  ]
  for (const [list, expected] of cases) {
    await using forwarding = new Forwarding(list.map((each) => each.address))
    assert.deepEqual(await failureOf(forwarding, ...list), expected)
  }
})

test('a socket that cannot be had here is no silence there', async () => {
  const connect = (): Promise<never> =>
    Promise.reject(Object.assign(new Error('no more sockets'), { code: 'EMFILE' }))
  await using forwarding = new Forwarding(['192.0.2.1:53'], { context: { connect } })
  for (let index = 0; index < 4; index += 1)
    assert.deepEqual(await forwarding.ask('www.far.test.'), {
      failure: { code: 14, text: '192.0.2.1:53 could not be asked: no socket left (EMFILE)' },
      source: 'forwarder',
    })
  assert.deepEqual(forwarding.logged, [])
})
