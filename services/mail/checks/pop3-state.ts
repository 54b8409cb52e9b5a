/** Cases of POP3 about its states, and the lock of a mailbox. */
import { type CheckCase } from '../../../lab/check.ts'
import { closed } from '../../../lab/kit/assertion.ts'
import { accountOf, claim, found } from './claim.ts'
import { typed } from './command.ts'
import { alone, inMailbox } from './maildrop.ts'
import { loginLines, pop3Case } from './pop3-case.ts'
import { fails, isOk, Pop3Talk, succeeds } from './pop3-talk.ts'

/** Milliseconds in which a server that lets two sessions into a mailbox would have done so. */
const MOMENT = 300

const greeted = { needs: ['greeting'] } as const

/** What nobody may do before the login. */
const BEFORE = ['STAT', 'LIST', 'RETR 1', 'DELE 1', 'UIDL', 'TOP 1 0']

/** The cases, in the order in which a person would try them. */
export const stateCases: readonly CheckCase[] = [
  pop3Case({
    id: 'apop',
    ...greeted,
    title: { en: 'APOP with a wrong digest is refused', es: 'APOP con un resumen erróneo se rechaza' },
    reference: 'RFC 1939 §7',
    hint: {
      en: 'Compare the MD5 of timestamp and secret; or do not offer it.',
      es: 'Compara el MD5 de la marca y el secreto; o no lo ofrezcas.',
    },
    say: (target) => [`APOP ${accountOf(target).name} ${'0'.repeat(32)}`],
    async run(context) {
      const talk = await Pop3Talk.open(context)
      return alone(context, async () => {
        const status = await talk.askSecret(`APOP ${accountOf(context.target).name} ${'0'.repeat(32)}`)
        if (isOk(status)) await talk.quit()
        return found(fails('APOP', status))
      })
    },
  }),
  pop3Case({
    id: 'before-login',
    ...greeted,
    title: {
      en: 'Nothing of a mailbox is told before the login',
      es: 'Antes de iniciar sesión no se dice nada del buzón',
    },
    points: 2,
    reference: 'RFC 1939 §3',
    hint: {
      en: 'Keep a state, and answer -ERR to commands of another one.',
      es: 'Guarda un estado, y responde -ERR a órdenes de otro.',
    },
    say: BEFORE,
    async run(context) {
      return found(
        ...(await Promise.all(
          BEFORE.map(async (line) => {
            const talk = await Pop3Talk.open(context)
            return fails(line, await talk.ask(line))
          }),
        )),
      )
    },
  }),
  pop3Case({
    id: 'second-login',
    title: { en: 'Nobody logs in twice in one session', es: 'Nadie inicia sesión dos veces en una' },
    reference: 'RFC 1939 §5',
    hint: {
      en: 'USER and PASS belong to the state before the login.',
      es: 'USER y PASS son del estado anterior al inicio de sesión.',
    },
    say: (target) => [`USER ${accountOf(target, 1).name}`, 'STAT'],
    async run(context) {
      return inMailbox(context, 0, async () => {
        const talk = await Pop3Talk.entered(context)
        const status = await talk.ask(`USER ${accountOf(context.target, 1).name}`)
        const after = await talk.ask('STAT')
        await talk.quit()
        return found(fails('USER', status), succeeds('STAT', after))
      })
    },
  }),
  pop3Case({
    id: 'quit-early',
    ...greeted,
    title: {
      en: 'QUIT before the login says goodbye, and closes',
      es: 'QUIT antes de iniciar sesión se despide, y cierra',
    },
    reference: 'RFC 1939 §4',
    hint: { en: 'QUIT is a command of each state.', es: 'QUIT es una orden de cada estado.' },
    say: [],
    async run(context) {
      const talk = await Pop3Talk.open(context)
      const status = await talk.quit()
      const isClosed = await talk.dialogue.closes(1000)
      return found(
        succeeds('QUIT', status),
        closed({ en: 'The connection is closed', es: 'La conexión se cierra' }, isClosed),
      )
    },
  }),
  pop3Case({
    id: 'lock',
    title: { en: 'A mailbox is for one session at a time', es: 'Un buzón es para una sesión a la vez' },
    points: 2,
    reference: 'RFC 1939 §4',
    hint: {
      en: 'Lock the mailbox at the login: refuse a second one, or let it wait (Dovecot: pop3_lock_session = yes).',
      es: 'Bloquea el buzón al iniciar sesión: rechaza la segunda, o haz que espere (en Dovecot: pop3_lock_session = yes).',
    },
    reproduce: (target) =>
      `${typed(target, 'pop3', [...loginLines(target), 'NOOP', 'NOOP', 'NOOP', 'QUIT'])} & sleep 2; ${typed(target, 'pop3', [...loginLines(target), 'QUIT'])}; wait`,
    async run(context) {
      return inMailbox(context, 0, async () => {
        const first = await Pop3Talk.entered(context)
        const second = await Pop3Talk.open(context)
        const { name, password } = accountOf(context.target)
        await second.ask(`USER ${name}`)
        await second.dialogue.sendSecret(`PASS ${password}\r\n`)
        const waits = await second.dialogue.isSilent(MOMENT)
        const early = waits ? '' : await second.status('PASS')
        const kept = await first.ask('NOOP')
        await first.quit()
        const last = waits
          ? await second.status('PASS')
          : await Pop3Talk.entered(context).then((talk) => talk.quit())
        return found(
          claim(
            {
              en: 'The second session does not get in beside the first',
              es: 'La segunda sesión no entra junto a la primera',
            },
            !isOk(early),
            { expected: '-ERR [IN-USE]', actual: early, at: 0 },
            2,
          ),
          succeeds('NOOP', kept),
          claim(
            {
              en: 'Behind the first session the mailbox is free',
              es: 'Tras la primera sesión el buzón queda libre',
            },
            isOk(last),
            { expected: '+OK', actual: last, at: 0 },
          ),
        )
      })
    },
  }),
  pop3Case({
    id: 'lock-of-one',
    title: { en: 'Two accounts can be in at the same time', es: 'Dos cuentas pueden estar a la vez' },
    points: 2,
    applies: ({ accounts }) => accounts.length > 1,
    reference: 'RFC 1939 §4',
    hint: { en: 'Each mailbox has a lock of its own.', es: 'Cada buzón tiene su propio bloqueo.' },
    reproduce: (target) =>
      `${typed(target, 'pop3', [...loginLines(target), 'NOOP', 'NOOP', 'NOOP', 'QUIT'])} & sleep 2; ${typed(target, 'pop3', [...loginLines(target, 1), 'QUIT'])}; wait`,
    async run(context) {
      return inMailbox(context, 0, () =>
        inMailbox(context, 1, async () => {
          const first = await Pop3Talk.entered(context)
          const second = await Pop3Talk.open(context)
          const status = await second.login(accountOf(context.target, 1))
          if (isOk(status)) await second.quit()
          await first.quit()
          return found(succeeds('PASS', status))
        }),
      )
    },
  }),
]
