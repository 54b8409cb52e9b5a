/** Cases of TLS about the certificates that clients show. They are left out where the target has no client with a good one. */
import type { Assertion, CheckCase, CheckContext, CheckTarget, Identity } from '../../../lab/check.ts'
import { CLOSED, holds } from '../../../lab/kit/assertion.ts'
import type { Said } from '../../../lab/kit/dissect/said.ts'
import type { Text } from '../../../lab/service.ts'
import { tlsCase, type TlsCase } from './case.ts'
import { forge } from './forge.ts'
import { forging, getPage } from './command.ts'
import { offering, visit, type Visit } from './visit.ts'

/** Alerts that tell a client what is wrong with what it has shown (RFC 8446 §6.2). */
const ALERT =
  /ALERT_(?:HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/i
/** How a client is kept out. */
const KEPT_OUT: Text = { en: 'alert / HTTP 400', es: 'alerta / HTTP 400' }
/** Handshake message certificate_request. */
const REQUEST = 13

const asksClients = ({ identity }: CheckTarget): boolean => identity !== undefined

/** Whether a client was let in. */
function isIn({ status }: Visit): boolean {
  return status !== undefined && status < 400
}

/** What came of a visit, in a few words. */
function end({ status, error }: Visit): Said {
  return status === undefined ? (error ?? CLOSED) : `HTTP ${status}`
}

async function visits(context: CheckContext, identity: Identity | 'none'): Promise<readonly [Visit, Visit]> {
  return Promise.all([
    visit(context, { ...offering('TLSv1.2'), identity }),
    visit(context, { ...offering('TLSv1.3'), identity }),
  ])
}

/** The assertions that whoever shows this is not let in, and is told so. */
function keptOut([older, newer]: readonly [Visit, Visit]): readonly Assertion[] {
  const isTold = (newer.error !== undefined && ALERT.test(newer.error)) || (newer.status ?? 0) >= 400
  return [
    holds(
      { en: 'Over TLS 1.2 it is not let in', es: 'Con TLS 1.2 no entra' },
      !isIn(older),
      KEPT_OUT,
      end(older),
      2,
    ),
    holds(
      { en: 'Over TLS 1.3 it is not let in', es: 'Con TLS 1.3 no entra' },
      !isIn(newer),
      KEPT_OUT,
      end(newer),
      2,
    ),
    holds(
      { en: 'It is told so by an alert, or a page', es: 'Se le dice con una alerta, o una página' },
      isTold,
      KEPT_OUT,
      end(newer),
    ),
  ]
}

function refused(
  draft: Pick<TlsCase, 'id' | 'title' | 'reference' | 'points' | 'show'>,
  hint: Text,
  identityOf: (target: CheckTarget) => Identity | 'none' | undefined,
): CheckCase {
  return tlsCase({
    points: 2,
    applies: (target) => asksClients(target) && identityOf(target) !== undefined,
    ...draft,
    hint,
    run: async (context) => keptOut(await visits(context, identityOf(context.target) ?? 'none')),
  })
}

const good = ({ identity }: CheckTarget): Identity => {
  if (identity === undefined) throw new Error('the case does not apply')
  return identity
}

/** A visit with a certificate that is made for it. */
function asForged(target: CheckTarget, kind: 'self-signed' | 'forged'): string {
  return `${forging(good(target), kind)} && ${getPage(target, '-cert wrong.pem -key wrong.key')}`
}

/** A visit with a certificate that the server must refuse, which the person has as a file of that name. */
function asRefused(reason: string): NonNullable<TlsCase['show']> {
  return (target) => getPage(target, `-cert ${reason}.pem -key ${reason}.key`)
}

/** The cases, in the order in which a person would try them. */
export const clientCases: readonly CheckCase[] = [
  tlsCase({
    id: 'client-asked',
    title: { en: 'Clients are asked for a certificate', es: 'Se pide un certificado a los clientes' },
    applies: asksClients,
    reference: 'RFC 5246 §7.4.4, RFC 8446 §4.3.2',
    hint: {
      en: '`ssl_verify_client on`, `SSLVerifyClient require`, `requestCert: true`',
      es: '`ssl_verify_client on`, `SSLVerifyClient require`, `requestCert: true`',
    },
    show: '-tls1_2 -msg',
    async run(context) {
      const { messages } = await visit(context, offering('TLSv1.2'))
      return [
        holds(
          {
            en: 'CertificateRequest is among the messages',
            es: 'CertificateRequest está entre los mensajes',
          },
          messages.includes(REQUEST),
          '13',
          messages.join(' '),
        ),
      ]
    },
  }),
  tlsCase({
    id: 'client-accepted',
    title: {
      en: 'A client with a good certificate is let in',
      es: 'Entra un cliente con un buen certificado',
    },
    points: 2,
    applies: asksClients,
    reference: 'RFC 8446 §4.4.2',
    hint: { en: 'Trust the authority that has signed it.', es: 'Confía en la autoridad que lo firmó.' },
    show: (target) => getPage(target, '-cert client.pem -key client.key'),
    async run(context) {
      const [older, newer] = await visits(context, good(context.target))
      return [
        holds({ en: 'Over TLS 1.2', es: 'Con TLS 1.2' }, isIn(older), 'HTTP 200', end(older)),
        holds({ en: 'Over TLS 1.3', es: 'Con TLS 1.3' }, isIn(newer), 'HTTP 200', end(newer)),
      ]
    },
  }),
  refused(
    {
      id: 'client-none',
      title: { en: 'A client without a certificate is kept out', es: 'Un cliente sin certificado no entra' },
      points: 3,
      reference: 'RFC 8446 §4.4.2.4',
      show: getPage,
    },
    {
      en: 'Make the certificate required, not optional.',
      es: 'Haz el certificado obligatorio, no opcional.',
    },
    () => 'none',
  ),
  refused(
    {
      id: 'client-self-signed',
      title: {
        en: 'A certificate that vouches for itself is refused',
        es: 'Un certificado que se avala a sí mismo se rechaza',
      },
      reference: 'RFC 5280 §6.1',
      show: (target) => asForged(target, 'self-signed'),
    },
    { en: 'Verify the chain, not only that there is one.', es: 'Verifica la cadena, no solo que la haya.' },
    (target) => target.identity && forge(target.identity, 'self-signed'),
  ),
  refused(
    {
      id: 'client-forged',
      title: {
        en: 'A certificate that only claims the right issuer is refused',
        es: 'Un certificado que solo dice tener el emisor correcto se rechaza',
      },
      reference: 'RFC 5280 §6.1.3',
      show: (target) => asForged(target, 'forged'),
    },
    { en: 'Verify the signature, not only the names.', es: 'Verifica la firma, no solo los nombres.' },
    (target) => target.identity && forge(target.identity, 'forged'),
  ),
  refused(
    {
      id: 'client-expired',
      title: { en: 'A certificate that has expired is refused', es: 'Un certificado caducado se rechaza' },
      reference: 'RFC 5280 §4.1.2.5',
      show: asRefused('expired'),
    },
    { en: 'See that the dates are looked at.', es: 'Mira que se comprueben las fechas.' },
    (target) => target.refused?.['expired'],
  ),
  refused(
    {
      id: 'client-revoked',
      title: { en: 'A certificate that was revoked is refused', es: 'Un certificado revocado se rechaza' },
      reference: 'RFC 5280 §5, §6.3',
      show: asRefused('revoked'),
    },
    {
      en: 'Give the server the list of revocations, or have it ask.',
      es: 'Da al servidor la lista de revocaciones, o que pregunte.',
    },
    (target) => target.refused?.['revoked'],
  ),
  refused(
    {
      id: 'client-purpose',
      title: {
        en: 'A certificate for servers alone is refused',
        es: 'Un certificado solo de servidor se rechaza',
      },
      reference: 'RFC 5280 §4.2.1.12',
      show: asRefused('purpose'),
    },
    {
      en: 'Look at the extended key usage: clientAuth.',
      es: 'Mira el uso extendido de la clave: clientAuth.',
    },
    (target) => target.refused?.['purpose'],
  ),
]
