/** More generated zones than the usual run has, compared with BIND. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedZones } from '../interop/dns/corpus/generated.ts'
import { compareOver } from '../interop/dns/corpus/run.ts'
import { missing } from '../tool.ts'

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1)

for (const seed of SEEDS) {
  test(
    `the answers about the zones of seed ${seed} are those of BIND`,
    { skip: missing('named', 'python3') },
    async () => {
      const { first, again } = await compareOver(generatedZones(seed))
      assert.deepEqual([...first.unlisted, ...again.unlisted].slice(0, 10), [])
      assert.ok(first.pairs > 2000, `${first.pairs} questions`)
    },
  )
}
