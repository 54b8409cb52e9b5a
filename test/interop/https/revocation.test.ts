/** What becomes of a client's certificate while the `https` service runs: revoked, expired by the lab's clock, resumed, cut short. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'
import { missing } from '../../tool.ts'
import { authorityIn, domain, Forge, openssl } from './forge.ts'
import { outcomeOf, showing, visit } from './s-client.ts'

const skip = missing('openssl')
const client = { names: ['nombre1_9721'], purpose: 'client' } as const
const DAY = 86_400_000
const scenario = (more = ''): string =>
  `domain: ${domain}\nservices:\n  https: { client: required, cookie: false${more} }\n`
const files = { 'www/index.html': 'start' }
const storedIn = (lab: TestLab): string => join(lab.stateFolder, 'certs')

for (const version of ['-tls1_3', '-tls1_2'])
  test(
    `${version.slice(1)}: a session that is resumed after the revocation is refused`,
    { skip },
    async () => {
      await using lab = await openLab(scenario(), { files })
      using folder = temporaryFolder()
      const forge = new Forge(folder.path)
      const stored = storedIn(lab)
      const shown = forge.register(stored)
      const session = join(folder.path, 'session')
      const words = [version, ...showing(forge, shown)]
      const at = lab.address('https', 'https')
      assert.equal(outcomeOf(await visit(at, ...words, '-sess_out', session)), 'in')
      const again = await visit(at, ...words, '-sess_in', session)
      assert.match(again, /Reused, TLSv1/)
      assert.equal(outcomeOf(again), 'in')
      openssl(stored, 'ca', '-config', 'openssl.cnf', '-revoke', forge.write('own.pem', shown.chain))
      const late = await visit(at, ...words, '-sess_in', session)
      assert.equal(outcomeOf(late), version === '-tls1_3' ? 'alert 44' : 'hung up')
      const fact = lab.journal.since(0, ['tls.refused']).at(-1)
      const { resumed, problem, alert, issuer } = fact?.data ?? {}
      assert.deepEqual([resumed, problem, alert], [true, 'client-revoked', 'certificate revoked'])
      assert.ok(typeof issuer === 'string')
      assert.match(issuer, /^O=telelab, CN=telelab root /)
    },
  )

test("the lab's clock decides what has expired, also of a resumed session", { skip }, async () => {
  await using lab = await openLab(scenario(), { files })
  using folder = temporaryFolder()
  const forge = new Forge(folder.path)
  const short = showing(forge, await authorityIn(storedIn(lab)).issueNew({ ...client, days: 2 }))
  const at = lab.address('https', 'https')
  const session = join(folder.path, 'session')
  assert.equal(outcomeOf(await visit(at, '-tls1_3', ...short, '-sess_out', session)), 'in')
  lab.clock.advance(3 * DAY)
  assert.equal(outcomeOf(await visit(at, '-tls1_3', ...short)), 'alert 45')
  assert.equal(outcomeOf(await visit(at, '-tls1_3', ...short, '-sess_in', session)), 'alert 45')
  // For the machine's clock, and so for OpenSSL, this one is of the future.
  const later = authorityIn(storedIn(lab), Date.now() + 3 * DAY)
  const future = showing(forge, await later.issueNew(client))
  assert.equal(outcomeOf(await visit(at, '-tls1_3', ...future)), 'in')
})

for (const suite of ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'])
  for (const tickets of [true, false])
    test(`the alert is readable with ${suite}, tickets: ${tickets}`, { skip }, async () => {
      await using lab = await openLab(scenario(`, tickets: ${tickets}`), { files })
      const seen = await visit(lab.address('https', 'https'), '-ciphersuites', suite)
      assert.equal(outcomeOf(seen), 'alert 116', seen)
    })

test('clients that leave as soon as TLS 1.3 lets them harm nobody', { skip }, async () => {
  const complaints: string[] = []
  const complain = (_: object, message: string): void => void complaints.push(message)
  const log = { debug: () => undefined, info: () => undefined, warn: complain, error: complain }
  await using lab = await openLab(scenario(), { files, log: () => log })
  using folder = temporaryFolder()
  const { key, chain } = await authorityIn(storedIn(lab)).issueNew(client)
  const { host, port } = lab.address('https', 'https')
  const common = { rejectUnauthorized: false, servername: `www.${domain}` }
  const leave: readonly ((socket: TLSSocket, below: Socket) => void)[] = [
    (socket) => socket.destroy(),
    (socket) => socket.end(),
    (socket) => socket.end('GET / HTTP/1.1\r\n'),
    (_, below) => below.resetAndDestroy(),
  ]
  for (let at = 0; at < 40; at += 1) {
    // Half of them show nothing, and are refused while they leave.
    const below = dial({ host, port })
    const socket = connect({ ...common, socket: below, ...(at % 8 < 4 && { key, cert: chain }) })
    for (const each of [socket, below]) each.on('error', () => undefined)
    socket.resume()
    await once(socket, 'secureConnect')
    leave[at % leave.length]?.(socket, below)
  }
  const words = showing(new Forge(folder.path), { key, chain })
  assert.equal(outcomeOf(await visit({ host, port }, ...words)), 'in')
  const kinds = ['tls.handshaken', 'tls.refused', 'tls.failed']
  await until(() => lab.journal.since(0, kinds).length === 41, 'the end of all handshakes')
  const opened = lab.journal.since(0, ['connection.opened']).length
  await until(
    () => lab.journal.since(0, ['connection.closed']).length === opened,
    'the end of all connections',
  )
  assert.deepEqual(complaints, [])
})

test('a client that leaves while it is judged takes no place', { skip }, async () => {
  await using lab = await openLab(scenario(', maxConnections: 1'), { files })
  using folder = temporaryFolder()
  const { key, chain } = await authorityIn(storedIn(lab)).issueNew(client)
  const { host, port } = lab.address('https', 'https')
  for (let at = 0; at < 30; at += 1) {
    const below = dial({ host, port })
    const options = { socket: below, key, cert: chain, rejectUnauthorized: false }
    const socket = connect(options, () => setTimeout(() => below.resetAndDestroy(), (at % 6) / 4))
    for (const each of [socket, below]) each.on('error', () => undefined)
    await once(below, 'close')
  }
  const words = showing(new Forge(folder.path), { key, chain })
  await until(async () => outcomeOf(await visit({ host, port }, ...words)) === 'in', 'a free place')
})
