/** A million spoiled requests for the web site: it stands, every connection ends, and nothing is kept. `SEED=` repeats a run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzRequests, openFuzzed, type Tally } from '../unit/http/fuzz.ts'
import { heap } from '../heap.ts'

const ROUNDS = 10
const REQUESTS = 1_000_000
/** Octets by which the heap may differ between rounds: the journal's facts, as many as it keeps. */
const HEAP_TOLERANCE = 16 * 1024 * 1024

const seed = process.env['SEED'] ?? String(Math.floor(Math.random() * 1e9))

test('1,000,000 spoiled requests', async (t) => {
  t.diagnostic(`SEED=${seed}`)
  await using fuzzed = await openFuzzed()
  const sum: Tally = new Map()
  let first = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const tally = await fuzzRequests(fuzzed, { count: REQUESTS / ROUNDS, seed: `${seed} ${round}` })
    for (const [status, count] of tally) sum.set(status, (sum.get(status) ?? 0) + count)
    // The first round fills what is bounded; from then on nothing may grow.
    if (round === 0) first = heap()
  }
  const grown = heap() - first
  t.diagnostic(`answers: ${JSON.stringify(Object.fromEntries(sum))}; the heap grew by ${grown} octets`)
  assert.equal(sum.get(500), undefined)
  assert.ok(grown < HEAP_TOLERANCE, `the heap grew by ${grown} octets`)
})
