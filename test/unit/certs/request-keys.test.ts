/** Requests whose signature names another algorithm than that of their key, which openssl req never writes. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { distinguishedName } from '../../../certs/certificate.ts'
import { loadDer, type DerValue } from '../../../certs/der.ts'
import { readRequest } from '../../../certs/request.ts'

const der = await loadDer()
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11'
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const ED25519 = '1.3.101.112'

function compose(
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  algorithm: string,
  digest: string | null,
): Buffer {
  const content: readonly DerValue[] = [
    der.integer(Buffer.of(0)),
    distinguishedName(der, 'www.sstt9721.org'),
    der.copy(publicKey.export({ type: 'spki', format: 'der' })),
    der.tagged(0),
  ]
  const signature = sign(digest, der.encode(der.sequence(...content)), privateKey)
  return der.encode(
    der.sequence(der.sequence(...content), der.sequence(der.identifier(algorithm)), der.bits(signature)),
  )
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const dsa = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const edwards = generateKeyPairSync('ed25519')

const table: Readonly<Record<string, readonly [Parameters<typeof compose>, RegExp | undefined]>> = {
  'an RSA key': [[rsa, SHA256_WITH_RSA, 'sha256'], undefined],
  'a key on P-256': [[curve, ECDSA_WITH_SHA256, 'sha256'], undefined],
  'a key on Ed25519': [[edwards, ED25519, null], undefined],
  'a DSA key under the name of RSA': [[dsa, SHA256_WITH_RSA, 'sha256'], /does not fit its key/],
  'an RSA-PSS key under the name of RSA': [[pss, SHA256_WITH_RSA, 'sha256'], /does not fit its key/],
  'an RSA key under the name of Ed25519': [[rsa, ED25519, 'sha256'], /does not fit its key/],
  'a key on P-256 under the name of RSA': [[curve, SHA256_WITH_RSA, 'sha256'], /does not fit its key/],
}

for (const [name, [given, refusal]] of Object.entries(table))
  test(`${name} is ${refusal === undefined ? 'taken' : 'refused'}`, async () => {
    const reading = readRequest(compose(...given))
    if (refusal === undefined) assert.equal((await reading).commonName, 'www.sstt9721.org')
    else await assert.rejects(reading, refusal)
  })
