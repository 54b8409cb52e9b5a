/** Cases of POP3 about how commands are written, and about TLS. */
import { CheckFailure, type CheckCase } from '../../../lab/check.ts'
import { NOTHING, same } from '../../../lab/kit/assertion.ts'
import { accountOf, claim, found } from './claim.ts'
import { atOnce, injected, passwordOf, typed, typedOverTls } from './command.ts'
import { inMailbox } from './maildrop.ts'
import { loginLines, pop3Case } from './pop3-case.ts'
import { fails, isOk, Pop3Talk, succeeds } from './pop3-talk.ts'

/** Octets of an answer at most, without its end (RFC 1939 §3). */
const LONGEST = 510

/** The cases, in the order in which a person would try them. */
export const wordCases: readonly CheckCase[] = [
  pop3Case({
    id: 'unknown-command',
    needs: ['greeting'],
    title: {
      en: 'An unknown command is -ERR, and the session goes on',
      es: 'Una orden desconocida es -ERR, y la sesión sigue',
    },
    reference: 'RFC 1939 §3',
    hint: { en: 'Answer each line, even an empty one.', es: 'Responde a cada línea, incluso a una vacía.' },
    say: ['FOO bar'],
    async run(context) {
      const talk = await Pop3Talk.open(context)
      const status = await talk.ask('FOO bar')
      return found(fails('FOO bar', status), succeeds('QUIT', await talk.quit()))
    },
  }),
  pop3Case({
    id: 'verb-case',
    title: {
      en: 'Letter case does not matter in keywords',
      es: 'Las mayúsculas no importan en las palabras clave',
    },
    reference: 'RFC 1939 §3',
    hint: {
      en: 'Compare keywords after turning them to upper case.',
      es: 'Compara las palabras clave tras pasarlas a mayúsculas.',
    },
    reproduce: (target) =>
      typed(target, 'pop3', [
        `user ${accountOf(target).name}`,
        { shell: `pAsS ${passwordOf()}` },
        'sTaT',
        'quit',
      ]),
    async run(context) {
      const { name, password } = accountOf(context.target)
      return inMailbox(context, 0, async () => {
        const talk = await Pop3Talk.open(context)
        const user = await talk.ask(`user ${name}`)
        const pass = await talk.askSecret(`pAsS ${password}`)
        const stat = await talk.ask('sTaT')
        return found(
          succeeds('user', user),
          succeeds('pAsS', pass),
          succeeds('sTaT', stat),
          succeeds('quit', await talk.ask('quit')),
        )
      })
    },
  }),
  pop3Case({
    id: 'pipelining',
    title: {
      en: 'Commands sent at once are answered in order',
      es: 'Las órdenes enviadas de golpe se responden en orden',
    },
    reference: 'RFC 2449 §6.6',
    hint: {
      en: 'Keep what has come behind a command for the next one.',
      es: 'Guarda para la siguiente orden lo que llegó tras una.',
    },
    say: [atOnce('NOOP', 'RETR 99999', 'STAT', 'QUIT')],
    async run(context) {
      return inMailbox(context, 0, async () => {
        const talk = await Pop3Talk.entered(context)
        await talk.dialogue.send('NOOP\r\nRETR 99999\r\nSTAT\r\nQUIT\r\n')
        const answers: string[] = []
        for (const verb of ['NOOP', 'RETR', 'STAT', 'QUIT'])
          answers.push((await talk.status(verb)).split(' ')[0] ?? '')
        return found(
          same(
            { en: 'Four commands have four answers', es: 'Cuatro órdenes tienen cuatro respuestas' },
            '+OK -ERR +OK +OK',
            answers.join(' '),
          ),
        )
      })
    },
  }),
  pop3Case({
    id: 'line-ends',
    needs: ['greeting'],
    title: {
      en: 'Answers end with CR LF, and are no longer than 512 octets',
      es: 'Las respuestas acaban en CR LF, y no pasan de 512 octetos',
    },
    reference: 'RFC 1939 §3',
    hint: { en: 'Write `\\r\\n`, not `\\n`.', es: 'Escribe `\\r\\n`, no `\\n`.' },
    reproduce: (target) =>
      `${typed(target, 'pop3', [`USER ${accountOf(target).name}`, 'FOO', 'QUIT'])} | od -c`,
    async run(context) {
      const talk = await Pop3Talk.open(context)
      const lines: string[] = []
      for (const line of [`USER ${accountOf(context.target).name}`, 'FOO', 'QUIT']) {
        const status = await talk.ask(line)
        const most = status.length <= LONGEST ? `≤ ${LONGEST}` : String(status.length)
        lines.push(`${most} ${talk.dialogue.ending === '\r\n' ? 'CR LF' : 'LF'}`)
      }
      return found(
        same(
          { en: 'Three answers', es: 'Tres respuestas' },
          Array.from({ length: 3 }, () => `≤ ${LONGEST} CR LF`).join(', '),
          lines.join(', '),
        ),
      )
    },
  }),
  pop3Case({
    id: 'stls',
    needs: ['greeting'],
    title: { en: 'STLS is listed, and works', es: 'STLS figura, y funciona' },
    points: 2,
    reference: 'RFC 2595 §4',
    hint: {
      en: 'Answer +OK, then begin the handshake with the next octet.',
      es: 'Responde +OK, y empieza la negociación con el octeto siguiente.',
    },
    reproduce: (target) => typedOverTls(target, 'pop3', ['CAPA', ...loginLines(target), 'QUIT'], 'pop3'),
    async run(context) {
      const talk = await Pop3Talk.open(context)
      const { lines } = await talk.list('CAPA')
      const isListed = claim({ en: 'CAPA lists it', es: 'Figura en CAPA' }, lines.includes('STLS'), {
        expected: 'STLS',
        actual: lines.join(' '),
      })
      if (!lines.includes('STLS')) return found(isListed)
      await talk.must('STLS')
      await talk.dialogue.startTls()
      const version = talk.dialogue.tls?.version ?? ''
      const again = await talk.list('CAPA')
      const login = await inMailbox(context, 0, async () => {
        const status = await talk.login(accountOf(context.target))
        if (isOk(status)) await talk.quit()
        return status
      })
      return found(
        isListed,
        claim(
          { en: 'TLS 1.2 or 1.3 is agreed on', es: 'Se acuerda TLS 1.2 o 1.3' },
          /^TLSv1\.[23]$/.test(version),
          { expected: 'TLSv1.3', actual: version },
        ),
        claim({ en: 'It is not listed again', es: 'No figura otra vez' }, !again.lines.includes('STLS'), {
          expected: NOTHING,
          actual: 'STLS',
        }),
        succeeds('PASS', login),
      )
    },
  }),
  pop3Case({
    id: 'stls-late',
    title: { en: 'STLS is refused behind the login', es: 'STLS se rechaza tras iniciar sesión' },
    reference: 'RFC 2595 §4',
    hint: {
      en: 'It belongs to the state before the login.',
      es: 'Es del estado anterior al inicio de sesión.',
    },
    say: ['STLS'],
    async run(context) {
      return inMailbox(context, 0, async () => {
        const talk = await Pop3Talk.entered(context)
        const status = await talk.ask('STLS')
        if (!isOk(status)) await talk.quit()
        return found(fails('STLS', status))
      })
    },
  }),
  pop3Case({
    id: 'stls-injection',
    needs: ['stls'],
    title: {
      en: 'What stands behind STLS in clear is not obeyed',
      es: 'No se obedece lo que sigue a STLS en claro',
    },
    reference: 'RFC 2595 §4; CVE-2021-38371',
    hint: {
      en: 'Throw away what has come before the handshake.',
      es: 'Tira lo que llegó antes de la negociación.',
    },
    reproduce: (target) => injected(target, 'pop3', 'STLS\\r\\nCAPA'),
    async run(context) {
      const talk = await Pop3Talk.open(context)
      await talk.dialogue.send('STLS\r\nCAPA\r\n')
      const title = {
        en: 'CAPA in clear has no answer under TLS',
        es: 'CAPA en claro no tiene respuesta bajo TLS',
      }
      const go = await talk.status('STLS')
      if (!isOk(go)) return found(claim(title, true, { expected: NOTHING, actual: go }))
      const isSilent = await talk.dialogue.startTls().then(
        () => talk.dialogue.isSilent(150),
        // To break it off is right, too.
        (error: unknown) => error instanceof CheckFailure,
      )
      const hasLeft = !isSilent && (await talk.dialogue.closes(0))
      return found(claim(title, isSilent || hasLeft, { expected: NOTHING, actual: '+OK' }))
    },
  }),
  pop3Case({
    id: 'pop3s',
    needs: [],
    endpoints: ['pop3s'],
    title: {
      en: 'Port 995 speaks TLS from the first octet',
      es: 'El puerto 995 habla TLS desde el primer octeto',
    },
    reference: 'RFC 8314 §3.2',
    hint: { en: 'The handshake comes before the greeting.', es: 'La negociación va antes del saludo.' },
    reproduce: (target) => typedOverTls(target, 'pop3s', [...loginLines(target), 'QUIT']),
    async run(context) {
      return inMailbox(context, 0, async () => {
        const talk = await Pop3Talk.open(context, 'pop3s', { tls: {} })
        const status = await talk.login(accountOf(context.target))
        if (isOk(status)) await talk.quit()
        return found(
          claim({ en: 'The greeting is +OK', es: 'El saludo es +OK' }, isOk(talk.greeting), {
            expected: '+OK',
            actual: talk.greeting,
            at: 0,
          }),
          succeeds('PASS', status),
        )
      })
    },
  }),
]
