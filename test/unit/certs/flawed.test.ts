/** Flawed certificates, as `openssl verify` judges them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CertificateFlaw } from '../../../lab/service.ts'
import { labAuthority } from '../../authority.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { missing } from '../../tool.ts'

const skip = missing('openssl')
const request = {
  names: ['www.sstt9721.org', 'localhost'],
  addresses: ['127.0.0.1'],
  purpose: 'server',
} as const
/** The error's number and words for each. */
const errors: Readonly<Record<CertificateFlaw, RegExp>> = {
  expired: /error 10 at 0 depth lookup: certificate has expired/,
  'not yet valid': /error 9 at 0 depth lookup: certificate is not yet valid/,
  'self-signed': /error 18 at 0 depth lookup: self-signed certificate\n/,
  'broken chain': /error 20 at 0 depth lookup: unable to get local issuer certificate/,
  'other authority': /error 19 at 1 depth lookup: self-signed certificate in certificate chain/,
  'weak key': /error 66 at 0 depth lookup: EE certificate key too weak/,
}
const flaws = Object.keys(errors).filter((flaw): flaw is CertificateFlaw => Object.hasOwn(errors, flaw))

/** What `openssl verify` says of a chain whose first certificate it judges. */
function verify(folder: string, chain: string, root: string): string {
  const [leaf = '', ...above] = chain.split(/(?=-----BEGIN)/)
  writeFiles(folder, { 'leaf.pem': leaf, 'above.pem': above.join(''), 'root.pem': root })
  const more = above.length === 0 ? [] : ['-untrusted', 'above.pem']
  // What a browser asks for, and the level of Debian's OpenSSL.
  const words = [
    'verify',
    '-purpose',
    'sslserver',
    '-auth_level',
    '2',
    '-CAfile',
    'root.pem',
    ...more,
    'leaf.pem',
  ]
  const { stdout, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' })
  return stdout + stderr
}

for (const intermediate of [false, true])
  test(
    `each flaw is the one that openssl finds, ${intermediate ? 'with' : 'without'} an intermediate`,
    { skip },
    async () => {
      using folder = temporaryFolder()
      const authority = labAuthority(join(folder.path, 'certs'), { intermediate })
      const sound = await authority.issue(request)
      assert.equal(verify(folder.path, sound.chain, sound.authority), 'leaf.pem: OK\n')
      for (const flaw of flaws) {
        const { chain, key, authority: root } = await authority.issue({ ...request, flaw })
        const said = verify(folder.path, chain, root)
        assert.match(said, errors[flaw], flaw)
        // And no other.
        assert.equal(said.match(/^error \d+ at/gm)?.length, 1, said)
        const leaf = new X509Certificate(chain)
        assert.equal(leaf.subjectAltName, 'DNS:www.sstt9721.org, DNS:localhost, IP Address:127.0.0.1')
        assert.equal(
          leaf.publicKey.asymmetricKeyDetails?.modulusLength,
          flaw === 'weak key' ? 1024 : undefined,
        )
        assert.ok(leaf.checkPrivateKey(createPrivateKey(key)))
      }
    },
  )

test("dates are flawed by the lab's clock", async () => {
  using folder = temporaryFolder()
  const now = Date.UTC(2031, 0, 1)
  const authority = labAuthority(folder.path, { clock: { now: () => now } })
  const made = async (flaw: CertificateFlaw) =>
    new X509Certificate((await authority.issue({ ...request, flaw, days: 30 })).chain)
  const expired = await made('expired')
  assert.deepEqual(
    [expired.validFromDate, expired.validToDate],
    [new Date('2030-12-01'), new Date('2030-12-31')],
  )
  const future = await made('not yet valid')
  assert.deepEqual(
    [future.validFromDate, future.validToDate],
    [new Date('2031-01-02'), new Date('2031-02-01')],
  )
})

test("another authority's root has the name of the lab's, and another key", async () => {
  using folder = temporaryFolder()
  const authority = labAuthority(folder.path)
  const { chain } = await authority.issue({ ...request, flaw: 'other authority' })
  const [, above = ''] = chain.split(/(?=-----BEGIN)/)
  const [other, root] = [new X509Certificate(above), new X509Certificate(await authority.authority())]
  assert.equal(other.subject, root.subject)
  assert.ok(other.verify(other.publicKey))
  assert.ok(!other.verify(root.publicKey))
})

test('they are in no register, on no disk, new each time, and for names of the lab alone', async () => {
  using folder = temporaryFolder()
  const authority = labAuthority(folder.path)
  for (const flaw of flaws) {
    const { chain } = await authority.issue({ ...request, flaw })
    const { serialNumber } = new X509Certificate(chain)
    assert.notEqual(chain, (await authority.issue({ ...request, flaw })).chain)
    assert.equal(await authority.standing(serialNumber), 'unknown')
    assert.equal(await authority.revoke(serialNumber), false)
    await assert.rejects(authority.issue({ ...request, names: ['bank.example'], flaw }), /cannot vouch for/)
    await assert.rejects(authority.issue({ ...request, days: 4000, flaw }), /at most 3650 days/)
  }
  assert.deepEqual(await authority.list(), [])
  assert.ok(!existsSync(join(folder.path, 'issued')))
  assert.deepEqual(readdirSync(join(folder.path, 'private')), ['cakey.pem'])
})
