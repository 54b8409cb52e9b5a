/** Cases: what a right request for a page is answered with (RFC 9110). */
import type { Assertion, CheckCase, CheckContext } from '../../check.ts'
import { holds, same, without } from '../../kit/assertion.ts'
import { asking, bodyIs, fieldIs, goesOn, probing, statusIs } from './case.ts'
import { pages } from './site.ts'
import { curl, ENDPOINT, get, netcat, readAnswer, request, valueOf, type HttpAnswer } from './talk.ts'

const days = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun'
const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
/** The form that dates of HTTP have (RFC 9110 §5.6.7). */
export const DATE: RegExp = new RegExp(
  `^(?:${days}), [0-3]\\d (?:${months}) \\d{4} [0-2]\\d:[0-5]\\d:[0-6]\\d GMT$`,
)

/** Answers with a page, whole and told right. */
export const pageCases: readonly CheckCase[] = [
  asking({
    id: 'start-page',
    title: { en: 'GET / gives the start page', es: 'GET / da la página de inicio' },
    points: 2,
    reference: 'RFC 9110 §9.3.1',
    hint: { en: 'A folder stands for its index.html.', es: 'Una carpeta representa a su index.html.' },
    request: (target) => request(target),
    judge: (answer) => [statusIs(answer, [200]), bodyIs(answer, pages['/index.html'])],
  }),
  asking({
    id: 'page',
    title: { en: 'A page is found by its path', es: 'Una página se encuentra por su ruta' },
    reference: 'RFC 9110 §4.2.3',
    hint: { en: 'The path leads on from the root of the site.', es: 'La ruta parte de la raíz del sitio.' },
    request: (target) => request(target, { path: '/page.html' }),
    judge: (answer) => [statusIs(answer, [200]), bodyIs(answer, pages['/page.html'])],
  }),
  asking({
    id: 'folder',
    title: { en: 'A folder gives its start page', es: 'Una carpeta da su página de inicio' },
    reference: 'RFC 9110 §4.2.3',
    hint: { en: '/folder/ stands for /folder/index.html.', es: '/folder/ representa a /folder/index.html.' },
    request: (target) => request(target, { path: '/folder/' }),
    judge: (answer) => [statusIs(answer, [200]), bodyIs(answer, pages['/folder/index.html'])],
  }),
  asking({
    id: 'status-line',
    title: {
      en: 'The head of an answer is written as HTTP/1.1 wants it',
      es: 'La cabecera de una respuesta está escrita como quiere HTTP/1.1',
    },
    reference: 'RFC 9112 §4',
    hint: {
      en: 'HTTP/1.1, a blank, three digits, a blank, the reason; each line ends with CR LF.',
      es: 'HTTP/1.1, un espacio, tres cifras, un espacio, el motivo; cada línea acaba en CR LF.',
    },
    request: (target) => request(target),
    judge: ({ line, isCrLf }) => [
      holds(
        { en: 'the status line', es: 'la línea de estado' },
        /^HTTP\/1\.1 200 [ -~]*$/.test(line),
        'HTTP/1.1 200 OK',
        line,
      ),
      same(
        { en: 'how the lines of the head end', es: 'cómo acaban las líneas de la cabecera' },
        'CR LF',
        isCrLf ? 'CR LF' : 'LF',
      ),
    ],
  }),
  asking({
    id: 'date',
    title: { en: 'An answer carries its date', es: 'Una respuesta lleva su fecha' },
    reference: 'RFC 9110 §6.6.1',
    hint: {
      en: 'In GMT and always in English: Date: Sun, 06 Nov 1994 08:49:37 GMT.',
      es: 'En GMT y siempre en inglés: Date: Sun, 06 Nov 1994 08:49:37 GMT.',
    },
    request: (target) => request(target),
    judge: (answer) => {
      const date = valueOf(answer, 'date') ?? ''
      const at = Date.parse(date)
      return [
        fieldIs(answer, 'Date', DATE, 'Sun, 06 Nov 1994 08:49:37 GMT'),
        same(
          { en: 'the day of the week is that of the date', es: 'el día de la semana es el de la fecha' },
          Number.isNaN(at) ? { en: 'a date', es: 'una fecha' } : new Date(at).toUTCString(),
          date,
        ),
      ]
    },
  }),
  probing({
    id: 'length',
    title: {
      en: 'The length that is told is that of the body',
      es: 'La longitud que se indica es la del cuerpo',
    },
    points: 2,
    reference: 'RFC 9110 §8.6',
    hint: {
      en: 'Octets, not characters: Content-Length counts what is sent behind the empty line.',
      es: 'Octetos, no caracteres: Content-Length cuenta lo que se envía tras la línea vacía.',
    },
    reproduce: (target) => curl(target, '/text.txt'),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target, { path: '/text.txt', more: 'Connection: close\r\n' }))
      const answer = await readAnswer(dialogue)
      const behind = await dialogue.rest()
      const accents = await get(context, '/accents.html')
      return [
        holds(
          { en: 'Content-Length, or chunks', es: 'Content-Length, o fragmentos' },
          isToldBy(answer, pages['/text.txt'].length),
          String(pages['/text.txt'].length),
          valueOf(answer, 'content-length') ?? without('Content-Length'),
        ),
        same(
          { en: 'Content-Length of a page with accents', es: 'Content-Length de una página con acentos' },
          String(Buffer.byteLength(pages['/accents.html'])),
          valueOf(accents, 'content-length') ?? without('Content-Length'),
        ),
        bodyIs(answer, pages['/text.txt']),
        same(
          { en: 'nothing follows the body', es: 'nada sigue al cuerpo' },
          '',
          behind.toString('latin1').slice(0, 100),
        ),
      ]
    },
  }),
  probing({
    id: 'types',
    title: {
      en: 'The type of a file is told by its extension',
      es: 'El tipo de un fichero se indica según su extensión',
    },
    points: 2,
    reference: 'RFC 9110 §8.3',
    hint: {
      en: 'Content-Type: text/html, text/css, text/plain, image/jpeg; a charset may follow.',
      es: 'Content-Type: text/html, text/css, text/plain, image/jpeg; puede seguir un charset.',
    },
    reproduce: (target) => curl(target, '/picture.jpg', '-I -X GET'),
    run: (context) =>
      Promise.all([
        hasType(context, '/page.html', 'text/html'),
        hasType(context, '/style.css', 'text/css'),
        hasType(context, '/text.txt', 'text/plain'),
        hasType(context, '/picture.jpg', 'image/jpeg'),
      ]),
  }),
  asking({
    id: 'octets',
    title: {
      en: 'A picture arrives octet by octet as it is on disk',
      es: 'Una imagen llega octeto a octeto como está en disco',
    },
    reference: 'RFC 9110 §8.1',
    hint: {
      en: 'Zeros and line ends are octets like all others: no strlen, no text mode.',
      es: 'Los ceros y los finales de línea son octetos como los demás: nada de strlen ni de modo texto.',
    },
    request: (target) => request(target, { path: '/picture.jpg' }),
    judge: (answer) => [statusIs(answer, [200]), bodyIs(answer, pages['/picture.jpg'], 2)],
  }),
  asking({
    id: 'large-file',
    title: { en: 'A file of 300,000 octets arrives whole', es: 'Un fichero de 300.000 octetos llega entero' },
    points: 2,
    reference: 'RFC 9112 §6.3',
    hint: {
      en: 'One write may take less than it was given; go on with the rest.',
      es: 'Una escritura puede aceptar menos de lo que se le dio; sigue con el resto.',
    },
    request: (target) => request(target, { path: '/large.txt' }),
    judge: (answer) => [statusIs(answer, [200]), bodyIs(answer, pages['/large.txt'], 2)],
  }),
  asking({
    id: 'query',
    title: {
      en: 'A query does not change which file is meant',
      es: 'Una consulta no cambia de qué fichero se trata',
    },
    reference: 'RFC 3986 §3.4',
    hint: {
      en: 'The path ends at the question mark.',
      es: 'La ruta termina en el signo de interrogación.',
    },
    request: (target) => request(target, { path: '/page.html?a=b&c=/other.html' }),
    judge: (answer) => [statusIs(answer, [200]), bodyIs(answer, pages['/page.html'])],
  }),
  asking({
    id: 'decoded',
    title: { en: 'A path is decoded', es: 'Una ruta se descodifica' },
    reference: 'RFC 3986 §2.1',
    hint: { en: '%70 is p: /%70age.html is /page.html.', es: '%70 es p: /%70age.html es /page.html.' },
    request: (target) => request(target, { path: '/%70age.html' }),
    judge: (answer) => [statusIs(answer, [200]), bodyIs(answer, pages['/page.html'])],
  }),
  asking({
    id: 'absolute-form',
    title: {
      en: 'A target may be a whole URL',
      es: 'El destino puede ser un URL entero',
    },
    reference: 'RFC 9112 §3.2.2',
    hint: {
      en: 'GET http://host/page.html HTTP/1.1: the host stands in the target, the path behind it.',
      es: 'GET http://host/page.html HTTP/1.1: la máquina va en el destino, y la ruta detrás.',
    },
    request: (target) => request(target, { path: `http://${target.domain}/page.html` }),
    judge: (answer) => [statusIs(answer, [200]), bodyIs(answer, pages['/page.html'])],
  }),
  probing({
    id: 'order-of-fields',
    title: {
      en: 'Equal requests get their fields in the same order',
      es: 'A peticiones iguales les llegan los campos en el mismo orden',
    },
    reference: 'RFC 9110 §5.3',
    hint: {
      en: 'No rule demands it, but who compares captures does; RFC 9110 advises to send control data first.',
      es: 'Ninguna norma lo exige, pero sí quien compara capturas; RFC 9110 aconseja enviar primero los datos de control.',
    },
    reproduce: (target) => `for i in 1 2 3 4; do ${curl(target, '/', '-s -D - -o /dev/null')}; done`,
    async run(context) {
      const orders: string[] = []
      for (let turn = 0; turn < 5; turn += 1) {
        const { fields } = await get(context, '/')
        orders.push(fields.map(([name]) => name).join(', '))
      }
      const [first = ''] = orders
      return [
        same(
          { en: 'the order of five answers', es: 'el orden de cinco respuestas' },
          first,
          orders.find((order) => order !== first) ?? first,
        ),
      ]
    },
  }),
  probing({
    id: 'not-found',
    title: {
      en: 'A page that is not there is answered with 404 and a page that says so',
      es: 'Una página que no está se responde con 404 y una página que lo dice',
    },
    points: 2,
    reference: 'RFC 9110 §15.5.5',
    hint: {
      en: '404 means that the request was understood; the page should say what could not be found.',
      es: '404 significa que la petición se entendió; la página debería decir qué no se ha encontrado.',
    },
    reproduce: (target) => curl(target, '/no-such-page.html'),
    async run(context) {
      const answer = await get(context, `/no-such-page-${context.random.integer(0, 1_000_000)}.html`)
      return [statusIs(answer, [404], 2), ...tellsWhatIsMissing(answer)]
    },
  }),
  probing({
    id: 'not-found-goes-on',
    title: {
      en: 'After 404 the connection goes on',
      es: 'Tras un 404 la conexión sigue',
    },
    reference: 'RFC 9112 §9.3',
    hint: {
      en: 'The request itself was right; nothing is wrong with what follows it.',
      es: 'La petición en sí era correcta; no hay nada malo en lo que la sigue.',
    },
    reproduce: (target) =>
      netcat(
        target,
        request(target, { path: '/no-such-page.html' }) + request(target, { path: '/page.html' }),
      ),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target, { path: '/no-such-page.html' }))
      const first = await readAnswer(dialogue)
      return [statusIs(first, [404]), await goesOn(dialogue, context.target)]
    },
  }),
]

/** Chunks tell lengths, too (RFC 9112 §6.3). */
function isToldBy(answer: HttpAnswer, length: number): boolean {
  if (/\bchunked$/i.test(valueOf(answer, 'transfer-encoding') ?? '')) return true
  return valueOf(answer, 'content-length') === String(length)
}

async function hasType(context: CheckContext, path: string, type: string): Promise<Assertion> {
  const answer = await get(context, path)
  return same(
    { en: `the type of ${path}`, es: `el tipo de ${path}` },
    type,
    valueOf(answer, 'content-type')
      ?.replace(/\s*;.*$/, '')
      .toLowerCase() ?? without('Content-Type'),
  )
}

/** The page of a 404 is HTML, and speaks of what is missing rather than of a request that was not understood. */
export function tellsWhatIsMissing(answer: HttpAnswer): readonly Assertion[] {
  const text = answer.body.toString('utf8')
  return [
    fieldIs(answer, 'Content-Type', /^text\/html\b/i, 'text/html'),
    holds(
      { en: 'the page says that nothing was found', es: 'la página dice que no se encontró nada' },
      /404|not found|no such|(?:not|n.t) exist|missing|inexistente|no existe|\bno\b.{0,40}(?:encontr|halla)/is.test(
        text,
      ) && !/bad request|could not be understood|could not understand/i.test(text),
      { en: '404, not found', es: '404, no encontrado' },
      text.slice(0, 300),
    ),
  ]
}
