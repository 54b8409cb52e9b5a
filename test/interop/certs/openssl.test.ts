/** The certificates as OpenSSL's own programs see them. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { test } from 'node:test'
import { createAuthority } from '../../../certs/authority.ts'
import { distinguishedName, makeSerial, signCertificate } from '../../../certs/certificate.ts'
import { loadDer } from '../../../certs/der.ts'
import { leafExtensions } from '../../../certs/extensions.ts'
import { openIssuer } from '../../../certs/issuer.ts'
import { makeKey } from '../../../certs/key.ts'
import type { Subject } from '../../../certs/scope.ts'
import type { Certificate, CertificateRequest } from '../../../lab/service.ts'
import { missing } from '../../tool.ts'

const skip = missing('openssl')
const random = { bytes: (count: number) => randomBytes(count) }
const lab = { domain: 'sstt9721.org', addresses: ['192.168.56.102'] }

interface Files extends AsyncDisposable {
  readonly folder: string
  issue(request: CertificateRequest): Promise<Certificate>
  /** Writes a file and returns its path. */
  file(name: string, content: string): Promise<string>
}

async function makeFiles(): Promise<Files> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'openssl-'))
  const authority = createAuthority({ ...lab, folder: join(folder.path, 'certs'), clock: Date, random })
  return {
    folder: join(folder.path, 'certs'),
    issue: (request) => authority.issue(request),
    async file(name, content) {
      const path = join(folder.path, name)
      await writeFile(path, content)
      return path
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

function openssl(...options: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('openssl', options, { encoding: 'utf8', timeout: 20_000 })
  return { status, output: stdout + stderr }
}

test('openssl verify -x509_strict accepts each purpose for itself alone', { skip }, async () => {
  await using files = await makeFiles()
  for (const purpose of ['server', 'client', 'peer'] as const) {
    const issued = await files.issue({
      names: ['www.sstt9721.org'],
      addresses: ['127.0.0.1', '::1', '192.168.56.102'],
      purpose,
    })
    const root = await files.file('root.pem', issued.authority)
    const leaf = await files.file('leaf.pem', issued.certificate)
    for (const [use, isRight] of [
      ['sslserver', purpose !== 'client'],
      ['sslclient', purpose !== 'server'],
      ['smimesign', false],
    ] as const) {
      const { status, output } = openssl('verify', '-x509_strict', '-purpose', use, '-CAfile', root, leaf)
      assert.equal(status === 0, isRight, `${purpose} as ${use}: ${output}`)
    }
    for (const name of [
      ['-verify_hostname', 'www.sstt9721.org'],
      ['-verify_ip', '192.168.56.102'],
      ['-verify_ip', '::1'],
    ]) {
      const { status, output } = openssl('verify', '-x509_strict', ...name, '-CAfile', root, leaf)
      assert.equal(status, 0, output)
    }
    assert.notEqual(
      openssl('verify', '-verify_hostname', 'pop.sstt9721.org', '-CAfile', root, leaf).status,
      0,
    )
  }
})

test(
  'a person certificate, one without a common name, and one with a wildcard pass too',
  { skip },
  async () => {
    await using files = await makeFiles()
    for (const request of [
      { names: ['nombre1_9721'], purpose: 'client' },
      { names: ['first.last@sstt9721.org'], purpose: 'client' },
      { names: [`${'a'.repeat(60)}.sstt9721.org`], purpose: 'server' },
      { names: [], addresses: ['127.0.0.1'], purpose: 'server' },
      { names: ['*.sstt9721.org', 'localhost'], purpose: 'server' },
    ] as const) {
      const issued = await files.issue(request)
      const root = await files.file('root.pem', issued.authority)
      const leaf = await files.file('leaf.pem', issued.certificate)
      const { status, output } = openssl('verify', '-x509_strict', '-CAfile', root, leaf)
      assert.equal(status, 0, `${JSON.stringify(request)}: ${output}`)
    }
  },
)

test('openssl x509 -text names every extension', { skip }, async () => {
  await using files = await makeFiles()
  const issued = await files.issue({
    names: ['www.sstt9721.org'],
    addresses: ['127.0.0.1'],
    purpose: 'server',
  })
  const text = async (name: string, pem: string) =>
    openssl('x509', '-noout', '-text', '-in', await files.file(name, pem)).output.replace(/\s+/g, ' ')
  const leaf = await text('leaf.pem', issued.certificate)
  for (const line of [
    'Version: 3 (0x2)',
    'Signature Algorithm: ecdsa-with-SHA256',
    'NIST CURVE: P-256',
    'X509v3 Basic Constraints: critical CA:FALSE',
    'X509v3 Key Usage: critical Digital Signature X509v3',
    'X509v3 Extended Key Usage: TLS Web Server Authentication X509v3',
    'X509v3 Subject Alternative Name: DNS:www.sstt9721.org, IP Address:127.0.0.1 Signature',
    `X509v3 Authority Key Identifier: ${keyIdOf(await text('root.pem', issued.authority))}`,
  ]) {
    assert.ok(leaf.includes(line), `${line} is missing in ${leaf}`)
  }
  const root = await text('root.pem', issued.authority)
  for (const line of [
    'X509v3 Basic Constraints: critical CA:TRUE',
    'X509v3 Key Usage: critical Certificate Sign, CRL Sign X509v3',
    'X509v3 Name Constraints: critical Permitted: DNS:sstt9721.org DNS:localhost',
    'IP:127.0.0.0/255.0.0.0',
    'IP:192.168.56.102/255.255.255.255',
  ]) {
    assert.ok(root.includes(line), `${line} is missing in ${root}`)
  }
})

function keyIdOf(text: string): string {
  const [, keyId = 'none'] = /Subject Key Identifier: ([0-9A-F:]+)/.exec(text) ?? []
  return keyId
}

const outside: Readonly<Record<string, Partial<Subject>>> = {
  'a name of another domain': { dnsNames: ['www.example.com'] },
  'a name that only ends alike': { dnsNames: ['evilsstt9721.org'] },
  'another name beside a right one': { dnsNames: ['www.sstt9721.org', 'www.example.com'] },
  'another common name and no other': { commonName: 'www.example.com' },
  'an address of others': { addresses: [Buffer.of(192, 168, 56, 1)] },
  'an IPv6 address': { addresses: [Buffer.alloc(16, 1)] },
  'a mailbox of another domain': { mailboxes: ['a@example.com'] },
}

test('openssl verify refuses what the root signs outside of its name constraints', { skip }, async () => {
  await using files = await makeFiles()
  const der = await loadDer()
  const root = await openIssuer(der, { folder: files.folder, scope: lab, clock: Date, random })
  const rootFile = await files.file('root.pem', root.certificate)
  const { publicKey, keyId } = await makeKey()
  const verify = async (given: Partial<Subject>) => {
    const subject = { commonName: undefined, dnsNames: [], mailboxes: [], addresses: [], ...given }
    const certificate = await signCertificate(
      der,
      {
        serial: makeSerial(random, publicKey),
        issuer: root.name,
        subject: distinguishedName(der, subject.commonName),
        notBefore: Date.now() - 1000,
        notAfter: Date.now() + 86_400_000,
        publicKey,
        extensions: leafExtensions(der, {
          subject,
          purpose: 'server',
          isRsa: false,
          keyId,
          authorityKeyId: root.keyId,
          pointers: undefined,
        }),
      },
      root.key,
    )
    return openssl('verify', '-CAfile', rootFile, await files.file('leaf.pem', certificate))
  }
  assert.equal((await verify({ dnsNames: ['www.sstt9721.org'] })).status, 0)
  for (const [name, subject] of Object.entries(outside)) {
    const { status, output } = await verify(subject)
    assert.notEqual(status, 0, name)
    assert.match(output, /permitted subtree violation/, name)
  }
})

test('openssl s_client trusts the lab in TLS 1.2 and 1.3, by name and by address', { skip }, async () => {
  await using files = await makeFiles()
  const issued = await files.issue({
    names: ['www.sstt9721.org'],
    addresses: ['127.0.0.1'],
    purpose: 'server',
  })
  const root = await files.file('root.pem', issued.authority)
  const listener = createServer({ key: issued.key, cert: issued.chain }, (socket) =>
    socket.end('hello'),
  ).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  assert.ok(address !== null && typeof address === 'object')
  const run = async (...options: readonly string[]) => {
    const at = ['-connect', `127.0.0.1:${address.port}`, '-CAfile', root, '-verify_return_error', '-brief']
    const client = spawn('openssl', ['s_client', ...at, ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output = Promise.all([
      client.stdout.setEncoding('utf8').toArray(),
      client.stderr.setEncoding('utf8').toArray(),
    ])
    await once(client, 'close')
    return (await output).flat().join('')
  }
  try {
    for (const version of ['-tls1_2', '-tls1_3']) {
      for (const name of [
        ['-verify_hostname', 'www.sstt9721.org'],
        ['-verify_ip', '127.0.0.1'],
      ]) {
        assert.match(await run(version, ...name), /Verification: OK/)
      }
      assert.match(await run(version, '-verify_hostname', 'www.example.com'), /hostname mismatch/i)
    }
  } finally {
    listener.close()
  }
})
