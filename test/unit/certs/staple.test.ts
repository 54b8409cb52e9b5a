/** The OCSP answers that servers hand out, as openssl judges them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { labAuthority } from '../../authority.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { missing } from '../../tool.ts'

const skip = missing('openssl')
const request = { names: ['www.sstt9721.org'], purpose: 'server' } as const

for (const intermediate of [false, true])
  test(
    `good, revoked, and revoked by pretence, ${intermediate ? 'with' : 'without'} an intermediate`,
    { skip },
    async () => {
      using folder = temporaryFolder()
      const authority = labAuthority(join(folder.path, 'certs'), { intermediate })
      const { certificate, authority: root } = await authority.issue(request)
      const issuer = await authority.issuer()
      writeFiles(folder.path, { 'leaf.pem': certificate, 'issuer.pem': issuer, 'root.pem': root })
      const words = [
        '-issuer',
        'issuer.pem',
        '-cert',
        'leaf.pem',
        '-respin',
        'answer.der',
        '-CAfile',
        'root.pem',
      ]
      const judge = (answer: Buffer): string => {
        writeFiles(folder.path, { 'answer.der': answer })
        const chain = ['-verify_other', 'issuer.pem']
        const { stdout, stderr } = spawnSync('openssl', ['ocsp', ...words, ...chain], {
          cwd: folder.path,
          encoding: 'utf8',
        })
        return stderr + stdout
      }
      const { serialNumber } = new X509Certificate(certificate)
      const good = await authority.status(serialNumber)
      assert.match(judge(good), /Response verify OK[^]*leaf\.pem: good/)
      assert.match(
        judge(await authority.status(serialNumber, 'revoked')),
        /Response verify OK[^]*leaf\.pem: revoked/,
      )
      // A pretence is not taken for the truth afterwards.
      assert.deepEqual(await authority.status(serialNumber), good)
      await authority.revoke(serialNumber, 'superseded')
      assert.match(judge(await authority.status(serialNumber)), /leaf\.pem: revoked[^]*Reason: superseded/)
    },
  )

test('what the root issued before there was an intermediate, it answers for', { skip }, async () => {
  using folder = temporaryFolder()
  const { certificate } = await labAuthority(join(folder.path, 'certs')).issue(request)
  const authority = labAuthority(join(folder.path, 'certs'), { intermediate: true })
  const { serialNumber } = new X509Certificate(certificate)
  writeFiles(folder.path, {
    'leaf.pem': certificate,
    'root.pem': await authority.authority(),
    'answer.der': await authority.status(serialNumber),
  })
  const words = ['-issuer', 'root.pem', '-cert', 'leaf.pem', '-respin', 'answer.der', '-CAfile', 'root.pem']
  const { stdout, stderr } = spawnSync('openssl', ['ocsp', ...words], { cwd: folder.path, encoding: 'utf8' })
  assert.match(stderr + stdout, /Response verify OK[^]*leaf\.pem: good/)
})

test('an answer is signed anew after half a minute, also when the clock goes back', async () => {
  using folder = temporaryFolder()
  let now = Date.UTC(2026, 10, 21)
  const authority = labAuthority(folder.path, { clock: { now: () => now } })
  const { serialNumber } = new X509Certificate((await authority.issue(request)).certificate)
  const first = await authority.status(serialNumber)
  now += 29_000
  assert.equal(await authority.status(serialNumber), first)
  now += 1000
  const second = await authority.status(serialNumber)
  assert.ok(!second.equals(first))
  now -= 1
  assert.ok(!(await authority.status(serialNumber)).equals(second))
})
