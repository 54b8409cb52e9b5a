/** Cases: the visit counter of the coursework, 1 to 10, whose cookie ends two minutes after it was made. */
import type { Assertion, CheckCase, CheckContext } from '../../check.ts'
import { holds, same, without } from '../../kit/assertion.ts'
import { bodyIs, probing, statusIs } from './case.ts'
import { DATE } from './pages.ts'
import { pages } from './site.ts'
import { curl, get, netcat, request, valueOf, type HttpAnswer } from './talk.ts'

/** The value that is refused. */
const LAST = 10
/** Seconds from the making of a cookie to its end, and how much a server may be late with it. */
const LIFETIME = 120
const SLACK = 2

interface Cookie {
  readonly name: string
  readonly value: string
  /** Attributes by their names in small letters. */
  readonly attributes: ReadonlyMap<string, string>
}

/** The cookie that an answer sets, if it sets one. */
function cookieOf({ fields }: HttpAnswer): Cookie | undefined {
  const field = fields.find(([name]) => name.toLowerCase() === 'set-cookie')?.[1]
  if (field === undefined) return undefined
  const [pair = '', ...rest] = field.split(/\s*;\s*/)
  const split = (text: string): readonly [string, string] => {
    const [name = '', ...value] = text.split('=')
    return [name.trim(), value.join('=').trim()]
  }
  const [name, value] = split(pair)
  return {
    name,
    value,
    attributes: new Map(rest.map(split).map(([each, text]) => [each.toLowerCase(), text])),
  }
}

/** Visits with the counter at `count`; the cookie's name is the one that the server itself uses. */
async function visit(context: CheckContext, name: string, count: string, path = '/'): Promise<HttpAnswer> {
  return get(context, path, `Cookie: ${name}=${count}\r\n`)
}

async function nameOf(context: CheckContext): Promise<string> {
  return cookieOf(await get(context, '/'))?.name ?? 'visits'
}

function counts(answer: HttpAnswer, wanted: string, title: { en: string; es: string }): Assertion {
  return same(title, wanted, cookieOf(answer)?.value ?? without('cookie'))
}

/** The visit counter. */
export const counterCases: readonly CheckCase[] = [
  probing({
    id: 'cookie-first',
    title: {
      en: 'The first visit gets a cookie with the value 1',
      es: 'La primera visita recibe una cookie con el valor 1',
    },
    points: 2,
    reference: 'RFC 6265 §4.1',
    hint: {
      en: 'Set-Cookie: name=1; without a Cookie in the request the counter begins.',
      es: 'Set-Cookie: nombre=1; sin Cookie en la petición el contador empieza.',
    },
    reproduce: (target) => curl(target, '/'),
    async run(context) {
      return beginsAnew(await get(context, '/'))
    },
  }),
  probing({
    id: 'cookie-counts',
    title: {
      en: 'Each visit counts on from what it brings, up to 10',
      es: 'Cada visita sigue la cuenta de lo que trae, hasta 10',
    },
    points: 3,
    reference: 'RFC 6265 §4.2',
    needs: ['cookie-first'],
    hint: {
      en: 'Cookie: name=4 is answered with name=5, whatever page it asks for.',
      es: 'Cookie: nombre=4 se responde con nombre=5, sea cual sea la página pedida.',
    },
    reproduce: (target) => curl(target, '/', "-i -b 'visits=4'"),
    async run(context) {
      const name = await nameOf(context)
      const assertions: Assertion[] = []
      for (let count = 1; count < LAST; count += 1) {
        const answer = await visit(context, name, String(count), count % 2 === 0 ? '/page.html' : '/')
        assertions.push(counts(answer, String(count + 1), { en: `after ${count}`, es: `tras ${count}` }))
      }
      return assertions
    },
  }),
  probing({
    id: 'cookie-limit',
    title: {
      en: 'A visit that brings 10 is refused',
      es: 'Una visita que trae 10 se rechaza',
    },
    points: 3,
    reference: 'RFC 9110 §15.5.4',
    needs: ['cookie-first'],
    hint: {
      en: '403 with a page that says why, and no further cookie.',
      es: '403 con una página que diga por qué, y ninguna cookie más.',
    },
    reproduce: (target) => curl(target, '/', "-i -b 'visits=10'"),
    async run(context) {
      const name = await nameOf(context)
      const [at, beyond] = await Promise.all([
        visit(context, name, String(LAST)),
        visit(context, name, '11', '/page.html'),
      ])
      return [
        statusIs(at, [403], 2),
        statusIs(beyond, [403]),
        holds(
          { en: 'the page is not shown', es: 'la página no se muestra' },
          !at.body.includes('this is the'),
          { en: 'a page that says why', es: 'una página que dice por qué' },
          at.body.toString('latin1').slice(0, 200),
        ),
      ]
    },
  }),
  probing({
    id: 'cookie-expires',
    title: {
      en: 'The cookie ends two minutes after it was made',
      es: 'La cookie termina dos minutos después de su creación',
    },
    points: 3,
    reference: 'RFC 6265 §4.1.2.1',
    needs: ['cookie-first'],
    hint: {
      en: 'Expires is the Date of the answer and 120 seconds, in GMT.',
      es: 'Expires es la Date de la respuesta más 120 segundos, en GMT.',
    },
    reproduce: (target) => curl(target, '/'),
    async run(context) {
      const name = await nameOf(context)
      const answers = [await get(context, '/'), await visit(context, name, '5')]
      return answers.flatMap((answer) => lifetimeOf(answer))
    },
  }),
  probing({
    id: 'cookie-begins-again',
    title: {
      en: 'Who comes without the cookie, when it has expired, begins at 1',
      es: 'Quien viene sin la cookie, cuando ha caducado, empieza en 1',
    },
    reference: 'RFC 6265 §5.3',
    needs: ['cookie-first'],
    hint: {
      en: 'The browser forgets it after two minutes: the server must not count on anything but the request.',
      es: 'El navegador la olvida a los dos minutos: el servidor no debe contar con nada más que la petición.',
    },
    reproduce: (target) => curl(target, '/'),
    async run(context) {
      const name = await nameOf(context)
      await visit(context, name, String(LAST))
      return beginsAnew(await get(context, '/'))
    },
  }),
  probing({
    id: 'cookie-among-others',
    title: {
      en: 'The counter is found among other cookies',
      es: 'El contador se encuentra entre otras cookies',
    },
    reference: 'RFC 6265 §4.2.1',
    needs: ['cookie-first'],
    hint: {
      en: 'Cookie: a=1; name=5; b=2. Compare the whole name.',
      es: 'Cookie: a=1; nombre=5; b=2. Compara el nombre entero.',
    },
    reproduce: (target) => curl(target, '/', "-i -b 'a=1; visits=5; b=2'"),
    async run(context) {
      const name = await nameOf(context)
      const answer = await get(context, '/', `Cookie: x${name}=9; a=1; ${name}=5; b=2\r\n`)
      return [counts(answer, '6', { en: 'its value', es: 'su valor' })]
    },
  }),
  probing({
    id: 'cookie-nonsense',
    title: {
      en: 'A cookie that is no number counts as none',
      es: 'Una cookie que no es un número cuenta como ninguna',
    },
    reference: 'RFC 6265 §4.2.2',
    needs: ['cookie-first'],
    hint: {
      en: 'Whoever asks may send what they like: abc, -1 and nothing begin at 1.',
      es: 'Quien pide puede enviar lo que quiera: abc, -1 y nada empiezan en 1.',
    },
    reproduce: (target) => curl(target, '/', "-i -b 'visits=abc'"),
    async run(context) {
      const name = await nameOf(context)
      return Promise.all(
        ['abc', '-1', ''].map(async (value) =>
          counts(await visit(context, name, value), '1', {
            en: `after "${value}"`,
            es: `tras "${value}"`,
          }),
        ),
      )
    },
  }),
  probing({
    id: 'cookie-not-on-errors',
    title: {
      en: 'An error is no visit',
      es: 'Un error no es una visita',
    },
    reference: 'RFC 6265 §4.1',
    needs: ['cookie-first'],
    hint: {
      en: 'A page that does not exist sets no cookie.',
      es: 'Una página que no existe no pone ninguna cookie.',
    },
    reproduce: (target) => netcat(target, request(target, { path: '/no-such-page.html' })),
    async run(context) {
      const cookie = cookieOf(await get(context, '/no-such-page.html'))
      const page = await get(context, '/page.html')
      return [
        holds(
          { en: 'the cookie of a 404', es: 'la cookie de un 404' },
          cookie === undefined,
          without('cookie'),
          cookie?.value ?? '',
        ),
        bodyIs(page, pages['/page.html']),
      ]
    },
  }),
]

function lifetimeOf(answer: HttpAnswer): readonly Assertion[] {
  const cookie = cookieOf(answer)
  const expires = cookie?.attributes.get('expires')
  const date = valueOf(answer, 'date')
  const seconds = (Date.parse(expires ?? '') - Date.parse(date ?? '')) / 1000
  return [
    holds(
      { en: 'Expires is a date of HTTP', es: 'Expires es una fecha de HTTP' },
      DATE.test(expires ?? ''),
      'Sun, 06 Nov 1994 08:49:37 GMT',
      expires ?? without('Expires'),
    ),
    holds(
      { en: 'it lies 120 seconds after Date', es: 'está 120 segundos después de Date' },
      Math.abs(seconds - LIFETIME) <= SLACK,
      `${LIFETIME}`,
      Number.isNaN(seconds) ? `Date: ${date ?? '-'}; Expires: ${expires ?? '-'}` : String(seconds),
      2,
    ),
    // Browsers prefer it to Expires (RFC 6265 §5.3).
    holds(
      { en: 'no Max-Age says otherwise', es: 'ningún Max-Age dice otra cosa' },
      [undefined, String(LIFETIME)].includes(cookie?.attributes.get('max-age')),
      { en: `Max-Age=${LIFETIME}, or none`, es: `Max-Age=${LIFETIME}, o ninguno` },
      `Max-Age=${cookie?.attributes.get('max-age') ?? ''}`,
    ),
  ]
}

/** What the answer to a visit without the cookie has to be. */
function beginsAnew(answer: HttpAnswer): Assertion[] {
  return [statusIs(answer, [200]), counts(answer, '1', { en: 'its value', es: 'su valor' })]
}
