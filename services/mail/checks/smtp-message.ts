/** Cases of SMTP about messages: their ends, their octets, their size, and where they come to lie. */
import type { Assertion, CheckCase } from '../../../lab/check.ts'
import { NOTHING, same } from '../../../lab/kit/assertion.ts'
import { addressOf, claim, found } from './claim.ts'
import { sentAndShown, swaks } from './command.ts'
import { arrival, arrivesWhole, bodyOf, fieldsOf, freshSubject, letter, through } from './maildrop.ts'
import { smtpCase } from './smtp-case.ts'
import { CLIENT, hasCode, SENDER, SmtpTalk } from './smtp-talk.ts'

/** Milliseconds in which a server that takes the end of a message for one would have answered. */
const MOMENT = 150

/** The spellings of a message's end that are none (CVE-2023-51764 and its kin), and which matter most. */
const ENDS = [
  ['\n.\n', 'LF . LF', 2],
  ['\n.\r\n', 'LF . CR LF', 1],
  ['\r\n.\n', 'CR LF . LF', 1],
  ['\r.\r', 'CR . CR', 1],
  ['\r\n.\r', 'CR LF . CR', 1],
] as const

const viaPop3 = { endpoints: ['smtp', 'pop3'] } as const

/** The id that a reply tells, as `queued as 4Z3x…` or `id=1xUt…`; else whatever has a digit in it; empty if there is none. */
function idOf(text: string): string {
  const [, told] = /\b(?:id[= ]|as )<?([\w.-]{4,})/i.exec(text) ?? []
  const words = text.slice(4).match(/[A-Za-z0-9-]{6,}/g) ?? []
  return told ?? words.filter((word) => /\d/.test(word)).join(' ')
}

/** The cases, in the order in which a person would try them. */
export const messageCases: readonly CheckCase[] = [
  smtpCase({
    id: 'end-of-data',
    title: { en: 'Only CR LF . CR LF ends a message', es: 'Solo CR LF . CR LF acaba un mensaje' },
    points: 2,
    reference: 'RFC 5321 §2.3.8, §4.1.1.4',
    hint: {
      en: 'Whoever takes LF . LF for the end lets strangers smuggle messages. Refuse bare LF, or keep it as it is.',
      es: 'Quien toma LF . LF por el final deja colar mensajes a extraños. Rechaza LF solo, o déjalo como está.',
    },
    say: (target) => [
      `MAIL FROM:<${SENDER}>`,
      `RCPT TO:<${addressOf(target)}>`,
      'DATA',
      { shell: "$(printf 'Subject: x\\r\\n\\r\\nshown\\n.\\nNOOP')" },
    ],
    async run(context) {
      const looks = ENDS.map(async ([spelling, name, weight]): Promise<Assertion> => {
        const talk = await SmtpTalk.greeted(context)
        await talk.begin(context)
        await talk.must('DATA', [354])
        await talk.dialogue.send(letter(context.target, freshSubject(context), `shown${spelling}NOOP\r\n`))
        const title = { en: `${name} does not end it`, es: `${name} no lo acaba` }
        const reply = (await talk.dialogue.isSilent(MOMENT))
          ? undefined
          : await talk.reply().catch(() => undefined)
        return claim(
          title,
          reply === undefined || reply.code >= 400,
          { expected: NOTHING, actual: reply?.text ?? '', at: 0 },
          weight,
        )
      })
      return found(...(await Promise.all(looks)))
    },
  }),
  smtpCase({
    id: 'message',
    title: { en: 'A message is taken with 250', es: 'Un mensaje se acepta con 250' },
    points: 2,
    reference: 'RFC 5321 §3.3, §4.1.1.4',
    hint: {
      en: 'DATA is 354; the end of the message is 250 once it is safe on disk.',
      es: 'DATA es 354; el final del mensaje es 250 cuando ya está a salvo en disco.',
    },
    reproduce: (target) => swaks(target),
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      await talk.begin(context)
      const reply = await talk.message(letter(context.target, freshSubject(context)))
      const next = await talk.ask(`MAIL FROM:<${SENDER}>`)
      return found(
        hasCode({ en: 'The message is taken', es: 'El mensaje se acepta' }, reply, [250]),
        hasCode({ en: 'The next one may follow', es: 'Puede seguir el siguiente' }, next, [250]),
      )
    },
  }),
  smtpCase({
    id: 'two-ids',
    title: {
      en: 'Two messages of one session have different ids',
      es: 'Dos mensajes de una sesión tienen identificadores distintos',
    },
    reference: 'RFC 5321 §4.4, RFC 5322 §3.6.4',
    hint: {
      en: 'Make the id when the message begins, not when the connection does.',
      es: 'Crea el identificador cuando empieza el mensaje, no la conexión.',
    },
    say: (target) => {
      const one = [`MAIL FROM:<${SENDER}>`, `RCPT TO:<${addressOf(target)}>`, 'DATA', 'Subject: x', '', '.']
      return [...one, ...one]
    },
    async run(context) {
      const talk = await SmtpTalk.greeted(context)
      const ids: string[] = []
      for (let count = 0; count < 2; count += 1) {
        await talk.begin(context)
        const { text } = await talk.message(letter(context.target, freshSubject(context)))
        ids.push(idOf(text))
      }
      const [first = '', second = ''] = ids
      return found(
        claim(
          { en: 'The ids differ', es: 'Los identificadores difieren' },
          first === '' || first !== second,
          {
            expected: `≠ ${first}`,
            actual: second,
          },
        ),
      )
    },
  }),
  smtpCase({
    id: 'arrives',
    title: {
      en: 'An accepted message comes to its mailbox, once',
      es: 'Un mensaje aceptado llega a su buzón, una vez',
    },
    points: 3,
    reference: 'RFC 5321 §4.5.4, §6.1',
    ...viaPop3,
    hint: {
      en: '250 is a promise: see that POP3 reads where SMTP writes.',
      es: '250 es una promesa: mira que POP3 lea donde SMTP escribe.',
    },
    reproduce: (target) => sentAndShown(target, "--body 'did it come?'"),
    async run(context) {
      const subject = freshSubject(context)
      const body = `for ${subject}\r\n`
      const talk = await SmtpTalk.greeted(context)
      await talk.begin(context)
      const reply = await talk.message(letter(context.target, subject, body))
      const lines = await arrival(context, subject)
      return found(
        hasCode({ en: 'It is taken', es: 'Se acepta' }, reply, [250]),
        same({ en: 'It comes with its text', es: 'Llega con su texto' }, body, bodyOf(lines)),
      )
    },
  }),
  smtpCase({
    id: 'dot-stuffing',
    title: {
      en: 'Lines that begin with a dot arrive as they were',
      es: 'Las líneas que empiezan por punto llegan como eran',
    },
    points: 2,
    reference: 'RFC 5321 §4.5.2',
    ...viaPop3,
    hint: {
      en: 'Take one dot away from each line that begins with one.',
      es: 'Quita un punto a cada línea que empiece por uno.',
    },
    reproduce: (target) => sentAndShown(target, "--body '.\\n..\\n.dot\\na.b'"),
    async run(context) {
      const body = '.\r\n..\r\n...\r\n.dot\r\na.b\r\n.\r\n'
      return found(await arrivesWhole(context, body))
    },
  }),
  smtpCase({
    id: 'received',
    title: {
      en: 'The server puts its Received field on top',
      es: 'El servidor pone encima su campo Received',
    },
    reference: 'RFC 5321 §4.4',
    ...viaPop3,
    hint: {
      en: '`Received: from <as the client calls itself> … by <your name> …; <date>`',
      es: '`Received: from <como se llama el cliente> … by <tu nombre> …; <fecha>`',
    },
    reproduce: (target) => sentAndShown(target, `--helo ${CLIENT}`),
    async run(context) {
      const fields = fieldsOf(await through(context, 'x\r\n'))
      const field = fields.find((each) => /^Received:/i.test(each)) ?? ''
      const where = fields.findIndex((each) => /^Received:/i.test(each))
      const own = fields.findIndex((each) => /^From:/i.test(each))
      const actual = field === '' ? fields.join(' / ') : field
      return found(
        claim(
          { en: 'It names the client as it called itself', es: 'Nombra al cliente como él dijo' },
          field.split(/\bby\b/)[0]?.includes(CLIENT) === true,
          { expected: `Received: from ${CLIENT}`, actual },
        ),
        claim({ en: 'It names the server', es: 'Nombra al servidor' }, /\bby [\w.-]+/.test(field), {
          expected: 'by mail.example.org',
          actual,
        }),
        claim(
          { en: 'It ends with a date', es: 'Acaba con una fecha' },
          !Number.isNaN(
            Date.parse(
              field
                .split(';')
                .at(-1)
                ?.replace(/\(.*\)/, '') ?? '',
            ),
          ) && field.includes(';'),
          { expected: '; Mon, 16 Nov 2026 10:00:00 +0000', actual },
        ),
        claim(
          { en: 'It stands above the header of the sender', es: 'Está encima de la cabecera del remitente' },
          where >= 0 && where < own,
          { expected: 'Received: … From: …', actual: fields.map((each) => each.split(':')[0]).join(' ') },
        ),
      )
    },
  }),
  smtpCase({
    id: 'return-path',
    title: {
      en: 'The mailbox tells the sender in Return-Path',
      es: 'El buzón indica el remitente en Return-Path',
    },
    reference: 'RFC 5321 §4.4',
    ...viaPop3,
    hint: {
      en: 'Whoever delivers for good writes the MAIL address on top.',
      es: 'Quien hace la entrega final escribe encima la dirección de MAIL.',
    },
    reproduce: (target) => sentAndShown(target),
    async run(context) {
      const fields = fieldsOf(await through(context, 'x\r\n'))
      const found1 = fields
        .filter((each) => /^Return-Path:/i.test(each))
        .map((each) => each.replace(/^[^:]*:\s*/, ''))
      return found(
        same(
          { en: 'There is one, with the sender', es: 'Hay uno, con el remitente' },
          `<${SENDER}>`,
          found1.join(' '),
        ),
      )
    },
  }),
]
