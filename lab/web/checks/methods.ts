/** Cases: methods and versions (RFC 9110 §9, §2.5). */
import type { CheckCase } from '../../check.ts'
import { holds, without } from '../../kit/assertion.ts'
import { count, OCTET } from '../../kit/dissect/said.ts'
import { asking, bodyIs, goesOn, probing, refused, statusIs } from './case.ts'
import { pages } from './site.ts'
import { ENDPOINT, netcat, readAnswer, request, saysClose, valueOf } from './talk.ts'

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
        valueOf(answer, 'allow') ?? without('Allow'),
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
            count(0, OCTET),
            count(rest.length, OCTET),
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
  refused('version-major', (target) => request(target, { version: 'HTTP/2.0' }), [505, 400, 200], {
    title: {
      en: 'Another major version is refused, or answered as HTTP/1.1',
      es: 'Otra versión mayor se rechaza, o se responde como HTTP/1.1',
    },
    reference: 'RFC 9110 §2.5',
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
