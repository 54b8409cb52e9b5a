/** Cases: what the coursework itself demands of its GET-only server, beyond what HTTP demands of every server. */
import type { Assertion, CheckCase, CheckContext } from '../../check.ts'
import { closed, holds, same, without } from '../../kit/assertion.ts'
import type { Said } from '../../kit/dissect/said.ts'
import type { Text } from '../../service.ts'
import { asking, closing, fieldIs, goesOn, probing, statusIs } from './case.ts'
import {
  ask,
  curl,
  ENDPOINT,
  netcat,
  placeOf,
  printed,
  readAnswer,
  request,
  sentTo,
  valueOf,
} from './talk.ts'
import { staysInside } from './paths.ts'

/** Milliseconds that an idle connection is kept, at least and at most. */
const KEPT = [8500, 12_500] as const
/** Milliseconds within which a server that said so must have closed. */
const SOON = 2000

/** A method that the server refuses, and the connection goes on: 405, or 501 from one that implements GET alone (RFC 9110 §9.1). */
function refusesMethod(method: string, reference = 'RFC 9110 §15.5.6'): CheckCase {
  const id = `method-${method.toLowerCase()}`
  return probing({
    id,
    title: {
      en: `${method} is refused, and the connection goes on`,
      es: `${method} se rechaza, y la conexión sigue`,
    },
    reference,
    hint: {
      en: 'Only GET is served: 405 with Allow: GET, or 501 for a method that the server does not know.',
      es: 'Solo se sirve GET: 405 con Allow: GET, o 501 para un método que el servidor no conoce.',
    },
    reproduce: (target) => curl(target, '/', method === 'HEAD' ? '-I' : `-i -X ${method}`),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target, { method }))
      const answer = await readAnswer(dialogue, method)
      const allow = valueOf(answer, 'allow')
      return [
        statusIs(answer, [405, 501], 2),
        ...(answer.status === 405
          ? [same({ en: 'Allow', es: 'Allow' }, 'GET', allow ?? without('Allow'))]
          : []),
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
  refusesMethod('POST'),
  refusesMethod('PUT'),
  refusesMethod('DELETE'),
  refusesMethod('HEAD'),
  refusesMethod('BREW', 'RFC 9110 §15.6.2'),
  refusesAndCloses(
    'error-version',
    'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
    [505, 400],
    {
      en: 'A version that is not served is refused, and the connection ends',
      es: 'Una versión que no se sirve se rechaza, y la conexión termina',
    },
    'RFC 9110 §15.6.6',
  ),
  probing({
    id: 'version-1.0',
    title: {
      en: 'A request in HTTP/1.0, served or refused, ends the connection',
      es: 'Una petición en HTTP/1.0, se sirva o se rechace, termina la conexión',
    },
    reference: 'RFC 9112 §9.3',
    hint: {
      en: 'Clients of HTTP/1.0 take the end of the connection for that of the answer. 505 is right for a server that knows HTTP/1.1 alone.',
      es: 'Los clientes de HTTP/1.0 toman el final de la conexión por el de la respuesta. 505 es correcto si el servidor solo conoce HTTP/1.1.',
    },
    reproduce: (target) => netcat(target, request(target, { path: '/page.html', version: 'HTTP/1.0' })),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target, { path: '/page.html', version: 'HTTP/1.0' }))
      const answer = await readAnswer(dialogue)
      const hasClosed = await dialogue.closes(SOON)
      return [
        statusIs(answer, [200, 505]),
        closed({ en: 'the server closes', es: 'el servidor cierra' }, hasClosed),
      ]
    },
  }),
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
    reproduce: (target) => {
      const { host, port } = placeOf(target)
      const sent = `GET / HTTP/1.1\\r\\nHost: ${target.domain}\\r\\n\\r\\n`
      return `python3 -c "import socket, time; s = socket.create_connection(('${host}', ${port})); s.sendall(b'${sent}'); t = time.time(); [*iter(lambda: s.recv(65536), b'')]; print(time.time() - t)"`
    },
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target))
      const answer = await readAnswer(dialogue)
      const begun = performance.now()
      const hasClosed = await dialogue.closes(KEPT[1])
      const took = performance.now() - begun
      const shown: Said = hasClosed
        ? `${(took / 1000).toFixed(1)} s`
        : { en: `still open after ${KEPT[1] / 1000} s`, es: `aún abierta a los ${KEPT[1] / 1000} s` }
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
    reproduce: (target) => {
      const once = printed(request(target))
      return `(${[once, once, once].join('; sleep 5.3; ')}) | ${sentTo(target)}`
    },
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
