/** What an authority tells of the certificates that it has issued: one by one, by OCSP, and in lists of revocations. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { writeDurably } from '../lab/kit/files.ts'
import { Turns } from '../lab/kit/turns.ts'
import type { CertificateStanding } from '../lab/service.ts'
import { branchesOf, isWithdrawn, type Branch, type Opened } from './branch.ts'
import { revocationReasons, signCrl } from './crl.ts'
import type { Der } from './der.ts'
import type { RegisterEntry } from './index-line.ts'
import { answerOcsp, type OcspStatus } from './ocsp.ts'

const DAY = 86_400_000
const CRL_DAYS = 7
/** Milliseconds for which a client may keep an answer: a course wants to see a revocation soon. */
export const OCSP_LIFETIME = 60_000

/** How the certificate of a serial number, in hexadecimal, stands now. */
export async function standingOf({ root, active }: Opened, serial: string): Promise<CertificateStanding> {
  const entry = await active.register.find(serial)
  if (entry !== undefined && root !== active && (await isWithdrawn(root, active))) return 'revoked'
  const found = entry ?? (await root.register.find(serial))
  return found === undefined ? 'unknown' : found.revoked === undefined ? 'good' : 'revoked'
}

/** The answer to an OCSP request at `now`, milliseconds since 1970; both as DER (RFC 6960). */
export async function answerFor(opened: Opened, request: Buffer, now: number): Promise<Buffer> {
  const issuers = await Promise.all(
    branchesOf(opened).map(async ({ issuer, register }) => {
      const find = await register.lookup()
      return {
        name: opened.der.encode(issuer.name),
        publicKey: issuer.publicKey,
        // RFC 6960 §4.2.2.2: who issued a certificate answers for it.
        signer: { key: issuer.key },
        status: (serial: Buffer) => statusOf(find(serial)),
      }
    }),
  )
  const signer = { key: opened.active.issuer.key }
  return answerOcsp(request, { issuers, signer, now, lifetime: OCSP_LIFETIME })
}

/** What an OCSP answer says of an entry, and of none. */
export function statusOf(entry: RegisterEntry | undefined): OcspStatus {
  if (entry === undefined) return { status: 'unknown' }
  const { revoked } = entry
  if (revoked === undefined) return { status: 'good' }
  return { status: 'revoked', at: revoked.at, reason: revocationReasons[revoked.reason] }
}

interface SignedList {
  /** What it was made of, and until when it is given out. */
  readonly of: string
  readonly until: number
  readonly text: string
}

/** The lists of revocations, each signed anew when something was revoked or half of its life is over. */
export class RevocationLists {
  /** Those that were signed last, by their folders. */
  readonly #signed = new Map<string, SignedList>()
  /** Of many who ask at once the first has a list signed, and no older one is written over it. */
  readonly #turns = new Turns()

  /** The list of a branch at `now`, milliseconds since 1970, as PEM. */
  text(der: Der, branch: Branch, now: number): Promise<string> {
    return this.#turns.run(() => this.#list(der, branch, now))
  }

  async #list(der: Der, { issuer, register }: Branch, now: number): Promise<string> {
    const revoked = await register.revocations()
    const content = createHash('sha256').update(JSON.stringify(revoked)).digest('hex')
    const known = this.#signed.get(register.folder)
    if (known?.of === content && now < known.until && now > known.until - CRL_DAYS * DAY) return known.text
    const number = await register.nextCrlNumber()
    const nextUpdate = now + CRL_DAYS * DAY
    const text = await signCrl(der, { issuer: issuer.name, number, now, nextUpdate, revoked }, issuer)
    await writeDurably(join(register.folder, 'crl.pem'), text, 0o644)
    this.#signed.set(register.folder, { of: content, until: now + (CRL_DAYS * DAY) / 2, text })
    return text
  }
}
