import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainCertificate } from '../../../certs/explain.ts'
import { der, make, NOW } from './explain-files.ts'

/** The titles and levels for a certificate whose one extension has an identifier of so many octets. */
async function explained(octets: number): Promise<readonly string[]> {
  const identifier = Buffer.alloc(octets, 0xff)
  identifier.writeUInt8(1, octets - 1)
  // The identifier's tag takes the place of the octet string's.
  const named = der.encode(der.octets(identifier))
  named.writeUInt8(6)
  const extension = der.sequence(der.copy(named), der.octets(Buffer.of(1)))
  const rows = await explainCertificate(await make({ extensions: [extension] }), NOW)
  return rows.map(({ title, level }) => `${title.en} ${level}`)
}

test('an identifier of any sensible length is written out, and a monstrous one is not tried', async () => {
  assert.ok((await explained(20)).includes('Unknown extension plain'))
  assert.ok((await explained(20_000)).includes('Extensions warning'))
})
