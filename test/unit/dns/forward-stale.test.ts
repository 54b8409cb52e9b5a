import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lines } from '../../conformance/dns/subject.ts'
import { Forwarding } from './forwarding.ts'
import { address, answerTo, openUpstream, soa, type Upstream } from './upstream.ts'

/** An upstream that can be told to be silent, to fail, or to deny. */
interface Fickle extends AsyncDisposable {
  readonly upstream: Upstream
  mood: 'well' | 'silent' | 'failing' | 'denying'
  last: number
}

async function openFickle(): Promise<Fickle> {
  const fickle: Omit<Fickle, 'upstream' | typeof Symbol.asyncDispose> = { mood: 'well', last: 1 }
  const upstream = await openUpstream((asked) => {
    if (fickle.mood === 'silent') return []
    if (fickle.mood === 'failing') return [answerTo(asked, { rcode: 2 })]
    if (fickle.mood === 'denying')
      return [answerTo(asked, { rcode: 3, authority: [soa('far.test.', 60, 60)] })]
    return [answerTo(asked, { answer: [address('www.far.test.', fickle.last)] })]
  })
  return Object.assign(fickle, {
    upstream,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  })
}

/** A forwarder whose only answer is past its time, and the upstream that gave it. */
async function openAged(
  serveStale = 0,
): Promise<AsyncDisposable & { readonly fickle: Fickle; readonly forwarding: Forwarding }> {
  const fickle = await openFickle()
  const forwarding = new Forwarding([fickle.upstream.address], { serveStale })
  await forwarding.ask('www.far.test.')
  forwarding.clock.advance(61_000)
  return {
    fickle,
    forwarding,
    async [Symbol.asyncDispose]() {
      await forwarding[Symbol.asyncDispose]()
      await fickle[Symbol.asyncDispose]()
    },
  }
}

/** What a client sees: the records or the failure's code, the source, and the extended error's code. */
function view(found: Awaited<ReturnType<Forwarding['ask']>>): readonly unknown[] {
  return 'failure' in found
    ? [found.failure.code, found.source]
    : [found.rcode, ...lines(found.answer), found.source, found.extendedError?.code]
}

const STALE = [0, 'www.far.test. 30 A 198.51.100.1', 'cache', 3]

test('without serve-stale an answer ends with its time', async () => {
  await using aged = await openAged()
  const { fickle, forwarding } = aged
  fickle.mood = 'failing'
  assert.deepEqual(view(await forwarding.ask('www.far.test.')), [0, 'forwarder'])
})

test('RFC 8767 §5: a client waits 1.8 s for a new answer, then gets the old one, for 30 s, while the search goes on', async () => {
  await using aged = await openAged(3600)
  const { fickle, forwarding } = aged
  fickle.mood = 'silent'
  const before = forwarding.clock.now()
  assert.deepEqual(view(await forwarding.askInTime('www.far.test.')), STALE)
  const waited = forwarding.clock.now() - before
  assert.ok(waited >= 1799 && waited < 2200, `${waited} ms`)
  const again = forwarding.clock.now()
  assert.deepEqual(view(await forwarding.askInTime('www.far.test.')), STALE)
  assert.ok(forwarding.clock.now() - again < 500, 'a second client waited for the same search')
  assert.ok(forwarding.connections > 0, 'the search is over')
})

test('an answer that comes behind the client is there for the next one', async () => {
  await using aged = await openAged(3600)
  const { fickle, forwarding } = aged
  fickle.mood = 'silent'
  const asked = forwarding.ask('www.far.test.')
  await forwarding.settle()
  forwarding.clock.advance(400)
  await forwarding.settle()
  fickle.mood = 'well'
  fickle.last = 2
  await forwarding.inTime(asked)
  await forwarding.inTime(forwarding.ask('www.far.test.'))
  const [rcode, line] = view(await forwarding.ask('www.far.test.'))
  assert.equal(rcode, 0)
  assert.match(String(line), /A 198\.51\.100\.2$/)
})

test('RFC 8767 §5: after a failure the old answer is given at once, and the servers have 30 s of peace', async () => {
  await using aged = await openAged(3600)
  const { fickle, forwarding } = aged
  fickle.mood = 'failing'
  assert.deepEqual(view(await forwarding.ask('www.far.test.')), STALE)
  forwarding.clock.advance(29_000)
  assert.deepEqual(view(await forwarding.ask('www.far.test.')), STALE)
  assert.equal(fickle.upstream.asked.length, 2)
  fickle.mood = 'well'
  fickle.last = 2
  forwarding.clock.advance(1100)
  assert.deepEqual(view(await forwarding.ask('www.far.test.')), [
    0,
    'www.far.test. 60 A 198.51.100.2',
    'forwarder',
    undefined,
  ])
})

test('RFC 8767 §5: that a name is gone is an answer, and ends the old one', async () => {
  await using aged = await openAged(3600)
  const { fickle, forwarding } = aged
  fickle.mood = 'denying'
  assert.deepEqual(view(await forwarding.ask('www.far.test.')), [3, 'forwarder', undefined])
  forwarding.clock.advance(61_000)
  fickle.mood = 'failing'
  const found = await forwarding.ask('www.far.test.')
  assert.deepEqual(view(found), [3, 'cache', 19])
  assert.deepEqual('authority' in found && lines(found.authority), ['far.test. 30 SOA . . 0 0 0 0 60'])
})

test('old answers are given for as long as the scenario says', async () => {
  await using aged = await openAged(100)
  const { fickle, forwarding } = aged
  fickle.mood = 'failing'
  forwarding.clock.advance(98_000)
  assert.deepEqual(view(await forwarding.ask('www.far.test.')), STALE)
  forwarding.clock.advance(31_500)
  assert.deepEqual(view(await forwarding.ask('www.far.test.')), [0, 'forwarder'])
})
