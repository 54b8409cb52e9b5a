/** Files of PKCS #12 that the tests of its writer and its reader share. */
import assert from 'node:assert/strict'
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDer, type DerValue } from '../../../certs/der.ts'
import { makeMac } from '../../../certs/pkcs12-cipher.ts'
import { IDS } from '../../../certs/pkcs12-format.ts'
import { Budget, encodePassword } from '../../../certs/pkcs12-kdf.ts'
import { Pkcs12Error, type Pkcs12Export } from '../../../certs/pkcs12.ts'
import { labAuthority } from '../../authority.ts'

/** Writes what the tests compose. */
export const der = await loadDer()
await using folder = await mkdtempDisposable(join(tmpdir(), 'pkcs12-'))
const authority = labAuthority(join(folder.path, 'certs'))
/** A client's key and certificate. */
export const issued = await authority.issue({ names: ['nombre1_9721'], purpose: 'client' })
/** Those of another client. */
export const other = await authority.issue({ names: ['nombre2_9721'], purpose: 'client' })
/** An export that nothing is wrong with. */
export const usual: Pkcs12Export = {
  key: issued.key,
  certificate: issued.certificate,
  chain: [issued.authority],
  name: 'nombre1',
  password: 'secret',
  encryption: 'modern',
}
/** What reading it gives. */
export const read = { key: issued.key, certificate: issued.certificate, chain: [issued.authority] }

/** Expects a `Pkcs12Error` of this reason, in both languages. */
export function because(reason: string, words?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof Pkcs12Error, String(error))
    assert.equal(error.reason, reason, error.message)
    if (words !== undefined) assert.match(error.message, words)
    assert.ok(error.text.es.length > 0 && error.text.es !== error.text.en)
    return true
  }
}

/** A file around any contents, with the MAC that the password gives them. */
export async function sealed(
  contents: Buffer,
  { iterations }: { iterations?: string } = {},
): Promise<Buffer> {
  const given = { password: encodePassword('secret'), random: randomBytes, budget: new Budget() }
  const mac = der.encode(await makeMac(der, 'legacy', given, contents))
  const told =
    iterations === undefined ? mac : Buffer.from(mac.toString('hex').replace(/02020800$/, iterations), 'hex')
  if (iterations !== undefined) told.writeUInt8(told.length - 2, 1)
  return der.encode(der.sequence(der.integer(Buffer.of(3)), data(contents), der.copy(told)))
}

/** A ContentInfo without encryption. */
export function data(octets: Buffer) {
  return der.sequence(der.identifier(IDS.data), der.tagged(0, der.octets(octets)))
}

/** A bag without attributes. */
export function plainBag(identifier: string, value: DerValue) {
  return der.sequence(der.identifier(identifier), der.tagged(0, value))
}

/** The client's key, not encrypted. */
export const keyBag = plainBag(
  IDS.keyBag,
  der.copy(createPrivateKey(issued.key).export({ type: 'pkcs8', format: 'der' })),
)
/** The client's certificate. */
export const certificateBag = plainBag(
  IDS.certificateBag,
  der.sequence(
    der.identifier(IDS.x509Certificate),
    der.tagged(0, der.octets(new X509Certificate(issued.certificate).raw)),
  ),
)
const nested = plainBag(IDS.safeContentsBag, der.sequence(certificateBag))
/** Contents with both, the certificate's bag inside of another. */
export const unencrypted = der.encode(der.sequence(data(der.encode(der.sequence(keyBag, nested)))))
