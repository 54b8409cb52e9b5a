import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { bmpOctets, Budget, deriveByPkcs12, encodePassword } from '../../../certs/pkcs12-kdf.ts'
import { exportPkcs12, readPkcs12, type Pkcs12Export } from '../../../certs/pkcs12.ts'
import { because, issued, other, read, usual } from './pkcs12-files.ts'

// The vectors that implementations of appendix B share; the RFC itself has none.
const vectors = [
  ['smeg', 'key', '0a58cf64530d823f', 1, '8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3'],
  ['smeg', 'iv', '0a58cf64530d823f', 1, '79993dfe048d3b76'],
  ['smeg', 'key', '642b99ab44fb4b1f', 1, 'f3a95fec48d7711e985cfe67908c5ab79fa3d7c5caa5d966'],
  ['smeg', 'mac', '3d83c0e4546ac140', 1, '8d967d88f6caa9d714800ab3d48051d63f73a312'],
  ['queeg', 'key', '05dec959acff72f7', 1000, 'ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4'],
  ['queeg', 'iv', '05dec959acff72f7', 1000, '11dedad7758d4860'],
  ['queeg', 'mac', '263216fcc2fab31c', 1000, '5ec4c7a80df652294c3925b6489a7ab857c83476'],
] as const

for (const [password, purpose, salt, iterations, expected] of vectors) {
  test(`RFC 7292 appendix B: the ${purpose} of ${password} with ${iterations} iterations and salt ${salt}`, async () => {
    const derivation = {
      digest: 'sha1',
      salt: Buffer.from(salt, 'hex'),
      iterations,
      length: expected.length / 2,
    } as const
    const octets = await deriveByPkcs12(encodePassword(password), purpose, derivation, new Budget())
    assert.equal(octets.toString('hex'), expected)
  })
}

test('a long derivation lets the event loop turn', async () => {
  let turns = 0
  let isDone = false
  const count = () => {
    turns++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  const derivation = { digest: 'sha1', salt: Buffer.alloc(8), iterations: 10_000, length: 20 } as const
  await deriveByPkcs12(encodePassword('secret'), 'mac', derivation, new Budget())
  isDone = true
  assert.ok(turns >= 20, `${turns} turns`)
})

test('a password is a BMPString with a zero at its end', () => {
  const hex = (password: string) => encodePassword(password).bmp.toString('hex')
  assert.equal(hex('Beavis'), '0042006500610076006900730000') // The example of appendix B.1.
  assert.equal(hex(''), '0000')
  assert.equal(hex('ñ€𝄞'), '00f120acd834dd1e0000')
})

test('what is exported is read back, whatever the name and the password', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('modern', 'legacy'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      fc.oneof(fc.constant(''), fc.string({ unit: 'binary', maxLength: 40 })),
      fc.subarray([issued.authority, other.certificate, issued.certificate]),
      async (encryption, name, password, chain) => {
        fc.pre(!password.includes('\0'))
        const file = await exportPkcs12({ ...usual, encryption, name, password, chain })
        assert.deepEqual(await readPkcs12(file, password), {
          ...read,
          chain: chain.filter((one) => one !== issued.certificate),
        })
      },
    ),
    { numRuns: 25 },
  )
})

test('the key may be an object of node:crypto', async () => {
  assert.deepEqual(
    await readPkcs12(await exportPkcs12({ ...usual, key: createPrivateKey(issued.key) }), 'secret'),
    read,
  )
})

test('the chain is read in the order of who signed whom', async () => {
  const chain = [other.certificate, issued.authority]
  const { chain: ordered } = await readPkcs12(await exportPkcs12({ ...usual, chain }), 'secret')
  assert.deepEqual(ordered, [issued.authority, other.certificate])
})

test('the key bears its name, and nothing but the given chance is in the file', async () => {
  const request = { ...usual, name: 'ñandú', random: { bytes: (count: number) => Buffer.alloc(count, 7) } }
  const file = await exportPkcs12(request)
  assert.deepEqual(file, await exportPkcs12(request))
  // RFC 7292 §4.2: the attributes of a shrouded bag stand outside of its encryption.
  assert.ok(file.includes(bmpOctets('ñandú')))
})

for (const encryption of ['modern', 'legacy'] as const) {
  test(`another password is told as such (${encryption})`, async () => {
    const file = await exportPkcs12({ ...usual, encryption })
    for (const password of ['', 'Secret', 'secret ', 'secret\0']) {
      await assert.rejects(readPkcs12(file, password), because('password'), JSON.stringify(password))
    }
    file.writeUInt8(file.readUInt8(500) ^ 1, 500)
    await assert.rejects(readPkcs12(file, 'secret'), because('password', /altered/))
  })
}

const refusals: Readonly<Record<string, Partial<Pkcs12Export>>> = {
  'the key of another certificate': { key: other.key },
  'a public key': { key: new X509Certificate(issued.certificate).publicKey },
  'no key': { key: 'nothing' },
  'an encrypted key': {
    key: createPrivateKey(issued.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    }),
  },
  'a certificate that is none': { certificate: 'nothing' },
  'a broken certificate in the chain': {
    chain: ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  },
  'more certificates than a file takes': { chain: Array.from({ length: 33 }, () => issued.authority) },
  'no name': { name: '' },
  'a name that is too long': { name: 'a'.repeat(256) },
  'a password with a zero': { password: 'a\0b' },
  'a password with half a character': { password: '\uD834' },
  'a password that is too long': { password: 'a'.repeat(1025) },
}

for (const [what, part] of Object.entries(refusals)) {
  test(`nothing is exported with ${what}, and no key is in the message`, async () => {
    await assert.rejects(exportPkcs12({ ...usual, ...part }), (error: Error) => {
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /PRIVATE KEY|[A-Za-z0-9+/]{40}/)
      return because('request')(error)
    })
  })
}
