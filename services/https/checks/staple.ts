import type { X509Certificate } from 'node:crypto'
import type { Said } from '../../../lab/kit/dissect/said.ts'
import type { Text } from '../../../lab/service.ts'

const MALFORMED: Text = { en: 'malformed', es: 'mal formada' }

/** What a stapled answer says of the certificate with that serial number: `good`, `revoked`, `unknown`, or what is wrong with it (RFC 6960 §4.2.1). */
export function goodness(staple: Buffer, { serialNumber }: X509Certificate): Said {
  // OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, … }
  const head = (staple[1] ?? 0) < 128 ? 2 : 2 + ((staple[1] ?? 0) & 127)
  if (staple[0] !== 0x30 || staple[head] !== 0x0a) return MALFORMED
  const status = staple[head + 2]
  if (status !== 0) return `OCSPResponseStatus ${status}`
  const serial = Buffer.from(serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`, 'hex')
  const at = staple.indexOf(serial)
  if (at < 0) return { en: 'for another certificate', es: 'de otro certificado' }
  // CertStatus follows the CertID: [0] good, [1] revoked, [2] unknown.
  const tag = staple[at + serial.length] ?? 0
  return { 0x80: 'good', 0xa1: 'revoked', 0x82: 'unknown' }[tag] ?? MALFORMED
}
