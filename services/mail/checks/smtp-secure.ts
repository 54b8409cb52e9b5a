/** Cases of SMTP about TLS. */
import { CheckFailure, type CheckCase } from '../../../lab/check.ts'
import { NOTHING } from '../../../lab/kit/assertion.ts'
import { addressOf, claim, found } from './claim.ts'
import { injected, placeOf, typedOverTls } from './command.ts'
import { smtpCase } from './smtp-case.ts'
import { CLIENT, hasCode, isRefused, offersKeyword, offersOf, SENDER, SmtpTalk } from './smtp-talk.ts'

/** The cases, in the order in which a person would try them. */
export const secureCases: readonly CheckCase[] = [
  smtpCase({
    id: 'starttls',
    title: { en: 'STARTTLS is offered, and works', es: 'Se ofrece STARTTLS, y funciona' },
    points: 2,
    reference: 'RFC 3207 §4',
    hint: {
      en: 'Answer 220, then begin the handshake with the next octet.',
      es: 'Responde 220, y empieza la negociación con el octeto siguiente.',
    },
    reproduce: (target) => typedOverTls(target, 'smtp', [`EHLO ${CLIENT}`, 'QUIT'], 'smtp'),
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const offers = await talk.offers()
      const offered = offersKeyword(offers, 'STARTTLS')
      if (!offers.has('STARTTLS')) return found(offered)
      await talk.secure()
      const version = talk.dialogue.tls?.version ?? ''
      const reply = await talk.ask(`EHLO ${CLIENT}`)
      return found(
        offered,
        claim(
          { en: 'TLS 1.2 or 1.3 is agreed on', es: 'Se acuerda TLS 1.2 o 1.3' },
          /^TLSv1\.[23]$/.test(version),
          { expected: 'TLSv1.3', actual: version },
        ),
        hasCode({ en: 'EHLO is answered under TLS', es: 'EHLO se responde bajo TLS' }, reply, [250]),
        claim(
          { en: 'It is not offered again', es: 'No se ofrece otra vez' },
          !offersOf(reply).has('STARTTLS'),
          { expected: NOTHING, actual: 'STARTTLS' },
        ),
      )
    },
  }),
  smtpCase({
    id: 'starttls-certificate',
    title: {
      en: 'The certificate under STARTTLS leads to the given root',
      es: 'El certificado con STARTTLS lleva a la raíz dada',
    },
    needs: ['starttls'],
    applies: ({ authority }) => authority !== undefined,
    reference: 'RFC 3207 §4.1, RFC 6125 §6',
    hint: {
      en: 'It must be for the name that the server calls itself, and come with its chain.',
      es: 'Debe ser para el nombre que el servidor se da, y venir con su cadena.',
    },
    reproduce: (target) => {
      const { host, port } = placeOf(target, 'smtp')
      return `openssl s_client -connect ${host}:${port} -starttls smtp -CAfile cacert.pem </dev/null`
    },
    async run(context) {
      const talk = await SmtpTalk.open(context)
      await talk.secure()
      const trust = talk.dialogue.tls?.trust ?? ''
      return found(
        claim({ en: 'It is trusted', es: 'Es de confianza' }, trust === true, {
          expected: 'OK',
          actual: String(trust),
        }),
      )
    },
  }),
  smtpCase({
    id: 'starttls-forgets',
    title: { en: 'STARTTLS forgets what was said in clear', es: 'STARTTLS olvida lo dicho en claro' },
    needs: ['starttls'],
    reference: 'RFC 3207 §4.2',
    hint: {
      en: 'Begin the session anew behind the handshake: EHLO comes again.',
      es: 'Empieza la sesión de nuevo tras la negociación: vuelve EHLO.',
    },
    reproduce: (target) => {
      const { host, port } = placeOf(target, 'smtp')
      const steps = [
        `s.ehlo('${CLIENT}')`,
        `s.mail('${SENDER}')`,
        's.starttls()',
        `s.rcpt('${addressOf(target)}')`,
      ]
      return `python3 -c "import smtplib; s = smtplib.SMTP('${host}', ${port}); s.set_debuglevel(1); ${steps.join('; ')}"`
    },
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.must(`MAIL FROM:<${SENDER}>`)
      const go = await talk.ask('STARTTLS')
      // A server may also refuse it within a transaction.
      if (go.code !== 220)
        return found(
          isRefused(
            { en: 'It is refused within a transaction', es: 'Se rechaza dentro de una transacción' },
            go,
          ),
        )
      await talk.dialogue.startTls()
      const reply = await talk.ask(`RCPT TO:<${addressOf(context.target)}>`)
      return found(
        hasCode({ en: 'The sender is forgotten', es: 'Se olvida el remitente' }, reply, [503, 501, 550]),
      )
    },
  }),
  smtpCase({
    id: 'starttls-injection',
    title: {
      en: 'What stands behind STARTTLS in clear is not obeyed',
      es: 'No se obedece lo que sigue a STARTTLS en claro',
    },
    points: 2,
    needs: ['starttls'],
    reference: 'RFC 3207 §5; CVE-2011-0411',
    hint: {
      en: 'Throw away what has come before the handshake.',
      es: 'Tira lo que llegó antes de la negociación.',
    },
    reproduce: (target) => injected(target, 'smtp', 'STARTTLS\\r\\nNOOP', [`EHLO ${CLIENT}`]),
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.dialogue.send('STARTTLS\r\nNOOP\r\n')
      const title = {
        en: 'NOOP in clear has no answer under TLS',
        es: 'NOOP en claro no tiene respuesta bajo TLS',
      }
      const go = await talk.reply()
      if (go.code !== 220) return found(isRefused(title, go))
      const isSilent = await talk.dialogue.startTls().then(
        () => talk.dialogue.isSilent(150),
        // To break it off is right, too.
        (error: unknown) => error instanceof CheckFailure,
      )
      const hasLeft = !isSilent && (await talk.dialogue.closes(0))
      return found(claim(title, isSilent || hasLeft, { expected: NOTHING, actual: '250' }))
    },
  }),
  smtpCase({
    id: 'smtps',
    title: {
      en: 'Port 465 speaks TLS from the first octet',
      es: 'El puerto 465 habla TLS desde el primer octeto',
    },
    needs: [],
    endpoints: ['smtps'],
    reference: 'RFC 8314 §3.3',
    hint: { en: 'The handshake comes before the greeting.', es: 'La negociación va antes del saludo.' },
    reproduce: (target) => typedOverTls(target, 'smtps', [`EHLO ${CLIENT}`, 'QUIT']),
    async run(context) {
      const talk = await SmtpTalk.open(context, 'smtps', { tls: {} })
      const reply = await talk.ask(`EHLO ${CLIENT}`)
      return found(
        hasCode({ en: 'The greeting is 220', es: 'El saludo es 220' }, talk.greeting, [220]),
        hasCode({ en: 'EHLO is 250', es: 'EHLO es 250' }, reply, [250]),
        claim(
          { en: 'STARTTLS is not offered', es: 'No se ofrece STARTTLS' },
          !offersOf(reply).has('STARTTLS'),
          { expected: NOTHING, actual: 'STARTTLS' },
        ),
      )
    },
  }),
]
