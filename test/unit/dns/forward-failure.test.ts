import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { Failures } from '../../../services/dns/forward/failures.ts'
import { Forwarding } from './forwarding.ts'
import { address, answerTo, named, openUpstream } from './upstream.ts'

const ERROR = { code: 22, text: 'nobody answered' }

/** Connections that swallow everything. */
class BlackHoles {
  /** How many there have been. */
  asked = 0
  /** How many there are now, and were at most. */
  open = 0
  most = 0

  readonly connect = (): Promise<Duplex> => {
    this.asked += 1
    this.open += 1
    this.most = Math.max(this.most, this.open)
    const hole = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
    hole.on('close', () => {
      this.open -= 1
    })
    return Promise.resolve(hole)
  }
}

/** The first moment, in seconds after a failure, at which the question may be asked again. */
function pauseAfter(failures: Failures, now: number): number {
  let seconds = 0
  while (failures.get('k', now + seconds * 1000) !== undefined) seconds += 1
  return seconds
}

test('RFC 9520 §3.2: a failure is remembered for 5 s, then for twice as long each time, 30 s at most', () => {
  const failures = new Failures()
  assert.equal(failures.get('k', 0), undefined)
  const pauses: number[] = []
  let now = 1_000_000
  for (let count = 0; count < 5; count += 1) {
    failures.put('k', ERROR, now)
    const pause = pauseAfter(failures, now)
    pauses.push(pause)
    now += pause * 1000
  }
  assert.deepEqual(pauses, [5, 10, 20, 30, 30])
  assert.deepEqual(failures.get('k', now - 500), { error: ERROR, rest: 500 })
})

test('failures far apart, and those before an answer, are not in a row', () => {
  const failures = new Failures()
  failures.put('k', ERROR, 0)
  failures.put('k', ERROR, 66_000)
  assert.equal(pauseAfter(failures, 66_000), 5)
  failures.delete('k')
  failures.put('k', ERROR, 72_000)
  assert.equal(pauseAfter(failures, 72_000), 5)
  failures.put('k', ERROR, 80_000, 30_000)
  assert.equal(pauseAfter(failures, 80_000), 30)
})

test('a clock that is set back does not lengthen failures, nor one set ahead', () => {
  const failures = new Failures()
  failures.put('k', ERROR, 1_000_000)
  assert.equal(failures.get('k', 999_999), undefined)
  assert.equal(failures.get('k', 9_000_000), undefined)
})

test('failures are bounded, the oldest goes first', () => {
  const failures = new Failures()
  for (let index = 0; index < 5001; index += 1) failures.put(`k${index}`, ERROR, 0)
  assert.equal(failures.get('k0', 0), undefined)
  assert.notEqual(failures.get('k1', 0), undefined)
})

test('a failed question is not asked again for a while, whoever asks it', async () => {
  let fails = true
  await using upstream = await openUpstream((asked) => [
    fails ? answerTo(asked, { rcode: 2 }) : answerTo(asked, { answer: [address('www.far.test.', 1, 0)] }),
  ])
  await using forwarding = new Forwarding([upstream.address])
  const text = `${upstream.address} answered SERVFAIL`
  assert.deepEqual(await forwarding.ask('www.far.test.'), { failure: { code: 0, text }, source: 'forwarder' })
  forwarding.clock.advance(1100)
  assert.deepEqual(await forwarding.ask('www.far.test.'), {
    failure: { code: 13, text: `${text}; asked again in 4 s` },
    source: 'cache',
  })
  assert.equal(upstream.asked.length, 1)
  fails = false
  forwarding.clock.advance(4500)
  assert.ok('answer' in (await forwarding.ask('www.far.test.')))
  fails = true
  await forwarding.ask('www.far.test.')
  const again = await forwarding.ask('www.far.test.')
  assert.equal('failure' in again && again.failure.text, `${text}; asked again in 5 s`)
})

test('equal questions share one flight, unequal ones do not', async () => {
  const gate = Promise.withResolvers<void>()
  await using upstream = await openUpstream(async (asked) => {
    await gate.promise
    return [answerTo(asked, { answer: [address('www.far.test.', 1)] })]
  })
  await using forwarding = new Forwarding([upstream.address])
  const asked = [
    ...Array.from({ length: 20 }, () => forwarding.ask('www.far.test.')),
    forwarding.ask('WWW.far.test.'),
    forwarding.ask('www.far.test.', { dnssec: true }),
    forwarding.ask('www.far.test.', { checkingDisabled: true }),
    forwarding.ask('www.far.test.', { type: 'AAAA' }),
  ]
  await forwarding.settle()
  gate.resolve()
  for (const found of await Promise.all(asked)) assert.ok('answer' in found || found.failure.code === 20)
  assert.equal(upstream.asked.length, 4)
})

test('questions under way are bounded; those too many fail at once and are not held against anybody', async () => {
  const holes = new BlackHoles()
  await using forwarding = new Forwarding(['192.0.2.1:53'], { context: holes })
  const flying = Array.from({ length: 1000 }, (_, index) => forwarding.ask(`n${index}.far.test.`))
  const busy = {
    failure: { code: 14, text: 'too many questions wait for the forwarders' },
    source: 'forwarder',
  }
  assert.deepEqual(await forwarding.ask('n1000.far.test.'), busy)
  const waiting = Array.from({ length: 9000 }, () => forwarding.ask('n0.far.test.'))
  assert.deepEqual(await forwarding.ask('n0.far.test.'), busy)
  assert.equal(holes.asked, 1000)
  const found = await forwarding.inTime(Promise.all([...flying, ...waiting]))
  assert.ok(found.every((each) => 'failure' in each && each.failure.code === 22))
  const last = await forwarding.inTime(forwarding.ask('n1000.far.test.'))
  assert.equal('failure' in last && last.failure.code, 22)
  assert.deepEqual([holes.asked, holes.open], [2002, 0])
})

test('sockets are bounded; what finds none left fails and is held against nobody', async () => {
  const holes = new BlackHoles()
  const servers = ['192.0.2.1:53', '192.0.2.2:53', '192.0.2.3:53']
  await using forwarding = new Forwarding(servers, { context: holes })
  const flying = Array.from({ length: 1000 }, (_, index) => forwarding.ask(`n${index}.far.test.`))
  const found = await forwarding.inTime(Promise.all(flying))
  const shortage = '192.0.2.3:53 could not be asked: too many questions are under way'
  assert.ok(found.every((each) => 'failure' in each && each.failure.text.endsWith(shortage)))
  assert.deepEqual([holes.asked, holes.most], [2000, 2000])
  await forwarding.inTime(forwarding.ask('n1000.far.test.'))
  // The third is not dead, and now the only one that is asked.
  assert.equal(holes.asked, 2002)
})

test('aliases that lead round in circles, or on and on, end in a failure', async () => {
  let count = 0
  await using upstream = await openUpstream((asked) => {
    const name = asked.questions[0]?.name.wire.toString('latin1', 1, 2)
    count += 1
    const target = name === 'a' ? 'b.far.test.' : name === 'b' ? 'a.far.test.' : `n${count}.far.test.`
    const owner = asked.questions[0]?.name
    const set = named('x.', 'CNAME', target, 0)
    return [answerTo(asked, { answer: owner === undefined ? [] : [{ ...set, owner }] })]
  })
  await using forwarding = new Forwarding([upstream.address])
  const failure = (name: string): unknown => ({
    failure: { code: 0, text: `the aliases of ${name} lead in a circle or too far` },
    source: 'forwarder',
  })
  assert.deepEqual(await forwarding.ask('a.far.test.'), failure('a.far.test.'))
  assert.equal(upstream.asked.length, 2)
  assert.deepEqual(await forwarding.ask('n.far.test.'), failure('n.far.test.'))
  assert.equal(upstream.asked.length, 18)
})

test('an alias whose end the first answer does not tell is followed, and each part remembered', async () => {
  await using upstream = await openUpstream((asked) => [
    asked.questions[0]?.name.key.startsWith('\u0001a') === true
      ? answerTo(asked, { answer: [named('a.far.test.', 'CNAME', 'www.away.test.')] })
      : answerTo(asked, { answer: [address('www.away.test.', 7, 600)] }),
  ])
  await using forwarding = new Forwarding([upstream.address])
  for (const [source, ttl, queries] of [
    ['forwarder', 600, 2],
    ['cache', 600, 2],
    ['forwarder', 500, 3],
  ] as const) {
    const found = await forwarding.ask('a.far.test.')
    assert.ok('answer' in found)
    assert.deepEqual(
      [found.answer.map((set) => set.type), found.source, upstream.asked.length],
      [[5, 1], source, queries],
    )
    assert.ok(Math.abs((found.answer[1]?.ttl ?? 0) - ttl) <= 2)
    if (queries === 2 && source === 'cache') forwarding.clock.advance(100_000)
  }
})
