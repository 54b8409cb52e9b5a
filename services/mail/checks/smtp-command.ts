/** Cases of SMTP about commands by themselves. */
import type { CheckCase } from '../../../lab/check.ts'
import { closed } from '../../../lab/kit/assertion.ts'
import { addressOf, claim, found, loud } from './claim.ts'
import { typed } from './command.ts'
import { smtpCase } from './smtp-case.ts'
import { CLIENT, hasCode, isRefused, SENDER, SmtpTalk } from './smtp-talk.ts'

/** The cases, in the order in which a person would try them. */
export const commandCases: readonly CheckCase[] = [
  smtpCase({
    id: 'rset',
    title: {
      en: 'RSET forgets the transaction, not the greeting',
      es: 'RSET olvida la transacción, no el saludo',
    },
    reference: 'RFC 5321 §4.1.1.5',
    hint: { en: 'RSET is always 250.', es: 'RSET siempre es 250.' },
    say: (target) => [
      `MAIL FROM:<${SENDER}>`,
      `RCPT TO:<${addressOf(target)}>`,
      'RSET',
      'DATA',
      `MAIL FROM:<${SENDER}>`,
    ],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.begin(context)
      const reset = await talk.ask('RSET')
      const data = await talk.ask('DATA')
      const again = await talk.ask(`MAIL FROM:<${SENDER}>`)
      return found(
        hasCode({ en: 'RSET is 250', es: 'RSET es 250' }, reset, [250]),
        hasCode({ en: 'The recipient is forgotten', es: 'Se olvida el destinatario' }, data, [503, 554]),
        hasCode({ en: 'MAIL may follow at once', es: 'Puede seguir MAIL' }, again, [250]),
      )
    },
  }),
  smtpCase({
    id: 'noop',
    title: { en: 'NOOP is 250 and changes nothing', es: 'NOOP es 250 y no cambia nada' },
    reference: 'RFC 5321 §4.1.1.9',
    hint: {
      en: 'NOOP may have an argument, which is ignored.',
      es: 'NOOP puede llevar un argumento, que se ignora.',
    },
    say: (target) => [
      `MAIL FROM:<${SENDER}>`,
      `RCPT TO:<${addressOf(target)}>`,
      'NOOP',
      'NOOP some words',
      'DATA',
    ],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.begin(context)
      const [bare, more] = [await talk.ask('NOOP'), await talk.ask('NOOP some words')]
      const data = await talk.ask('DATA')
      return found(
        hasCode({ en: 'NOOP is 250', es: 'NOOP es 250' }, bare, [250]),
        hasCode({ en: 'With words it is 250, too', es: 'Con palabras también es 250' }, more, [250]),
        hasCode({ en: 'The transaction goes on', es: 'La transacción sigue' }, data, [354]),
      )
    },
  }),
  smtpCase({
    id: 'look-up',
    title: { en: 'VRFY, EXPN and HELP have an answer', es: 'VRFY, EXPN y HELP tienen respuesta' },
    reference: 'RFC 5321 §3.5, §4.5.1',
    hint: {
      en: 'VRFY must be known: 252 says neither yes nor no.',
      es: 'VRFY debe conocerse: 252 no dice ni sí ni no.',
    },
    say: (target) => [
      `VRFY ${addressOf(target)}`,
      `VRFY nobody-here@${target.domain}`,
      'EXPN everybody',
      'HELP',
    ],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const [known, list, help] = [
        await talk.ask(`VRFY ${addressOf(context.target)}`),
        await talk.ask('EXPN everybody'),
        await talk.ask('HELP'),
      ]
      const stranger = await talk.ask(
        `VRFY nobody-${context.random.integer(1000, 10_000)}@${context.target.domain}`,
      )
      return found(
        hasCode({ en: 'VRFY of an account', es: 'VRFY de una cuenta' }, known, [250, 251, 252, 502]),
        claim(
          { en: 'VRFY of nobody does not say yes', es: 'VRFY de nadie no dice que sí' },
          stranger.code !== 250,
          {
            expected: '252 / 5xx',
            actual: stranger.text,
            at: 0,
          },
        ),
        hasCode({ en: 'EXPN', es: 'EXPN' }, list, [250, 252, 502, 550, 500]),
        hasCode({ en: 'HELP', es: 'HELP' }, help, [211, 214, 502, 500]),
      )
    },
  }),
  smtpCase({
    id: 'verb-case',
    title: { en: 'Letter case does not matter in verbs', es: 'Las mayúsculas no importan en los verbos' },
    reference: 'RFC 5321 §2.4',
    hint: {
      en: 'Compare verbs after turning them to upper case.',
      es: 'Compara los verbos tras pasarlos a mayúsculas.',
    },
    reproduce: (target) =>
      typed(target, 'smtp', [`ehlo ${CLIENT}`, `mAiL fRoM:<${SENDER}>`, `rcpt To:<${loud(target)}>`, 'Rset']),
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const replies = [
        await talk.ask(`ehlo ${CLIENT}`),
        await talk.ask(`mAiL fRoM:<${SENDER}>`),
        await talk.ask(`rcpt To:<${loud(context.target)}>`),
        await talk.ask('Rset'),
      ]
      return found(
        ...replies.map((reply, index) => {
          const verb = ['ehlo', 'mAiL fRoM', 'rcpt To', 'Rset'][index] ?? ''
          return hasCode({ en: `${verb} is known`, es: `se conoce ${verb}` }, reply, [250])
        }),
      )
    },
  }),
  smtpCase({
    id: 'unknown-command',
    title: {
      en: 'An unknown command is 500, and the session goes on',
      es: 'Una orden desconocida es 500, y la sesión sigue',
    },
    reference: 'RFC 5321 §4.2.4',
    hint: {
      en: '502 is for what you know and do not do; 500 for what you do not know.',
      es: '502 es para lo que conoces y no haces; 500, para lo que no conoces.',
    },
    say: ['FOO bar', 'NOOP'],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const reply = await talk.ask('FOO bar')
      const noop = await talk.ask('NOOP')
      return found(
        hasCode({ en: 'It is refused', es: 'Se rechaza' }, reply, [500, 502]),
        hasCode({ en: 'The code is 500', es: 'El código es 500' }, reply, [500]),
        hasCode({ en: 'The session goes on', es: 'La sesión sigue' }, noop, [250]),
      )
    },
  }),
  smtpCase({
    id: 'no-arguments',
    title: { en: 'DATA, RSET and QUIT take no argument', es: 'DATA, RSET y QUIT no llevan argumento' },
    reference: 'RFC 5321 §4.1.1',
    hint: { en: 'Answer 501 to words behind them.', es: 'Responde 501 si llevan palabras detrás.' },
    say: (target) => [`MAIL FROM:<${SENDER}>`, `RCPT TO:<${addressOf(target)}>`, 'DATA now', 'RSET now'],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.begin(context)
      const data = await talk.ask('DATA now')
      const reset = data.code === 354 ? undefined : await talk.ask('RSET now')
      return found(
        isRefused({ en: 'DATA now', es: 'DATA now' }, data),
        isRefused({ en: 'RSET now', es: 'RSET now' }, reset ?? data),
      )
    },
  }),
  smtpCase({
    id: 'long-command',
    title: {
      en: 'A command of 512 octets is taken, one of 20,000 breaks nothing',
      es: 'Una orden de 512 octetos se acepta, una de 20 000 no rompe nada',
    },
    reference: 'RFC 5321 §4.5.3.1.4',
    hint: {
      en: 'Answer 500 to a line that is too long, and read on to its end.',
      es: 'Responde 500 a una línea demasiado larga, y lee hasta su final.',
    },
    say: [{ shell: "NOOP $(printf '%0505d' 0)" }, { shell: "NOOP $(printf '%020000d' 0)" }, 'NOOP'],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const fits = await talk.ask(`NOOP ${'x'.repeat(505)}`)
      const long = await talk.ask(`NOOP ${'x'.repeat(20_000)}`)
      const fresh = await SmtpTalk.greeted(context)
      const noop = await fresh.ask('NOOP')
      return found(
        hasCode({ en: '512 octets', es: '512 octetos' }, fits, [250]),
        hasCode(
          { en: '20,000 octets have one answer', es: '20 000 octetos tienen una respuesta' },
          long,
          [250, 500, 501, 421],
        ),
        hasCode({ en: 'The server is still there', es: 'El servidor sigue ahí' }, noop, [250]),
      )
    },
  }),
  smtpCase({
    id: 'quit',
    title: { en: 'QUIT is 221, and the server closes', es: 'QUIT es 221, y el servidor cierra' },
    reference: 'RFC 5321 §4.1.1.10',
    hint: {
      en: 'Answer first, then close; never close without an answer.',
      es: 'Primero responde y luego cierra; nunca cierres sin responder.',
    },
    say: ['QUIT'],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const reply = await talk.ask('QUIT')
      const isClosed = await talk.dialogue.closes(1000)
      return found(
        hasCode({ en: 'The code is 221', es: 'El código es 221' }, reply, [221]),
        closed({ en: 'The connection is closed', es: 'La conexión se cierra' }, isClosed),
      )
    },
  }),
]
