/** Certificates, requests and revocation lists that the tests of their explanations share. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { distinguishedName, signCertificate } from '../../../certs/certificate.ts'
import { loadDer, type DerValue } from '../../../certs/der.ts'
import { EXTENSIONS } from './lint.ts'

/** Writes what the tests compose. */
export const der = await loadDer()
/** In milliseconds. */
export const DAY = 86_400_000
/** When the tests look, in milliseconds since 1970. */
export const NOW = Date.UTC(2026, 10, 21, 12)
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const spki = publicKey.export({ type: 'spki', format: 'der' })

/** An extension around a value, or around octets that may be none. */
export function extension(identifier: string, value: DerValue | Buffer, isCritical = false): DerValue {
  const critical = isCritical ? [der.boolean(true)] : []
  const octets = Buffer.isBuffer(value) ? value : der.encode(value)
  return der.sequence(der.identifier(identifier), ...critical, der.octets(octets))
}

/** What a certificate says otherwise than the usual one. */
export interface Given {
  readonly serial?: Buffer
  readonly subject?: DerValue
  readonly from?: number
  readonly to?: number
  readonly extensions?: readonly DerValue[]
}

/** A certificate as PEM. */
export function make({ serial, subject, from, to, extensions = [] }: Given): Promise<string> {
  return signCertificate(
    der,
    {
      serial: serial ?? Buffer.of(0x42),
      issuer: distinguishedName(der, 'root'),
      subject: subject ?? distinguishedName(der, 'www'),
      notBefore: from ?? NOW - 10 * DAY,
      notAfter: to ?? NOW + 80 * DAY,
      publicKey: spki,
      extensions,
    },
    privateKey,
  )
}

/** The basic constraints of an authority. */
export const isCa = der.sequence(der.boolean(true))
/** The key usage keyCertSign. */
export const certSign = extension(EXTENSIONS.keyUsage, der.bits(Buffer.of(0b0000_0100), 2))
/** The purpose of a server. */
export const server = extension(
  EXTENSIONS.extendedKeyUsage,
  der.sequence(der.identifier('1.3.6.1.5.5.7.3.1')),
)

function seal(...content: readonly DerValue[]): Buffer {
  const algorithm = der.sequence(der.identifier('1.2.840.10045.4.3.2'))
  const signature = sign('sha256', der.encode(der.sequence(...content)), privateKey)
  return der.encode(der.sequence(der.sequence(...content), algorithm, der.bits(signature)))
}

/** A request with a password and with requested extensions. */
export const request = seal(
  der.integer(Buffer.of(0)),
  distinguishedName(der, 'www'),
  der.copy(spki),
  der.tagged(
    0,
    der.sequence(der.identifier('1.2.840.113549.1.9.7'), der.set(der.text('secret'))),
    der.sequence(der.identifier('1.2.840.113549.1.9.14'), der.set(der.sequence(server))),
  ),
)

/** A revocation list of these entries. */
export function listOf(...entries: readonly DerValue[]): Buffer {
  return seal(
    der.integer(Buffer.of(1)),
    der.sequence(der.identifier('1.2.840.10045.4.3.2')),
    distinguishedName(der, 'root'),
    der.time(NOW - DAY),
    der.time(NOW + DAY),
    ...(entries.length === 0 ? [] : [der.sequence(...entries)]),
    der.tagged(0, der.sequence(extension('2.5.29.20', der.integer(Buffer.of(7))))),
  )
}

/** An entry of a revocation list, with its reason. */
export function revoked(reason: number): DerValue {
  const why = extension('2.5.29.21', der.copy(Buffer.of(10, 1, reason)))
  return der.sequence(der.integer(Buffer.of(5)), der.time(NOW - DAY), der.sequence(why))
}
