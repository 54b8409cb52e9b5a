/** Cases: paths that lead out of the site (RFC 9110 §17.3). */
import type { Assertion, CheckCase, CheckContext } from '../../check.ts'
import { holds, NOTHING } from '../../kit/assertion.ts'
import type { Text } from '../../service.ts'
import { probing } from './case.ts'
import { SECRET } from './site.ts'
import { ask, curl, request } from './talk.ts'

const up = '/..'.repeat(12)

const ways: Readonly<
  Record<string, { readonly paths: readonly string[]; readonly title: Text; readonly hint: Text }>
> = {
  'outside-plain': {
    paths: ['/../outside.txt', '/folder/../../outside.txt', `${up}/etc/passwd`],
    title: {
      en: 'Two dots do not lead out of the site',
      es: 'Dos puntos no llevan fuera del sitio',
    },
    hint: {
      en: 'Resolve the path first, then look whether it still lies below the root.',
      es: 'Resuelve primero la ruta, y mira luego si sigue bajo la raíz.',
    },
  },
  'outside-encoded': {
    paths: ['/%2e%2e/outside.txt', '/%2E./outside.txt', `${up.replaceAll('..', '%2e%2e')}/etc/passwd`],
    title: {
      en: 'Two dots that are encoded do not lead out of the site',
      es: 'Dos puntos codificados no llevan fuera del sitio',
    },
    hint: {
      en: 'First decode, then look for dots; never the other way round.',
      es: 'Primero descodifica, luego busca los puntos; nunca al revés.',
    },
  },
  'outside-slash': {
    paths: [
      '/..%2foutside.txt',
      '/%2e%2e%2foutside.txt',
      `${up.replaceAll('/', '%2f').replace('%2f', '/')}%2fetc%2fpasswd`,
    ],
    title: {
      en: 'A slash that is encoded does not lead out of the site',
      es: 'Una barra codificada no lleva fuera del sitio',
    },
    hint: {
      en: '%2f is a slash to whoever opens the file.',
      es: '%2f es una barra para quien abre el fichero.',
    },
  },
  'outside-tricks': {
    paths: [
      '/..%5coutside.txt',
      '/%252e%252e/outside.txt',
      '/%c0%ae%c0%ae/outside.txt',
      '/....//outside.txt',
    ],
    title: {
      en: 'Backslashes, double encoding and overlong octets do not lead out of the site',
      es: 'Barras invertidas, codificación doble y octetos alargados no llevan fuera del sitio',
    },
    hint: {
      en: 'Decode once, and know one way to write a dot.',
      es: 'Descodifica una vez, y conoce una sola forma de escribir un punto.',
    },
  },
  'outside-absolute': {
    paths: ['//etc/passwd', '/%2fetc/passwd', '/folder//etc/passwd'],
    title: {
      en: 'A second slash does not begin at the root of the disk',
      es: 'Una segunda barra no empieza en la raíz del disco',
    },
    hint: {
      en: 'What the path says is always appended to the root of the site.',
      es: 'Lo que dice la ruta se añade siempre a la raíz del sitio.',
    },
  },
  'path-zero': {
    paths: ['/page.html%00.jpg', '/%00', '/../outside.txt%00.html'],
    title: {
      en: 'A zero does not cut a path',
      es: 'Un cero no corta una ruta',
    },
    hint: {
      en: 'In C a string ends at %00: /page.html%00.jpg is not /page.html.',
      es: 'En C una cadena termina en %00: /page.html%00.jpg no es /page.html.',
    },
  },
}

/** Whether a path is refused, and shows nothing of what nobody may see; alone where 403 is wanted. */
export async function staysInside(context: CheckContext, path: string): Promise<readonly Assertion[]> {
  const answer = await ask(context, request(context.target, { path }))
  const text = answer.body.toString('latin1')
  const seen = text.includes(SECRET) ? 'outside.txt' : /^root:/m.test(text) ? '/etc/passwd' : undefined
  return [
    holds(
      { en: `${path} shows nothing from outside`, es: `${path} no muestra nada de fuera` },
      seen === undefined,
      NOTHING,
      seen ?? '',
      2,
    ),
    // Some servers send clients to the path without the dots.
    holds(
      { en: `${path} is refused, or redirected`, es: `${path} se rechaza, o se redirige` },
      answer.status >= 300 && answer.status < 500,
      '400 / 403 / 404',
      answer.line,
    ),
  ]
}

/** Paths out of the site. */
export const pathCases: readonly CheckCase[] = Object.entries(ways).map(([id, { paths, title, hint }]) =>
  probing({
    id,
    title,
    points: 2,
    reference: 'RFC 9110 §17.3',
    hint,
    reproduce: (target) => curl(target, paths[0] ?? '/'),
    run: async (context) => (await Promise.all(paths.map((path) => staysInside(context, path)))).flat(),
  }),
)
