/** The same zones in the service and in BIND: every question gets the same answer, record by record. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { CONTENTS } from './corpus/contents.ts'
import { DIFFERENCES } from './corpus/differences.ts'
import { generatedZones } from './corpus/generated.ts'
import type { Difference } from './corpus/pair.ts'
import { PLACES } from './corpus/places.ts'
import { ROOTED } from './corpus/rooted.ts'
import { compareOver, type Result } from './corpus/run.ts'
import { signedFile } from './corpus/signed.ts'
import { HOLLOW, SIGNED } from './corpus/special.ts'
import { missing, missingPython } from '../../tool.ts'

const SEED = 20_261_121

/** Every difference is listed, and every listed one occurs. */
function assertListed(t: TestContext, results: readonly Result[], listed: readonly Difference[]): void {
  const unlisted = results.flatMap(({ first, again }) => [...first.unlisted, ...again.unlisted])
  assert.equal(unlisted.slice(0, 20).join('\n\n'), '', `${unlisted.length} differences are not listed`)
  for (const { name } of listed) {
    const count = results.reduce((sum, { first }) => sum + (first.occurred.get(name)?.length ?? 0), 0)
    t.diagnostic(`${name}: ${count}`)
    assert.ok(count > 0, `"${name}" is listed as a difference but does not occur any more`)
  }
  const zones = results.reduce((sum, each) => sum + each.zones, 0)
  const equal = results.reduce((sum, { first, again }) => sum + first.equal + again.equal, 0)
  const pairs = results.reduce((sum, { first, again }) => sum + first.pairs + again.pairs, 0)
  t.diagnostic(`${zones} zones, ${pairs} questions, ${equal} answers equal as they are`)
  assert.ok(zones >= 10 && pairs >= 500, `${zones} zones, ${pairs} questions`)
}

test(
  'over many zones the answers are those of BIND, but for what is listed',
  { skip: missing('named') || missingPython('dns.message') },
  async (t) => {
    const results = [
      await compareOver([...PLACES, ...CONTENTS, ...generatedZones(SEED)]),
      await compareOver(ROOTED),
    ]
    assertListed(t, results, DIFFERENCES)
  },
)

test(
  'over signed zones the signatures and proofs are those of BIND, but for what is listed',
  { skip: missing('named', 'dnssec-keygen', 'dnssec-signzone') || missingPython('dns.message') },
  async (t) => {
    const results = [
      await compareOver(generatedZones(SEED), (zone) => signedFile(zone, 'NSEC')),
      await compareOver(PLACES, (zone) => signedFile(zone, 'NSEC3')),
      await compareOver(ROOTED, (zone) => signedFile(zone, 'NSEC3 with opt-out')),
    ]
    assertListed(t, results, [...SIGNED, ...HOLLOW])
  },
)
