import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { before, after, test } from 'node:test'
import { createAuthority } from '../../../certs/authority.ts'
import type { Certificate } from '../../../lab/service.ts'
import { readScenario, temporaryFolder, writeFiles } from '../../lab.ts'

const folder = temporaryFolder()
let ours: Certificate
let other: Certificate
let weak: Certificate

before(async () => {
  const certs = createAuthority({
    folder: join(folder.path, 'certs'),
    domain: 'example.org',
    addresses: [],
    clock: { now: () => Date.now() },
    random: { bytes: (count) => randomBytes(count) },
    intermediate: true,
  })
  const request = { names: ['www.example.org'], purpose: 'server' } as const
  ours = await certs.issueNew(request)
  other = await certs.issueNew(request)
  weak = await certs.issueNew(request, 'rsa2048')
})

after(() => folder[Symbol.dispose]())

/** The problems of a scenario with these two files, as `file:line:column message`. */
async function problemsOf(
  certificate: string | undefined,
  key: string,
  language: 'en' | 'es' = 'en',
): Promise<string> {
  using place = temporaryFolder()
  writeFiles(place.path, {
    'scenario.yaml':
      'title: Test\ndomain: example.org\nservices:\n  https: { certificate: { certificate: own.pem, key: own.key } }\n',
    'www/index.html': 'start',
    ...(certificate !== undefined && { 'own.pem': certificate }),
    'own.key': key,
  })
  const { problems } = await readScenario(join(place.path, 'scenario.yaml'))
  return problems
    .map((each) => `${each.file.split('/').at(-1)}:${each.line}:${each.column} ${each.message[language]}`)
    .join('\n')
}

test('a certificate with its key is good, alone and with its chain', async () => {
  assert.equal(await problemsOf(ours.chain, ours.key), '')
  assert.equal(await problemsOf(ours.chain + ours.authority, `\n${ours.key}`), '')
  assert.equal(await problemsOf(ours.certificate, ours.key), '')
  assert.equal(await problemsOf(weak.chain, weak.key), '')
})

test("another certificate's key is told where it stands, in both languages", async () => {
  const text = `# of another\n\n${other.key}`
  assert.match(await problemsOf(ours.chain, text), /^own\.key:3:1 this key is not the one .* own\.pem/)
  assert.match(await problemsOf(ours.chain, text, 'es'), /^own\.key:3:1 esta clave no es la del certificado/)
})

test('files that hold something else', async () => {
  assert.match(await problemsOf(ours.key, ours.key), /^own\.pem:1:1 this file holds no certificate/)
  assert.match(await problemsOf('', ours.key), /^own\.pem:1:1 this file holds no certificate/)
  assert.match(await problemsOf(ours.chain, ours.certificate), /^own\.key:1:1 this file holds no private key/)
  assert.match(await problemsOf(undefined, ours.key), /^scenario\.yaml:4:3 there is no file "own\.pem"/)
})

test('what cannot be read', async () => {
  const broken = ours.certificate.replace(/M[^]{40}/, 'A'.repeat(41))
  assert.match(await problemsOf(broken, ours.key), /^own\.pem:1:1 this certificate cannot be read/)
  const behind = ours.certificate + broken
  const line = ours.certificate.split('\n').length
  assert.match(await problemsOf(behind, ours.key), new RegExp(`^own\\.pem:${line}:1 this certificate cannot`))
  const key = ours.key.replace(/M[^]{40}/, 'A'.repeat(41))
  assert.match(await problemsOf(ours.chain, key), /^own\.key:1:1 this private key cannot be read/)
  const secret = ours.key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE')
  assert.match(await problemsOf(ours.chain, secret), /^own\.key:1:1 this key is protected by a password/)
})

test('a chain in the wrong order', async () => {
  const line = ours.certificate.split('\n').length
  assert.match(
    await problemsOf(ours.certificate + ours.authority, ours.key),
    new RegExp(`^own\\.pem:${line}:1 this certificate did not issue the one before it`),
  )
})
