import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { labAuthority } from '../../authority.ts'
import { openLab } from '../../lab.ts'
import { eventually } from '../http/server.ts'

test('what is issued and revoked is told, by the lab and by whoever works on its register, also of an intermediate', async () => {
  await using lab = await openLab('domain: a.test\nservices: { https: { cookie: false } }', {
    files: { 'www/index.html': 'x' },
  })
  const facts = () => lab.journal.since(0, ['certificate.issued', 'certificate.revoked'])
  const lines = () =>
    facts().map(
      ({ kind, data }) =>
        `${kind} ${JSON.stringify(data?.['subject'])} ${JSON.stringify(data?.['reason'] ?? '')}`,
    )
  await eventually(() => facts().length === 1)
  assert.deepEqual(lines(), ['certificate.issued "/O=telelab/CN=www.a.test" ""'])
  const options = { domain: 'a.test' }
  const other = labAuthority(join(lab.stateFolder, 'certs'), options)
  await other.issueNew({ names: ['ana'], purpose: 'client' })
  await eventually(() => facts().length === 2)
  const [serial = ''] = (await other.list()).map((entry) => entry.serial).slice(-1)
  await other.revoke(serial, 'keyCompromise')
  await eventually(() => facts().length === 3)
  const below = labAuthority(join(lab.stateFolder, 'certs'), { ...options, intermediate: true })
  await below.issueNew({ names: ['eva'], purpose: 'client' })
  await eventually(() => facts().length === 5)
  assert.deepEqual(lines().slice(1), [
    'certificate.issued "/O=telelab/CN=ana" ""',
    'certificate.revoked "/O=telelab/CN=ana" "keyCompromise"',
    lines()[3],
    'certificate.issued "/O=telelab/CN=eva" ""',
  ])
  assert.match(lines()[3] ?? '', /^certificate\.issued .*intermediate/)
  assert.equal(facts()[1]?.service, 'lab')
})
