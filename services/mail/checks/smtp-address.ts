/** Cases of SMTP about senders and recipients: how they are written, who is known, and whose mail is passed on. */
import type { Assertion, CheckCase, CheckTarget } from '../../../lab/check.ts'
import { addressOf, found, loud } from './claim.ts'
import { placeOf } from './command.ts'
import { smtpCase } from './smtp-case.ts'
import { CLIENT, hasCode, isRefused, SENDER, SmtpTalk } from './smtp-talk.ts'

/** Domains that are nobody's (RFC 6761 §6.5). */
const ELSEWHERE = 'elsewhere.example'

/** Ways to write to somebody elsewhere, and how much each weighs. */
function relayed({ domain }: CheckTarget): readonly (readonly [path: string, weight: number])[] {
  return [
    [`<someone@${ELSEWHERE}>`, 3],
    [`<someone%${ELSEWHERE}@${domain}>`, 1],
    [`<@${domain}:someone@${ELSEWHERE}>`, 1],
    [`<"someone@${ELSEWHERE}"@${domain}>`, 1],
  ]
}

/** The cases, in the order in which a person would try them. */
export const addressCases: readonly CheckCase[] = [
  smtpCase({
    id: 'recipient',
    title: {
      en: 'Mail for an account is taken, its domain in any case',
      es: 'Se acepta correo para una cuenta, con su dominio en mayúsculas o minúsculas',
    },
    reference: 'RFC 5321 §3.3, §2.4',
    hint: {
      en: 'Compare domains without regard to case.',
      es: 'Compara los dominios sin distinguir mayúsculas.',
    },
    say: (target) => [
      `MAIL FROM:<${SENDER}>`,
      `RCPT TO:<${addressOf(target)}>`,
      `RCPT TO:<${loud(target)}>`,
      'DATA',
    ],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const mail = await talk.ask(`MAIL FROM:<${SENDER}>`)
      const known = await talk.ask(`RCPT TO:<${addressOf(context.target)}>`)
      const capitals = await talk.ask(`RCPT TO:<${loud(context.target)}>`)
      const data = await talk.ask('DATA')
      return found(
        hasCode({ en: 'MAIL is 250', es: 'MAIL es 250' }, mail, [250]),
        hasCode({ en: 'RCPT is 250', es: 'RCPT es 250' }, known, [250, 251]),
        hasCode(
          { en: 'RCPT with the domain in upper case is 250', es: 'RCPT con el dominio en mayúsculas es 250' },
          capitals,
          [250, 251],
        ),
        hasCode({ en: 'DATA is 354', es: 'DATA es 354' }, data, [354]),
      )
    },
  }),
  smtpCase({
    id: 'mail-syntax',
    title: {
      en: 'A sender that is no address is refused',
      es: 'Se rechaza un remitente que no es una dirección',
    },
    reference: 'RFC 5321 §4.1.2',
    hint: { en: 'A path is `<local@domain>`, or `<>`.', es: 'Una ruta es `<local@dominio>`, o `<>`.' },
    say: ['MAIL FROM:<@@@>', `MAIL FROM:<a b@${CLIENT}>`, `MAIL FROM:<@${CLIENT}>`, 'MAIL FROM:', 'MAIL'],
    async run(context) {
      const assertions: Assertion[] = []
      context.keep(assertions, 5)
      for (const path of ['<@@@>', `<a b@${CLIENT}>`, `<@${CLIENT}>`, '']) {
        const talk = await SmtpTalk.greeted(context)
        const line = `MAIL FROM:${path}`
        assertions.push(
          isRefused({ en: `“${line}” is refused`, es: `«${line}» se rechaza` }, await talk.ask(line)),
        )
      }
      const talk = await SmtpTalk.greeted(context)
      assertions.push(
        isRefused({ en: '“MAIL” alone is refused', es: '«MAIL» solo se rechaza' }, await talk.ask('MAIL')),
      )
      return found(...assertions)
    },
  }),
  smtpCase({
    id: 'rcpt-syntax',
    title: {
      en: 'A recipient that is no address is refused',
      es: 'Se rechaza un destinatario que no es una dirección',
    },
    points: 2,
    reference: 'RFC 5321 §4.1.2',
    hint: {
      en: 'Answer 501 to what is no path, or 550 or 553.',
      es: 'Responde 501 a lo que no es una ruta, o 550 o 553.',
    },
    say: (target) => [
      `MAIL FROM:<${SENDER}>`,
      ...['<@@@>', '<no-at>', '<>', `<a b@${target.domain}>`].map((path) => `RCPT TO:${path}`),
    ],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.must(`MAIL FROM:<${SENDER}>`)
      const assertions: Assertion[] = []
      context.keep(assertions, 4)
      for (const path of ['<@@@>', '<no-at>', '<>', `<a b@${context.target.domain}>`]) {
        const line = `RCPT TO:${path}`
        assertions.push(
          isRefused({ en: `“${line}” is refused`, es: `«${line}» se rechaza` }, await talk.ask(line)),
        )
      }
      return found(...assertions)
    },
  }),
  smtpCase({
    id: 'unknown-user',
    title: {
      en: 'A recipient who does not exist is 550, at RCPT',
      es: 'Un destinatario que no existe es 550, en RCPT',
    },
    points: 2,
    reference: 'RFC 5321 §3.3, §4.2.3',
    hint: {
      en: 'Look at RCPT whether there is such a mailbox; later it costs a bounce.',
      es: 'Mira en RCPT si existe el buzón; más tarde cuesta una devolución.',
    },
    say: (target) => [`MAIL FROM:<${SENDER}>`, `RCPT TO:<nobody-here@${target.domain}>`],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.must(`MAIL FROM:<${SENDER}>`)
      const nobody = await talk.ask(
        `RCPT TO:<nobody-${context.random.integer(1000, 10_000)}@${context.target.domain}>`,
      )
      return found(hasCode({ en: 'The code is 550', es: 'El código es 550' }, nobody, [550, 551, 553]))
    },
  }),
  smtpCase({
    id: 'refused-recipient',
    title: {
      en: 'A refused recipient leaves the others',
      es: 'Un destinatario rechazado no afecta a los demás',
    },
    reference: 'RFC 5321 §3.3',
    hint: { en: 'Remember only those who were accepted.', es: 'Recuerda solo los que se aceptaron.' },
    say: (target) => [
      `MAIL FROM:<${SENDER}>`,
      `RCPT TO:<nobody-here@${target.domain}>`,
      `RCPT TO:<${addressOf(target)}>`,
      'DATA',
    ],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.must(`MAIL FROM:<${SENDER}>`)
      const nobody = await talk.ask(`RCPT TO:<nobody-here@${context.target.domain}>`)
      const known = await talk.ask(`RCPT TO:<${addressOf(context.target)}>`)
      const data = await talk.ask('DATA')
      return found(
        isRefused({ en: 'Nobody is refused', es: 'Nadie se rechaza' }, nobody),
        hasCode(
          { en: 'The account is taken behind it', es: 'La cuenta se acepta después' },
          known,
          [250, 251],
        ),
        hasCode({ en: 'DATA is 354', es: 'DATA es 354' }, data, [354]),
      )
    },
  }),
  smtpCase({
    id: 'all-refused',
    title: {
      en: 'Where all recipients were refused there is no message',
      es: 'Si todos los destinatarios se rechazan no hay mensaje',
    },
    reference: 'RFC 5321 §3.3',
    hint: { en: 'DATA is then 503 or 554.', es: 'Entonces DATA es 503 o 554.' },
    say: (target) => [`MAIL FROM:<${SENDER}>`, `RCPT TO:<nobody-here@${target.domain}>`, 'DATA'],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.must(`MAIL FROM:<${SENDER}>`)
      await talk.ask(`RCPT TO:<nobody-here@${context.target.domain}>`)
      const data = await talk.ask('DATA')
      return found(hasCode({ en: 'DATA is refused', es: 'DATA se rechaza' }, data, [503, 554]))
    },
  }),
  smtpCase({
    id: 'no-open-relay',
    title: {
      en: 'Mail for other domains is not passed on for everybody',
      es: 'No se reenvía a otros dominios el correo de cualquiera',
    },
    points: 3,
    reference: 'RFC 5321 §3.6, §7.9; RFC 2505 §2.1',
    hint: {
      en: 'Take recipients of your own domains alone, unless the client has logged in.',
      es: 'Acepta solo destinatarios de tus dominios, salvo que el cliente haya iniciado sesión.',
    },
    say: (target) => [`MAIL FROM:<${SENDER}>`, ...relayed(target).map(([path]) => `RCPT TO:${path}`)],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.must(`MAIL FROM:<${SENDER}>`)
      const assertions: Assertion[] = []
      context.keep(
        assertions,
        relayed(context.target).reduce((sum, [, weight]) => sum + weight, 0),
      )
      for (const [path, weight] of relayed(context.target))
        assertions.push(
          isRefused(
            { en: `${path} is refused`, es: `${path} se rechaza` },
            await talk.ask(`RCPT TO:${path}`),
            weight,
          ),
        )
      return found(...assertions)
    },
  }),
  smtpCase({
    id: 'postmaster',
    title: {
      en: 'Postmaster can be written to, with and without a domain',
      es: 'Se puede escribir a postmaster, con y sin dominio',
    },
    reference: 'RFC 5321 §4.5.1, §2.3.5',
    hint: {
      en: 'Every server has one; letter case does not matter here.',
      es: 'Todo servidor lo tiene; aquí no importan las mayúsculas.',
    },
    say: (target) => [
      `MAIL FROM:<${SENDER}>`,
      `RCPT TO:<postmaster@${target.domain}>`,
      'RCPT TO:<Postmaster>',
    ],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.must(`MAIL FROM:<${SENDER}>`)
      const whole = await talk.ask(`RCPT TO:<postmaster@${context.target.domain}>`)
      const bare = await talk.ask('RCPT TO:<Postmaster>')
      return found(
        hasCode(
          { en: `postmaster@${context.target.domain}`, es: `postmaster@${context.target.domain}` },
          whole,
          [250, 251],
        ),
        hasCode({ en: '<Postmaster>', es: '<Postmaster>' }, bare, [250, 251]),
      )
    },
  }),
  smtpCase({
    id: 'null-sender',
    title: {
      en: 'The null sender is taken: reports come from it',
      es: 'Se acepta el remitente vacío: de él vienen los informes',
    },
    reference: 'RFC 5321 §4.5.5',
    hint: { en: '`MAIL FROM:<>` is no mistake.', es: '`MAIL FROM:<>` no es un error.' },
    say: (target) => ['MAIL FROM:<>', `RCPT TO:<${addressOf(target)}>`],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const mail = await talk.ask('MAIL FROM:<>')
      const recipient = await talk.ask(`RCPT TO:<${addressOf(context.target)}>`)
      return found(
        hasCode({ en: 'MAIL FROM:<>', es: 'MAIL FROM:<>' }, mail, [250]),
        hasCode({ en: 'RCPT of an account', es: 'RCPT de una cuenta' }, recipient, [250, 251]),
      )
    },
  }),
  smtpCase({
    id: 'long-names',
    title: { en: 'A local part of 64 octets is taken', es: 'Se acepta una parte local de 64 octetos' },
    reference: 'RFC 5321 §4.5.3.1.1',
    hint: {
      en: 'Bounds below those of the standard lose mail.',
      es: 'Límites menores que los del estándar pierden correo.',
    },
    say: [`MAIL FROM:<${'a'.repeat(64)}@${CLIENT}>`],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const reply = await talk.ask(`MAIL FROM:<${'a'.repeat(64)}@${CLIENT}>`)
      return found(hasCode({ en: 'MAIL is 250', es: 'MAIL es 250' }, reply, [250]))
    },
  }),
  smtpCase({
    id: 'many-recipients',
    title: { en: 'A hundred recipients are taken', es: 'Se aceptan cien destinatarios' },
    reference: 'RFC 5321 §4.5.3.1.8',
    hint: {
      en: 'Fewer than 100 must not be refused as too many.',
      es: 'Menos de 100 no deben rechazarse por demasiados.',
    },
    reproduce: (target) => {
      const { host, port } = placeOf(target, 'smtp')
      return `swaks --server ${host}:${port} --from ${SENDER} --to "$(yes ${addressOf(target)} | head -n 100 | paste -s -d , -)" --quit-after RCPT`
    },
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.must(`MAIL FROM:<${SENDER}>`)
      let last = await talk.ask(`RCPT TO:<${addressOf(context.target)}>`)
      for (let count = 1; count < 100 && last.code < 400; count += 1)
        last = await talk.ask(`RCPT TO:<${addressOf(context.target, count % 2)}>`)
      return found(hasCode({ en: 'All are 250', es: 'Todos son 250' }, last, [250, 251]))
    },
  }),
  smtpCase({
    id: 'unknown-parameter',
    title: {
      en: 'A parameter that was not offered is refused',
      es: 'Se rechaza un parámetro que no se ofreció',
    },
    reference: 'RFC 5321 §4.1.1.11',
    hint: {
      en: 'Answer 555 to parameters that you do not know.',
      es: 'Responde 555 a parámetros que no conoces.',
    },
    say: [`MAIL FROM:<${SENDER}> FOO=1`],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const reply = await talk.ask(`MAIL FROM:<${SENDER}> FOO=1`)
      return found(hasCode({ en: 'FOO=1 is refused', es: 'FOO=1 se rechaza' }, reply, [555, 501, 504]))
    },
  }),
]
