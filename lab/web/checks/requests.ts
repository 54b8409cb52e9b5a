/** Cases: methods, versions and syntax of requests (RFC 9110 §9, RFC 9112 §2, §3, §5, §6). */
import type { CheckCase, CheckTarget } from '../../check.ts'
import { holds } from '../../kit/assertion.ts'
import type { Text } from '../../service.ts'
import { asking, bodyIs, goesOn, probing, statusIs } from './case.ts'
import { pages } from './site.ts'
import { ask, curl, ENDPOINT, netcat, readAnswer, request, saysClose, valueOf } from './talk.ts'

/** A request that must be refused with one of the statuses. */
export function refused(
  id: string,
  raw: (target: CheckTarget) => string,
  wanted: readonly [number, ...number[]],
  about: { readonly title: Text; readonly reference: string; readonly hint: Text; readonly points?: number },
): CheckCase {
  return asking({ id, ...about, request: raw, judge: (answer) => [statusIs(answer, wanted)] })
}

/** Methods other than GET. */
export const methodCases: readonly CheckCase[] = [
  asking({
    id: 'method-not-allowed',
    title: {
      en: 'A method that the page does not take is refused',
      es: 'Un método que la página no admite se rechaza',
    },
    points: 2,
    reference: 'RFC 9110 §15.5.6',
    hint: {
      en: '405 with the field Allow, which names the methods that do; 501 for methods that the server knows nowhere.',
      es: '405 con el campo Allow, que nombra los métodos que sí; 501 para métodos que el servidor no conoce en ninguna parte.',
    },
    request: (target) => request(target, { method: 'DELETE', path: '/page.html' }),
    judge: (answer) => [
      statusIs(answer, [405, 501], 3),
      holds(
        { en: '405 names the methods in Allow', es: '405 nombra los métodos en Allow' },
        answer.status === 501 || /\bGET\b/.test(valueOf(answer, 'allow') ?? ''),
        'Allow: GET',
        valueOf(answer, 'allow') ?? 'no Allow',
      ),
    ],
  }),
  refused('method-unknown', (target) => request(target, { method: 'BREW' }), [501, 405], {
    title: {
      en: 'A method that nobody knows is not implemented',
      es: 'Un método que nadie conoce no está implementado',
    },
    reference: 'RFC 9110 §15.6.2',
    hint: { en: '501 Not Implemented.', es: '501 Not Implemented.' },
  }),
  refused('method-letters', (target) => request(target, { method: 'get' }), [501, 405, 400], {
    title: { en: 'Methods are written in capitals', es: 'Los métodos se escriben en mayúsculas' },
    reference: 'RFC 9110 §9.1',
    hint: { en: 'get is another method than GET.', es: 'get es un método distinto de GET.' },
  }),
  probing({
    id: 'head',
    title: {
      en: 'The answer to HEAD has no body, whether it is served or refused',
      es: 'La respuesta a HEAD no tiene cuerpo, se sirva o se rechace',
    },
    points: 2,
    reference: 'RFC 9110 §9.3.2',
    hint: {
      en: 'The fields are those of GET, its Content-Length too; the next octet belongs to the next answer.',
      es: 'Los campos son los de GET, también su Content-Length; el siguiente octeto es de la siguiente respuesta.',
    },
    reproduce: (target) =>
      netcat(target, request(target, { method: 'HEAD' }) + request(target, { path: '/page.html' })),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target, { method: 'HEAD' }))
      const head = await readAnswer(dialogue, 'HEAD')
      const status = statusIs(head, [200, 405, 501])
      if (saysClose(head)) {
        const rest = await dialogue.rest()
        return [
          status,
          holds(
            { en: 'no body follows', es: 'no sigue ningún cuerpo' },
            rest.length === 0,
            '0 octets',
            `${rest.length} octets`,
          ),
        ]
      }
      return [status, await goesOn(dialogue, context.target)]
    },
  }),
]

/** Versions. */
export const versionCases: readonly CheckCase[] = [
  asking({
    id: 'version-later',
    title: {
      en: 'A later minor version is served as HTTP/1.1',
      es: 'Una versión menor posterior se sirve como HTTP/1.1',
    },
    reference: 'RFC 9112 §2.3',
    hint: { en: 'HTTP/1.9 differs in nothing that matters.', es: 'HTTP/1.9 no cambia nada que importe.' },
    request: (target) => request(target, { version: 'HTTP/1.9' }),
    judge: (answer) => [statusIs(answer, [200]), bodyIs(answer, pages['/index.html'])],
  }),
  refused('version-major', (target) => request(target, { version: 'HTTP/2.0' }), [505, 400], {
    title: {
      en: 'Another major version is refused',
      es: 'Otra versión mayor se rechaza',
    },
    reference: 'RFC 9110 §15.6.6',
    hint: { en: '505 HTTP Version Not Supported.', es: '505 HTTP Version Not Supported.' },
  }),
  refused('version-syntax', (target) => request(target, { version: 'HTTP/one' }), [400, 505], {
    title: {
      en: 'What is no version is a wrong request',
      es: 'Lo que no es una versión es una petición incorrecta',
    },
    reference: 'RFC 9112 §2.3',
    hint: { en: 'HTTP/, one digit, a dot, one digit.', es: 'HTTP/, una cifra, un punto, una cifra.' },
  }),
]

/** What is wrong in a line of a request. */
export const syntaxCases: readonly CheckCase[] = [
  refused('line-short', () => 'GET\r\n\r\n', [400], {
    title: {
      en: 'A request line without a target is refused',
      es: 'Una línea de petición sin destino se rechaza',
    },
    reference: 'RFC 9112 §3',
    hint: {
      en: 'Method, target, version: 400 without one.',
      es: 'Método, destino, versión: 400 si falta uno.',
    },
  }),
  refused('line-blank', (target) => request(target, { path: '/page.html x' }), [400], {
    title: {
      en: 'A request line with a fourth word is refused',
      es: 'Una línea de petición con una cuarta palabra se rechaza',
    },
    reference: 'RFC 9112 §3',
    hint: {
      en: 'A blank in a path is written %20.',
      es: 'Un espacio en una ruta se escribe %20.',
    },
  }),
  refused('field-blank', ({ domain }) => `GET / HTTP/1.1\r\nHost : ${domain}\r\n\r\n`, [400], {
    title: {
      en: 'A blank before the colon of a field is refused',
      es: 'Un espacio ante los dos puntos de un campo se rechaza',
    },
    reference: 'RFC 9112 §5.1',
    hint: {
      en: 'Two servers that read such a field differently can be played off against each other.',
      es: 'Dos servidores que lean distinto un campo así se pueden enfrentar entre sí.',
    },
  }),
  refused('field-colon', (target) => request(target, { more: 'nonsense\r\n' }), [400], {
    title: { en: 'A field without a colon is refused', es: 'Un campo sin dos puntos se rechaza' },
    reference: 'RFC 9112 §5',
    hint: { en: 'Name, colon, value: 400 otherwise.', es: 'Nombre, dos puntos, valor: 400 si no.' },
  }),
  refused('field-zero', (target) => request(target, { more: 'X-Zero: a\0b\r\n' }), [400], {
    title: { en: 'A zero in a field is refused', es: 'Un cero en un campo se rechaza' },
    reference: 'RFC 9110 §5.5',
    hint: {
      en: 'In C a string ends at it: what stands behind would go unseen.',
      es: 'En C una cadena termina en él: lo que hay detrás no se vería.',
    },
  }),
  refused('host-missing', () => 'GET / HTTP/1.1\r\n\r\n', [400], {
    title: { en: 'HTTP/1.1 without Host is refused', es: 'HTTP/1.1 sin Host se rechaza' },
    points: 2,
    reference: 'RFC 9112 §3.2',
    hint: {
      en: 'Host tells which of several sites is meant.',
      es: 'Host dice de cuál de varios sitios se trata.',
    },
  }),
  refused('host-twice', (target) => request(target, { more: 'Host: other.example\r\n' }), [400], {
    title: { en: 'Two Host fields are refused', es: 'Dos campos Host se rechazan' },
    reference: 'RFC 9112 §3.2',
    hint: { en: 'Which of them should count?', es: '¿Cuál de ellos debería contar?' },
  }),
  refused('host-syntax', () => 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', [400], {
    title: { en: 'A Host that is none is refused', es: 'Un Host que no lo es se rechaza' },
    reference: 'RFC 9112 §3.2',
    hint: {
      en: 'A name or an address, and perhaps a port.',
      es: 'Un nombre o una dirección, y quizá un puerto.',
    },
  }),
  refused('line-long', (target) => request(target, { path: `/${'a'.repeat(20_000)}` }), [414, 400, 431], {
    title: {
      en: 'A target of 20,000 octets is refused, not obeyed',
      es: 'Un destino de 20.000 octetos se rechaza, no se atiende',
    },
    reference: 'RFC 9110 §15.5.15',
    hint: {
      en: '414 URI Too Long; whoever reads into a fixed buffer must know its end.',
      es: '414 URI Too Long; quien lee en un buffer fijo debe conocer su final.',
    },
  }),
  refused(
    'head-long',
    (target) => request(target, { more: `X-Long: ${'a'.repeat(60_000)}\r\n` }),
    [431, 400, 413],
    {
      title: {
        en: 'A field of 60,000 octets is refused',
        es: 'Un campo de 60.000 octetos se rechaza',
      },
      reference: 'RFC 6585 §5',
      hint: { en: '431 Request Header Fields Too Large.', es: '431 Request Header Fields Too Large.' },
    },
  ),
  refused('length-syntax', (target) => request(target, { more: 'Content-Length: 1x\r\n' }) + 'a', [400], {
    title: {
      en: 'A Content-Length that is no number is refused',
      es: 'Un Content-Length que no es un número se rechaza',
    },
    reference: 'RFC 9112 §6.3',
    hint: { en: 'Digits alone.', es: 'Solo cifras.' },
  }),
  refused(
    'length-twice',
    (target) => request(target, { more: 'Content-Length: 1\r\nContent-Length: 2\r\n' }) + 'ab',
    [400],
    {
      title: { en: 'Two lengths that differ are refused', es: 'Dos longitudes distintas se rechazan' },
      reference: 'RFC 9112 §6.3',
      hint: {
        en: 'Nobody could tell where the next request begins.',
        es: 'Nadie sabría dónde empieza la siguiente petición.',
      },
    },
  ),
  refused(
    'length-and-chunks',
    (target) =>
      request(target, { more: 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n' }) + '0\r\n\r\n',
    [400],
    {
      title: {
        en: 'A length together with chunks is refused',
        es: 'Una longitud junto con fragmentos se rechaza',
      },
      reference: 'RFC 9112 §6.1',
      hint: {
        en: 'This is how requests are smuggled past a proxy; the RFC lets a server refuse it.',
        es: 'Así se cuelan peticiones a través de un proxy; la RFC permite al servidor rechazarlo.',
      },
    },
  ),
  probing({
    id: 'empty-line',
    title: {
      en: 'An empty line before a request is skipped',
      es: 'Una línea vacía antes de una petición se salta',
    },
    reference: 'RFC 9112 §2.2',
    hint: {
      en: 'Old clients send one behind a body.',
      es: 'Los clientes antiguos envían una tras un cuerpo.',
    },
    reproduce: (target) => netcat(target, `\r\n${request(target)}`),
    async run(context) {
      const answer = await ask(context, `\r\n${request(context.target)}`)
      return [statusIs(answer, [200]), bodyIs(answer, pages['/index.html'])]
    },
  }),
  probing({
    id: 'no-http',
    title: {
      en: 'What is no HTTP at all harms nobody',
      es: 'Lo que ni siquiera es HTTP no daña a nadie',
    },
    reference: 'RFC 9112 §2.2',
    hint: {
      en: 'Somebody will come with https to the wrong port: refuse or close, and serve the next one.',
      es: 'Alguien vendrá con https al puerto equivocado: recházalo o cierra, y sirve al siguiente.',
    },
    reproduce: (target) => curl(target, '/', '-ik').replace('http://', 'https://'),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      const octets = Buffer.from('16030100050100000103', 'hex')
      await dialogue.send(Buffer.concat([octets, context.random.bytes(200), Buffer.from('\r\n\r\n')]))
      dialogue.end()
      const hasClosed = await dialogue.closes(2000)
      const answer = await ask(context, request(context.target))
      return [
        holds({ en: 'the connection ends', es: 'la conexión termina' }, hasClosed, 'closed', 'open'),
        statusIs(answer, [200]),
      ]
    },
  }),
]
