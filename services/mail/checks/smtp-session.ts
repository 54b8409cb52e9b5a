/** Cases of SMTP about greetings, the order of commands, and commands by themselves. */
import type { CheckCase } from '../../../lab/check.ts'
import { same } from '../../../lab/kit/assertion.ts'
import { addressOf, claim, found } from './claim.ts'
import { typed } from './command.ts'
import { smtpCase } from './smtp-case.ts'
import { CLIENT, hasCode, SENDER, SmtpTalk } from './smtp-talk.ts'

const DOMAIN = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$|^\[[\w.:]+\]$/

/** The cases, in the order in which a person would try them. */
export const sessionCases: readonly CheckCase[] = [
  smtpCase({
    id: 'greeting',
    title: {
      en: 'The server speaks first: 220 and its name',
      es: 'El servidor habla primero: 220 y su nombre',
    },
    reference: 'RFC 5321 §3.1, §4.2',
    hint: {
      en: 'Send `220 mail.example.org ESMTP` and CR LF as soon as a client connects.',
      es: 'Envía `220 mail.example.org ESMTP` y CR LF en cuanto conecte un cliente.',
    },
    reproduce: (target) => `${typed(target, 'smtp', ['QUIT'])} | od -c`,
    async run(context) {
      const { dialogue, greeting } = await SmtpTalk.open(context)
      const [name = ''] = (greeting.lines[0] ?? '').split(' ')
      return found(
        hasCode({ en: 'The code is 220', es: 'El código es 220' }, greeting, [220]),
        claim(
          { en: 'The name of the server follows', es: 'Sigue el nombre del servidor' },
          DOMAIN.test(name),
          {
            expected: '220 mail.example.org ESMTP',
            actual: greeting.text,
            at: 4,
          },
        ),
        claim({ en: 'The line ends with CR LF', es: 'La línea acaba en CR LF' }, dialogue.ending === '\r\n', {
          expected: 'CR LF',
          actual: 'LF',
        }),
      )
    },
  }),
  smtpCase({
    id: 'ehlo',
    title: {
      en: 'EHLO is answered by 250, the name, and what is offered',
      es: 'A EHLO se responde 250, el nombre y lo que se ofrece',
    },
    reference: 'RFC 5321 §4.1.1.1',
    hint: {
      en: 'One keyword a line: `250-` before all lines but the last, which has `250 `.',
      es: 'Una palabra clave por línea: `250-` ante todas menos la última, que lleva `250 `.',
    },
    say: [],
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const reply = await talk.ask(`EHLO ${CLIENT}`)
      const strange = reply.lines
        .slice(1)
        .find((line) => !/^[A-Za-z0-9][A-Za-z0-9-]*(?:[ =][!-~ ]*)?$/.test(line))
      return found(
        hasCode({ en: 'The code is 250', es: 'El código es 250' }, reply, [250]),
        claim(
          { en: 'The name of the server comes first', es: 'Primero viene el nombre del servidor' },
          DOMAIN.test(reply.lines[0]?.split(' ')[0] ?? ''),
          { expected: '250-mail.example.org', actual: reply.text, at: 4 },
        ),
        claim(
          { en: 'The lines behind it are keywords', es: 'Las líneas siguientes son palabras clave' },
          strange === undefined,
          { expected: '250-SIZE 52428800', actual: strange ?? '' },
        ),
      )
    },
  }),
  smtpCase({
    id: 'ehlo-same',
    title: {
      en: 'EHLO offers the same each time, in the same order',
      es: 'EHLO ofrece siempre lo mismo, en el mismo orden',
    },
    reference: 'RFC 5321 §4.1.1.1',
    hint: {
      en: 'Keep the keywords in a list, not in a table without order.',
      es: 'Guarda las palabras clave en una lista, no en una tabla sin orden.',
    },
    say: [`EHLO ${CLIENT}`],
    async run(context) {
      const keywords: string[] = []
      for (let count = 0; count < 5; count += 1) {
        const talk = await SmtpTalk.open(context)
        keywords.push(
          [...(await talk.offers()).keys()].join(' '),
          [...(await talk.offers()).keys()].join(' '),
        )
      }
      const [first = '', ...rest] = keywords
      const other = rest.find((each) => each !== first) ?? first
      return found(
        same(
          {
            en: 'Ten answers over five connections are alike',
            es: 'Diez respuestas en cinco conexiones son iguales',
          },
          first,
          other,
        ),
      )
    },
  }),
  smtpCase({
    id: 'helo',
    title: {
      en: 'HELO is still taken, and answered by one line',
      es: 'HELO aún se acepta, y se responde con una línea',
    },
    reference: 'RFC 5321 §4.1.1.1, §3.2',
    hint: {
      en: 'Old clients know HELO alone; they read one line.',
      es: 'Los clientes viejos solo conocen HELO, y leen una línea.',
    },
    reproduce: (target) => typed(target, 'smtp', [`HELO ${CLIENT}`, `MAIL FROM:<${SENDER}>`]),
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const reply = await talk.ask(`HELO ${CLIENT}`)
      const mail = await talk.ask(`MAIL FROM:<${SENDER}>`)
      return found(
        hasCode({ en: 'The code is 250', es: 'El código es 250' }, reply, [250]),
        same({ en: 'It is one line', es: 'Es una línea' }, '1', String(reply.lines.length)),
        hasCode({ en: 'MAIL may follow', es: 'Puede seguir MAIL' }, mail, [250]),
      )
    },
  }),
  smtpCase({
    id: 'ehlo-needs-name',
    title: { en: 'EHLO and HELO without a name are 501', es: 'EHLO y HELO sin nombre son 501' },
    reference: 'RFC 5321 §4.1.1.1',
    hint: { en: 'The argument is not optional.', es: 'El argumento no es opcional.' },
    reproduce: (target) => typed(target, 'smtp', ['EHLO', 'HELO']),
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const [ehlo, helo] = [await talk.ask('EHLO'), await talk.ask('HELO')]
      return found(
        hasCode({ en: 'EHLO alone is a syntax error', es: 'EHLO solo es un error de sintaxis' }, ehlo, [501]),
        hasCode({ en: 'HELO alone is a syntax error', es: 'HELO solo es un error de sintaxis' }, helo, [501]),
      )
    },
  }),
  smtpCase({
    id: 'mail-needs-ehlo',
    title: { en: 'MAIL before EHLO is 503', es: 'MAIL antes de EHLO es 503' },
    points: 2,
    reference: 'RFC 5321 §4.1.4',
    hint: {
      en: 'Keep a state: nobody sends before EHLO (Postfix: smtpd_helo_required = yes).',
      es: 'Guarda un estado: nadie envía antes de EHLO (en Postfix: smtpd_helo_required = yes).',
    },
    reproduce: (target) => typed(target, 'smtp', [`MAIL FROM:<${SENDER}>`]),
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const reply = await talk.ask(`MAIL FROM:<${SENDER}>`)
      return found(hasCode({ en: 'It is out of order', es: 'Está fuera de orden' }, reply, [503]))
    },
  }),
  smtpCase({
    id: 'rcpt-needs-mail',
    title: { en: 'RCPT before MAIL is 503', es: 'RCPT antes de MAIL es 503' },
    reference: 'RFC 5321 §3.3, §4.1.4',
    hint: { en: 'A transaction begins with MAIL.', es: 'Una transacción empieza con MAIL.' },
    say: (target) => [`RCPT TO:<${addressOf(target)}>`],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const reply = await talk.ask(`RCPT TO:<${addressOf(context.target)}>`)
      return found(hasCode({ en: 'It is out of order', es: 'Está fuera de orden' }, reply, [503]))
    },
  }),
  smtpCase({
    id: 'data-needs-rcpt',
    title: { en: 'DATA without a recipient is refused', es: 'DATA sin destinatario se rechaza' },
    reference: 'RFC 5321 §3.3',
    hint: {
      en: 'Answer 503 (or 554) while no recipient was accepted.',
      es: 'Responde 503 (o 554) mientras no se haya aceptado ningún destinatario.',
    },
    say: ['DATA', `MAIL FROM:<${SENDER}>`, 'DATA'],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const early = await talk.ask('DATA')
      await talk.must(`MAIL FROM:<${SENDER}>`)
      const reply = await talk.ask('DATA')
      return found(
        hasCode({ en: 'Before MAIL', es: 'Antes de MAIL' }, early, [503, 554]),
        hasCode({ en: 'Behind MAIL, before RCPT', es: 'Tras MAIL, antes de RCPT' }, reply, [503, 554]),
      )
    },
  }),
  smtpCase({
    id: 'second-mail',
    title: {
      en: 'A second MAIL within a transaction is 503',
      es: 'Un segundo MAIL dentro de una transacción es 503',
    },
    points: 2,
    reference: 'RFC 5321 §4.1.4',
    hint: {
      en: 'Transactions do not nest: RSET comes between.',
      es: 'Las transacciones no se anidan: entre ellas va RSET.',
    },
    say: [`MAIL FROM:<${SENDER}>`, `MAIL FROM:<other@${CLIENT}>`],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.must(`MAIL FROM:<${SENDER}>`)
      const reply = await talk.ask(`MAIL FROM:<other@${CLIENT}>`)
      return found(hasCode({ en: 'It is out of order', es: 'Está fuera de orden' }, reply, [503]))
    },
  }),
  smtpCase({
    id: 'ehlo-resets',
    title: { en: 'EHLO ends a transaction as RSET does', es: 'EHLO acaba una transacción como RSET' },
    reference: 'RFC 5321 §4.1.4',
    hint: { en: 'Forget sender and recipients at EHLO.', es: 'Olvida remitente y destinatarios con EHLO.' },
    say: (target) => [`MAIL FROM:<${SENDER}>`, `RCPT TO:<${addressOf(target)}>`, `EHLO ${CLIENT}`, 'DATA'],
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.begin(context)
      await talk.must(`EHLO ${CLIENT}`)
      const data = await talk.ask('DATA')
      return found(
        hasCode({ en: 'DATA is out of order behind it', es: 'DATA queda fuera de orden' }, data, [503, 554]),
      )
    },
  }),
]
