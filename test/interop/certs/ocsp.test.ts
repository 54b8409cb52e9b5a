/** The OCSP answers as openssl's client and python's cryptography see them, in files and over HTTP. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { readDer } from '../../../certs/der-reader.ts'
import { answerOcsp, ocspFromPath, type OcspStatus, type OcspTools } from '../../../certs/ocsp.ts'
import { missing, missingPython, PYTHON } from '../../tool.ts'

const skip = missing('openssl')
const run = promisify(execFile)
const HOUR = 3_600_000

interface World extends AsyncDisposable {
  readonly tools: OcspTools
  path(name: string): string
  /** Runs openssl in the folder with these words; rejects unless it exits with 0. */
  openssl(words: string): Promise<string>
}

/** A root made by openssl, certificates of serials 0x1001 (good), 0x1002 (revoked), 0x80 (good, a leading zero), 0x1003 (unknown). */
async function makeWorld(kind: 'ec' | 'rsa', isDelegated = false): Promise<World> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'ocsp-'))
  const path = (name: string) => join(folder.path, name)
  const openssl = async (words: string) => {
    const { stdout, stderr } = await run('openssl', words.split(' '), { cwd: folder.path, timeout: 20_000 })
    return stdout + stderr
  }
  const key = async (name: string) => {
    const { privateKey } =
      kind === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 })
    await writeFile(path(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    return privateKey
  }
  let signer: KeyObject = await key('root')
  await openssl('req -x509 -new -key root.key -subj /O=telelab/CN=root -out root.pem')
  const issue = async (name: string, serial: string, more = '') => {
    await openssl(`req -new -key ${name}.key -subj /CN=${name} -out ${name}.csr`)
    const by = '-CA root.pem -CAkey root.key'
    await openssl(`x509 -req -in ${name}.csr ${by} -set_serial ${serial} -out ${name}.pem${more}`)
  }
  for (const [name, serial] of [
    ['good', '0x1001'],
    ['revoked', '0x1002'],
    ['high', '0x80'],
    ['unknown', '0x1003'],
  ] as const) {
    await key(name)
    await issue(name, serial)
  }
  if (isDelegated) {
    signer = await key('responder')
    await writeFile(path('ocsp.ext'), 'extendedKeyUsage=OCSPSigning\n')
    await issue('responder', '0x2001', ' -extfile ocsp.ext')
  }
  const root = await readDer(await readPemFile(path('root.pem')))
  const [, , , , , subject, publicKey] = root.sequence()[0]?.sequence() ?? []
  assert.ok(subject && publicKey)
  return {
    path,
    openssl,
    tools: {
      issuers: [{ name: subject.der(), publicKey: publicKey.der(), status: statusOf }],
      signer: isDelegated
        ? { key: signer, certificate: await readFile(path('responder.pem'), 'utf8') }
        : { key: signer },
      now: Date.now(),
      lifetime: HOUR,
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

function statusOf(serial: Buffer): OcspStatus {
  const hex = serial.toString('hex')
  if (hex === '1001' || hex === '80') return { status: 'good' }
  if (hex === '1002') return { status: 'revoked', at: Date.UTC(2026, 0, 2, 3, 4, 5), reason: 1 }
  return { status: 'unknown' }
}

async function readPemFile(path: string): Promise<Buffer> {
  const text = await readFile(path, 'utf8')
  return Buffer.from(text.replace(/-----[^-]*-----/g, ''), 'base64')
}

for (const [kind, isDelegated, hash] of [
  ['ec', false, '-sha1'],
  ['ec', true, '-sha256'],
  ['rsa', false, '-sha256'],
  ['rsa', true, '-sha1'],
] as const) {
  const who = isDelegated ? 'a delegate' : 'the authority itself'
  test(
    `openssl ocsp verifies ${kind}, ${hash}, signed by ${who}, four certificates in one`,
    { skip },
    async () => {
      await using world = await makeWorld(kind, isDelegated)
      const names = ['good', 'revoked', 'high', 'unknown']
      const certificates = names.map((name) => `-cert ${name}.pem`).join(' ')
      const asked = `ocsp -no_nonce ${hash} -issuer root.pem ${certificates}`
      await world.openssl(`${asked} -reqout request.der`)
      const request = await readFile(world.path('request.der'))
      await writeFile(world.path('response.der'), await answerOcsp(request, world.tools))
      const output = await world.openssl(`${asked} -respin response.der -CAfile root.pem -resp_text`)
      assert.match(output, /Response verify OK/)
      assert.doesNotMatch(output, /WARNING|Error/)
      for (const [name, says] of [
        ['good', 'good'],
        ['revoked', 'revoked'],
        ['high', 'good'],
        ['unknown', 'unknown'],
      ])
        assert.match(output, new RegExp(`^${name}\\.pem: ${says}$`, 'm'))
      assert.match(output, /Reason: keyCompromise\s+Revocation Time: Jan {2}2 03:04:05 2026 GMT/)
      assert.match(output, kind === 'ec' ? /ecdsa-with-SHA256/ : /sha256WithRSAEncryption/)
      // RFC 6960 §4.2.1: the responder's identifier is the SHA-1 of its key's bits, as openssl knows it too.
      const signer = isDelegated ? 'responder.pem' : 'root.pem'
      const id = await world.openssl(`x509 -in ${signer} -noout -ocspid`)
      const [, keyHash = 'none'] = /Public key OCSP hash: (\w+)/.exec(id) ?? []
      assert.match(output, new RegExp(`Responder Id: ${keyHash}`))
    },
  )
}

test(
  'openssl ocsp asks over HTTP, by POST, and finds its nonce again; a GET gets the same',
  { skip },
  async () => {
    await using world = await makeWorld('ec')
    const server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const body = request.method === 'GET' ? ocspFromPath(request.url ?? '') : Buffer.concat(parts)
        void answerOcsp(body ?? Buffer.alloc(0), world.tools).then((answer) =>
          response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(answer),
        )
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const url = `http://127.0.0.1:${address.port}`
    try {
      const output = await world.openssl(
        `ocsp -url ${url} -issuer root.pem -cert revoked.pem -CAfile root.pem -nonce -reqout request.der -text`,
      )
      assert.match(output, /Response verify OK/)
      assert.match(output, /^revoked\.pem: revoked$/m)
      assert.doesNotMatch(output, /WARNING/)
      const nonces = [...output.matchAll(/OCSP Nonce:\s+(\w+)/g)].map(([, nonce]) => nonce)
      assert.equal(nonces.length, 2)
      assert.equal(nonces[0], nonces[1])
      const request = (await readFile(world.path('request.der'))).toString('base64')
      const posted = await answerOcsp(Buffer.from(request, 'base64'), world.tools)
      for (const path of [encodeURIComponent(request), request]) {
        const answer = Buffer.from(await (await fetch(`${url}/${path}`)).arrayBuffer())
        // All but the signature, which is another each time.
        assert.deepEqual(answer.subarray(40, 200), posted.subarray(40, 200))
      }
    } finally {
      server.close()
      server.closeAllConnections()
    }
  },
)

test('openssl ocsp names each error status', { skip }, async () => {
  await using world = await makeWorld('ec')
  await world.openssl('ocsp -issuer root.pem -cert good.pem -reqout request.der')
  const request = await readFile(world.path('request.der'))
  const [issuer] = world.tools.issuers
  assert.ok(issuer)
  const cases: readonly (readonly [string, Buffer, Partial<OcspTools>])[] = [
    ['malformedrequest', request.subarray(1), {}],
    ['unauthorized', request, { issuers: [] }],
    ['trylater', request, { issuers: [{ ...issuer, status: () => ({ status: 'later' }) }] }],
    ['internalerror', request, { signer: { key: generateKeyPairSync('ed25519').privateKey } }],
  ]
  for (const [name, octets, tools] of cases) {
    await writeFile(world.path('response.der'), await answerOcsp(octets, { ...world.tools, ...tools }))
    const { stdout, stderr } = spawnSync(
      'openssl',
      ['ocsp', '-respin', world.path('response.der'), '-noverify'],
      {
        encoding: 'utf8',
        timeout: 20_000,
      },
    )
    assert.match(stdout + stderr, new RegExp(`Responder Error: ${name}`))
  }
})

const script = `
import sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
folder, step = sys.argv[1:]
root, leaf = (x509.load_pem_x509_certificate(open(f'{folder}/{name}.pem', 'rb').read()) for name in ('root', 'revoked'))
if step == 'ask':
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, root, hashes.SHA256())
    builder = builder.add_extension(x509.OCSPNonce(bytes(range(32))), False)
    from cryptography.hazmat.primitives.serialization import Encoding
    open(f'{folder}/request.der', 'wb').write(builder.build().public_bytes(Encoding.DER))
else:
    answer = ocsp.load_der_ocsp_response(open(f'{folder}/response.der', 'rb').read())
    root.public_key().verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(answer.signature_hash_algorithm))
    nonce = answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    assert nonce == bytes(range(32)), nonce
    # Older releases know the time without its zone only.
    time = getattr(answer, 'revocation_time_utc', None) or answer.revocation_time
    print(answer.certificate_status.name, answer.revocation_reason.name, time.strftime('%Y-%m-%dT%H:%M:%S'))
`

test(
  "python's cryptography asks, verifies and reads the answer",
  { skip: skip || missingPython('cryptography') },
  async () => {
    await using world = await makeWorld('ec')
    await run(PYTHON, ['-c', script, world.path(''), 'ask'], { timeout: 20_000 })
    const request = await readFile(world.path('request.der'))
    await writeFile(world.path('response.der'), await answerOcsp(request, world.tools))
    const { stdout } = await run(PYTHON, ['-c', script, world.path(''), 'read'], { timeout: 20_000 })
    assert.equal(stdout.trim(), 'REVOKED key_compromise 2026-01-02T03:04:05')
  },
)
