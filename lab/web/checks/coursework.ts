/** Cases: what the coursework itself demands of its GET-only server, beyond what HTTP demands of every server. */
import type { Assertion, CheckCase, CheckContext } from '../../check.ts'
import { holds, same } from '../../kit/assertion.ts'
import type { Text } from '../../service.ts'
import { asking, closing, fieldIs, goesOn, probing, statusIs } from './case.ts'
import { ask, curl, ENDPOINT, netcat, readAnswer, request, valueOf } from './talk.ts'
import { staysInside } from './paths.ts'

/** Milliseconds that an idle connection is kept, at least and at most. */
const KEPT = [8500, 12_500] as const
/** Milliseconds within which a server that said so must have closed. */
const SOON = 2000

/** A method that the server refuses, and the connection goes on. */
function refusesMethod(method: string, statuses: readonly [number, ...number[]]): CheckCase {
  const id = `method-${method.toLowerCase()}`
  return probing({
    id,
    title: {
      en: `${method} is refused, and the connection goes on`,
      es: `${method} se rechaza, y la conexión sigue`,
    },
    reference: statuses[0] === 501 ? 'RFC 9110 §15.6.2' : 'RFC 9110 §15.5.6',
    hint: {
      en: 'Only GET is served: 405 with Allow: GET, or 501 for a method that nobody knows.',
      es: 'Solo se sirve GET: 405 con Allow: GET, o 501 para un método que nadie conoce.',
    },
    reproduce: (target) => curl(target, '/', method === 'HEAD' ? '-I' : `-i -X ${method}`),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target, { method }))
      const answer = await readAnswer(dialogue, method)
      const allow = valueOf(answer, 'allow')
      return [
        statusIs(answer, statuses, 2),
        ...(answer.status === 405 ? [same({ en: 'Allow', es: 'Allow' }, 'GET', allow ?? 'no Allow')] : []),
        await goesOn(dialogue, context.target),
      ]
    },
  })
}

/** What is wrong with a request, after which nobody knows where the next one begins. */
function refusesAndCloses(
  id: string,
  raw: string,
  statuses: readonly [number, ...number[]],
  title: Text,
  reference: string,
): CheckCase {
  return probing({
    id,
    title,
    reference,
    hint: {
      en: 'An error page with the status, Connection: close, and then the end.',
      es: 'Una página de error con el estado, Connection: close, y después el final.',
    },
    reproduce: (target) => netcat(target, raw),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(raw)
      const answer = await readAnswer(dialogue)
      return [
        statusIs(answer, statuses, 2),
        fieldIs(answer, 'Content-Type', /^text\/html\b/i, 'text/html'),
        ...closing(answer, await dialogue.closes(SOON)),
      ]
    },
  })
}

/** Methods, and errors that end the connection. */
export const refusalCases: readonly CheckCase[] = [
  refusesMethod('POST', [405]),
  refusesMethod('PUT', [405]),
  refusesMethod('DELETE', [405]),
  refusesMethod('HEAD', [405]),
  refusesMethod('BREW', [501, 405]),
  refusesAndCloses(
    'error-version',
    'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
    [505],
    {
      en: 'A version that is not served is answered with 505, and the connection ends',
      es: 'Una versión que no se sirve se responde con 505, y la conexión termina',
    },
    'RFC 9110 §15.6.6',
  ),
  refusesAndCloses(
    'error-line',
    'GET\r\n\r\n',
    [400],
    {
      en: 'A request line that is none is answered with 400, and the connection ends',
      es: 'Una línea de petición que no lo es se responde con 400, y la conexión termina',
    },
    'RFC 9112 §3',
  ),
  refusesAndCloses(
    'error-field',
    'GET / HTTP/1.1\r\nHost: a\r\nno field at all\r\n\r\n',
    [400],
    {
      en: 'A header line that is no field is answered with 400, and the connection ends',
      es: 'Una línea de cabecera que no es un campo se responde con 400, y la conexión termina',
    },
    'RFC 9112 §5',
  ),
  refusesAndCloses(
    'error-name',
    'GET / HTTP/1.1\r\nHost: a\r\nBad(Name: b\r\n\r\n',
    [400],
    {
      en: 'A field name with a bracket is answered with 400, and the connection ends',
      es: 'Un nombre de campo con un paréntesis se responde con 400, y la conexión termina',
    },
    'RFC 9110 §5.1',
  ),
  refusesAndCloses(
    'error-host',
    'GET / HTTP/1.1\r\nAccept: */*\r\n\r\n',
    [400],
    {
      en: 'A request without Host is answered with 400, and the connection ends',
      es: 'Una petición sin Host se responde con 400, y la conexión termina',
    },
    'RFC 9112 §3.2',
  ),
]

/** Paths and files. */
export const fileCases: readonly CheckCase[] = [
  probing({
    id: 'forbidden-path',
    title: {
      en: 'A path out of the site is forbidden',
      es: 'Una ruta fuera del sitio está prohibida',
    },
    points: 3,
    reference: 'RFC 9110 §15.5.4',
    hint: {
      en: '403: the folder may not be entered, whether something is there or not.',
      es: '403: no se puede entrar en la carpeta, haya algo en ella o no.',
    },
    reproduce: (target) => curl(target, '/../outside.txt'),
    async run(context) {
      const paths = ['/../outside.txt', '/folder/../../outside.txt', '/%2e%2e/outside.txt']
      const inside = await Promise.all(paths.map((path) => staysInside(context, path)))
      const statuses = await Promise.all(paths.slice(0, 2).map((path) => forbids(context, path)))
      return [...inside.flat(), ...statuses]
    },
  }),
  asking({
    id: 'type-unsupported',
    title: {
      en: 'A file whose extension is not served is refused',
      es: 'Un fichero cuya extensión no se sirve se rechaza',
    },
    reference: 'RFC 9110 §15.5.16',
    hint: {
      en: 'The server knows a list of extensions; 415, 403 or 404 for the others.',
      es: 'El servidor conoce una lista de extensiones; 415, 403 o 404 para las demás.',
    },
    request: (target) => request(target, { path: '/program.xyz' }),
    judge: (answer) => [statusIs(answer, [415, 403, 404])],
  }),
]

async function forbids(context: CheckContext, path: string): Promise<Assertion> {
  return statusIs(await ask(context, request(context.target, { path })), [403])
}

/** Connections that are kept ten seconds. */
export const persistenceCases: readonly CheckCase[] = [
  probing({
    id: 'persistence',
    title: {
      en: 'A connection without requests is closed after ten seconds',
      es: 'Una conexión sin peticiones se cierra a los diez segundos',
    },
    points: 4,
    reference: 'RFC 9112 §9.5',
    hint: {
      en: 'select() with a timeout of ten seconds, set anew for each request.',
      es: 'select() con un plazo de diez segundos, puesto de nuevo para cada petición.',
    },
    reproduce: (target) => `time (${netcat(target, request(target)).replace(' | nc -N', '; sleep 20) | nc')}`,
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target))
      const answer = await readAnswer(dialogue)
      const begun = performance.now()
      const hasClosed = await dialogue.closes(KEPT[1])
      const took = performance.now() - begun
      const shown = hasClosed ? `${(took / 1000).toFixed(1)} s` : `open after ${KEPT[1] / 1000} s`
      return [
        statusIs(answer, [200]),
        holds(
          { en: 'it is still there after 8.5 s', es: 'sigue ahí a los 8,5 s' },
          took >= KEPT[0],
          '10 s',
          shown,
          2,
        ),
        holds(
          { en: 'it is closed after that, within 12.5 s', es: 'se cierra después, antes de los 12,5 s' },
          hasClosed && took >= KEPT[0],
          '10 s',
          shown,
          2,
        ),
      ]
    },
  }),
  probing({
    id: 'persistence-renewed',
    title: {
      en: 'Each request gives the connection ten seconds more',
      es: 'Cada petición da a la conexión diez segundos más',
    },
    points: 2,
    reference: 'RFC 9112 §9.5',
    hint: {
      en: 'The time counts from the last answer, not from the beginning of the connection.',
      es: 'El tiempo cuenta desde la última respuesta, no desde el comienzo de la conexión.',
    },
    reproduce: (target) =>
      `(${netcat(target, request(target)).split(' | ')[0] ?? ''}; sleep 5.3; ${netcat(target, request(target)).split(' | ')[0] ?? ''}; sleep 5.3; ${netcat(target, request(target)).replace(' | ', ') | ')}`,
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      const assertions: Assertion[] = []
      for (const path of ['/page.html', '/other.html', '/page.html'] as const) {
        if (assertions.length > 0) await context.wait(5300)
        assertions.push(await goesOn(dialogue, context.target, path))
      }
      return assertions
    },
  }),
]
