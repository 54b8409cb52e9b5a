/** The service as a whole: its endpoints, its names and its certificate. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectPlain } from 'node:net'
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

test('a fault shows another certificate, to STARTTLS and STLS as well, and only as often as it says', async () => {
  const faults = 'faults: [{ at: mail.certificate, show: wrong name, times: 4 }]\n'
  await using lab = await openLab(`${scenario({})}${faults}`)
  const shown = async (endpoint: string, ...lines: readonly string[]): Promise<string | undefined> => {
    const { host, port } = lab.address('mail', endpoint)
    const plain = connectPlain({ host, port })
    for (const line of lines) {
      await once(plain, 'data')
      plain.write(`${line}\r\n`)
    }
    if (lines.length > 0) await once(plain, 'data')
    const socket = connect({ socket: plain, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const names = socket.getPeerX509Certificate()?.subjectAltName
    socket.destroy()
    return names
  }
  const wrong = 'DNS:wrong-name.example.org'
  // The handshake of the first begins while the certificate is in the making.
  assert.equal(await shown('smtp', 'EHLO a.test', 'STARTTLS'), wrong)
  assert.equal(await shown('smtps'), wrong)
  assert.equal(await shown('pop3s'), wrong)
  assert.equal(await shown('pop3', 'STLS'), wrong)
  assert.match((await shown('pop3s')) ?? '', /DNS:mail\.example\.org/)
})

test('an expired certificate has no other flaw: it is for the names and addresses of the right one', async () => {
  const faults = 'faults: [{ at: mail.certificate, show: expired, times: 1 }]\n'
  await using lab = await openLab(`${scenario({})}${faults}`)
  const shown: string[] = []
  for (let visits = 0; visits < 2; visits += 1) {
    const socket = await handshake(lab.address('mail', 'pop3s'))
    shown.push(socket.getPeerX509Certificate()?.subjectAltName ?? '')
    assert.equal(Date.parse(socket.getPeerX509Certificate()?.validTo ?? '') < Date.now(), visits === 0)
    socket.destroy()
  }
  assert.match(shown[0] ?? '', /IP Address:127\.0\.0\.1/)
  assert.equal(shown[0], shown[1])
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
