/** Certificate revocation lists (RFC 5280 §5). */
import { pem, type Der, type DerValue } from './der.ts'
import { seal } from './certificate.ts'
import { authorityKeyIdentifier, extension } from './extensions.ts'
import { signatureAlgorithm, type Key } from './key.ts'

/** Why a certificate was revoked, by the numbers of RFC 5280 §5.3.1, as `openssl ca` names them. */
export const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  CACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const

/** The name of a reason. */
export type RevocationReason = keyof typeof revocationReasons

/** Whether a word names a reason. */
export function isReason(word: string): word is RevocationReason {
  return Object.hasOwn(revocationReasons, word)
}

/** One certificate that counts no more. */
export interface Revocation {
  readonly serial: Buffer
  /** Milliseconds since 1970. */
  readonly at: number
  readonly reason: RevocationReason
}

/** What a list says. */
export interface CrlContent {
  readonly issuer: DerValue
  readonly number: number
  /** Milliseconds since 1970. */
  readonly now: number
  readonly nextUpdate: number
  readonly revoked: readonly Revocation[]
}

const CRL_NUMBER = '2.5.29.20'
const REASON_CODE = '2.5.29.21'

/** Signs a list and returns it as PEM. */
export async function signCrl(der: Der, content: CrlContent, issuer: Key): Promise<string> {
  const algorithm = signatureAlgorithm(der, issuer.key)
  const entries = content.revoked.map(({ serial, at, reason }) =>
    der.sequence(
      der.integer(serial),
      der.time(at),
      // §5.3.1: "unspecified" is better left out.
      ...(reason === 'unspecified'
        ? []
        : [der.sequence(extension(der, REASON_CODE, false, der.enumerated(revocationReasons[reason])))]),
    ),
  )
  const list = der.sequence(
    der.integer(Buffer.of(1)), // Version 2.
    algorithm,
    content.issuer,
    der.time(content.now),
    der.time(content.nextUpdate),
    // §5.1.2.6: an empty list is left out.
    ...(entries.length === 0 ? [] : [der.sequence(...entries)]),
    der.tagged(
      0,
      der.sequence(
        authorityKeyIdentifier(der, issuer.keyId),
        extension(der, CRL_NUMBER, false, der.integer(integerOctets(content.number))),
      ),
    ),
  )
  return pem('X509 CRL', await seal(der, list, algorithm, issuer.key))
}

function integerOctets(value: number): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}
