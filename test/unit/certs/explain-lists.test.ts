/** The explanations of requests and of revocation lists. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pem } from '../../../certs/der.ts'
import { explainCrl, explainRequest } from '../../../certs/explain.ts'
import { DAY, listOf, NOW, request, revoked } from './explain-files.ts'

test('a request is explained without its password', async () => {
  const rows = await explainRequest(pem('NEW CERTIFICATE REQUEST', request))
  assert.ok(!JSON.stringify(rows).includes('secret'))
  assert.deepEqual(
    rows.map(({ title, value }) => `${title.en}: ${value}`).filter((line) => !line.startsWith('Signature:')),
    [
      'Version: v1',
      'Subject: O=telelab, CN=www',
      'Public key: EC P-256',
      'Challenge password: ***',
      'Requested extensions: ',
      'Extended key usage: serverAuth',
      'Signature algorithm: ecdsa-with-SHA256',
    ],
  )
  assert.equal(rows.at(-1)?.level, 'good')
})

test('a list tells how many it holds, why each, and whether it is current', async () => {
  const rows = async (list: Buffer, now?: number) => {
    const found = await explainCrl(pem('X509 CRL', list), { now })
    return found.map(({ title, value, level }) => `${title.en}: ${value} ${level}`)
  }
  const empty = await rows(listOf(), NOW)
  assert.ok(empty.includes('Revoked: 0 plain') && empty.includes('CRL number: 7 plain'))
  assert.ok(empty.includes('Next update: 2026-11-22 12:00:00 UTC good'))
  assert.ok((await rows(listOf(), NOW + 2 * DAY)).includes('Next update: 2026-11-22 12:00:00 UTC bad'))
  assert.ok((await rows(listOf(), NOW - 2 * DAY)).includes('This update: 2026-11-20 12:00:00 UTC bad'))
  assert.ok((await rows(listOf())).includes('Next update: 2026-11-22 12:00:00 UTC plain'))
  for (const [reason, name] of [
    [1, 'keyCompromise'],
    [6, 'certificateHold'],
    [7, '7'],
    [9, 'privilegeWithdrawn'],
  ] as const)
    assert.ok(
      (await rows(listOf(revoked(reason)))).includes(
        `Revoked certificate: 05, 2026-11-20 12:00:00 UTC, ${name} plain`,
      ),
    )
  const many = await rows(listOf(...Array.from({ length: 250 }, () => revoked(1))))
  assert.ok(many.includes('Revoked: 250 plain') && many.includes('Revoked: … plain'))
})
