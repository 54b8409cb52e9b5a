/** Cases of POP3 about what is deleted, and when. */
import type { Assertion, CheckCase, CheckContext } from '../../../lab/check.ts'
import { NOTHING, same } from '../../../lab/kit/assertion.ts'
import { claim, found } from './claim.ts'
import { curlPop3, newest, swaks, typed } from './command.ts'
import { freshSubject, letter, numbersOf, post, withStock } from './maildrop.ts'
import { loginLines, pop3Case } from './pop3-case.ts'
import { fails, Pop3Talk, succeeds } from './pop3-talk.ts'

/** Milliseconds until which a mailbox is free again behind a connection that broke. */
const PATIENCE = 2000

/** What a session of its own says of the mailbox, in ids. */
async function idsOf(context: CheckContext): Promise<readonly string[]> {
  const talk = await Pop3Talk.entered(context)
  const { lines } = await talk.mustList('UIDL')
  await talk.quit()
  return lines.map((line) => line.split(' ')[1] ?? '')
}

/** The cases, in the order in which a person would try them. */
export const deletionCases: readonly CheckCase[] = [
  pop3Case({
    id: 'dele',
    title: { en: 'DELE marks a message, once', es: 'DELE marca un mensaje, una vez' },
    points: 2,
    reference: 'RFC 1939 §5',
    hint: {
      en: 'A second DELE of the same number is -ERR.',
      es: 'Un segundo DELE del mismo número es -ERR.',
    },
    say: ['DELE 1', 'DELE 1', 'RSET'],
    async run(context) {
      return withStock(context, async ({ talk, numbers: [number = 1] }) => {
        const first = await talk.ask(`DELE ${number}`)
        const second = await talk.ask(`DELE ${number}`)
        await talk.ask('RSET')
        await talk.quit()
        return found(
          succeeds(`DELE ${number}`, first),
          fails({ en: `DELE ${number}, again`, es: `DELE ${number}, otra vez` }, second),
        )
      })
    },
  }),
  pop3Case({
    id: 'deleted-gone',
    title: {
      en: 'A message that was marked is out of all answers',
      es: 'Un mensaje marcado queda fuera de toda respuesta',
    },
    points: 2,
    reference: 'RFC 1939 §5',
    hint: { en: 'RETR, TOP, LIST and UIDL of it are -ERR.', es: 'RETR, TOP, LIST y UIDL de él son -ERR.' },
    say: ['DELE 1', 'LIST 1', 'UIDL 1', 'TOP 1 0', 'RETR 1', 'RSET'],
    async run(context) {
      return withStock(context, async ({ talk, numbers: [number = 1] }) => {
        await talk.must(`DELE ${number}`)
        const statuses: Assertion[] = []
        context.keep(statuses, 4)
        for (const line of [`LIST ${number}`, `UIDL ${number}`, `TOP ${number} 0`, `RETR ${number}`]) {
          const status =
            line.startsWith('RETR') || line.startsWith('TOP')
              ? (await talk.list(line)).status
              : await talk.ask(line)
          statuses.push(fails(line, status))
        }
        await talk.ask('RSET')
        await talk.quit()
        return found(...statuses)
      })
    },
  }),
  pop3Case({
    id: 'stat-after-dele',
    title: {
      en: 'STAT and LIST count without what was marked; numbers stay',
      es: 'STAT y LIST cuentan sin lo marcado; los números se quedan',
    },
    points: 2,
    reference: 'RFC 1939 §5',
    hint: { en: 'Do not renumber within a session.', es: 'No renumeres dentro de una sesión.' },
    say: ['STAT', 'LIST', 'DELE 1', 'STAT', 'LIST', 'RSET'],
    async run(context) {
      return withStock(context, async ({ talk, numbers: [number = 1] }) => {
        const before = await talk.stat()
        const all = await talk.mustList('LIST')
        await talk.must(`DELE ${number}`)
        const after = await talk.stat()
        const left = await talk.mustList('LIST')
        await talk.ask('RSET')
        await talk.quit()
        const size = Number(all.lines.find((line) => line.startsWith(`${number} `))?.split(' ')[1])
        const rest = all.lines.filter((line) => !line.startsWith(`${number} `))
        return found(
          same(
            { en: 'STAT', es: 'STAT' },
            `${before.count - 1} ${before.octets - size}`,
            `${after.count} ${after.octets}`,
          ),
          same({ en: 'LIST', es: 'LIST' }, rest.join(', '), left.lines.join(', ')),
        )
      })
    },
  }),
  pop3Case({
    id: 'rset',
    title: { en: 'RSET takes all marks away', es: 'RSET quita todas las marcas' },
    reference: 'RFC 1939 §5',
    hint: {
      en: 'Behind RSET all is as it was at the login.',
      es: 'Tras RSET todo está como al iniciar sesión.',
    },
    say: ['STAT', 'DELE 1', 'RSET', 'STAT', 'LIST 1'],
    async run(context) {
      return withStock(context, async ({ talk, numbers: [number = 1] }) => {
        const before = await talk.stat()
        await talk.must(`DELE ${number}`)
        const reset = await talk.ask('RSET')
        const after = await talk.stat()
        const list = await talk.ask(`LIST ${number}`)
        await talk.quit()
        return found(
          succeeds('RSET', reset),
          same(
            { en: 'STAT is as before', es: 'STAT es como antes' },
            before.status.split(' ').slice(0, 3).join(' '),
            after.status.split(' ').slice(0, 3).join(' '),
          ),
          succeeds(`LIST ${number}`, list),
        )
      })
    },
  }),
  pop3Case({
    id: 'quit-deletes',
    title: { en: 'QUIT deletes what was marked, and nothing else', es: 'QUIT borra lo marcado, y nada más' },
    points: 3,
    endpoints: ['pop3', 'smtp'],
    reference: 'RFC 1939 §6',
    hint: {
      en: 'Take the marked messages away at QUIT, before you answer it.',
      es: 'Quita los mensajes marcados en QUIT, antes de responder.',
    },
    // A message of its own, so that nobody loses one.
    reproduce: (target) =>
      `${swaks(target)} && sleep 1 && ${curlPop3(target)} && ${curlPop3(target, { words: `-s -I -X "DELE ${newest(target)}"` })}; ${curlPop3(target)}`,
    async run(context) {
      const subject = freshSubject(context)
      return withStock(context, async ({ talk, numbers }) => {
        await talk.quit()
        await post(context, [letter(context.target, subject)])
        const { session, number } = await awaited(context, subject, numbers.length)
        const { lines } = await session.mustList('UIDL')
        const id = lines.find((line) => line.startsWith(`${number} `))?.split(' ')[1] ?? ''
        const others = lines.map((line) => line.split(' ')[1] ?? '').filter((each) => each !== id)
        await session.must(`DELE ${number}`)
        const quit = await session.quit()
        const left = await idsOf(context)
        return found(
          succeeds('QUIT', quit),
          claim(
            { en: 'The message is gone', es: 'El mensaje ya no está' },
            !left.includes(id),
            { expected: NOTHING, actual: id },
            2,
          ),
          claim(
            { en: 'All others are there', es: 'Los demás están' },
            others.every((each) => left.includes(each)),
            { expected: others.join(' '), actual: left.join(' ') },
          ),
        )
      })
    },
  }),
  pop3Case({
    id: 'drop-keeps',
    title: { en: 'A connection that breaks deletes nothing', es: 'Una conexión que se corta no borra nada' },
    points: 3,
    reference: 'RFC 1939 §6',
    hint: {
      en: 'Only QUIT enters the state in which messages are deleted.',
      es: 'Solo QUIT entra en el estado en que se borran mensajes.',
    },
    // Without QUIT, nc just closes.
    reproduce: (target) =>
      `${typed(target, 'pop3', [...loginLines(target), 'UIDL', 'DELE 1'])}; ${curlPop3(target, { words: '-s -X UIDL' })}`,
    async run(context) {
      return withStock(context, async ({ talk, numbers: [number = 1] }) => {
        const { lines } = await talk.mustList('UIDL')
        const id = lines.find((line) => line.startsWith(`${number} `))?.split(' ')[1] ?? ''
        await talk.must(`DELE ${number}`)
        talk.dialogue.end()
        await talk.dialogue.closes(PATIENCE)
        const left = await idsOf(context)
        return found(
          claim({ en: 'The message is still there', es: 'El mensaje sigue ahí' }, left.includes(id), {
            expected: id,
            actual: left.join(' '),
          }),
        )
      })
    },
  }),
]

/** A session in which the message is there; where mail never comes, whatever is at the end of the mailbox. */
async function awaited(
  context: CheckContext,
  subject: string,
  fallback: number,
): Promise<{ readonly session: Pop3Talk; readonly number: number }> {
  for (const end = performance.now() + PATIENCE; ; await context.wait(30)) {
    const session = await Pop3Talk.entered(context)
    const number = (await numbersOf(session, subject)).get(subject)
    if (number !== undefined) return { session, number }
    if (performance.now() > end) return { session, number: fallback }
    await session.quit()
  }
}
