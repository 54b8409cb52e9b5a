/** Cases of SMTP about its extensions, and about long lines. */
import type { Assertion, CheckCase } from '../../../lab/check.ts'
import { same } from '../../../lab/kit/assertion.ts'
import { addressOf, claim, found } from './claim.ts'
import { atOnce, sentAndShown } from './command.ts'
import { arrivesWhole, freshSubject, letter } from './maildrop.ts'
import { smtpCase } from './smtp-case.ts'
import { hasCode, offersKeyword, SENDER, SmtpTalk } from './smtp-talk.ts'

const viaPop3 = { endpoints: ['smtp', 'pop3'] } as const

/** The cases, in the order in which a person would try them. */
export const extensionCases: readonly CheckCase[] = [
  smtpCase({
    id: 'eight-bits',
    title: {
      en: '8BITMIME is offered, and octets above 127 are kept',
      es: 'Se ofrece 8BITMIME, y se conservan los octetos mayores de 127',
    },
    reference: 'RFC 6152 §2, §3',
    ...viaPop3,
    hint: {
      en: 'Never read a message as text: octets in, octets out.',
      es: 'Nunca leas un mensaje como texto: octetos entran, octetos salen.',
    },
    // ñ and € as octets of UTF-8.
    reproduce: (target) => sentAndShown(target, `--body "$(printf '\\303\\261 \\342\\202\\254')"`),
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const offers = await talk.offers()
      const parameter = await talk.ask(`MAIL FROM:<${SENDER}> BODY=8BITMIME`)
      const body = 'El ñandú cuesta 5 €\r\n'
      return found(
        offersKeyword(offers, '8BITMIME'),
        hasCode({ en: 'BODY=8BITMIME is taken', es: 'BODY=8BITMIME se acepta' }, parameter, [250]),
        await arrivesWhole(context, body, 2),
      )
    },
  }),
  smtpCase({
    id: 'long-lines',
    title: { en: 'A line of 998 characters arrives whole', es: 'Una línea de 998 caracteres llega entera' },
    reference: 'RFC 5321 §4.5.3.1.6',
    ...viaPop3,
    hint: {
      en: 'Text lines may have 1,000 octets, CR LF among them.',
      es: 'Las líneas de texto pueden tener 1000 octetos, con CR LF.',
    },
    reproduce: (target) => sentAndShown(target, `--body "$(printf '%0998d' 0)"`),
    async run(context) {
      const body = `${'x'.repeat(998)}\r\nend\r\n`
      return found(await arrivesWhole(context, body))
    },
  }),
  smtpCase({
    id: 'size',
    title: { en: 'SIZE is offered, and kept', es: 'Se ofrece SIZE, y se cumple' },
    reference: 'RFC 1870 §3, §6.1',
    hint: {
      en: 'Offer `SIZE 10485760`, and answer 552 to `MAIL … SIZE=` above it.',
      es: 'Ofrece `SIZE 10485760`, y responde 552 a `MAIL … SIZE=` mayor.',
    },
    say: [`MAIL FROM:<${SENDER}> SIZE=1000`, 'RSET', `MAIL FROM:<${SENDER}> SIZE=999999999999`],
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const offers = await talk.offers()
      const most = Number(offers.get('SIZE') ?? Number.NaN)
      const fits = await talk.ask(`MAIL FROM:<${SENDER}> SIZE=1000`)
      await talk.ask('RSET')
      const large = most > 0 ? await talk.ask(`MAIL FROM:<${SENDER}> SIZE=${most + 1}`) : undefined
      return found(
        offersKeyword(offers, 'SIZE'),
        hasCode({ en: 'SIZE=1000 is taken', es: 'SIZE=1000 se acepta' }, fits, [250]),
        ...(large === undefined
          ? []
          : [hasCode({ en: 'More than the limit is 552', es: 'Más del límite es 552' }, large, [552, 452])]),
      )
    },
  }),
  smtpCase({
    id: 'pipelining',
    title: {
      en: 'Commands sent at once are answered in order',
      es: 'Las órdenes enviadas de golpe se responden en orden',
    },
    reference: 'RFC 2920 §3.1',
    hint: {
      en: 'Keep what has come behind a command for the next one.',
      es: 'Guarda para la siguiente orden lo que llegó tras una.',
    },
    say: (target) => [
      atOnce(
        'RSET',
        `MAIL FROM:<${SENDER}>`,
        `RCPT TO:<nobody-here@${target.domain}>`,
        `RCPT TO:<${addressOf(target)}>`,
        'DATA',
      ),
    ],
    async run(context) {
      const { target } = context
      const talk = await SmtpTalk.open(context)
      const offers = await talk.offers()
      const nobody = `nobody-here@${target.domain}`
      const lines = [
        'RSET',
        `MAIL FROM:<${SENDER}>`,
        `RCPT TO:<${nobody}>`,
        `RCPT TO:<${addressOf(target)}>`,
        'DATA',
        '',
      ]
      await talk.dialogue.send(lines.join('\r\n'))
      const codes: string[] = []
      for (let count = 0; count < 5; count += 1) codes.push(String((await talk.reply()).code))
      return found(
        offersKeyword(offers, 'PIPELINING'),
        same(
          {
            en: 'Five commands have five answers, in order',
            es: 'Cinco órdenes tienen cinco respuestas, en orden',
          },
          '250 250 550 250 354',
          codes.join(' '),
          2,
        ),
      )
    },
  }),
  smtpCase({
    id: 'chunks',
    title: { en: 'Where CHUNKING is offered, BDAT works', es: 'Si se ofrece CHUNKING, BDAT funciona' },
    reference: 'RFC 3030 §2',
    hint: {
      en: 'BDAT counts octets; no dot ends it.',
      es: 'BDAT cuenta octetos; no lo acaba ningún punto.',
    },
    say: (target) => [
      `MAIL FROM:<${SENDER}>`,
      `RCPT TO:<${addressOf(target)}>`,
      'BDAT 14 LAST',
      'Subject: x',
      '',
    ],
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const offers = await talk.offers()
      await talk.begin(context)
      const text = letter(context.target, freshSubject(context), '.\r\n')
      await talk.dialogue.send(`BDAT ${Buffer.byteLength(text)} LAST\r\n`)
      const isOffered = offers.has('CHUNKING')
      if (isOffered) await talk.dialogue.send(text)
      const reply = await talk.reply({ en: 'the reply to BDAT', es: 'la respuesta a BDAT' })
      return found(
        hasCode(
          isOffered
            ? { en: 'The message is taken', es: 'El mensaje se acepta' }
            : { en: 'It is unknown, as it is not offered', es: 'Es desconocido, pues no se ofrece' },
          reply,
          isOffered ? [250] : [500, 502, 503],
        ),
      )
    },
  }),
  smtpCase({
    id: 'status-codes',
    title: {
      en: 'Where ENHANCEDSTATUSCODES is offered, replies have them',
      es: 'Si se ofrece ENHANCEDSTATUSCODES, las respuestas los llevan',
    },
    reference: 'RFC 2034 §4',
    hint: {
      en: '`250 2.1.0 OK`: the class is that of the code.',
      es: '`250 2.1.0 OK`: la clase es la del código.',
    },
    say: (target) => [`MAIL FROM:<${SENDER}>`, `RCPT TO:<nobody-here@${target.domain}>`, 'RSET'],
    async run(context) {
      const talk = await SmtpTalk.open(context)
      const offers = await talk.offers()
      const isOffered = offers.has('ENHANCEDSTATUSCODES')
      const assertions: Assertion[] = []
      context.keep(assertions, 3)
      for (const line of [
        `MAIL FROM:<${SENDER}>`,
        `RCPT TO:<nobody-here@${context.target.domain}>`,
        'RSET',
      ]) {
        const reply = await talk.ask(line)
        const verb = line.split(' ')[0] ?? ''
        const holds = !isOffered || /^([245])\d\d[ -]\1\.\d{1,3}\.\d{1,3}(?: |$)/.test(reply.text)
        assertions.push(
          claim({ en: `The reply to ${verb}`, es: `La respuesta a ${verb}` }, holds, {
            expected: `${reply.code} ${String(reply.code)[0]}.x.x`,
            actual: reply.text,
            at: 4,
          }),
        )
      }
      return found(...assertions)
    },
  }),
]
