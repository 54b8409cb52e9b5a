/** The service as a whole: its endpoints, its names and its certificate. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { createAuthority } from '../../../certs/authority.ts'
import type { Address, Certificate } from '../../../lab/service.ts'
import { openLab, temporaryFolder } from '../../lab.ts'

const scenario = (options: object): string =>
  `domain: example.org\naccounts: [{ name: ana }]\nservices: ${JSON.stringify({ mail: options })}\n`

/** A certificate of somebody else's for the mail server. */
async function foreignCertificate(): Promise<Certificate> {
  using folder = temporaryFolder()
  const authority = createAuthority({
    folder: join(folder.path, 'certs'),
    domain: 'example.org',
    addresses: [],
    clock: { now: () => Date.now() },
    random: { bytes: (count) => randomBytes(count) },
  })
  return authority.issueNew({ names: ['mx.example.org'], purpose: 'server' })
}

async function handshake({ host, port }: Address): Promise<TLSSocket> {
  const socket = connect({ host, port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return socket
}

test('each endpoint can be off', async () => {
  const cases = [
    [{}, 'pop3 pop3s smtp smtps submission'],
    [{ smtp: false }, 'pop3 pop3s'],
    [{ pop3: false }, 'smtp smtps submission'],
    [{ submission: false, smtps: false, pop3s: false, tls: false }, 'pop3 smtp'],
  ] as const
  for (const [options, endpoints] of cases) {
    await using lab = await openLab(scenario(options))
    const [service] = lab.status()
    assert.equal(
      service?.addresses
        .map(({ endpoint }) => endpoint)
        .toSorted()
        .join(' '),
      endpoints,
    )
  }
})

test('the names of the server and the MX of its domains are published, but no name of another domain', async () => {
  await using lab = await openLab(scenario({ hostname: 'mx.example.net', domains: ['example.com'] }))
  assert.deepEqual(
    lab.world.names.list().map(({ name, type, data }) => [name, type, data]),
    [
      ['smtp.example.org', 'A', '127.0.0.1'],
      ['pop.example.org', 'A', '127.0.0.1'],
      ['example.org', 'MX', '10 mx.example.net.'],
      ['example.com', 'MX', '10 mx.example.net.'],
    ],
  )
})

test('a certificate of the scenario is shown instead of one of the lab', async () => {
  const { chain, key } = await foreignCertificate()
  const certificate = { certificate: 'own.pem', key: 'own.key' }
  const files = { 'own.pem': chain, 'own.key': key }
  for (const endpoint of ['smtps', 'pop3s'] as const) {
    await using lab = await openLab(scenario({ certificate }), { files })
    const socket = await handshake(lab.address('mail', endpoint))
    assert.equal(socket.getPeerX509Certificate()?.subjectAltName, 'DNS:mx.example.org')
    socket.destroy()
  }
})

test('a certificate whose key is another one is a mistake of the scenario', async () => {
  const [{ chain }, { key }] = await Promise.all([foreignCertificate(), foreignCertificate()])
  const certificate = { certificate: 'own.pem', key: 'own.key' }
  const files = { 'own.pem': chain, 'own.key': key }
  await assert.rejects(
    openLab(scenario({ certificate }), { files }),
    /this key is not the one of the certificate in own\.pem/,
  )
})
