/** What somebody hostile may give an authority: serial numbers, requests, lines of its index. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto'
import { appendFile, mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createAuthority } from '../../../certs/authority.ts'
import { loadDer, pem } from '../../../certs/der.ts'
import { isReason } from '../../../certs/crl.ts'
import { Register } from '../../../certs/register.ts'

const temporary = () => mkdtempDisposable(join(tmpdir(), 'attack-'))
const server = { names: ['www.a.org'], purpose: 'server' } as const
const make = (folder: string) =>
  createAuthority({
    folder,
    domain: 'a.org',
    addresses: [],
    clock: Date,
    random: { bytes: (count) => randomBytes(count) },
  })

/** A request for these names by this key, with a signature of this algorithm. */
async function request(
  names: readonly string[],
  key: { privateKey: KeyObject; publicKey: KeyObject },
  algorithm: string,
  digest: string | null,
): Promise<string> {
  const der = await loadDer()
  const san = der.encode(der.sequence(...names.map((name) => der.implicit(2, Buffer.from(name)))))
  const extensions = der.sequence(der.sequence(der.identifier('2.5.29.17'), der.octets(san)))
  const information = der.sequence(
    der.integer(Buffer.of(0)),
    der.sequence(),
    der.copy(key.publicKey.export({ type: 'spki', format: 'der' })),
    der.tagged(0, der.sequence(der.identifier('1.2.840.113549.1.9.14'), der.set(extensions))),
  )
  const signature =
    key.privateKey.asymmetricKeyType === 'x25519'
      ? randomBytes(64)
      : sign(digest, der.encode(information), key.privateKey)
  const whole = der.sequence(information, der.sequence(der.identifier(algorithm)), der.bits(signature))
  return pem('CERTIFICATE REQUEST', der.encode(whole))
}

const ECDSA = '1.2.840.10045.4.3.2'
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('requests with too many names, too large, or with keys that fit nothing are refused in words', async () => {
  await using folder = await temporary()
  const authority = make(folder.path)
  const names = Array.from({ length: 10_000 }, (_, place) => `h${place}.a.org`)
  const refused = [
    [await request(names, p256, ECDSA, 'sha256'), /at most 100 names|octets/],
    [await request(['w'.repeat(1000)], p256, ECDSA, 'sha256'), /name of a host/],
    [await request(['a.org\0.evil.com'], p256, ECDSA, 'sha256'), /name of a host|vouch/],
    [await request(['*.*.a.org'], p256, ECDSA, 'sha256'), /name of a host/],
    [await request([''], p256, ECDSA, 'sha256'), /name of a host/],
    [await request(['www.a.org'], p256, '1.2.3.4', 'sha256'), /not taken/],
    [await request(['www.a.org'], generateKeyPairSync('x25519'), ECDSA, null), /does not fit its key/],
    [await request(['www.a.org'], generateKeyPairSync('ed25519'), ECDSA, null), /does not fit its key/],
    [
      await request(['www.a.org'], generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), ECDSA, 'sha256'),
      /clients refuse \(secp256k1\)/,
    ],
    [
      `-----BEGIN CERTIFICATE REQUEST-----\n${'A'.repeat(4_000_000)}\n-----END CERTIFICATE REQUEST-----\n`,
      /octets|DER/,
    ],
    [Buffer.alloc(3_000_000, 0x30), /octets|DER/],
    [
      `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.alloc(30_000, Buffer.of(0x30, 0x80)).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`,
      /DER|octets/,
    ],
  ] as const
  for (const [text, why] of refused)
    await assert.rejects(authority.sign(text, { purpose: 'server' }), { name: 'RequestError', message: why })
  assert.deepEqual(await authority.list(), [])
})

test('serial numbers of odd characters find nothing and lead nowhere', async () => {
  await using folder = await temporary()
  const authority = make(folder.path)
  await authority.issueNew(server)
  for (const serial of [
    '',
    '..',
    '../private/cakey',
    '../../cacert',
    'cakey',
    'CAKEY',
    '\0',
    'A\tB',
    'A\nV',
    '%2e',
    '__proto__',
    'A'.repeat(100_000),
  ]) {
    assert.equal(await authority.read(serial), undefined)
    assert.equal(await authority.find(serial), undefined)
    assert.equal(await authority.revoke(serial), false)
    assert.equal(await authority.standing(serial), 'unknown')
    assert.equal(await new Register(folder.path).certificate(serial), undefined)
  }
  for (const word of ['toString', '__proto__', '', 'KEYCOMPROMISE']) assert.equal(isReason(word), false)
})

test('hostile lines of the index are passed over, stay as they are, and take nothing back', async () => {
  await using folder = await temporary()
  const authority = make(folder.path)
  const serial = new X509Certificate((await authority.issueNew(server)).certificate).serialNumber
  const hostile = [
    'nonsense',
    '\t\t\t\t\t',
    `V\t270219120000Z\t\t../../etc/passwd\tunknown\t/CN=a`,
    `V\t999999999999Z\t\t0F\tunknown\t/CN=wrong day`,
    `V\t270219120000Z\t\t${'A'.repeat(5000)}\tunknown\t/CN=long`,
    `E\t200101000000Z\t\t0E\tunknown\t/CN=expired\tmore`,
    `R\t270219120000Z\tnever,toString\tFFF\tunknown\t/CN=odd`,
    'x'.repeat(1_000_000),
  ]
  await appendFile(join(folder.path, 'index.txt'), `${hostile.join('\n')}\n`)
  await authority.revoke(serial, 'keyCompromise')
  // An entry that calls it valid again does not count.
  await appendFile(join(folder.path, 'index.txt'), `V\t270219120000Z\t\t${serial}\tunknown\t/CN=again\n`)
  for (const reader of [authority, make(folder.path)]) {
    assert.equal(await reader.standing(serial), 'revoked')
    assert.equal(await reader.standing('0E'), 'good')
    assert.equal(await reader.standing('00FFF'), 'revoked')
    assert.equal(await reader.standing('F'), 'unknown')
  }
  const lines = (await readFile(join(folder.path, 'index.txt'), 'utf8')).split('\n')
  assert.deepEqual(lines.slice(1, 1 + hostile.length), hostile)
  await authority.crl()
  const { certificate } = await authority.issueNew(server)
  assert.equal(await authority.standing(new X509Certificate(certificate).serialNumber), 'good')
})

test('the index is read again whole when more than its end has changed', async () => {
  await using folder = await temporary()
  const path = join(folder.path, 'index.txt')
  const line = (serial: string, revoked = '') =>
    `${revoked === '' ? 'V' : 'R'}\t270219120000Z\t${revoked}\t${serial}\tunknown\t/CN=${serial}\n`
  const register = new Register(folder.path)
  await appendFile(path, line('0A') + line('0B'))
  assert.equal((await register.list()).length, 2)
  await appendFile(path, line('0C'))
  assert.equal((await register.list()).length, 3)
  // In place, as an editor may write it: longer, and not only at its end.
  const { writeFile } = await import('node:fs/promises')
  await writeFile(path, line('0A', '261121120000Z,superseded') + line('0B') + line('0C') + line('0D'))
  assert.deepEqual(
    (await register.list()).map(({ serial, revoked }) => [serial, revoked?.reason]),
    [
      ['0A', 'superseded'],
      ['0B', undefined],
      ['0C', undefined],
      ['0D', undefined],
    ],
  )
  assert.equal((await register.find('a'))?.revoked?.reason, 'superseded')
})
