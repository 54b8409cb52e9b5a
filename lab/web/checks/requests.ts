/** Cases: the syntax of requests (RFC 9112 §2, §3, §5, §6). */
import type { CheckCase, CheckTarget } from '../../check.ts'
import { closed, holds } from '../../kit/assertion.ts'
import { asking, bodyIs, probing, refused, statusIs } from './case.ts'
import { pages } from './site.ts'
import { ask, curl, ENDPOINT, netcat, readAnswer, request } from './talk.ts'

/** Milliseconds within which a server that ends a connection must have closed it. */
const SOON = 2000

/** A request whose body has two ends. */
function twoLengths(target: CheckTarget): string {
  return `${request(target, { more: 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n' })}0\r\n\r\n`
}

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
  // Of Host, so that a server that takes zeros for blanks, as it may, refuses it as well.
  refused('field-zero', ({ domain }) => `GET / HTTP/1.1\r\nHost: ${domain}\0x\r\n\r\n`, [400], {
    title: { en: 'A zero in Host is refused', es: 'Un cero en Host se rechaza' },
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
  refused(
    'line-long',
    (target) => request(target, { path: `/${'a'.repeat(20_000)}` }),
    [414, 400, 431, 404],
    {
      title: {
        en: 'A target of 20,000 octets is refused, or not found',
        es: 'Un destino de 20.000 octetos se rechaza, o no se encuentra',
      },
      reference: 'RFC 9110 §15.5.15',
      hint: {
        en: '414 URI Too Long; whoever reads into a fixed buffer must know its end.',
        es: '414 URI Too Long; quien lee en un buffer fijo debe conocer su final.',
      },
    },
  ),
  asking({
    id: 'head-long',
    title: {
      en: 'A field of 60,000 octets is refused, or read to its end',
      es: 'Un campo de 60.000 octetos se rechaza, o se lee hasta el final',
    },
    reference: 'RFC 6585 §5',
    hint: {
      en: '431 Request Header Fields Too Large; whoever reads into a fixed buffer must know its end.',
      es: '431 Request Header Fields Too Large; quien lee en un buffer fijo debe conocer su final.',
    },
    request: (target) => request(target, { more: `X-Long: ${'a'.repeat(60_000)}\r\n` }),
    judge: (answer) => [
      statusIs(answer, [431, 400, 413, 200]),
      ...(answer.status === 200 ? [bodyIs(answer, pages['/index.html'])] : []),
    ],
  }),
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
  probing({
    id: 'length-and-chunks',
    title: {
      en: 'A length together with chunks is refused',
      es: 'Una longitud junto con fragmentos se rechaza',
    },
    reference: 'RFC 9112 §6.1',
    hint: {
      en: 'This is how requests are smuggled past a proxy: 400; an answer that ends the connection is allowed, and costs little.',
      es: 'Así se cuelan peticiones a través de un proxy: 400; se permite una respuesta que acabe la conexión, que cuesta poco.',
    },
    reproduce: (target) => netcat(target, twoLengths(target)),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(twoLengths(context.target))
      const answer = await readAnswer(dialogue)
      const isRefused = answer.status >= 400
      return [
        statusIs(answer, [400]),
        // What it may do instead: take the chunks, and close.
        holds(
          { en: 'nothing is read behind it', es: 'no se lee nada tras ella' },
          isRefused || (await dialogue.closes(SOON)),
          { en: '400, or connection closed', es: '400, o conexión cerrada' },
          { en: `${answer.line}; connection open`, es: `${answer.line}; conexión abierta` },
          3,
        ),
      ]
    },
  }),
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
      const hasClosed = await dialogue.closes(SOON)
      const answer = await ask(context, request(context.target))
      return [
        closed({ en: 'the connection ends', es: 'la conexión termina' }, hasClosed),
        statusIs(answer, [200]),
      ]
    },
  }),
]
