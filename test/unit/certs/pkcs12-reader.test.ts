import assert from 'node:assert/strict'
import {
  createCipheriv,
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  pbkdf2Sync,
  X509Certificate,
} from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readDer } from '../../../certs/der-reader.ts'
import { IDS } from '../../../certs/pkcs12-format.ts'
import { encodePassword } from '../../../certs/pkcs12-kdf.ts'
import { exportPkcs12, Pkcs12Error, readPkcs12 } from '../../../certs/pkcs12.ts'
import {
  because,
  certificateBag,
  data,
  der,
  issued,
  keyBag,
  plainBag,
  read,
  sealed,
  unencrypted,
  usual,
} from './pkcs12-files.ts'

test('bags without encryption, and inside of others, are read', async () => {
  assert.deepEqual(await readPkcs12(await sealed(unencrypted), 'secret'), { ...read, chain: [] })
})

test('BER of indefinite lengths and octet strings in pieces are read, as NSS writes them', async () => {
  const [, , mac] = (await readDer(await sealed(unencrypted))).sequence()
  assert.ok(mac)
  const piece = (octets: Buffer) => der.encode(der.octets(octets))
  const file = Buffer.concat([
    Buffer.from('3080020103', 'hex'),
    Buffer.from('3080', 'hex'),
    der.encode(der.identifier(IDS.data)),
    Buffer.from('a0802480', 'hex'),
    piece(unencrypted.subarray(0, 100)),
    piece(unencrypted.subarray(100)),
    Buffer.from('000000000000', 'hex'),
    mac.der(),
    Buffer.from('0000', 'hex'),
  ])
  assert.deepEqual(await readPkcs12(file, 'secret'), { ...read, chain: [] })
})

/** An AlgorithmIdentifier of PBKDF2 with HMAC-SHA-256, as it stands in others. */
function pbkdf2(salt: Buffer, iterations: Buffer, length: number) {
  return der.sequence(
    der.identifier(IDS.pbkdf2),
    der.sequence(
      der.octets(salt),
      der.integer(iterations),
      der.integer(Buffer.of(length)),
      der.sequence(der.identifier(IDS.hmacWithSha256), der.null()),
    ),
  )
}

test('a MAC by PBMAC1 is checked (RFC 9879), and one with a short key is not believed', async () => {
  const salt = Buffer.alloc(8, 1)
  const withKeyOf = (length: number) => {
    const key = pbkdf2Sync('secret', salt, 3, length, 'sha256')
    const scheme = der.sequence(der.identifier(IDS.hmacWithSha256), der.null())
    const parameters = der.sequence(pbkdf2(salt, Buffer.of(3), length), scheme)
    const mac = der.sequence(
      der.sequence(
        der.sequence(der.identifier(IDS.pbmac1), parameters),
        der.octets(createHmac('sha256', key).update(unencrypted).digest()),
      ),
      der.octets(Buffer.alloc(8)),
    )
    return der.encode(der.sequence(der.integer(Buffer.of(3)), data(unencrypted), mac))
  }
  assert.deepEqual(await readPkcs12(withKeyOf(32), 'secret'), { ...read, chain: [] })
  await assert.rejects(readPkcs12(withKeyOf(32), 'other'), because('password'))
  await assert.rejects(readPkcs12(withKeyOf(1), 'secret'), because('malformed'))
})

test('what NSS 3.21 and 3.29.5 wrote is read: PBKDF2 of the BMPString, and AES-256 under the name of AES-128', async () => {
  const [salt, iv] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)]
  for (const password of ['secret', encodePassword('secret').bmp]) {
    const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, 3, 32, 'sha256'), iv)
    const plain = createPrivateKey(issued.key).export({ type: 'pkcs8', format: 'der' })
    const aes128 = der.sequence(der.identifier('2.16.840.1.101.3.4.1.2'), der.octets(iv))
    const algorithm = der.sequence(
      der.identifier(IDS.pbes2),
      der.sequence(pbkdf2(salt, Buffer.of(3), 32), aes128),
    )
    const octets = Buffer.concat([cipher.update(plain), cipher.final()])
    const shrouded = plainBag(IDS.shroudedKeyBag, der.sequence(algorithm, der.octets(octets)))
    const file = await sealed(
      der.encode(der.sequence(data(der.encode(der.sequence(shrouded, certificateBag))))),
    )
    assert.deepEqual(await readPkcs12(file, 'secret'), { ...read, chain: [] })
  }
})

const wrong: readonly (readonly [string, Buffer | Promise<Buffer>, string])[] = [
  ['nothing', Buffer.alloc(0), 'malformed'],
  ['PEM', Buffer.from(issued.certificate), 'malformed'],
  ['a certificate', new X509Certificate(issued.certificate).raw, 'malformed'],
  ['more octets than a file has', Buffer.alloc(65_537, 0x30), 'malformed'],
  ['values without end', Buffer.from('3080'.repeat(30_000), 'hex'), 'malformed'],
  ['four thousand million iterations', sealed(unencrypted, { iterations: '020500ffffffff' }), 'unsupported'],
  ['no iterations', sealed(unencrypted, { iterations: '020100' }), 'malformed'],
  ['no key', sealed(der.encode(der.sequence(data(der.encode(der.sequence(certificateBag)))))), 'malformed'],
  ['no certificate', sealed(der.encode(der.sequence(data(der.encode(der.sequence(keyBag)))))), 'malformed'],
  ['no MAC', sealed(unencrypted).then(withoutMac), 'unsupported'],
]

async function withoutMac(file: Buffer): Promise<Buffer> {
  const [version, contents] = (await readDer(file)).sequence()
  assert.ok(version && contents)
  return der.encode(der.sequence(der.copy(version.der()), der.copy(contents.der())))
}

for (const [what, file, reason] of wrong) {
  test(`${what}: the file is refused as ${reason}`, async () => {
    await assert.rejects(readPkcs12(await file, 'secret'), because(reason))
  })
}

async function isReadOrRefused(octets: Buffer): Promise<void> {
  try {
    await readPkcs12(octets, 'secret')
  } catch (error) {
    assert.ok(error instanceof Pkcs12Error, String(error instanceof Error ? error.stack : error))
  }
}

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  octet: fc.nat(255),
  end: fc.constantFrom(1, 1, 1, 0.5),
})

function edited(octets: Buffer, { at, octet, end }: { at: number; octet: number; end: number }): Buffer {
  const copy = Buffer.from(octets)
  copy.writeUInt8(octet, Math.floor(at * copy.length))
  return copy.subarray(0, Math.ceil(end * copy.length))
}

test('random octets, and damaged files, give no other error', async () => {
  const file = await sealed(unencrypted)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (octets) => isReadOrRefused(Buffer.from(octets))),
  )
  await fc.assert(fc.asyncProperty(edit, (change) => isReadOrRefused(edited(file, change))))
})

test('damage that the MAC covers gives no other error', async () => {
  const file = await exportPkcs12(usual)
  const [, safe] = (await readDer(file)).sequence()
  const contents = safe?.sequence()[1]?.inner().octets()
  assert.ok(contents)
  // Early changes meet what describes the ciphers and not only ciphertext.
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(unencrypted, contents),
      edit,
      fc.boolean(),
      async (octets, change, isEarly) =>
        isReadOrRefused(await sealed(edited(octets, isEarly ? { ...change, at: change.at / 8 } : change))),
    ),
    { numRuns: 60 },
  )
})

test('a key without a certificate of its own is refused', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const foreign = plainBag(IDS.keyBag, der.copy(privateKey.export({ type: 'pkcs8', format: 'der' })))
  const contents = der.encode(der.sequence(data(der.encode(der.sequence(foreign, certificateBag)))))
  await assert.rejects(readPkcs12(await sealed(contents), 'secret'), because('malformed', /certificates/))
})
