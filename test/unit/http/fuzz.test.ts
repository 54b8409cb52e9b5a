import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzRequests, openFuzzed } from './fuzz.ts'

test('20,000 spoiled requests are answered or refused, and every connection ends', async (t) => {
  await using fuzzed = await openFuzzed()
  const tally = await fuzzRequests(fuzzed, { count: 20_000, seed: 'short' })
  t.diagnostic(JSON.stringify(Object.fromEntries(tally)))
  assert.equal(tally.get(500), undefined)
  // The mutations are neither all fatal nor all harmless, and reach every refusal.
  for (const status of [200, 400, 403, 404, 405, 408, 411, 413, 414, 415, 417, 431, 501, 505])
    assert.ok((tally.get(status) ?? 0) > 0, `no ${status}`)
})
