import { X509Certificate } from 'node:crypto'
import { exit, type Call } from '../command.ts'
import type { Text } from '../../service.ts'
import { findEntry, openPlace, readNamed, wrong, type Place, type Verb } from './verb.ts'

/** Says whether a certificate holds, and if not why. */
export const verb: Verb = async (call) => {
  const place = await openPlace(call)
  const pem = await certificateOf(call, place)
  const troubles = await troublesOf(pem, place)
  for (const trouble of troubles) call.io.complain(trouble)
  if (troubles.length === 0) call.io.say({ en: 'the certificate holds', es: 'el certificado es válido' })
  return troubles.length === 0 ? exit.done : exit.failed
}

async function certificateOf(call: Call, { authority }: Place): Promise<string> {
  const [wanted] = call.words
  if (wanted !== undefined && /[./\\]/.test(wanted)) {
    const octets = await readNamed(call, wanted).catch(() => undefined)
    if (octets !== undefined) return octets.toString('latin1')
  }
  const entry = await findEntry(authority, wanted)
  return (await authority.read(entry.serial))?.certificate ?? ''
}

async function troublesOf(pem: string, { authority }: Place): Promise<readonly Text[]> {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch {
    throw wrong({ en: 'this is no certificate', es: 'esto no es un certificado' })
  }
  const issuer = new X509Certificate(await authority.issuer())
  const troubles: Text[] = []
  const isOurs =
    certificate.verify(issuer.publicKey) ||
    certificate.verify(new X509Certificate(await authority.authority()).publicKey)
  if (!isOurs)
    troubles.push({
      en: 'it is not signed by the authority of this lab',
      es: 'no está firmado por la autoridad de este laboratorio',
    })
  const now = Date.now()
  if (now < certificate.validFromDate.getTime())
    troubles.push({
      en: `it is valid only from ${certificate.validFrom} on`,
      es: `solo es válido desde ${certificate.validFrom}`,
    })
  if (now > certificate.validToDate.getTime())
    troubles.push({ en: `it expired on ${certificate.validTo}`, es: `caducó el ${certificate.validTo}` })
  const entry = await authority.find(certificate.serialNumber)
  if (isOurs && entry === undefined && !certificate.ca)
    troubles.push({
      en: 'it is not in the index of the authority',
      es: 'no está en el índice de la autoridad',
    })
  if (entry?.revoked !== undefined) {
    const when = new Date(entry.revoked.at).toISOString()
    troubles.push({
      en: `it was revoked at ${when} (${entry.revoked.reason})`,
      es: `fue revocado el ${when} (${entry.revoked.reason})`,
    })
  }
  return troubles
}
