/** Cases of POP3 about what lies in a mailbox, and how it is told. */
import type { Assertion, CheckCase } from '../../../lab/check.ts'
import { same } from '../../../lab/kit/assertion.ts'
import { claim, found } from './claim.ts'
import { curlPop3 } from './command.ts'
import { inMailbox, withStock } from './maildrop.ts'
import { pop3Case } from './pop3-case.ts'
import { fails, Pop3Talk, succeeds, type Listing } from './pop3-talk.ts'

/** Sessions that are compared. */
const SESSIONS = 6

/** Numbers that no message has; a server may hang up after too many of them, so they come in two sessions. */
const WRONG = [
  ['RETR 0', 'RETR 99999', 'RETR x', 'RETR'],
  ['DELE 0', 'DELE 99999', 'LIST 99999', 'UIDL 99999', 'TOP 1'],
]

const pairs = ({ lines }: Listing): string =>
  lines.map((line) => line.split(' ').slice(0, 2).join(' ')).join(', ')

/** The cases, in the order in which a person would try them. */
export const mailboxCases: readonly CheckCase[] = [
  pop3Case({
    id: 'stat',
    title: { en: 'STAT and LIST agree', es: 'STAT y LIST coinciden' },
    points: 2,
    reference: 'RFC 1939 §5',
    hint: {
      en: 'STAT is how many there are, and the sum of their octets.',
      es: 'STAT es cuántos hay, y la suma de sus octetos.',
    },
    say: ['STAT', 'LIST'],
    async run(context) {
      return withStock(context, async ({ talk }) => {
        const { count, octets } = await talk.stat()
        const { lines } = await talk.mustList('LIST')
        const sizes = lines.map((line) => Number(line.split(' ')[1]))
        const numbers = lines.map((line) => line.split(' ')[0]).join(' ')
        await talk.quit()
        return found(
          same({ en: 'As many messages', es: 'Tantos mensajes' }, String(lines.length), String(count)),
          same(
            { en: 'As many octets', es: 'Tantos octetos' },
            String(sizes.reduce((sum, size) => sum + size, 0)),
            String(octets),
          ),
          same(
            { en: 'Numbers count from 1', es: 'Los números cuentan desde 1' },
            lines.map((_, index) => index + 1).join(' '),
            numbers,
          ),
        )
      })
    },
  }),
  pop3Case({
    id: 'list-one',
    title: {
      en: 'LIST and UIDL with a number tell one line of the whole',
      es: 'LIST y UIDL con un número dan una línea del total',
    },
    reference: 'RFC 1939 §5, §7',
    hint: {
      en: 'One message has a one-line answer: `+OK 2 200`.',
      es: 'Un mensaje tiene respuesta de una línea: `+OK 2 200`.',
    },
    say: ['LIST', 'LIST 1', 'UIDL', 'UIDL 1'],
    async run(context) {
      return withStock(context, async ({ talk, numbers: [number = 1] }) => {
        const assertions: Assertion[] = []
        context.keep(assertions, 2)
        for (const command of ['LIST', 'UIDL']) {
          const { lines } = await talk.mustList(command)
          const line = lines.find((each) => each.startsWith(`${number} `)) ?? ''
          const one = await talk.ask(`${command} ${number}`)
          assertions.push(
            same(
              { en: `${command} ${number}`, es: `${command} ${number}` },
              `+OK ${line}`,
              one.split(' ').slice(0, 3).join(' '),
            ),
          )
        }
        await talk.quit()
        return found(...assertions)
      })
    },
  }),
  pop3Case({
    id: 'top',
    title: { en: 'TOP sends the header and so many lines', es: 'TOP envía la cabecera y tantas líneas' },
    reference: 'RFC 1939 §7',
    hint: {
      en: 'Header, empty line, then that many lines of the text.',
      es: 'Cabecera, línea vacía, y luego tantas líneas del texto.',
    },
    say: ['RETR 1', 'TOP 1 0', 'TOP 1 2'],
    async run(context) {
      return withStock(context, async ({ talk, numbers }) => {
        const number = numbers[2] ?? numbers[0] ?? 1
        const { lines } = await talk.mustList(`RETR ${number}`)
        const head = lines.indexOf('') + 1
        const assertions: Assertion[] = []
        context.keep(assertions, 3)
        for (const count of [0, 2, 1000]) {
          const top = await talk.list(`TOP ${number} ${count}`)
          assertions.push(
            same(
              { en: `TOP ${number} ${count}`, es: `TOP ${number} ${count}` },
              lines.slice(0, head + count).join('\n'),
              top.lines.join('\n'),
            ),
          )
        }
        await talk.quit()
        return found(...assertions)
      })
    },
  }),
  pop3Case({
    id: 'uidl',
    title: {
      en: 'Each message has a unique id of 1 to 70 printable characters',
      es: 'Cada mensaje tiene un identificador único de 1 a 70 caracteres imprimibles',
    },
    reference: 'RFC 1939 §7',
    hint: {
      en: 'The number of a message is no unique id.',
      es: 'El número de un mensaje no es un identificador único.',
    },
    say: ['STAT', 'UIDL'],
    async run(context) {
      return withStock(context, async ({ talk }) => {
        const { count } = await talk.stat()
        const { lines } = await talk.mustList('UIDL')
        await talk.quit()
        const strange = lines.find((line) => !/^\d+ [!-~]{1,70}$/.test(line))
        const ids = new Set(lines.map((line) => line.split(' ')[1]))
        return found(
          same({ en: 'Each has one', es: 'Cada uno tiene el suyo' }, String(count), String(lines.length)),
          same({ en: 'They differ', es: 'Son distintos' }, String(lines.length), String(ids.size)),
          claim({ en: 'They are printable', es: 'Son imprimibles' }, strange === undefined, {
            expected: '1 whqtswO00WBw418f9t5JxYwZ',
            actual: strange ?? '',
          }),
        )
      })
    },
  }),
  pop3Case({
    id: 'stable',
    title: {
      en: 'The next session finds the same messages with the same ids',
      es: 'La siguiente sesión encuentra los mismos mensajes con los mismos identificadores',
    },
    points: 2,
    reference: 'RFC 1939 §7',
    hint: {
      en: 'Keep the ids: a client fetches anew what has a new one.',
      es: 'Conserva los identificadores: un cliente vuelve a bajar lo que tiene uno nuevo.',
    },
    reproduce: (target) => `for session in 1 2 3; do ${curlPop3(target, { words: '-s -X UIDL' })}; done`,
    async run(context) {
      return withStock(context, async ({ talk }) => {
        let before = pairs(await talk.mustList('UIDL'))
        await talk.quit()
        let difference: readonly [expected: string, actual: string] | undefined
        for (let count = 1; count < SESSIONS && difference === undefined; count += 1) {
          const session = await Pop3Talk.entered(context)
          const now = pairs(await session.mustList('UIDL'))
          await session.quit()
          // What comes meanwhile stands behind the others.
          if (!`${now}, `.startsWith(`${before}, `)) difference = [before, now]
          before = now
        }
        const [expected = '', actual = ''] = difference ?? []
        return found(
          same(
            { en: `${SESSIONS} sessions see the same`, es: `${SESSIONS} sesiones ven lo mismo` },
            expected,
            actual,
          ),
        )
      })
    },
  }),
  pop3Case({
    id: 'wrong-arguments',
    title: {
      en: 'Numbers that no message has are -ERR',
      es: 'Los números que no tiene ningún mensaje son -ERR',
    },
    reference: 'RFC 1939 §5',
    hint: {
      en: 'Read the argument as a number, and look whether it is there.',
      es: 'Lee el argumento como número, y mira si existe.',
    },
    say: WRONG.flat(),
    async run(context) {
      return withStock(context, async ({ talk: first }) => {
        const assertions: Assertion[] = []
        context.keep(assertions, WRONG.flat().length)
        for (const lines of WRONG) {
          const talk = lines.includes('RETR') ? first : await Pop3Talk.entered(context)
          for (const line of lines) assertions.push(fails(line, await talk.ask(line)))
          // Where one was obeyed, nothing is to be lost by it.
          await talk.send('RSET')
          await talk.send('QUIT')
          await talk.dialogue.closes(1000)
        }
        return found(...assertions)
      })
    },
  }),
  pop3Case({
    id: 'noop',
    title: { en: 'NOOP is +OK', es: 'NOOP es +OK' },
    reference: 'RFC 1939 §5',
    hint: { en: 'It does nothing, and says so.', es: 'No hace nada, y lo dice.' },
    say: ['NOOP'],
    async run(context) {
      return inMailbox(context, 0, async () => {
        const talk = await Pop3Talk.entered(context)
        const status = await talk.ask('NOOP')
        await talk.quit()
        return found(succeeds('NOOP', status))
      })
    },
  }),
]
