/** Cases: connections that go on, end, or are shared by many (RFC 9112 §9), and bodies of requests (RFC 9112 §6). */
import type { Assertion, CheckCase, CheckContext } from '../../check.ts'
import { closed, holds, same, without } from '../../kit/assertion.ts'
import { bodyIs, closing, goesOn, probing, statusIs } from './case.ts'
import { pages } from './site.ts'
import { ask, curl, ENDPOINT, netcat, printed, readAnswer, request, saysClose, sentTo } from './talk.ts'

/** Milliseconds within which a server that said so must have closed. */
const SOON = 2000
/** Milliseconds between the pieces of a slow client. */
const PAUSE = 40
/** Clients at the same time. */
const MANY = 40

/** Which page a body is. */
function pageOf(body: Buffer): string {
  return /this is the (\w+)/.exec(body.toString('latin1'))?.[1] ?? '?'
}

/** Connections. */
export const connectionCases: readonly CheckCase[] = [
  probing({
    id: 'persistent',
    title: {
      en: 'A connection takes a second request',
      es: 'Una conexión admite una segunda petición',
    },
    points: 2,
    reference: 'RFC 9112 §9.3',
    hint: {
      en: 'In HTTP/1.1 connections go on unless somebody says close.',
      es: 'En HTTP/1.1 las conexiones siguen salvo que alguien diga close.',
    },
    reproduce: (target) => `${curl(target, '/', '-v')} ${curl(target, '/page.html').split(' ').at(-1) ?? ''}`,
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      const assertions: Assertion[] = []
      for (const path of ['/page.html', '/other.html', '/page.html'] as const) {
        assertions.push(await goesOn(dialogue, context.target, path))
      }
      return assertions
    },
  }),
  probing({
    id: 'pipelined',
    title: {
      en: 'Requests sent at once are answered in their order',
      es: 'Las peticiones enviadas de una vez se responden en su orden',
    },
    points: 2,
    reference: 'RFC 9112 §9.3.2',
    hint: {
      en: 'One read may bring several requests; what stands behind the first is not to be thrown away.',
      es: 'Una lectura puede traer varias peticiones; lo que hay tras la primera no se tira.',
    },
    reproduce: (target) =>
      netcat(target, request(target, { path: '/page.html' }) + request(target, { path: '/other.html' })),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      const paths = ['/page.html', '/other.html', '/folder/', '/']
      await dialogue.send(paths.map((path) => request(context.target, { path })).join(''))
      const found: string[] = []
      for (const _ of paths) found.push(pageOf((await readAnswer(dialogue)).body))
      return [
        same(
          { en: 'the pages in their order', es: 'las páginas en su orden' },
          'page other folder start',
          found.join(' '),
        ),
      ]
    },
  }),
  probing({
    id: 'close',
    title: {
      en: 'Who asks for close gets it, after the whole answer',
      es: 'A quien pide close se le cierra, tras la respuesta entera',
    },
    reference: 'RFC 9112 §9.6',
    hint: {
      en: 'The answer says Connection: close, too, and the server closes after it.',
      es: 'La respuesta también dice Connection: close, y el servidor cierra tras ella.',
    },
    reproduce: (target) => netcat(target, request(target, { more: 'Connection: close\r\n' })),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target, { more: 'Connection: close\r\n' }))
      const answer = await readAnswer(dialogue)
      return [bodyIs(answer, pages['/index.html']), ...closing(answer, await dialogue.closes(SOON))]
    },
  }),
  probing({
    id: 'http-1.0',
    title: {
      en: 'HTTP/1.0 is served without Host, and the connection ends',
      es: 'HTTP/1.0 se sirve sin Host, y la conexión termina',
    },
    points: 2,
    reference: 'RFC 9112 §9.3',
    hint: {
      en: 'In HTTP/1.0 the end of the connection is the end of the body, unless keep-alive was asked for.',
      es: 'En HTTP/1.0 el final de la conexión es el final del cuerpo, salvo que se pidiera keep-alive.',
    },
    reproduce: (target) => netcat(target, 'GET /page.html HTTP/1.0\r\n\r\n'),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send('GET /page.html HTTP/1.0\r\n\r\n')
      const answer = await readAnswer(dialogue)
      const hasClosed = await dialogue.closes(SOON)
      return [
        statusIs(answer, [200]),
        bodyIs(answer, pages['/page.html']),
        closed({ en: 'the server closes', es: 'el servidor cierra' }, hasClosed),
      ]
    },
  }),
  probing({
    id: 'http-1.0-chunks',
    title: {
      en: 'HTTP/1.0 clients get no chunks',
      es: 'Los clientes de HTTP/1.0 no reciben fragmentos',
    },
    reference: 'RFC 9112 §6.1',
    hint: {
      en: 'Transfer-Encoding came with HTTP/1.1.',
      es: 'Transfer-Encoding llegó con HTTP/1.1.',
    },
    reproduce: (target) => netcat(target, 'GET /large.txt HTTP/1.0\r\n\r\n'),
    async run(context) {
      const answer = await ask(context, 'GET /large.txt HTTP/1.0\r\n\r\n')
      const names = answer.fields.map(([name]) => name.toLowerCase())
      return [
        holds(
          { en: 'no Transfer-Encoding', es: 'sin Transfer-Encoding' },
          !names.includes('transfer-encoding'),
          without('Transfer-Encoding'),
          'Transfer-Encoding',
        ),
        bodyIs(answer, pages['/large.txt']),
      ]
    },
  }),
  probing({
    id: 'half-closed',
    title: {
      en: 'A client that closes its half gets its whole answer',
      es: 'Un cliente que cierra su mitad recibe la respuesta entera',
    },
    reference: 'RFC 9112 §9.6',
    hint: {
      en: 'nc -N does it: a read of 0 octets means no more requests, not that nobody listens.',
      es: 'Lo hace nc -N: leer 0 octetos significa que no hay más peticiones, no que nadie escuche.',
    },
    reproduce: (target) =>
      `${printed(request(target, { path: '/large.txt' }))} | ${sentTo(target, 'closes')}`,
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(request(context.target, { path: '/large.txt' }))
      dialogue.end()
      return [bodyIs(await readAnswer(dialogue), pages['/large.txt'])]
    },
  }),
  probing({
    id: 'slow-client',
    title: {
      en: 'A request may arrive in pieces',
      es: 'Una petición puede llegar a trozos',
    },
    points: 2,
    reference: 'RFC 9112 §2.2',
    hint: {
      en: 'One read is not one request: read on until the empty line.',
      es: 'Una lectura no es una petición: sigue leyendo hasta la línea vacía.',
    },
    reproduce: (target) => {
      const [start, rest] = [printed('GET / HT'), printed(`TP/1.1\r\nHost: ${target.domain}\r\n\r\n`)]
      return `(${start}; sleep 1; ${rest}) | ${sentTo(target)}`
    },
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      const whole = request(context.target, { path: '/page.html' })
      for (const [from, to] of [
        [0, 2],
        [2, 12],
        [12, whole.length - 3],
        [whole.length - 3, whole.length - 1],
        [whole.length - 1, whole.length],
      ] as const) {
        await dialogue.send(whole.slice(from, to))
        await context.wait(PAUSE)
      }
      const answer = await readAnswer(dialogue)
      return [statusIs(answer, [200]), bodyIs(answer, pages['/page.html'])]
    },
  }),
  probing({
    id: 'neighbours',
    title: {
      en: 'A client that dawdles holds up nobody else',
      es: 'Un cliente que se entretiene no hace esperar a nadie más',
    },
    points: 2,
    reference: 'RFC 9112 §9.5',
    hint: {
      en: 'A process or a thread a connection, or one that waits for all of them at the same time.',
      es: 'Un proceso o un hilo por conexión, o uno que espere a todas a la vez.',
    },
    reproduce: (target) => `(${printed('GET / HT')}; sleep 3) | ${sentTo(target)} & ${curl(target, '/')}`,
    async run(context) {
      await using first = await context.open(ENDPOINT)
      await first.send('GET / HTTP/1.1\r\nHost: ')
      const answer = await ask(context, request(context.target))
      return [statusIs(answer, [200]), bodyIs(answer, pages['/index.html'])]
    },
  }),
  probing({
    id: 'concurrent',
    title: {
      en: `${MANY} clients at the same time are all served`,
      es: `Se sirve a ${MANY} clientes a la vez`,
    },
    points: 2,
    reference: 'RFC 9112 §9.4',
    hint: {
      en: 'The queue of listen and the number of processes must suffice; nobody is turned away without a word.',
      es: 'La cola de listen y el número de procesos deben bastar; a nadie se le rechaza sin decir nada.',
    },
    reproduce: (target) =>
      `seq ${MANY} | xargs -P ${MANY} -I{} ${curl(target, '/', '-s -o /dev/null -w "%{http_code}\\n"')}`,
    run: concurrently,
  }),
]

async function concurrently(context: CheckContext): Promise<readonly Assertion[]> {
  await using stack = new AsyncDisposableStack()
  const opened = await Promise.all(
    Array.from({ length: MANY }, async () => stack.use(await context.open(ENDPOINT))),
  )
  const served = await Promise.allSettled(
    opened.map(async (dialogue) => {
      await dialogue.send(request(context.target, { path: '/page.html' }))
      return pageOf((await readAnswer(dialogue)).body)
    }),
  )
  const right = served.filter((each) => each.status === 'fulfilled' && each.value === 'page').length
  return [same({ en: 'clients with their page', es: 'clientes con su página' }, String(MANY), String(right))]
}

/** Requests that bring a body, with something in it that looks like a request. */
const hidden = 'GET /other.html HTTP/1.1\r\nHost: hidden\r\n\r\n'

function bodied(
  id: 'body-length' | 'body-chunks',
  more: string,
  body: string,
  title: { en: string; es: string },
): CheckCase {
  return probing({
    id,
    title,
    points: 2,
    reference: 'RFC 9112 §6.3',
    hint: {
      en: 'Read the body to its end, or answer and close: what stands in it is no request.',
      es: 'Lee el cuerpo hasta el final, o responde y cierra: lo que contiene no es una petición.',
    },
    reproduce: (target) =>
      netcat(target, request(target, { more }) + body + request(target, { path: '/page.html' })),
    async run(context) {
      await using dialogue = await context.open(ENDPOINT)
      await dialogue.send(
        request(context.target, { more }) +
          body +
          request(context.target, { path: '/page.html', more: 'Connection: close\r\n' }),
      )
      const found: string[] = []
      for (let turn = 0; turn < 3; turn += 1) {
        const answer = await readAnswer(dialogue)
        found.push(answer.status === 200 ? pageOf(answer.body) : String(answer.status))
        if (saysClose(answer)) break
      }
      return [
        holds(
          { en: 'only the requests themselves are answered', es: 'solo se responden las propias peticiones' },
          /^(?:start page|\d{3}(?: page)?)$/.test(found.join(' ')),
          'start page',
          found.join(' '),
        ),
      ]
    },
  })
}

/** Bodies. */
export const bodyCases: readonly CheckCase[] = [
  bodied('body-length', `Content-Length: ${hidden.length}\r\n`, hidden, {
    en: 'The body of a request is not taken for a request',
    es: 'El cuerpo de una petición no se toma por una petición',
  }),
  bodied(
    'body-chunks',
    'Transfer-Encoding: chunked\r\n',
    `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
    {
      en: 'A body in chunks is not taken for a request',
      es: 'Un cuerpo en fragmentos no se toma por una petición',
    },
  ),
]
