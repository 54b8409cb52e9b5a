/** Whether a client's certificate is one of the lab's, still counts, and is one for clients. */
import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { Certificates, Clock, TlsAlert } from '../../lab/service.ts'
import type { ClientProblem } from '../../lab/web/client-words.ts'
import { flawOf } from './flaws.ts'

/** id-kp-clientAuth (RFC 5280 §4.2.1.12). */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2'

/** Errors of OpenSSL that only say what the machine's clock says; the lab has its own. */
const DATES: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

/** What is found of a client. */
export interface ClientFinding {
  readonly certificate: X509Certificate | undefined
  readonly problem: ClientProblem | undefined
}

/** The alert for each problem (RFC 8446 §6.2), as OpenSSL has it. */
export const ALERTS: Readonly<Record<ClientProblem, TlsAlert>> = {
  'client-missing': 'certificate required',
  'client-unknown': 'unknown ca',
  'client-expired': 'certificate expired',
  'client-future': 'bad certificate',
  'client-revoked': 'certificate revoked',
  'client-purpose': 'unsupported certificate',
  'client-weak': 'bad certificate',
  'client-extension': 'certificate unknown',
  'client-names': 'certificate unknown',
}

/** Certificates whose signature is remembered. */
const MOST_SIGNATURES = 1000

/** Judges the clients of handshakes that asked for a certificate. */
export class ClientJudge {
  readonly #certificates: Pick<Certificates, 'authority' | 'issuer' | 'standing'>
  readonly #clock: Pick<Clock, 'now'>
  /** Whether a certificate is signed by the lab: that never changes, and to verify it takes as long as half a handshake. */
  readonly #isSigned = new Map<string, boolean>()
  #issuers: readonly X509Certificate[] = []
  #mark = ''

  constructor(
    certificates: Pick<Certificates, 'authority' | 'issuer' | 'standing'>,
    clock: Pick<Clock, 'now'>,
  ) {
    this.#certificates = certificates
    this.#clock = clock
  }

  /** What is found of the client of one handshake. */
  async judge(socket: TLSSocket): Promise<ClientFinding> {
    const certificate = socket.getPeerX509Certificate()
    if (certificate === undefined) return { certificate, problem: 'client-missing' }
    const { authorized, authorizationError: error } = socket
    return {
      certificate,
      problem:
        (await this.#problemOf(certificate)) ?? (authorized ? undefined : objectionTo(certificate, error)),
    }
  }

  async #problemOf(certificate: X509Certificate): Promise<ClientProblem | undefined> {
    // OpenSSL tells one error of several, so that its verdict alone is not enough to overlook a date.
    const isOurs = await this.#isOurs(certificate)
    const standing = isOurs ? await this.#certificates.standing(certificate.serialNumber) : 'unknown'
    if (standing === 'unknown') return 'client-unknown'
    if (standing === 'revoked') return 'client-revoked'
    const now = this.#clock.now()
    if (now < certificate.validFromDate.getTime()) return 'client-future'
    if (now > certificate.validToDate.getTime()) return 'client-expired'
    if (certificate.ca || !certificate.keyUsage?.includes(CLIENT_AUTHENTICATION)) return 'client-purpose'
    return undefined
  }

  /** Whether the intermediate has signed it, or the root, which issues where there is none and may have done so before there was one. */
  async #isOurs(certificate: X509Certificate): Promise<boolean> {
    const pems = [await this.#certificates.issuer(), await this.#certificates.authority()]
    const mark = pems.join('')
    if (mark !== this.#mark) {
      this.#issuers = [...new Set(pems)].map((pem) => new X509Certificate(pem))
      this.#mark = mark
      this.#isSigned.clear()
    }
    const known = this.#isSigned.get(certificate.fingerprint512)
    if (known !== undefined) return known
    const isSigned = this.#issuers.some(
      (issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey),
    )
    if (this.#isSigned.size >= MOST_SIGNATURES) this.#isSigned.clear()
    this.#isSigned.set(certificate.fingerprint512, isSigned)
    return isSigned
  }
}

/** What is left of OpenSSL's objection to a certificate that is otherwise in order: its dates are judged by the lab's clock. */
function objectionTo(certificate: X509Certificate, error: unknown): ClientProblem | undefined {
  const flaw = flawOf(certificate)
  if (flaw !== undefined) return flaw
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (DATES.has(code)) return undefined
  if (code === 'INVALID_PURPOSE') return 'client-purpose'
  // Of what Node has no name for only the names are left, which OpenSSL looks at last, after the dates.
  return code === 'UNSPECIFIED' ? 'client-names' : 'client-unknown'
}

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
