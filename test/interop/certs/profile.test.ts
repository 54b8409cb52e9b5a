/** Certificates of every purpose and kind of key against the checks of `profile.ts`, and as openssl and certtool judge them. */
import assert from 'node:assert/strict'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Authority } from '../../../certs/authority.ts'
import { keyKinds, type KeyKind } from '../../../certs/key.ts'
import { labAuthority } from '../../authority.ts'
import { readLint, type Lint } from '../../unit/certs/lint.ts'
import { checks, failures } from '../../unit/certs/profile.ts'
import { missing } from '../../tool.ts'
import { run } from '../http/program.ts'

const skip = missing('openssl')
const base = 'http://127.0.0.1:8088'
const pointers = {
  crl: `${base}/crl`,
  ocsp: `${base}/ocsp`,
  issuer: `${base}/issuer.der`,
  root: { crl: `${base}/root.crl`, issuer: `${base}/ca.der` },
}
const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.sstt9721.org`
const requests = [
  { names: ['www.sstt9721.org'], purpose: 'server' },
  { names: ['*.sstt9721.org', 'sstt9721.org'], addresses: ['127.0.0.1', '::1'], purpose: 'server' },
  { names: [], addresses: ['127.0.0.1'], purpose: 'server' },
  { names: [long], purpose: 'server' },
  { names: ['nombre1_9721'], purpose: 'client' },
  { names: ['nombre1_9721@sstt9721.org'], purpose: 'client' },
  { names: ['host.sstt9721.org'], purpose: 'peer' },
] as const

interface Place extends AsyncDisposable {
  readonly path: string
  readonly authority: Authority
}

async function makePlace(intermediate: boolean, keyKind: KeyKind, isPublished: boolean): Promise<Place> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'profile-'))
  const authority = labAuthority(folder.path, {
    keyKind,
    intermediate,
    ...(isPublished && { pointers: () => pointers }),
  })
  return { path: folder.path, authority, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

for (const keyKind of keyKinds)
  for (const intermediate of [false, true]) {
    const above = `${keyKind}${intermediate ? ' and an intermediate' : ''}`
    test(
      `under an authority of ${above} every certificate passes ${checks.length} checks`,
      { skip },
      async () => {
        // Half of them with pointers; RSA keys of 4096 bits take long to make.
        const isPublished = intermediate
        await using place = await makePlace(intermediate, keyKind, isPublished)
        const { authority, path } = place
        const root = await readLint(await authority.authority(), 'root')
        const below = intermediate ? await readLint(await authority.issuer(), 'intermediate') : root
        assert.deepEqual(failures(root, root, isPublished), [])
        if (intermediate) assert.deepEqual(failures(below, root, isPublished), [])
        await writeFile(join(path, 'ca.pem'), await authority.authority())
        const kinds = keyKind === 'p256' ? keyKinds.filter((kind) => kind !== 'rsa4096') : (['p256'] as const)
        for (const [place_, request] of requests.entries()) {
          const { certificate, chain } = await authority.issueNew(request, kinds[place_ % kinds.length])
          const lint: Lint = await readLint(certificate, 'leaf')
          assert.deepEqual(failures(lint, below, isPublished), [], JSON.stringify(request))
          await writeFile(join(path, 'leaf.pem'), certificate)
          await writeFile(join(path, 'chain.pem'), chain)
          const uses = { server: ['sslserver'], client: ['sslclient'], peer: ['sslserver', 'sslclient'] }[
            request.purpose
          ]
          for (const use of uses) assert.match(await verify(path, use), /OK/)
          const other = request.purpose === 'server' ? 'sslclient' : 'sslserver'
          if (request.purpose !== 'peer') assert.match(await verify(path, other), /unsuitable|unsupported/)
          if (missing('certtool') === false) {
            const words = [
              '--verify',
              '--load-ca-certificate',
              join(path, 'ca.pem'),
              '--infile',
              join(path, 'chain.pem'),
            ]
            const { code, out, error } = await run('certtool', ...words)
            assert.equal(code, 0, out.toString() + error)
          }
        }
      },
    )
  }

test('each kind of key is certified with the usage that it has', async () => {
  await using place = await makePlace(false, 'p256', false)
  const root = await readLint(await place.authority.authority(), 'root')
  for (const kind of keyKinds)
    for (const purpose of ['server', 'client', 'peer'] as const) {
      const { certificate } = await place.authority.issueNew({ names: ['www.sstt9721.org'], purpose }, kind)
      assert.deepEqual(failures(await readLint(certificate, 'leaf'), root, false), [], `${kind} ${purpose}`)
    }
})

test('the checks find what is wrong', { skip }, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'profile-'))
  const path = join(folder.path, 'bad.pem')
  const words = [
    'req',
    '-x509',
    '-newkey',
    'rsa:1024',
    '-nodes',
    '-keyout',
    join(folder.path, 'bad.key'),
    '-sha1',
  ]
  const more = ['-subj', '/CN= a', '-days', '500', '-set_serial', '5', '-out', path]
  const { code, error } = await run('openssl', ...words, ...more, '-addext', 'keyUsage=keyCertSign')
  assert.equal(code, 0, error)
  const { readFile } = await import('node:fs/promises')
  const lint = await readLint(await readFile(path, 'utf8'), 'leaf')
  const found = failures(lint, lint, true).join('\n')
  for (const what of [
    /64 bits/,
    /398 days/,
    /RSA key/,
    /NULL/,
    /empty in a leaf/,
    /key usage, critical/,
    /alternative names/,
    /distribution/,
    /OCSP/,
    /none empty/,
  ])
    assert.match(found, what)
})

async function verify(path: string, purpose: string): Promise<string> {
  const words = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(path, 'ca.pem')]
  const { out, error } = await run(
    'openssl',
    ...words,
    '-untrusted',
    join(path, 'chain.pem'),
    join(path, 'leaf.pem'),
  )
  return out.toString() + error
}
