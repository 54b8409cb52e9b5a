import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { distinguishedName } from '../../../certs/certificate.ts'
import { readDer } from '../../../certs/der-reader.ts'
import { loadDer, type DerValue } from '../../../certs/der.ts'
import { answerOcsp, ocspFromPath, type OcspStatus, type OcspTools } from '../../../certs/ocsp.ts'

const der = await loadDer()
const NOW = Date.UTC(2026, 10, 21, 12)
const HASHES = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1', sha512: '2.16.840.1.101.3.4.2.3' }
const NONCE = '1.3.6.1.5.5.7.48.1.2'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const spki = publicKey.export({ type: 'spki', format: 'der' })
const name = der.encode(distinguishedName(der, 'root'))
const asked: string[] = []

function makeTools(status: (serial: string) => OcspStatus = () => ({ status: 'good' })): OcspTools {
  const ask = (serial: Buffer) => {
    asked.push(serial.toString('hex'))
    return status(serial.toString('hex'))
  }
  return {
    issuers: [{ name, publicKey: spki, status: ask }],
    signer: { key: privateKey },
    now: NOW,
    lifetime: 3_600_000,
  }
}

function certificate(serial: DerValue, hash: keyof typeof HASHES = 'sha256', issuer = name): DerValue {
  const digest = (octets: Buffer) => der.octets(createHash(hash).update(octets).digest())
  // The bits of a key on P-256 are the last 65 octets of its SubjectPublicKeyInfo.
  const algorithm = der.sequence(der.identifier(HASHES[hash]), der.null())
  return der.sequence(algorithm, digest(issuer), digest(spki.subarray(-65)), serial)
}

const plain = der.sequence(certificate(der.integer(Buffer.of(5))))

function request(list: readonly DerValue[], ...extensions: readonly DerValue[]): Buffer {
  const more = extensions.length === 0 ? [] : [der.tagged(2, der.sequence(...extensions))]
  return der.encode(der.sequence(der.sequence(der.sequence(...list), ...more)))
}

function nonce(octets: Buffer): DerValue {
  return der.sequence(der.identifier(NONCE), der.octets(der.encode(der.octets(octets))))
}

/** An extension of a name that nothing understands. */
function strange(isCritical: boolean, size = 0): DerValue {
  return der.sequence(der.identifier('1.2.3'), der.boolean(isCritical), der.octets(Buffer.alloc(size)))
}

async function statusCode(octets: Buffer, tools = makeTools()): Promise<number> {
  const [code] = (await readDer(await answerOcsp(octets, tools))).sequence()
  return code?.number() ?? -1
}

/** The tags of the certificates' states, and the octets of the extensions, after the signature was verified. */
async function answers(octets: Buffer, tools = makeTools()) {
  const [code, bytes] = (await readDer(await answerOcsp(octets, tools))).sequence()
  assert.equal(code?.number(), 0)
  const [content, , signature] = bytes?.inner().sequence()[1]?.enclosed().sequence() ?? []
  assert.ok(content && signature)
  assert.ok(verify('sha256', content.der(), publicKey, signature.bits()))
  const [, , list, extensions] = content.sequence()
  return {
    tags: list?.sequence().map((single) => single.sequence()[1]?.tag),
    extensions: extensions?.inner().der(),
  }
}

const statuses: Readonly<Record<string, readonly [number, Buffer]>> = {
  'one certificate': [0, request([plain])],
  '64 certificates': [0, request(Array<DerValue>(64).fill(plain))],
  '65 certificates': [1, request(Array<DerValue>(65).fill(plain))],
  'no certificate': [1, request([])],
  nothing: [1, Buffer.alloc(0)],
  'an extension of 60 KB': [0, request([plain], strange(false, 60_000))],
  'more than 64 KB': [1, request([plain], strange(false, 65_536))],
  'a rest behind': [1, Buffer.concat([request([plain]), Buffer.of(0)])],
  'a length longer than it need be': [
    1,
    Buffer.from(
      request([plain])
        .toString('hex')
        .replace(/^30(..)/, '3081$1'),
      'hex',
    ),
  ],
  'a nonce of 0 octets': [1, request([plain], nonce(Buffer.alloc(0)))],
  'a nonce of 1 octet': [0, request([plain], nonce(Buffer.alloc(1)))],
  'a nonce of 128 octets': [0, request([plain], nonce(Buffer.alloc(128)))],
  'a nonce of 129 octets': [1, request([plain], nonce(Buffer.alloc(129)))],
  'a nonce that is no octet string': [
    1,
    request([plain], der.sequence(der.identifier(NONCE), der.octets(Buffer.of(1, 2, 3)))),
  ],
  'two nonces': [1, request([plain], nonce(Buffer.of(1)), nonce(Buffer.of(1)))],
  'an extension that is not understood': [0, request([plain], strange(false))],
  'a critical one': [1, request([plain], strange(true))],
  'a critical one on one certificate': [
    1,
    request([
      der.sequence(certificate(der.integer(Buffer.of(5))), der.tagged(0, der.sequence(strange(true)))),
    ]),
  ],
  'version 2': [
    1,
    der.encode(der.sequence(der.sequence(der.tagged(0, der.integer(Buffer.of(1))), der.sequence(plain)))),
  ],
  'version 1 written out': [
    0,
    der.encode(der.sequence(der.sequence(der.tagged(0, der.integer(Buffer.of(0))), der.sequence(plain)))),
  ],
  'another issuer': [
    6,
    request([der.sequence(certificate(der.integer(Buffer.of(5)), 'sha1', Buffer.of(48, 0)))]),
  ],
  'a hash that is not offered': [
    6,
    request([der.sequence(certificate(der.integer(Buffer.of(5)), 'sha512'))]),
  ],
}

for (const [what, [code, octets]] of Object.entries(statuses))
  test(`${what} is answered ${code}`, async () => assert.equal(await statusCode(octets), code))

test('each certificate has its state, and one of another issuer is unknown beside known ones', async () => {
  const serials = [Buffer.of(1), Buffer.of(2), Buffer.of(0x80), Buffer.of(3)]
  const list = serials.map((serial) => der.sequence(certificate(der.integer(serial), 'sha1')))
  const other = der.sequence(certificate(der.integer(Buffer.of(1)), 'sha1', Buffer.of(48, 0)))
  const negative = der.sequence(certificate(der.copy(Buffer.of(2, 1, 0x80))))
  asked.length = 0
  const tools = makeTools((serial) =>
    serial === '02'
      ? { status: 'revoked', at: NOW, reason: 4 }
      : { status: serial === '03' ? 'unknown' : 'good' },
  )
  const { tags, extensions } = await answers(
    request([...list, other, negative], nonce(Buffer.of(7, 8))),
    tools,
  )
  assert.deepEqual(tags, [0, 1, 0, 2, 2, 2])
  // Without leading zeros; nobody is asked about what is negative.
  assert.deepEqual(asked, ['01', '02', '80', '03'])
  assert.deepEqual(extensions, der.encode(der.sequence(nonce(Buffer.of(7, 8)))))
})

test('who cannot tell now makes it tryLater, who fails internalError with the cause for the host alone', async () => {
  assert.equal(
    await statusCode(
      request([plain]),
      makeTools(() => ({ status: 'later' })),
    ),
    3,
  )
  const causes: unknown[] = []
  const broken = makeTools(() => {
    throw new Error('the disk is gone')
  })
  const answer = await answerOcsp(request([plain]), { ...broken, failed: (cause) => causes.push(cause) })
  assert.equal(answer.toString('hex'), '30030a0102')
  assert.match(String(causes), /the disk is gone/)
  for (const reason of [7, 11, -1, 1.5])
    assert.equal(
      await statusCode(
        request([plain]),
        makeTools(() => ({ status: 'revoked', at: NOW, reason })),
      ),
      2,
    )
})

test('a path is read escaped or not, and what is none is refused', () => {
  // Such that base64 has its slash, its plus and its equals sign.
  const octets = Buffer.from('300000fbefbefffffff0', 'hex')
  const base64 = octets.toString('base64')
  assert.match(base64, /\+.*\/.*=/)
  for (const path of [base64, `/${base64}`, encodeURIComponent(base64), `//${base64.replace(/=+$/, '')}`])
    assert.deepEqual(ocspFromPath(path), octets)
  for (const path of [
    '',
    '/',
    '%',
    '%zz',
    'MA==?x=1',
    '../MA==',
    'M A',
    'A'.repeat(300_000),
    'A'.repeat(100_000),
  ])
    assert.equal(ocspFromPath(path), undefined, path.slice(0, 10))
})

test('random and mutilated octets are answered, and never as a failure of ours', async () => {
  const right = request([plain, plain], nonce(Buffer.alloc(16)))
  const mutilated = fc
    .tuple(fc.nat(right.length - 1), fc.nat(255))
    .map(([place, value]) => Buffer.from(right).fill(value, place, place + 1))
  const any = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets))
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutilated, any), async (octets) => {
      assert.ok([0, 1, 6].includes(await statusCode(octets)))
    }),
    { numRuns: 300 },
  )
})
