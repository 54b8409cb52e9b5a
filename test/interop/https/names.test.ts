/** Which certificate `https` shows to whom (SNI), and which protocol it agrees on (ALPN), beside Apache and nginx. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { peerNames } from '../http/peer.ts'
import { authorityIn, domain } from './forge.ts'
import { openSecurePeer } from './peer.ts'
import { outcomeOf, visit } from './s-client.ts'

const skip = missing('openssl', 'nginx', 'apache2')
const files = {
  'www/index.html': 'start',
  'blog/index.html': 'blog',
  'wild/index.html': 'wild',
}
const scenario = `domain: ${domain}
services:
  https:
    cookie: false
    hosts: { blog.${domain}: { root: blog }, '*.lab.${domain}': { root: wild } }
`
const subjectOf = (output: string): string | undefined => /^subject=.*CN = (\S+)/m.exec(output)?.[1]

test('each host has its own certificate, and every other name gets the first', { skip }, async () => {
  await using lab = await openLab(scenario, { files })
  const at = lab.address('https', 'https')
  const shown = async (...words: readonly string[]): Promise<string | undefined> =>
    subjectOf(await visit(at, ...words))
  const name = (host: string): Promise<string | undefined> => shown('-servername', host)
  assert.equal(await name(`www.${domain}`), `www.${domain}`)
  assert.equal(await name(`blog.${domain}`), `blog.${domain}`)
  assert.equal(await name(`BLOG.${domain}`.toUpperCase()), `blog.${domain}`)
  assert.equal(await name(`blog.${domain}.`), `blog.${domain}`)
  assert.equal(await name(`one.lab.${domain}`), `*.lab.${domain}`)
  for (const other of [`lab.${domain}`, 'www.example.com', 'x'.repeat(255), 'a..b', '*'])
    assert.equal(await name(other), `www.${domain}`, other)
  assert.equal(await shown('-noservername'), `www.${domain}`)
  const names = lab.journal.since(0, ['tls.handshaken']).map(({ data }) => data?.['name'])
  assert.ok(names.includes(`blog.${domain}`))
  assert.equal(names.at(-1), undefined)
})

test('clients find the certificate good for the names it is for', { skip }, async () => {
  await using lab = await openLab(scenario, { files })
  const at = lab.address('https', 'https')
  const root = join(lab.stateFolder, 'certs', 'cacert.pem')
  for (const [host, isGood] of [
    [`www.${domain}`, true],
    [domain, true],
    ['localhost', true],
    [`blog.${domain}`, true],
    [`one.lab.${domain}`, true],
    // A wildcard stands for one label (RFC 9525 §6.3).
    [`two.one.lab.${domain}`, false],
    [`other.${domain}`, false],
  ] as const) {
    const words = ['-servername', host, '-verify_hostname', host, '-CAfile', root, '-verify_return_error']
    assert.equal(outcomeOf(await visit(at, ...words)) === 'in', isGood, host)
  }
})

test('http/1.1 is agreed on, and a client that speaks nothing else is told so', { skip }, async () => {
  await using lab = await openLab(scenario, { files })
  const certs = authorityIn(join(lab.stateFolder, 'certs'))
  const server = await certs.issueNew({ names: [`www.${domain}`], purpose: 'server' })
  const seen: Record<string, readonly (string | undefined)[]> = {}
  const offer = async (at: { host: string; port: number }): Promise<readonly (string | undefined)[]> => {
    const results: (string | undefined)[] = []
    for (const protocols of ['http/1.1', 'h2,http/1.1', 'h2']) {
      const output = await visit(at, '-alpn', protocols)
      const agreed = /^ALPN protocol: (\S+)/m.exec(output)?.[1]
      results.push(outcomeOf(output) === 'in' ? (agreed ?? 'none') : outcomeOf(output))
    }
    return results
  }
  seen['https'] = await offer(lab.address('https', 'https'))
  for (const name of peerNames) {
    await using peer = await openSecurePeer(name, { server })
    seen[name] = await offer(peer.address)
  }
  const agreed = lab.journal.since(0, ['tls.handshaken']).map(({ data }) => data?.['alpn'])
  assert.deepEqual(agreed, ['http/1.1', 'http/1.1'])
  assert.deepEqual(seen, {
    // RFC 7301 §3.2: no_application_protocol.
    https: ['http/1.1', 'http/1.1', 'alert 120'],
    nginx: ['http/1.1', 'http/1.1', 'alert 120'],
    // It chooses what was not offered, so that the client hangs up.
    apache: ['http/1.1', 'http/1.1', 'hung up'],
  })
})
