import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { copyFile, mkdtempDisposable, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import type { AuthorityOptions } from '../../../certs/authority.ts'
import { labAuthority } from '../../authority.ts'

const DAY = 86_400_000
const NOON = Date.UTC(2026, 10, 21, 12)
const server = { names: ['www.sstt9721.org'], purpose: 'server' } as const

function make(folder: string, options: Partial<AuthorityOptions> = {}) {
  return labAuthority(folder, { clock: { now: () => NOON }, ...options })
}

function temporary() {
  return mkdtempDisposable(join(tmpdir(), 'authority-'))
}

test('a certificate says what was asked for, fits its key, and is signed by the root', async () => {
  await using folder = await temporary()
  const issued = await make(folder.path).issue({ ...server, addresses: ['127.0.0.1', '::1'] })
  const [certificate, root] = [issued.certificate, issued.authority].map((pem) => new X509Certificate(pem))
  assert.ok(certificate && root)
  assert.ok(certificate.checkPrivateKey(createPrivateKey(issued.key)))
  assert.ok(
    certificate.checkIssued(root) && certificate.verify(root.publicKey) && root.verify(root.publicKey),
  )
  assert.deepEqual([certificate.ca, root.ca], [false, true])
  assert.equal(certificate.subject, 'O=telelab\nCN=www.sstt9721.org')
  assert.equal(
    certificate.subjectAltName,
    'DNS:www.sstt9721.org, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  )
  assert.equal(certificate.validFromDate.getTime(), NOON - 3_600_000)
  assert.equal(certificate.validToDate.getTime(), NOON + 90 * DAY)
  assert.equal(issued.chain, issued.certificate)
})

test('purposes become extended key usages', async () => {
  await using folder = await temporary()
  const authority = make(folder.path)
  const [serverUse, clientUse] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']
  for (const [purpose, usage] of [
    ['server', [serverUse]],
    ['client', [clientUse]],
    ['peer', [serverUse, clientUse]],
  ] as const) {
    const { certificate } = await authority.issue({ ...server, purpose })
    assert.deepEqual(new X509Certificate(certificate).keyUsage, usage)
  }
})

test('dates come from the clock, on both sides of 2050', async () => {
  await using folder = await temporary()
  for (const year of [2030, 2049, 2050, 2080]) {
    const now = Date.UTC(year, 5, 1)
    const { certificate } = await make(folder.path, { clock: { now: () => now } }).issue({
      ...server,
      days: 400,
    })
    assert.equal(new X509Certificate(certificate).validToDate.getTime(), now + 400 * DAY)
  }
  for (const days of [0, -1, Number.NaN, 3651, Infinity]) {
    await assert.rejects(make(folder.path).issue({ ...server, days }), /days/)
  }
})

test('nothing is written or made before the first use; then the key is for its owner alone', async () => {
  await using folder = await temporary()
  const authority = make(folder.path)
  await assert.rejects(
    authority.issue({ names: ['www.example.com'], purpose: 'server' }),
    /restricted to sstt9721\.org/,
  )
  assert.deepEqual(await readdir(folder.path), [])
  await authority.authority()
  assert.deepEqual((await readdir(folder.path, { recursive: true })).toSorted(), [
    'cacert.pem',
    'private',
    join('private', 'cakey.pem'),
  ])
  if (process.platform === 'win32') return
  assert.equal((await stat(join(folder.path, 'private', 'cakey.pem'))).mode & 0o777, 0o600)
  assert.equal((await stat(join(folder.path, 'private'))).mode & 0o777, 0o700)
})

test('the root outlives a restart, and many first uses at once make one root', async () => {
  await using folder = await temporary()
  const keys = await Promise.all(
    Array.from({ length: 8 }, async () => new X509Certificate(await make(folder.path).authority()).publicKey),
  )
  assert.ok(keys.every((key) => keys[0]?.equals(key)))
  const stored = await readFile(join(folder.path, 'cacert.pem'), 'utf8')
  assert.equal(await make(folder.path).authority(), stored)
  assert.equal(await make(folder.path, { clock: { now: () => NOON + 8 * 365 * DAY } }).authority(), stored)
})

test('serial numbers are positive, of 128 bits, and differ even when the chance repeats itself', async () => {
  await using folder = await temporary()
  const random = { bytes: (count: number) => Buffer.alloc(count, 7) }
  const issued = [await make(folder.path).authority()]
  for (let start = 0; start < 20; start++)
    issued.push((await make(folder.path, { random }).issueNew(server)).certificate)
  const serials = issued.map((pem) => new X509Certificate(pem).serialNumber)
  assert.equal(new Set(serials).size, serials.length)
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/)
})

const reasons: Readonly<Record<string, (folder: string) => Promise<Partial<AuthorityOptions>>>> = {
  'another domain': async () => ({ domain: 'sstt1234.org' }),
  'another address': async () => ({ addresses: ['192.168.56.102'] }),
  'an end that is near': async () => ({ clock: { now: () => NOON + 3400 * DAY } }),
  'a clock that went back': async () => ({ clock: { now: () => NOON - DAY } }),
  'a lost certificate': async (folder) => {
    await rm(join(folder, 'cacert.pem'))
    return {}
  },
  'a broken certificate': async (folder) => {
    await writeFile(join(folder, 'cacert.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n')
    return {}
  },
  'a certificate with a broken signature': async (folder) => {
    const path = join(folder, 'cacert.pem')
    const { raw } = new X509Certificate(await readFile(path))
    raw.writeUInt8(raw.readUInt8(raw.length - 1) ^ 1, raw.length - 1)
    await writeFile(
      path,
      `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`,
    )
    return {}
  },
  'the certificate of another key': async (folder) => {
    await using other = await temporary()
    await make(other.path).authority()
    await copyFile(join(other.path, 'cacert.pem'), join(folder, 'cacert.pem'))
    return {}
  },
}

for (const [reason, change] of Object.entries(reasons)) {
  test(`the root is certified anew, with its key and name, because of ${reason}`, async () => {
    await using folder = await temporary()
    const before = new X509Certificate(await make(folder.path).authority())
    const options = await change(folder.path)
    const after = new X509Certificate(await make(folder.path, options).authority())
    assert.deepEqual([after.subject, after.ca], [before.subject, true])
    assert.ok(after.publicKey.equals(before.publicKey))
    assert.notEqual(after.serialNumber, before.serialNumber)
    assert.equal(await make(folder.path, options).authority(), after.toString())
  })
}

test('an address of the loopback needs no other root, for the loopback is permitted anyway', async () => {
  await using folder = await temporary()
  const root = await make(folder.path).authority()
  for (const addresses of [['::1'], ['127.0.0.9', '::1'], []]) {
    assert.equal(await make(folder.path, { addresses }).authority(), root)
  }
})

test('a key that cannot be used is named, with what to do, and not overwritten', async () => {
  await using folder = await temporary()
  const authority = make(folder.path)
  await make(folder.path).authority()
  const path = join(folder.path, 'private', 'cakey.pem')
  const good = await readFile(path)
  for (const bad of ['', good.subarray(0, 100)]) {
    await writeFile(path, bad)
    await assert.rejects(
      authority.issue(server),
      (error: Error) => error.message.includes(path) && /delete it/.test(error.message),
    )
    assert.deepEqual(await readFile(path), Buffer.from(bad))
  }
  await writeFile(path, good)
  await authority.issue(server)
})

test('clients of node:tls accept server and client certificates of the lab, and refuse the wrong name', async () => {
  await using folder = await temporary()
  // Node's clients go by the machine's clock.
  const authority = make(folder.path, { clock: Date })
  const [mine, theirs] = await Promise.all([
    authority.issue({ ...server, addresses: ['127.0.0.1'] }),
    authority.issue({ names: ['nombre1_9721'], purpose: 'client' }),
  ])
  const listener = createServer(
    { key: mine.key, cert: mine.chain, ca: mine.authority, requestCert: true },
    (socket: TLSSocket) => socket.end([socket.getPeerCertificate().subject.CN].flat().join()),
  ).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  assert.ok(address !== null && typeof address === 'object')
  const client = {
    host: '127.0.0.1',
    port: address.port,
    ca: mine.authority,
    key: theirs.key,
    cert: theirs.chain,
  }
  try {
    for (const servername of ['www.sstt9721.org', '']) {
      const socket = connect({ ...client, servername })
      assert.deepEqual(await socket.setEncoding('utf8').toArray(), ['nombre1_9721'])
    }
    const [error] = await once(connect({ ...client, servername: 'pop.sstt9721.org' }), 'error')
    assert.equal(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID')
  } finally {
    listener.close()
  }
})

test('node-forge is loaded by the first certificate and not before', async () => {
  await using folder = await temporary()
  const script = `
    import { createRequire } from 'node:module'
    import { createWorld } from ${JSON.stringify(join(import.meta.dirname, '../../../lab/world/world.ts'))}
    const { cache } = createRequire(${JSON.stringify(import.meta.url)})
    const isLoaded = () => Object.keys(cache).some((path) => path.includes('node-forge'))
    const place = { domain: 'a.org', address: '127.0.0.1', folder: ${JSON.stringify(folder.path)} }
    const world = createWorld({ ...place, accounts: [], clock: Date, random: { bytes: (count) => Buffer.alloc(count) } })
    const before = isLoaded()
    await world.certificates.authority()
    console.log(before, isLoaded())`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  assert.equal(stdout, 'false true\n', stderr)
})
