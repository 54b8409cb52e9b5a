import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { deriveScram, hashPassword, preparePassword } from '../../../lab/world/password.ts'

/** The conversations of RFC 5802 §5 and RFC 7677 §3: the user is `user`, the password `pencil`. */
const conversations = [
  {
    hash: 'sha1',
    salt: 'QSXCR+Q6sek8bf92',
    clientFirst: 'n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j',
    proof: 'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    signature: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    hash: 'sha256',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    clientFirst: 'n=user,r=rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
] as const

for (const { hash, salt, proof, signature, ...messages } of conversations) {
  test(`a ${hash} verifier accepts the proof and gives the signature of the RFC's conversation`, async () => {
    const verifier = await deriveScram('pencil', hash, Buffer.from(salt, 'base64'), 4096)
    const said = [messages.clientFirst, messages.serverFirst, messages.clientFinal].join(',')
    const clientSignature = createHmac(hash, verifier.storedKey).update(said).digest()
    const clientKey = Buffer.from(proof, 'base64').map(
      (octet, place) => octet ^ (clientSignature[place] ?? 0),
    )
    assert.deepEqual(createHash(hash).update(clientKey).digest(), verifier.storedKey)
    assert.equal(createHmac(hash, verifier.serverKey).update(said).digest('base64'), signature)
    assert.equal(verifier.iterations, 4096)
  })
}

test('a hash depends on the password and on the salt', async () => {
  const salts = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)] as const
  const hashes = await Promise.all([
    hashPassword('one', salts[0]),
    hashPassword('one', salts[0]),
    hashPassword('two', salts[0]),
    hashPassword('one', salts[1]),
  ])
  assert.deepEqual(hashes[0], hashes[1])
  assert.equal(new Set(hashes.map((hash) => hash.toString('hex'))).size, 3)
})

test('passwords are prepared as RFC 4013 says', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    // §3, the examples of the RFC.
    ['I\u00ADX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00AA', 'a'],
    ['\u2168', 'IX'],
    ['\u0007', undefined],
    ['a b\u00A0c', 'a b c'],
    ['contrase\u006E\u0303a', 'contrase\u00F1a'],
    ['', undefined],
    ['\u00AD', undefined],
    ['a\0', undefined],
    ['a\uE000', undefined],
    ['\uD800', undefined],
    ['x'.repeat(1024), 'x'.repeat(1024)],
    ['x'.repeat(1025), undefined],
  ]
  for (const [typed, prepared] of cases) assert.equal(preparePassword(typed), prepared, JSON.stringify(typed))
})
