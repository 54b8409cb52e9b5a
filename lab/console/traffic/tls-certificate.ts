/** What is told of certificates. */
import { X509Certificate } from 'node:crypto'
import { firstOf, joined, mapped, say, type Said } from '../../kit/dissect/said.ts'
import { visible } from '../../kit/dissect/text.ts'
import type { StepPart } from '../../service.ts'

/** Names of one certificate that are shown. */
const SHOWN = 100

/** One line on a chain, the certificate of its owner first. */
export function certificateTitle(chain: readonly Buffer[]): { readonly text: Said } {
  const [first] = chain
  if (first === undefined) return { text: say`Certificate (${{ en: 'none', es: 'ninguno' }})` }
  const owner = read(first)
  const name = owner === undefined ? { en: 'it cannot be read', es: 'no se puede leer' } : nameOf(owner)
  const behind = chain.length - 1
  const rest = behind === 0 ? '' : { en: `, ${behind} more behind it`, es: `, ${behind} más detrás` }
  return { text: mapped(say`Certificate ${name}${rest}`, (text) => visible(text, 400)) }
}

/** Each certificate as a part. */
export function certificateParts(chain: readonly Buffer[]): readonly StepPart[] {
  return chain.map((octets, index) => {
    const certificate = read(octets)
    const none = {
      en: `${octets.length} octets that are no certificate`,
      es: `${octets.length} octetos que no son un certificado`,
    }
    const lines = certificate === undefined ? [none] : linesOf(certificate)
    const title = { en: 'Certificate', es: 'Certificado' }
    return { name: index === 0 ? title : say`${title} ${index + 1}`, lines }
  })
}

function read(octets: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(octets)
  } catch {
    // Anybody may send anything here; that it is none is what is told.
    return undefined
  }
}

/** Its first name, or else its subject. */
function nameOf(certificate: X509Certificate): Said {
  const [first] = namesOf(certificate)
  return first ?? oneLine(certificate.subject)
}

function namesOf({ subjectAltName }: X509Certificate): readonly Said[] {
  const names = (subjectAltName ?? '')
    .split(', ')
    .filter(Boolean)
    .map((name) => visible(name.replace(/^(?:DNS|email):/, '').replace(/^IP Address:/, ''), 255))
  return firstOf(names, SHOWN)
}

function linesOf(certificate: X509Certificate): readonly Said[] {
  const names = namesOf(certificate)
  const [from, to] = [dateText(certificate.validFromDate), dateText(certificate.validToDate)]
  return [
    say`${{ en: 'subject', es: 'titular' }}: ${oneLine(certificate.subject)}`,
    say`${{ en: 'issuer', es: 'emisor' }}: ${oneLine(certificate.issuer)}`,
    { en: `valid from ${from} to ${to}`, es: `válido desde ${from} hasta ${to}` },
    ...(names.length === 0 ? [] : [say`${{ en: 'names', es: 'nombres' }}: ${joined(names, ', ')}`]),
    say`${{ en: 'serial number', es: 'número de serie' }}: ${certificate.serialNumber.slice(0, 64)}`,
    say`${{ en: 'key', es: 'clave' }}: ${keyText(certificate)}`,
    say`${{ en: 'SHA-256 fingerprint', es: 'huella SHA-256' }}: ${certificate.fingerprint256}`,
  ]
}

const unknown = { en: 'unknown', es: 'desconocida' }

function keyText(certificate: X509Certificate): Said {
  try {
    const { asymmetricKeyType = unknown, asymmetricKeyDetails } = certificate.publicKey
    const detail = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength
    return detail === undefined ? asymmetricKeyType : say`${asymmetricKeyType} ${detail}`
  } catch {
    // A key of a kind that OpenSSL does not know.
    return unknown
  }
}

function oneLine(name: string | undefined): string {
  return visible((name ?? '').split('\n').join(', '), 400)
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString()
}
