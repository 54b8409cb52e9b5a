/** The `https` service where a client's certificate is optional: who may see what, and the page that says why not. */
import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { openLab, temporaryFolder } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { run } from '../http/program.ts'
import { authorityIn, domain, Forge } from './forge.ts'
import { showing } from './s-client.ts'

const skip = missing('openssl', 'curl')
const client = { names: ['nombre1_9721'], purpose: 'client' } as const
const DAY = 86_400_000

test('a page says why, and only some folders are closed', { skip }, async () => {
  await using lab = await openLab(
    `domain: ${domain}\nservices:\n  https: { client: optional, clientPaths: [/private/], cookie: false }\n`,
    { files: { 'www/index.html': 'start', 'www/private/index.html': 'private' } },
  )
  using folder = temporaryFolder()
  const forge = new Forge(folder.path)
  const { port } = lab.address('https', 'https')
  const own = authorityIn(join(lab.stateFolder, 'certs'))
  const root = join(lab.stateFolder, 'certs', 'cacert.pem')
  const at = `https://www.${domain}:${port}`
  const curl = async (path: string, ...words: readonly string[]): Promise<string> => {
    const name = `www.${domain}:${port}:127.0.0.1`
    const { out } = await run('curl', '-sS', '-i', '--cacert', root, '--resolve', name, ...words, at + path)
    return out.toString()
  }
  // What s_client calls -cert and -key, curl calls --cert and --key.
  const as = (words: readonly string[]): string[] => words.map((word) => word.replace(/^-(?=cert|key)/, '--'))
  assert.match(await curl('/'), /200 OK[^]*start$/)
  assert.match(
    await curl('/private/', '-H', 'Accept-Language: es'),
    /403 Forbidden[^]*no ha mostrado ninguno/,
  )
  for (const path of ['/%70rivate', '//private/', '/x/../private/', '/private;/../private/'])
    assert.doesNotMatch(await curl(path, '--path-as-is'), /200 OK/, path)
  symlinkSync('private', join(dirname(lab.stateFolder), 'www', 'link'))
  assert.match(await curl('/link/index.html'), /403 Forbidden/)
  const good = as(showing(forge, await own.issueNew(client)))
  assert.match(await curl('/private/', ...good), /200 OK[^]*private$/)
  assert.match(await curl('/identity', ...good), /proves that you are <b>nombre1_9721<\/b>/)
  const users = lab.journal.since(0, ['http.answered']).flatMap(({ data }) => data?.['user'] ?? [])
  assert.deepEqual(users, ['nombre1_9721', 'nombre1_9721'])
  await own.revoke((await own.list()).at(-1)?.serial ?? '', 'superseded')
  assert.match(await curl('/private/', ...good), /403 Forbidden[^]*has been revoked/)
  const others = [
    [authorityIn(join(folder.path, 'other')), client, /was not issued by the authority/],
    [own, { names: ['localhost'], purpose: 'server' }, /is not one for clients/],
    [
      authorityIn(join(lab.stateFolder, 'certs'), Date.now() - 20 * DAY),
      { ...client, days: 9 },
      /has expired/,
    ],
    [authorityIn(join(lab.stateFolder, 'certs'), Date.now() + 20 * DAY), client, /is not valid yet/],
  ] as const
  for (const [authority, request, why] of others) {
    const words = as(showing(forge, await authority.issueNew(request)))
    assert.match(await curl('/', ...words), /200 OK[^]*start$/)
    const page = await curl('/private/', ...words)
    assert.match(page, /403 Forbidden/)
    assert.match(page, why)
  }
})

test('a certificate without a common name is known by its host', { skip }, async () => {
  await using lab = await openLab(
    `domain: ${domain}\nservices:\n  https: { client: required, cookie: false }\n`,
    { files: { 'www/index.html': 'start' } },
  )
  using folder = temporaryFolder()
  const name = `${'a'.repeat(60)}.host.${domain}`
  const own = authorityIn(join(lab.stateFolder, 'certs'))
  const [, cert = '', , key = ''] = showing(
    new Forge(folder.path),
    await own.issueNew({ names: [name], purpose: 'client' }),
  )
  const { host, port } = lab.address('https', 'https')
  const root = join(lab.stateFolder, 'certs', 'cacert.pem')
  const url = `https://${host}:${port}/identity`
  const { out } = await run('curl', '-sS', '--cacert', root, '--cert', cert, '--key', key, url)
  assert.ok(out.toString().includes(`<b>${name}</b>`), out.toString())
  assert.equal(lab.journal.since(0, ['tls.handshaken'])[0]?.data?.['user'], name)
})
