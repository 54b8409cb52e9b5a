/** Certificates that no server may take: they claim to be somebody's, and another key has signed them. */
import { generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto'
import type { Identity } from '../../../lab/check.ts'

const SEQUENCE = 0x30
/** ecdsa-with-SHA256 (RFC 5758 §3.2) */
const ALGORITHM = Buffer.from('300a06082a8648ce3d040302', 'hex')
/** keyPurpose clientAuth, as extensions (RFC 5280 §4.2.1.12) */
const EXTENSIONS = Buffer.from('a317301530130603551d25040c300a06082b06010505070302', 'hex')
const YEAR = 31_536_000_000

/** One value of DER. */
function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

/** The values inside the first one, with their heads. */
function inside(octets: Buffer): readonly Buffer[] {
  const values: Buffer[] = []
  const end = headOf(octets) + lengthOf(octets)
  for (let at = headOf(octets); at < end;) {
    const rest = octets.subarray(at)
    const size = headOf(rest) + lengthOf(rest)
    values.push(rest.subarray(0, size))
    at += size
  }
  return values
}

function headOf(octets: Buffer): number {
  const first = octets[1] ?? 0
  return first < 128 ? 2 : 2 + (first & 127)
}

function lengthOf(octets: Buffer): number {
  const first = octets[1] ?? 0
  return first < 128 ? first : octets.readUIntBE(2, first & 127)
}

/** The names of issuer and subject as they stand in a certificate (RFC 5280 §4.1). */
function namesOf(certificate: string): { readonly issuer: Buffer; readonly subject: Buffer } {
  const [body = Buffer.alloc(0)] = inside(new X509Certificate(certificate).raw)
  // version, serial, algorithm, issuer, dates, subject
  const [, , , issuer = Buffer.alloc(0), , subject = Buffer.alloc(0)] = inside(body)
  return { issuer, subject }
}

function time(at: number): Buffer {
  return tlv(0x18, Buffer.from(`${new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 14)}Z`))
}

/** A certificate with the subject of a good one: `self-signed`, or `forged` with its issuer's name, too. */
export function forge(good: Identity, kind: 'self-signed' | 'forged'): Identity {
  const { issuer, subject } = namesOf(good.certificate)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signer: KeyObject =
    kind === 'forged' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : privateKey
  const now = Date.now()
  const body = tlv(
    SEQUENCE,
    Buffer.from('a003020102', 'hex'),
    tlv(2, Buffer.from([1]), randomBytes(8)),
    ALGORITHM,
    kind === 'forged' ? issuer : subject,
    tlv(SEQUENCE, time(now - YEAR), time(now + YEAR)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    EXTENSIONS,
  )
  const signature = sign('sha256', body, signer)
  const whole = tlv(SEQUENCE, body, ALGORITHM, tlv(3, Buffer.from([0]), signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }
}
