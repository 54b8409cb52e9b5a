import type { X509Certificate } from 'node:crypto'
import {
  CheckFailure,
  type Assertion,
  type CheckCase,
  type CheckContext,
  type CheckTarget,
} from '../../../lab/check.ts'
import { CLOSED, holds } from '../../../lab/kit/assertion.ts'
import type { Text } from '../../../lab/service.ts'
import { shakeHands } from './command.ts'
import type { Agreed, Visit } from './visit.ts'

/** What a case says of itself, and how it looks. */
export interface TlsCase extends Pick<CheckCase, 'id' | 'title' | 'reference'> {
  readonly applies?: (target: CheckTarget) => boolean
  /** 1 if not given. */
  readonly points?: number
  /** `https` alone if not given. */
  readonly endpoints?: readonly string[]
  readonly hint: Text
  /** Words for `openssl s_client`, or the whole command; none if not given. */
  readonly show?: string | ((target: CheckTarget) => string)
  readonly run: (context: CheckContext) => Promise<readonly Assertion[]>
}

/** Fills in what the cases of TLS have in common. */
export function tlsCase({ hint, show = '', run, ...rest }: TlsCase): CheckCase {
  return {
    points: 1,
    endpoints: ['https'],
    ...(rest.id !== 'handshake' && { needs: ['handshake'] }),
    ...rest,
    hint: { text: hint },
    reproduce: (target) => (typeof show === 'function' ? show(target) : shakeHands(target, show)),
    run: async (context) => ({ assertions: await run(context) }),
  }
}

/** What a handshake has agreed on, without which the case cannot go on. */
export function mustAgree({ agreed, error }: Visit): Agreed {
  if (agreed !== undefined) return agreed
  throw new CheckFailure(
    {
      en: `the TLS handshake failed: ${error ?? 'the server hung up'}`,
      es: `falló la negociación TLS: ${error ?? 'el servidor colgó'}`,
    },
    { expected: 'ServerHello … Finished', actual: error ?? CLOSED },
  )
}

/** The certificate that was shown, without which the case cannot go on. */
export function mustShow(found: Visit): X509Certificate {
  const { certificate } = mustAgree(found)
  if (certificate !== undefined) return certificate
  throw new CheckFailure({ en: 'the server shows no certificate', es: 'el servidor no muestra certificado' })
}

/** The assertion that no handshake came about. */
export function isRefused(title: Text, { agreed, error }: Visit, weight?: number): Assertion {
  const actual = agreed === undefined ? (error ?? CLOSED) : `${agreed.version} ${agreed.cipher}`
  return holds(title, agreed === undefined, { en: 'an alert', es: 'una alerta' }, actual, weight)
}

/** The assertion that one came about. */
export function isAgreed(title: Text, { agreed, error }: Visit, weight?: number): Assertion {
  return holds(title, agreed !== undefined, 'ServerHello … Finished', error ?? CLOSED, weight)
}

/** The assertion that the handshake was ended by an alert and not by hanging up. */
export function isAlert(title: Text, { agreed, error }: Visit, alert: RegExp, expected: string): Assertion {
  return holds(
    title,
    agreed === undefined && alert.test(error ?? ''),
    expected,
    error ?? agreed?.version ?? CLOSED,
  )
}
