/** Cases of TLS about what stands around it: what is no TLS, the redirect from HTTP, and HSTS. */
import { randomBytes } from 'node:crypto'
import type { CheckCase, CheckTarget } from '../../../lab/check.ts'
import { closed, holds, NOTHING } from '../../../lab/kit/assertion.ts'
import { isAgreed, tlsCase } from './case.ts'
import { getPage, placeOf } from './command.ts'
import { visit } from './visit.ts'

const fieldOf = (answer: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \t]*(.*?)\r?$`, 'im').exec(answer.split('\r\n\r\n')[0] ?? '')?.[1]

/** An endpoint's URL for HTTP in clear. */
function urlOf(target: CheckTarget, endpoint: 'https' | 'redirect'): string {
  const { host, port } = placeOf(target, endpoint)
  return `http://${host}:${port}`
}

/** The cases, in the order in which a person would try them. */
export const httpCases: readonly CheckCase[] = [
  tlsCase({
    id: 'plain-http',
    title: { en: 'HTTP without TLS gets no page', es: 'HTTP sin TLS no obtiene ninguna página' },
    points: 2,
    reference: 'RFC 9110 §4.2.2',
    hint: {
      en: 'Hang up, or answer 400; never serve the site in clear here.',
      es: 'Cuelga, o responde 400; nunca sirvas aquí el sitio en claro.',
    },
    show: (target) => `curl -i ${urlOf(target, 'https')}/`,
    async run(context) {
      const dialogue = await context.open('https')
      await dialogue.send(`GET / HTTP/1.1\r\nHost: ${context.target.domain}\r\nConnection: close\r\n\r\n`)
      const answer = (await dialogue.rest(4096)).toString('latin1')
      const [, status] = /HTTP\/1\.[01] (\d{3})/.exec(answer) ?? []
      return [
        holds(
          {
            en: 'The answer is none, an alert, or an error',
            es: 'No hay respuesta, o es una alerta o un error',
          },
          status === undefined || Number(status) >= 300,
          '400',
          status ?? '',
        ),
      ]
    },
  }),
  tlsCase({
    id: 'garbage',
    title: {
      en: 'Octets that are no TLS end that connection alone',
      es: 'Octetos que no son TLS acaban solo esa conexión',
    },
    reference: 'RFC 8446 §6.2, §5.1',
    hint: { en: 'Catch the error of a handshake.', es: 'Captura el error de una negociación.' },
    show: (target) => {
      const { host, port } = placeOf(target, 'https')
      return `head -c 200 /dev/urandom | nc -N ${host} ${port}`
    },
    async run(context) {
      const dialogue = await context.open('https')
      // A record of a type that there is not.
      await dialogue.send(Buffer.concat([Buffer.from([99, 9, 9, 0, 200]), randomBytes(200)]))
      const isClosed = await dialogue.closes(2000)
      return [
        closed({ en: 'It hangs up', es: 'Cuelga' }, isClosed),
        isAgreed({ en: 'The next client gets in', es: 'El siguiente cliente entra' }, await visit(context)),
      ]
    },
  }),
  tlsCase({
    id: 'redirect',
    title: { en: 'HTTP sends its clients to HTTPS', es: 'HTTP envía a sus clientes a HTTPS' },
    endpoints: ['https', 'redirect'],
    reference: 'RFC 9110 §15.4, RFC 6797 §7.2',
    hint: {
      en: '301 and `Location: https://…` with the path that was asked for.',
      es: '301 y `Location: https://…` con la ruta pedida.',
    },
    show: (target) => `curl -i -H 'Host: ${target.domain}' '${urlOf(target, 'redirect')}/page?x=1'`,
    async run(context) {
      const dialogue = await context.open('redirect')
      await dialogue.send(
        `GET /page?x=1 HTTP/1.1\r\nHost: ${context.target.domain}\r\nConnection: close\r\n\r\n`,
      )
      const answer = (await dialogue.rest()).toString('latin1')
      const [line = ''] = answer.split('\r\n')
      const location = fieldOf(answer, 'Location') ?? ''
      return [
        holds(
          { en: 'The status is 301 or 308', es: 'El estado es 301 o 308' },
          / 30[18] /.test(`${line} `),
          '301',
          line,
        ),
        holds(
          { en: 'Location is the same page over https', es: 'Location es la misma página por https' },
          /^https:\/\/[^/]+\/page\?x=1$/.test(location),
          'https://…/page?x=1',
          location,
        ),
        holds(
          { en: 'HSTS is not sent in clear', es: 'HSTS no se envía en claro' },
          fieldOf(answer, 'Strict-Transport-Security') === undefined,
          NOTHING,
          fieldOf(answer, 'Strict-Transport-Security') ?? '',
        ),
      ]
    },
  }),
  tlsCase({
    id: 'hsts',
    title: { en: 'HSTS, where it is sent, has one max-age', es: 'HSTS, si se envía, tiene un max-age' },
    reference: 'RFC 6797 §6.1',
    hint: {
      en: '`Strict-Transport-Security: max-age=31536000`',
      es: '`Strict-Transport-Security: max-age=31536000`',
    },
    show: getPage,
    async run(context) {
      const value = fieldOf((await visit(context)).answer, 'Strict-Transport-Security')
      const count = value?.match(/(?:^|;)\s*max-age\s*=\s*"?\d+"?\s*(?=;|$)/gi)?.length
      return [
        holds(
          { en: 'max-age is there once, in digits', es: 'max-age está una vez, en cifras' },
          value === undefined || count === 1,
          'max-age=31536000',
          value ?? '',
        ),
      ]
    },
  }),
]
