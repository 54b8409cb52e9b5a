/** Cases of TLS about protocols over it, and how sessions go on and end. */
import type { CheckCase } from '../../../lab/check.ts'
import { holds, NOTHING, same } from '../../../lab/kit/assertion.ts'
import { mustAgree, tlsCase } from './case.ts'
import { getPage, renegotiate, shakeHands } from './command.ts'
import { offering, visit } from './visit.ts'

/** The cases, in the order in which a person would try them. */
export const sessionCases: readonly CheckCase[] = [
  tlsCase({
    id: 'alpn',
    title: { en: 'ALPN agrees on http/1.1', es: 'ALPN acuerda http/1.1' },
    reference: 'RFC 7301 §3.2, RFC 9325 §3.7',
    hint: { en: 'Say which protocols the server speaks.', es: 'Di qué protocolos habla el servidor.' },
    show: '-alpn http/1.1',
    async run(context) {
      const { alpn } = mustAgree(await visit(context, { alpn: ['http/1.1'] }))
      return [
        same(
          { en: 'The protocol is http/1.1', es: 'El protocolo es http/1.1' },
          'http/1.1',
          alpn === false ? NOTHING : alpn,
        ),
      ]
    },
  }),
  tlsCase({
    id: 'alpn-unknown',
    title: {
      en: 'ALPN agrees on nothing that the client did not offer',
      es: 'ALPN no acuerda nada que el cliente no ofreciese',
    },
    reference: 'RFC 7301 §3.2',
    hint: { en: 'Send the alert no_application_protocol.', es: 'Envía la alerta no_application_protocol.' },
    show: '-alpn x-nothing',
    async run(context) {
      const { agreed } = await visit(context, { alpn: ['x-nothing'] })
      const chosen = agreed?.alpn
      return [
        holds(
          { en: 'It is refused, or no protocol is chosen', es: 'Se rechaza, o no se elige protocolo' },
          agreed === undefined || chosen === false,
          'no_application_protocol (120)',
          chosen === false || chosen === undefined ? NOTHING : chosen,
        ),
      ]
    },
  }),
  ...(['TLSv1.2', 'TLSv1.3'] as const).map((version) =>
    tlsCase({
      id: `resumption-${version.slice(-1)}`,
      title: { en: `A session is resumed over ${version}`, es: `Se reanuda una sesión con ${version}` },
      reference: version === 'TLSv1.2' ? 'RFC 5077 §3, RFC 5246 §7.3' : 'RFC 8446 §2.2, §4.6.1',
      hint: {
        en: 'Keep the ticket key as long as the server lives.',
        es: 'Conserva la clave de los tickets mientras viva el servidor.',
      },
      // The tickets of TLS 1.3 come behind the handshake.
      show: (target) =>
        version === 'TLSv1.2'
          ? shakeHands(target, '-tls1_2 -reconnect')
          : `${getPage(target, '-tls1_3 -sess_out session.pem')} && ${getPage(target, '-sess_in session.pem')}`,
      async run(context) {
        const wish = offering(version)
        const { session } = await visit(context, wish)
        const again = session === undefined ? undefined : await visit(context, { ...wish, session })
        return [
          holds(
            { en: 'A ticket or a session comes', es: 'Llega un ticket o una sesión' },
            session !== undefined,
            'NewSessionTicket',
            NOTHING,
          ),
          holds({ en: 'It resumes', es: 'Se reanuda' }, again?.agreed?.isResumed === true, 'Reused', 'New'),
          holds(
            { en: 'The site answers', es: 'El sitio responde' },
            again?.status !== undefined,
            'HTTP/1.1 200',
            again?.error ?? NOTHING,
          ),
        ]
      },
    }),
  ),
  tlsCase({
    id: 'no-renegotiation',
    title: { en: 'A client cannot renegotiate', es: 'Un cliente no puede renegociar' },
    points: 2,
    reference: 'RFC 9325 §3.5; CVE-2011-1473',
    hint: {
      en: 'Turn it off: it costs the server far more than the client.',
      es: 'Desactívala: cuesta al servidor mucho más que al cliente.',
    },
    show: renegotiate,
    async run(context) {
      const { hasRenegotiated } = await visit(context, { ...offering('TLSv1.2'), renegotiates: true })
      return [
        holds(
          { en: 'It is refused or ignored', es: 'Se rechaza o se ignora' },
          !hasRenegotiated,
          'no_renegotiation (100)',
          'Finished',
        ),
      ]
    },
  }),
  tlsCase({
    id: 'close-notify',
    title: { en: 'The server says goodbye before it hangs up', es: 'El servidor se despide antes de colgar' },
    reference: 'RFC 5246 §7.2.1, RFC 8446 §6.1',
    hint: {
      en: 'Send close_notify: else nobody can tell an end from a cut.',
      es: 'Envía close_notify: si no, nadie distingue un final de un corte.',
    },
    show: (target) => getPage(target, '-tls1_2 -msg'),
    async run(context) {
      const { records, status } = await visit(context, offering('TLSv1.2'))
      return [
        holds(
          { en: 'The site answers', es: 'El sitio responde' },
          status !== undefined,
          'HTTP/1.1 200',
          NOTHING,
        ),
        same(
          { en: 'The last record is an alert', es: 'El último registro es una alerta' },
          '21',
          String(records.at(-1) ?? ''),
        ),
      ]
    },
  }),
]
