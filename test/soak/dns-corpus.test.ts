/** More generated zones than the usual run has, plain and signed, compared with BIND. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedZones } from '../interop/dns/corpus/generated.ts'
import { compareOver, type Result } from '../interop/dns/corpus/run.ts'
import { signedFile } from '../interop/dns/corpus/signed.ts'
import { missing, missingPython } from '../tool.ts'

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1)
const PROOFS = ['NSEC', 'NSEC3', 'NSEC3 with opt-out'] as const
const skip = missing('named', 'dnssec-keygen', 'dnssec-signzone') || missingPython('dns.message')

function assertEqual({ first, again }: Result): void {
  assert.deepEqual([...first.unlisted, ...again.unlisted].slice(0, 10), [])
  assert.ok(first.pairs > 2000, `${first.pairs} questions`)
}

for (const seed of SEEDS) {
  test(`the answers about the zones of seed ${seed} are those of BIND`, { skip }, async () => {
    assertEqual(await compareOver(generatedZones(seed)))
  })

  const proof = PROOFS[seed % PROOFS.length] ?? 'NSEC'
  test(
    `the answers about the zones of seed ${seed}, signed with ${proof}, are those of BIND`,
    { skip },
    async () => {
      assertEqual(await compareOver(generatedZones(seed), (zone) => signedFile(zone, proof)))
    },
  )
}
