/** Session tickets of the `https` service, and sessions that are resumed, as openssl s_client sees them. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLab, temporaryFolder } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { domain } from './forge.ts'
import { outcomeOf, visit } from './s-client.ts'

const skip = missing('openssl')
const files = { 'www/index.html': 'start' }
const scenario = (more: string): string => `domain: ${domain}\nservices:\n  https: { cookie: false${more} }\n`

for (const version of ['-tls1_2', '-tls1_3'])
  for (const tickets of [true, false])
    test(`${version.slice(1)}, tickets: ${tickets}`, { skip }, async () => {
      await using lab = await openLab(scenario(`, tickets: ${tickets}`), { files })
      using folder = temporaryFolder()
      const session = join(folder.path, 'session')
      const at = lab.address('https', 'https')
      const first = await visit(at, version, '-msg', '-sess_out', session)
      assert.equal(
        /NewSessionTicket|Post-Handshake New Session Ticket/.test(first),
        version === '-tls1_3' || tickets,
      )
      const again = await visit(at, version, '-sess_in', session)
      assert.equal(outcomeOf(again), 'in')
      assert.equal(/^Reused, TLSv1/m.test(again), tickets)
      const resumed = lab.journal.since(0, ['tls.handshaken']).map(({ data }) => data?.['resumed'])
      assert.deepEqual(resumed, [false, tickets])
    })

test('a session of one service is none of another', { skip }, async () => {
  await using lab = await openLab(
    `domain: ${domain}\nservices:\n  https: { cookie: false }\n  other: { kind: https, cookie: false }\n`,
    { files },
  )
  using folder = temporaryFolder()
  const session = join(folder.path, 'session')
  await visit(lab.address('https', 'https'), '-sess_out', session)
  const other = await visit(lab.address('other', 'https'), '-sess_in', session)
  assert.match(other, /^New, TLSv1\.3/m)
  assert.equal(outcomeOf(other), 'in')
})
