/** Cases of SMTP about logging in, and submission. */
import {
  CheckFailure,
  type Assertion,
  type CheckCase,
  type CheckContext,
  type CheckTarget,
} from '../../../lab/check.ts'
import { same } from '../../../lab/kit/assertion.ts'
import { accountOf, addressOf, claim, found } from './claim.ts'
import { passwordOf, placeOf, typed, typedOverTls, type Line } from './command.ts'
import { freshSubject, letter, token } from './maildrop.ts'
import { smtpCase } from './smtp-case.ts'
import { CLIENT, hasCode, isRefused, loginTalk, plain, SmtpTalk } from './smtp-talk.ts'

/** Where clients log in: submission, if there is one. */
function entrance({ endpoints }: CheckTarget): 'submission' | 'smtp' {
  return endpoints['submission'] === undefined ? 'smtp' : 'submission'
}

/** A message from one account to the other by the entrance, under TLS where it is offered. */
function submitted(target: CheckTarget, words: string): string {
  const { host, port } = placeOf(target, entrance(target))
  return `swaks --server ${host}:${port} --tls-optional --from ${addressOf(target)} --to ${addressOf(target, 1)} ${words}`
}

/** What swaks is told of the first account. */
function credentials(target: CheckTarget): string {
  return `--auth-user ${accountOf(target).name} --auth-password "${passwordOf()}"`
}

/** A conversation at the entrance, under TLS, since most servers offer AUTH there alone. */
function loginTyped(target: CheckTarget, lines: readonly Line[]): string {
  return typedOverTls(target, entrance(target), [`EHLO ${CLIENT}`, ...lines, 'QUIT'], 'smtp')
}

/** AUTH PLAIN with an initial response, which the shell makes. */
function plainLine(target: CheckTarget): Line {
  const { name } = accountOf(target)
  return { shell: `AUTH PLAIN $(printf '\\000%s\\000%s' '${name}' "${passwordOf()}" | base64)` }
}

/** Logs in on a connection that offers it. */
async function loggedIn(context: CheckContext): Promise<SmtpTalk> {
  const { talk } = await loginTalk(context)
  const reply = await talk.askSecret(`AUTH PLAIN ${plain(context)}`)
  if (reply.code === 235) return talk
  throw new CheckFailure(
    { en: 'the login was refused', es: 'se rechazó el inicio de sesión' },
    { expected: '235', actual: reply.text, at: 0 },
  )
}

/** The cases, in the order in which a person would try them. */
export const loginCases: readonly CheckCase[] = [
  smtpCase({
    id: 'auth-plain',
    title: { en: 'An account logs in by AUTH PLAIN', es: 'Una cuenta inicia sesión con AUTH PLAIN' },
    points: 2,
    reference: 'RFC 4954 §4, RFC 4616 §2',
    hint: {
      en: 'Base64 of NUL, name, NUL, password, at once or behind `334 `.',
      es: 'Base64 de NUL, nombre, NUL, contraseña, de una vez o tras `334 `.',
    },
    reproduce: (target) => submitted(target, `--auth PLAIN ${credentials(target)} --quit-after AUTH`),
    async run(context) {
      const { talk, mechanisms } = await loginTalk(context)
      const reply = await talk.askSecret(`AUTH PLAIN ${plain(context)}`)
      const { talk: other } = await loginTalk(context)
      const go = await other.ask('AUTH PLAIN')
      const later = go.code === 334 ? await other.askSecret(plain(context)) : go
      return found(
        claim({ en: 'PLAIN is offered', es: 'Se ofrece PLAIN' }, /\bPLAIN\b/i.test(mechanisms), {
          expected: 'PLAIN',
          actual: mechanisms,
        }),
        hasCode(
          { en: 'With an initial response it is 235', es: 'Con respuesta inicial es 235' },
          reply,
          [235],
        ),
        hasCode({ en: 'Behind 334 it is 235', es: 'Tras 334 es 235' }, later, [235]),
      )
    },
  }),
  smtpCase({
    id: 'auth-wrong',
    title: {
      en: 'A wrong password is 535, and so is a wrong name',
      es: 'Una contraseña errónea es 535, y un nombre erróneo también',
    },
    points: 3,
    reference: 'RFC 4954 §6',
    hint: { en: 'Do not tell which of both is wrong.', es: 'No digas cuál de los dos está mal.' },
    reproduce: (target) =>
      submitted(target, `--auth PLAIN --auth-user ${accountOf(target).name} --auth-password wrong`),
    async run(context) {
      const wrong = token(context)
      const tries = [{ password: wrong }, { name: `nobody-${wrong}`, password: wrong }].map(async (who) => {
        const { talk } = await loginTalk(context)
        return talk.askSecret(`AUTH PLAIN ${plain(context, who)}`)
      })
      const [password, name] = await Promise.all(tries)
      if (password === undefined || name === undefined) return found()
      return found(
        hasCode({ en: 'A wrong password', es: 'Una contraseña errónea' }, password, [535], 2),
        hasCode({ en: 'A wrong name', es: 'Un nombre erróneo' }, name, [535], 2),
        same({ en: 'Both are answered alike', es: 'Ambos se responden igual' }, password.text, name.text),
      )
    },
  }),
  smtpCase({
    id: 'auth-offered',
    title: { en: 'AUTH does what it offers, and nothing else', es: 'AUTH hace lo que ofrece, y nada más' },
    reference: 'RFC 4954 §4',
    hint: {
      en: 'An unknown mechanism is 504; what is no base64 is 501.',
      es: 'Un mecanismo desconocido es 504; lo que no es base64, 501.',
    },
    reproduce: (target) => loginTyped(target, ['AUTH FOO', 'AUTH PLAIN !!!!']),
    async run(context) {
      const { talk } = await loginTalk(context)
      const unknown = await talk.ask('AUTH FOO')
      const { talk: other } = await loginTalk(context)
      const garbled = await other.ask('AUTH PLAIN !!!!')
      // Where it is not offered in clear it must not work in clear.
      const clear = await SmtpTalk.open(context)
      const offers = await clear.offers()
      const early = offers.has('AUTH') ? undefined : await clear.askSecret(`AUTH PLAIN ${plain(context)}`)
      return found(
        hasCode(
          { en: 'An unknown mechanism is 504', es: 'Un mecanismo desconocido es 504' },
          unknown,
          [504, 535],
        ),
        hasCode({ en: 'What is no base64 is 501', es: 'Lo que no es base64 es 501' }, garbled, [501, 535]),
        ...(early === undefined
          ? []
          : [
              isRefused(
                { en: 'It is refused where it is not offered', es: 'Se rechaza donde no se ofrece' },
                early,
              ),
            ]),
      )
    },
  }),
  smtpCase({
    id: 'auth-cancel',
    title: { en: 'A client can break a login off', es: 'Un cliente puede cancelar el inicio de sesión' },
    reference: 'RFC 4954 §4',
    hint: {
      en: 'A line with `*` alone is answered by 501.',
      es: 'A una línea con solo `*` se responde 501.',
    },
    reproduce: (target) => loginTyped(target, ['AUTH PLAIN', '*', 'NOOP']),
    async run(context) {
      const { talk } = await loginTalk(context)
      await talk.must('AUTH PLAIN', [334])
      const reply = await talk.ask('*')
      const noop = await talk.ask('NOOP')
      return found(
        hasCode({ en: '* is 501', es: '* es 501' }, reply, [501]),
        hasCode({ en: 'The session goes on', es: 'La sesión sigue' }, noop, [250]),
      )
    },
  }),
  smtpCase({
    id: 'auth-twice',
    title: { en: 'A second login is 503', es: 'Un segundo inicio de sesión es 503' },
    reference: 'RFC 4954 §4',
    hint: { en: 'One login a session.', es: 'Un inicio de sesión por sesión.' },
    reproduce: (target) => loginTyped(target, [plainLine(target), plainLine(target)]),
    async run(context) {
      const talk = await loggedIn(context)
      const again = await talk.askSecret(`AUTH PLAIN ${plain(context)}`)
      return found(hasCode({ en: 'It is out of order', es: 'Está fuera de orden' }, again, [503]))
    },
  }),
  smtpCase({
    id: 'submission-login',
    title: { en: 'Submission needs a login', es: 'El envío exige iniciar sesión' },
    points: 2,
    endpoints: ['submission'],
    reference: 'RFC 6409 §4.3',
    hint: {
      en: 'Answer 530 to MAIL until somebody has logged in.',
      es: 'Responde 530 a MAIL hasta que alguien inicie sesión.',
    },
    reproduce: (target) =>
      typed(target, 'submission', [
        `EHLO ${CLIENT}`,
        `MAIL FROM:<${addressOf(target)}>`,
        `RCPT TO:<${addressOf(target, 1)}>`,
      ]),
    async run(context) {
      const talk = await SmtpTalk.greeted(context, 'submission')
      const replies = [await talk.ask(`MAIL FROM:<${addressOf(context.target)}>`)]
      // A server may say so at the first command that matters.
      if (replies[0]?.code === 250) replies.push(await talk.ask(`RCPT TO:<${addressOf(context.target, 1)}>`))
      const [last] = replies.slice(-1)
      const refusals: Assertion[] =
        last === undefined
          ? []
          : [
              isRefused(
                { en: 'Without a login mail is refused', es: 'Sin iniciar sesión se rechaza el correo' },
                last,
              ),
            ]
      return found(...refusals)
    },
  }),
  smtpCase({
    id: 'submission',
    title: { en: 'Whoever has logged in can send', es: 'Quien ha iniciado sesión puede enviar' },
    points: 2,
    endpoints: ['submission'],
    reference: 'RFC 6409 §3',
    hint: { en: 'The account sends as its own address.', es: 'La cuenta envía con su propia dirección.' },
    reproduce: (target) => submitted(target, `--auth PLAIN ${credentials(target)}`),
    async run(context) {
      const talk = await loggedIn(context)
      await talk.begin(context, { from: addressOf(context.target), place: 1 })
      const reply = await talk.message(letter(context.target, freshSubject(context)))
      return found(hasCode({ en: 'The message is taken', es: 'El mensaje se acepta' }, reply, [250]))
    },
  }),
]
