/** Cases of POP3 about messages, and whose they are. */
import type { CheckCase } from '../../../lab/check.ts'
import { same } from '../../../lab/kit/assertion.ts'
import { claim, found } from './claim.ts'
import { curlPop3, newest, sentAndShown, swaks, typed } from './command.ts'
import {
  arrival,
  BODIES,
  bodyOf,
  freshSubject,
  inMailbox,
  letter,
  numbersOf,
  post,
  withStock,
} from './maildrop.ts'
import { loginLines, pop3Case } from './pop3-case.ts'
import { Pop3Talk } from './pop3-talk.ts'

/** The cases, in the order in which a person would try them. */
export const mailCases: readonly CheckCase[] = [
  pop3Case({
    id: 'octets',
    title: { en: 'RETR sends as many octets as LIST tells', es: 'RETR envía tantos octetos como dice LIST' },
    points: 2,
    reference: 'RFC 1939 §11',
    hint: {
      en: 'Count CR LF as two octets, and doubled dots as one.',
      es: 'Cuenta CR LF como dos octetos, y los puntos doblados como uno.',
    },
    say: ['LIST 1', 'RETR 1'],
    async run(context) {
      return withStock(context, async ({ talk, numbers }) => {
        const told: string[] = []
        const sent: string[] = []
        for (const number of numbers.slice(0, 3)) {
          told.push((await talk.must(`LIST ${number}`)).split(' ')[2] ?? '')
          const { lines } = await talk.mustList(`RETR ${number}`)
          sent.push(String(lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 2, 0)))
        }
        await talk.quit()
        return found(
          same(
            { en: 'Octets told and sent', es: 'Octetos dichos y enviados' },
            sent.join(' '),
            told.join(' '),
          ),
        )
      })
    },
  }),
  pop3Case({
    id: 'retr',
    title: {
      en: 'RETR sends the message as it was sent, dots doubled',
      es: 'RETR envía el mensaje como se envió, con los puntos doblados',
    },
    points: 2,
    endpoints: ['pop3', 'smtp'],
    reference: 'RFC 1939 §3, §5',
    hint: {
      en: 'Each line that begins with a dot gets another one in front.',
      es: 'A cada línea que empieza por punto se le antepone otro.',
    },
    reproduce: (target) =>
      `${swaks(target, "--body '.\\n..\\n.dot'")} && sleep 1 && ${typed(target, 'pop3', [...loginLines(target), { shell: `RETR ${newest(target)}` }, 'QUIT'])}`,
    async run(context) {
      return withStock(context, async ({ talk, numbers }) => {
        const bodies: string[] = []
        for (const number of numbers.slice(0, BODIES.length))
          bodies.push(bodyOf((await talk.mustList(`RETR ${number}`)).lines))
        await talk.quit()
        const parts = [
          { en: 'Lines that begin with dots', es: 'Líneas que empiezan por puntos' },
          { en: 'One line', es: 'Una línea' },
          { en: 'Letters beyond ASCII, and a long line', es: 'Letras fuera de ASCII, y una línea larga' },
        ]
        return found(
          ...BODIES.map((body, index) =>
            same(parts[index] ?? { en: body, es: body }, body, bodies[index] ?? ''),
          ),
        )
      })
    },
  }),
  pop3Case({
    id: 'header',
    title: {
      en: 'Each message is one: header, empty line, text',
      es: 'Cada mensaje lo es: cabecera, línea vacía, texto',
    },
    reference: 'RFC 1939 §5, RFC 5322 §3.6',
    hint: {
      en: 'Do not put anything into a mailbox that nobody sent.',
      es: 'No pongas en un buzón nada que nadie envió.',
    },
    say: ['TOP 1 0'],
    async run(context) {
      return withStock(context, async ({ talk }) => {
        const { lines } = await talk.mustList('LIST')
        const number = lines[0]?.split(' ')[0] ?? '1'
        const message = await talk.mustList(`RETR ${number}`)
        await talk.quit()
        const head = message.lines.slice(
          0,
          message.lines.includes('') ? message.lines.indexOf('') : undefined,
        )
        const strange = head.find(
          (line, index) => !/^[!-9;-~]+:/.test(line) && (index === 0 || !/^[ \t]/.test(line)),
        )
        return found(
          claim(
            { en: 'Message 1 begins with a header', es: 'El mensaje 1 empieza por una cabecera' },
            strange === undefined && head.length > 0,
            { expected: 'Received: …', actual: strange ?? '' },
          ),
          claim(
            { en: 'It says who wrote it, or how it came', es: 'Dice quién lo escribió, o cómo llegó' },
            head.some((line) => /^(?:From|Received):/i.test(line)),
            { expected: 'From: …', actual: head[0] ?? '' },
          ),
        )
      })
    },
  }),
  pop3Case({
    id: 'mail-appears',
    title: {
      en: 'Mail that SMTP takes appears in the mailbox, once',
      es: 'El correo que acepta SMTP aparece en el buzón, una vez',
    },
    points: 3,
    endpoints: ['pop3', 'smtp'],
    reference: 'RFC 1939 §1, RFC 5321 §4.5.4',
    hint: {
      en: 'See that both servers use the same mailboxes.',
      es: 'Mira que ambos servidores usen los mismos buzones.',
    },
    reproduce: (target) => sentAndShown(target, "--header 'Subject: hello'"),
    async run(context) {
      const subject = freshSubject(context)
      await post(context, [letter(context.target, subject, BODIES[0])])
      const body = bodyOf(await arrival(context, subject))
      return found(same({ en: 'Its text is there', es: 'Su texto está' }, BODIES[0], body))
    },
  }),
  pop3Case({
    id: 'own-mailbox',
    title: { en: 'Each account sees its own mail alone', es: 'Cada cuenta ve solo su correo' },
    points: 2,
    endpoints: ['pop3', 'smtp'],
    applies: ({ accounts }) => accounts.length > 1,
    reference: 'RFC 1939 §4',
    hint: {
      en: 'The name of the login chooses the mailbox.',
      es: 'El nombre del inicio de sesión elige el buzón.',
    },
    reproduce: (target) =>
      `${swaks(target, '', 1)} && sleep 1 && ${curlPop3(target, { place: 1 })} && ${curlPop3(target)}`,
    async run(context) {
      const subject = freshSubject(context)
      await post(context, [letter(context.target, subject)], 1)
      const mine = await arrival(context, subject, 1)
      const seen = await inMailbox(context, 0, async () => {
        const talk = await Pop3Talk.entered(context)
        const { size } = await numbersOf(talk, subject)
        await talk.quit()
        return size
      })
      return found(
        claim({ en: 'Who it is for finds it', es: 'Lo encuentra su destinatario' }, mine.length > 0, {
          expected: subject,
          actual: '',
        }),
        same({ en: 'The other account does not', es: 'La otra cuenta no' }, '0', String(seen)),
      )
    },
  }),
]
