/** A million spoiled packets for the DNS service: it stands, answers within bounds, and keeps nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzForwarding, openPoisoned } from '../unit/dns/fuzz-upstream.ts'
import { fuzzDatagrams, fuzzStreams, openFuzzed, samplesOf } from '../unit/dns/fuzz.ts'
import { heap } from '../heap.ts'

const ROUNDS = 10
/** Octets by which the heap may differ between rounds: the answers that the service remembers, filled or just emptied. */
const HEAP_TOLERANCE = 16 * 1024 * 1024

/** Runs the rounds; after the first, which fills what is bounded, the heap must not grow. */
async function flat(
  t: { diagnostic(text: string): void },
  round: (turn: number) => Promise<void>,
): Promise<void> {
  await round(0)
  const first = heap()
  for (let turn = 1; turn < ROUNDS; turn += 1) await round(turn)
  const grown = heap() - first
  t.diagnostic(`the heap grew by ${grown} octets`)
  assert.ok(grown < HEAP_TOLERANCE, `the heap grew by ${grown} octets`)
}

test('1,000,000 spoiled datagrams', async (t) => {
  await using service = await openFuzzed()
  const samples = await samplesOf(service)
  await flat(t, async (turn) => {
    const { decoded, answered } = await fuzzDatagrams(service, samples, {
      count: 100_000,
      seed: `datagrams ${turn}`,
    })
    assert.ok(decoded > 10_000 && answered > 10_000, `${decoded} decoded, ${answered} answered`)
  })
})

test('100,000 spoiled messages in streams', async (t) => {
  await using service = await openFuzzed()
  const samples = await samplesOf(service)
  await flat(t, async (turn) => {
    const answered = await fuzzStreams(service, samples, { count: 10_000, seed: `streams ${turn}` })
    assert.ok(answered > 2000, `${answered} answered`)
  })
})

test('50,000 questions to servers that answer with spoiled packets', async (t) => {
  await using service = await openPoisoned('long')
  await flat(t, async () => {
    const codes = await fuzzForwarding(service, 5000)
    assert.ok((codes.get(0) ?? 0) > 500, JSON.stringify([...codes]))
  })
})
