/** The key of a zone: ECDSA P-256 with SHA-256 (RFC 6605), one for the zone's keys and its data alike. */
import { createECDH, createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Name } from '../wire/name.ts'

/** ECDSA P-256 with SHA-256 (RFC 6605 §5). */
export const ALGORITHM = 13

/** Octets of the secret number. */
export const SECRET_LENGTH = 32

/** Zone key and secure entry point (RFC 4034 §2.1.1): the one key signs all, as in BIND's default policy. */
const FLAGS = 0x0101
/** Always 3 (RFC 4034 §2.1.2). */
const PROTOCOL = 3

/** What signs a zone. */
export interface ZoneKey {
  readonly zone: Name
  /** The data of its DNSKEY record (RFC 4034 §2). */
  readonly dnskey: Buffer
  /** RFC 4034 appendix B. */
  readonly tag: number
  readonly privateKey: KeyObject
}

/** A new secret from the system's own chance, never the lab's, which may be repeatable. */
export async function createSecret(): Promise<Buffer> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const { d = '' } = privateKey.export({ format: 'jwk' })
  return Buffer.from(d, 'base64url')
}

/** The key with that secret number; throws if the curve has none such. */
export function keyOf(zone: Name, secret: Buffer): ZoneKey {
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(secret)
  // The octet 4 says that both coordinates follow; DNSSEC leaves it out (RFC 6605 §4).
  const point = curve.getPublicKey().subarray(1)
  const coordinate = (start: number): string =>
    point.subarray(start, start + SECRET_LENGTH).toString('base64url')
  const dnskey = Buffer.concat([Buffer.from([FLAGS >> 8, FLAGS & 0xff, PROTOCOL, ALGORITHM]), point])
  const privateKey = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: secret.toString('base64url'),
      x: coordinate(0),
      y: coordinate(SECRET_LENGTH),
    },
  })
  return { zone, dnskey, tag: keyTag(dnskey), privateKey }
}

/** The key tag of DNSKEY data (RFC 4034 appendix B). */
export function keyTag(dnskey: Buffer): number {
  let sum = 0
  for (const [index, octet] of dnskey.entries()) sum += index % 2 === 0 ? octet << 8 : octet
  return (sum + (sum >>> 16)) & 0xffff
}
