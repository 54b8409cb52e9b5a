/** What is said of a signature when the issuer's certificate is at hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distinguishedName } from '../../../certs/certificate.ts'
import { pem, type DerValue } from '../../../certs/der.ts'
import { explainCertificate, explainCrl, type Level } from '../../../certs/explain.ts'
import { certSign, der, extension, isCa, listOf, make, NOW } from './explain-files.ts'
import { EXTENSIONS } from './lint.ts'

const authority = extension(EXTENSIONS.basicConstraints, isCa, true)
const crlSign = extension(EXTENSIONS.keyUsage, der.bits(Buffer.of(0b0000_0010), 1))
const broken = extension(EXTENSIONS.keyUsage, Buffer.of(1, 2, 3))

const table: Readonly<Record<string, readonly [readonly DerValue[], certificate: Level, list: Level]>> = {
  'an authority that says nothing of its key': [[authority], 'good', 'good'],
  'an authority whose key signs certificates alone': [[authority, certSign], 'good', 'bad'],
  'an authority whose key signs lists alone': [[authority, crlSign], 'bad', 'good'],
  'an authority whose key usage is broken': [[authority, broken], 'bad', 'bad'],
  'who is no authority': [[], 'bad', 'bad'],
  // RFC 5280 §6.3.3 (f) asks of who signs a list in an authority's name for this bit alone.
  'who may sign lists and is no authority': [[crlSign], 'bad', 'good'],
}

for (const [name, [extensions, certificate, list]] of Object.entries(table))
  test(`of ${name} a certificate is ${certificate}, a revocation list ${list}`, async () => {
    const issuer = await make({ subject: distinguishedName(der, 'root'), extensions })
    const rows = [
      await explainCertificate(await make({}), NOW, { issuer }),
      await explainCrl(pem('X509 CRL', listOf()), { issuer }),
    ]
    assert.deepEqual(
      rows.map((each) => each.find(({ title }) => title.en === 'Signature')?.level),
      [certificate, list],
    )
  })
