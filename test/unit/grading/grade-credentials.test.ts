import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { exportPkcs12 } from '../../../certs/pkcs12.ts'
import { readAccount, readAuthority, readIdentity } from '../../../lab/grading/grade-credentials.ts'
import { labAuthority } from '../../authority.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'

test('an account has a name and a password, which may hold colons', () => {
  assert.deepEqual(readAccount('ana:a:b'), { name: 'ana', password: 'a:b' })
  for (const said of ['ana', ':secret'])
    assert.throws(() => readAccount(said), /^LabError: --account takes NAME:PASSWORD$/)
})

test('an identity is read from PEM and from PKCS #12, with the right password and the right key only', async () => {
  using folder = temporaryFolder()
  const authority = labAuthority(join(folder.path, 'ca'))
  const { certificate, key, authority: root } = await authority.issue({ names: ['ana'], purpose: 'client' })
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  })
  writeFiles(folder.path, {
    'ana.pem': `${key}${certificate}`,
    'other.pem': `${other}${certificate}`,
    'root.pem': root,
    'ana.p12': await exportPkcs12({
      key,
      certificate,
      chain: [],
      name: 'ana',
      password: 'secret',
      encryption: 'modern',
    }),
  })
  const path = (name: string): string => join(folder.path, name)
  for (const name of ['ana.pem', 'ana.p12']) {
    const identity = await readIdentity(path(name), 'secret')
    assert.ok(new X509Certificate(identity.certificate).checkPrivateKey(createPrivateKey(identity.key)))
  }
  await assert.rejects(readIdentity(path('ana.p12'), 'wrong'), /--identity: .*ana\.p12 is not what is needed/)
  await assert.rejects(readIdentity(path('other.pem'), ''), /--identity: .*another certificate/)
  await assert.rejects(readIdentity(path('none.pem'), ''), /--identity: .*none\.pem/)
  assert.match(readAuthority(path('root.pem')), /BEGIN CERTIFICATE/)
})
