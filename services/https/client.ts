/** Whether a client's certificate is one of the lab's, still counts, and is one for clients. */
import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { Certificates, Clock, TlsAlert } from '../../lab/service.ts'
import type { ClientProblem } from '../../lab/web/client-words.ts'

/** id-kp-clientAuth (RFC 5280 §4.2.1.12). */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2'

/** Errors of OpenSSL that only say what the machine's clock says; the lab has its own. */
const DATES: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

/** What is found of a client. */
export interface ClientFinding {
  readonly certificate: X509Certificate | undefined
  readonly problem: ClientProblem | undefined
}

/** The alert for each problem (RFC 8446 §6.2). */
export const ALERTS: Readonly<Record<ClientProblem, TlsAlert>> = {
  'client-missing': 'certificate required',
  'client-unknown': 'unknown ca',
  'client-expired': 'certificate expired',
  'client-future': 'bad certificate',
  'client-revoked': 'certificate revoked',
  'client-purpose': 'unsupported certificate',
}

/** Judges the client of a handshake that asked for a certificate. */
export async function judgeClient(
  socket: TLSSocket,
  certificates: Pick<Certificates, 'issuer' | 'standing'>,
  clock: Pick<Clock, 'now'>,
): Promise<ClientFinding> {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return { certificate, problem: 'client-missing' }
  return { certificate, problem: await problemOf(socket, certificate, certificates, clock.now()) }
}

async function problemOf(
  socket: TLSSocket,
  certificate: X509Certificate,
  certificates: Pick<Certificates, 'issuer' | 'standing'>,
  now: number,
): Promise<ClientProblem | undefined> {
  // OpenSSL tells one error of several, so that its verdict alone is not enough to overlook a date.
  const isOurs = signatures.holds(certificate, await certificates.issuer())
  const standing = isOurs ? await certificates.standing(certificate.serialNumber) : 'unknown'
  if (standing === 'unknown') return 'client-unknown'
  if (standing === 'revoked') return 'client-revoked'
  if (now < certificate.validFromDate.getTime()) return 'client-future'
  if (now > certificate.validToDate.getTime()) return 'client-expired'
  if (certificate.ca || !certificate.keyUsage?.includes(CLIENT_AUTHENTICATION)) return 'client-purpose'
  const error: unknown = socket.authorizationError
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (socket.authorized || DATES.has(code)) return undefined
  return code === 'INVALID_PURPOSE' ? 'client-purpose' : 'client-unknown'
}

/** Which certificates an issuer has signed: that never changes, and to verify it takes as long as half a handshake. */
class Signatures {
  #pem = ''
  #issuer: X509Certificate | undefined
  #known = new Map<string, boolean>()

  holds(certificate: X509Certificate, pem: string): boolean {
    if (this.#issuer === undefined || pem !== this.#pem) {
      this.#issuer = new X509Certificate(pem)
      this.#pem = pem
      this.#known = new Map()
    }
    const mark = certificate.fingerprint512
    const known = this.#known.get(mark)
    if (known !== undefined) return known
    const isSigned = certificate.checkIssued(this.#issuer) && certificate.verify(this.#issuer.publicKey)
    if (this.#known.size >= MOST_SIGNATURES) this.#known.clear()
    this.#known.set(mark, isSigned)
    return isSigned
  }
}

/** Certificates whose signature is remembered. */
const MOST_SIGNATURES = 1000
const signatures = new Signatures()

/** The account, or the name, that a certificate proves: its mailbox, else its common name, else its first host. */
export function userOf(certificate: X509Certificate): string {
  // Node writes what might be taken for several names between quotation marks.
  const names = (certificate.subjectAltName ?? '').replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
  const [, mailbox] = /(?:^|, )email:([^@,]+)@/.exec(names) ?? []
  const [, common] = /^CN=(.*)$/m.exec(textOf(certificate.subject)) ?? []
  const [, host = ''] = /(?:^|, )DNS:([^,]+)/.exec(names) ?? []
  return mailbox ?? common ?? host
}

/** A distinguished name on one line. */
export function lineOf(name: string): string {
  return textOf(name).replaceAll('\n', ', ')
}

/** Of an empty name Node makes nothing at all, which its types do not tell. */
function textOf(name: string | undefined): string {
  return name ?? ''
}
