import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { credentialsOf, liveTarget } from '../../../lab/grading/live-target.ts'
import { openLab } from '../../lab.ts'

const files = { 'www/index.html': 'Hello' }

test('a lab with an authority shows its services a client that is good, and such that are not', async () => {
  await using lab = await openLab('services: { https: { client: required } }', { files })
  const { authority = '', identity, refused = {} } = await credentialsOf(lab, lab.stateFolder)
  assert.ok(new X509Certificate(authority).ca)
  const read = (pem = ''): X509Certificate => new X509Certificate(pem)
  const uses = (pem?: string): readonly string[] => read(pem).keyUsage ?? []
  const good = read(identity?.certificate)
  assert.match(good.subject, /^CN=lab-check$/m)
  assert.ok(good.validToDate.getTime() > Date.now())
  assert.deepEqual(uses(identity?.certificate), ['1.3.6.1.5.5.7.3.2'])
  assert.ok(read(refused['expired']?.certificate).validToDate.getTime() < Date.now())
  assert.deepEqual(uses(refused['purpose']?.certificate), ['1.3.6.1.5.5.7.3.1'])
})

test('a lab without one gets none for its probes; a target offers what runs', async () => {
  await using lab = await openLab('services: { dns: {}, http: {} }', { files })
  assert.deepEqual(await credentialsOf(lab, lab.stateFolder), {})
  assert.deepEqual(Object.keys(liveTarget(lab, 'dns', {}).endpoints), ['dns'])
  assert.deepEqual(Object.keys(liveTarget(lab, 'scenario', {}).endpoints), ['dns', 'http'])
  await lab.stopService('dns')
  assert.deepEqual(Object.keys(liveTarget(lab, 'scenario', {}).endpoints), ['http'])
})
