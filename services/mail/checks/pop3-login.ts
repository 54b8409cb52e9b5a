/** Cases of POP3 up to the login, and about its end. */
import { CheckFailure, type Assertion, type CheckCase } from '../../../lab/check.ts'
import { same } from '../../../lab/kit/assertion.ts'
import { accountOf, claim, found } from './claim.ts'
import { curlPop3, typed } from './command.ts'
import { alone, inMailbox, token } from './maildrop.ts'
import { loginLines, pop3Case } from './pop3-case.ts'
import { fails, isOk, Pop3Talk, succeeds } from './pop3-talk.ts'

const greeted = { needs: ['greeting'] } as const

/** The cases, in the order in which a person would try them. */
export const loginCases: readonly CheckCase[] = [
  pop3Case({
    id: 'greeting',
    needs: [],
    title: { en: 'The server speaks first: +OK', es: 'El servidor habla primero: +OK' },
    reference: 'RFC 1939 §4',
    hint: {
      en: 'Send `+OK ready` and CR LF as soon as a client connects.',
      es: 'Envía `+OK listo` y CR LF en cuanto conecte un cliente.',
    },
    reproduce: (target) => `${typed(target, 'pop3', ['QUIT'])} | od -c`,
    async run(context) {
      const { dialogue, greeting } = await Pop3Talk.open(context)
      return found(
        claim({ en: 'It is +OK', es: 'Es +OK' }, isOk(greeting), {
          expected: '+OK',
          actual: greeting,
          at: 0,
        }),
        claim({ en: 'It ends with CR LF', es: 'Acaba en CR LF' }, dialogue.ending === '\r\n', {
          expected: 'CR LF',
          actual: 'LF',
        }),
      )
    },
  }),
  pop3Case({
    id: 'login',
    ...greeted,
    title: { en: 'An account logs in by USER and PASS', es: 'Una cuenta inicia sesión con USER y PASS' },
    points: 2,
    reference: 'RFC 1939 §7',
    hint: {
      en: 'The password is all that follows the blank behind PASS.',
      es: 'La contraseña es todo lo que sigue al espacio tras PASS.',
    },
    say: (target) => [...loginLines(target), 'STAT'],
    async run(context) {
      return inMailbox(context, 0, async () => {
        const talk = await Pop3Talk.entered(context)
        return found(succeeds('STAT', await talk.ask('STAT')), succeeds('QUIT', await talk.quit()))
      })
    },
  }),
  pop3Case({
    id: 'wrong-password',
    ...greeted,
    title: { en: 'A wrong password is refused', es: 'Una contraseña errónea se rechaza' },
    points: 3,
    reference: 'RFC 1939 §7',
    hint: {
      en: 'Compare the whole password; letter case matters.',
      es: 'Compara la contraseña entera; las mayúsculas importan.',
    },
    say: (target) => [`USER ${accountOf(target).name}`, 'PASS wrong', 'STAT'],
    async run(context) {
      return alone(context, async () => {
        const { name, password } = accountOf(context.target)
        const talk = await Pop3Talk.open(context)
        const status = await talk.login({ name, password: `${password}${token(context)}` })
        const stat = await talk.ask('STAT').catch((error: unknown) => {
          // It may hang up.
          if (error instanceof CheckFailure) return '-ERR'
          throw error
        })
        if (isOk(status)) await talk.quit()
        return found(fails('PASS', status), fails('STAT', stat))
      })
    },
  }),
  pop3Case({
    id: 'wrong-user',
    ...greeted,
    title: {
      en: 'Who does not exist is refused just as a wrong password is',
      es: 'Quien no existe se rechaza igual que una contraseña errónea',
    },
    points: 2,
    reference: 'RFC 1939 §7, §13',
    hint: {
      en: 'Let USER be +OK for everybody, and PASS say no alike.',
      es: 'Que USER sea +OK para todos, y que PASS niegue igual.',
    },
    say: (target) => [`USER ${accountOf(target).name}`, 'PASS wrong', 'USER nobody-here', 'PASS wrong'],
    async run(context) {
      return alone(context, async () => {
        const password = token(context)
        const { name } = accountOf(context.target)
        const answers: { readonly pass: string; readonly both: string }[] = []
        for (const who of [name, `nobody-${password}`]) {
          const talk = await Pop3Talk.open(context)
          const user = await talk.ask(`USER ${who}`)
          const pass = await talk.askSecret(`PASS ${password}`)
          if (isOk(pass)) await talk.quit()
          answers.push({ pass, both: `${user} / ${pass}`.replaceAll(who, 'NAME') })
        }
        const [known, nobody] = answers
        return found(
          fails('PASS', nobody?.pass ?? ''),
          same(
            { en: 'Both are answered alike', es: 'Ambos se responden igual' },
            known?.both ?? '',
            nobody?.both ?? '',
          ),
        )
      })
    },
  }),
  pop3Case({
    id: 'capa',
    ...greeted,
    title: { en: 'CAPA lists what the server can do', es: 'CAPA lista lo que sabe hacer el servidor' },
    reference: 'RFC 2449 §5, §6',
    hint: {
      en: 'One capability a line, and a dot at the end: USER or SASL, TOP, UIDL.',
      es: 'Una capacidad por línea, y un punto al final: USER o SASL, TOP, UIDL.',
    },
    say: ['CAPA'],
    async run(context) {
      const talk = await Pop3Talk.open(context)
      const { status, lines } = await talk.list('CAPA')
      const words = lines.map((line) => line.split(' ')[0]?.toUpperCase() ?? '')
      const lists = (name: string, ...either: readonly string[]): Assertion =>
        claim(
          { en: `${name} is listed`, es: `${name} figura` },
          either.some((word) => words.includes(word)),
          { expected: name, actual: words.join(' ') },
        )
      return found(
        succeeds('CAPA', status),
        lists('UIDL', 'UIDL'),
        lists('TOP', 'TOP'),
        lists('USER / SASL', 'USER', 'SASL'),
      )
    },
  }),
  pop3Case({
    id: 'auth-plain',
    title: {
      en: 'Where SASL PLAIN is listed, it works, and a wrong password does not',
      es: 'Si figura SASL PLAIN, funciona, y una contraseña errónea no',
    },
    reference: 'RFC 5034 §4, §6',
    hint: {
      en: 'AUTH PLAIN may bring its response at once, or behind `+ `.',
      es: 'AUTH PLAIN puede traer su respuesta de una vez, o tras `+ `.',
    },
    reproduce: (target) => curlPop3(target, { words: '-v --login-options AUTH=PLAIN' }),
    async run(context) {
      const { name, password } = accountOf(context.target)
      const probe = await Pop3Talk.open(context)
      const { lines } = await probe.list('CAPA')
      const isListed = lines.some((line) => /^SASL .*\bPLAIN\b/i.test(line))
      await probe.quit()
      const encode = (secret: string): string => Buffer.from(`\0${name}\0${secret}`).toString('base64')
      const wrong = await Pop3Talk.open(context)
      const refused = await alone(context, async () => {
        const status = await wrong.askSecret(`AUTH PLAIN ${encode(token(context))}`)
        if (isOk(status)) await wrong.quit()
        return fails('AUTH PLAIN', status, 2)
      })
      if (!isListed) return found(refused)
      return inMailbox(context, 0, async () => {
        const once = await Pop3Talk.open(context)
        const first = await once.askSecret(`AUTH PLAIN ${encode(password)}`)
        if (isOk(first)) await once.quit()
        const twice = await Pop3Talk.open(context)
        const go = await twice.ask('AUTH PLAIN')
        const second = go.startsWith('+ ') ? await twice.askSecret(encode(password)) : go
        if (isOk(second)) await twice.quit()
        const broken = await Pop3Talk.open(context)
        const asked = await broken.ask('AUTH PLAIN')
        const left = asked.startsWith('+ ') ? await broken.ask('*') : asked
        return found(
          refused,
          succeeds('AUTH PLAIN', first),
          succeeds('AUTH PLAIN, +', second),
          fails('*', left),
        )
      })
    },
  }),
]
