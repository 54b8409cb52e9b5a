import { X509Certificate } from 'node:crypto'
import { LabError } from '../../host/error.ts'
import { exit, type Call } from '../command.ts'
import type { Text } from '../../service.ts'
import { findEntry, openPlace, readIfFile, wrong, type Place, type Verb } from './verb.ts'

/** Says whether a certificate holds, and if not why. */
export const verb: Verb = async (call) => {
  const place = await openPlace(call)
  const pem = await certificateOf(call, place)
  const troubles = await troublesOf(pem, place)
  for (const trouble of troubles) call.io.complain(trouble)
  if (troubles.length === 0)
    call.io.say({
      en: "the certificate holds: this lab's authority has signed it, it is in force, and it is not revoked",
      es: 'el certificado es válido: lo firmó la autoridad de este laboratorio, está en vigor y no está revocado',
    })
  return troubles.length === 0 ? exit.done : exit.failed
}

async function certificateOf(call: Call, { authority }: Place): Promise<string | Buffer> {
  const [wanted] = call.words
  const octets = await readIfFile(call, wanted)
  if (octets !== undefined) return octets
  if (wanted === 'ca') return authority.authority()
  const entry = await findEntry(authority, wanted)
  const found = await authority.read(entry.serial)
  if (found === undefined)
    throw new LabError((words) => words.fileUnreadable(`newcerts/${entry.serial}.pem`, 'ENOENT'))
  return found.certificate
}

async function troublesOf(pem: string | Buffer, { authority }: Place): Promise<readonly Text[]> {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch {
    throw wrong({
      en: 'this is no certificate, neither as PEM nor as DER',
      es: 'esto no es un certificado, ni en PEM ni en DER',
    })
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
      en: `it is valid only from ${certificate.validFromDate.toISOString()} on`,
      es: `solo es válido desde ${certificate.validFromDate.toISOString()}`,
    })
  if (now > certificate.validToDate.getTime())
    troubles.push({
      en: `it expired on ${certificate.validToDate.toISOString()}`,
      es: `caducó el ${certificate.validToDate.toISOString()}`,
    })
  const entry = await authority.find(certificate.serialNumber)
  if (isOurs && entry === undefined && !certificate.ca)
    troubles.push({
      en: 'it is not in the index of the authority',
      es: 'no está en el índice de la autoridad',
    })
  // Revoked though its entry is not: what has issued it is.
  if (
    entry !== undefined &&
    entry.revoked === undefined &&
    (await authority.standing(entry.serial)) === 'revoked'
  )
    troubles.push({
      en: 'the intermediate authority that has issued it was revoked',
      es: 'la autoridad intermedia que lo emitió fue revocada',
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
