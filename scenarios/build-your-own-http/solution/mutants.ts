/** Servers with one mistake each, as students make them: in the solution's source one line is another. */
import type { Mutant } from '../../../lab/solution.ts'
import type { Text } from '../../../lab/service.ts'
import { serverOf, source } from './solution.ts'

/** The solution with a text of its source replaced, which has to be there once. */
function mutant(
  id: string,
  says: Text,
  fails: readonly string[],
  [right, wrong]: readonly [right: string, wrong: string],
): Mutant {
  if (source.split(right).length !== 2) throw new Error(`${id}: not once in server.ts: ${right}`)
  const server = serverOf(source.replace(right, () => wrong))
  return { id, says, fails: fails.map((name) => `web-sstt.${name}`), server }
}

/** What the cases have to notice. */
export const mutants: readonly Mutant[] = [
  mutant(
    'field-without-colon',
    {
      en: 'a header line without a colon is let through',
      es: 'se admite una línea de cabecera sin dos puntos',
    },
    ['error-field'],
    [
      'if (name === undefined || value === undefined) throw',
      "if (!line.includes(':')) return ['', '']\n  if (name === undefined || value === undefined) throw",
    ],
  ),
  mutant(
    'any-name',
    { en: 'a field may have any name', es: 'un campo puede tener cualquier nombre' },
    ['error-name', 'field-blank'],
    ["/^([!#$%&'*+.^_`|~\\w-]+):", '/^([^:]+?) *:'],
  ),
  mutant(
    'eleven-visits',
    { en: 'the counter goes on to 11', es: 'el contador llega hasta 11' },
    ['cookie-limit'],
    ['count >= VISITS', 'count > VISITS'],
  ),
  mutant(
    'never-forgotten',
    { en: 'the cookie ends in a year', es: 'la cookie caduca al cabo de un año' },
    ['cookie-expires'],
    ['[10, 120_000]', '[10, 31_536_000_000]'],
  ),
  mutant(
    'other-cookies',
    {
      en: 'any cookie whose name ends in visits is the counter',
      es: 'vale como contador cualquier cookie cuyo nombre acabe en visits',
    },
    ['cookie-among-others'],
    ['/(?:^|; *)visits=', '/visits='],
  ),
  mutant(
    'errors-count',
    { en: 'errors set the cookie as well', es: 'los errores también ponen la cookie' },
    ['cookie-not-on-errors'],
    [
      "['Content-Type: text/html; charset=utf-8', ...refusal.more]",
      "['Content-Type: text/html', 'Set-Cookie: visits=1; Path=/', ...refusal.more]",
    ],
  ),
  mutant(
    'out-of-the-site',
    { en: 'two dots lead out of the site', es: 'dos puntos llevan fuera del sitio' },
    ['forbidden-path', 'outside-plain', 'outside-encoded', 'outside-slash'],
    ['if (file !== root && !file.startsWith(root + sep)) throw new Refusal(403)\n', ''],
  ),
  mutant(
    'forbidden-is-not-found',
    { en: 'what is forbidden is said not to exist', es: 'de lo prohibido se dice que no existe' },
    ['forbidden-path'],
    ['throw new Refusal(403)\n  return name', 'throw new Refusal(404)\n  return name'],
  ),
  mutant(
    'kept-after-errors',
    {
      en: 'the connection goes on after a request that nobody understood',
      es: 'la conexión sigue tras una petición que no se entendió',
    },
    ['error-version', 'error-line', 'error-field', 'error-name', 'error-host'],
    ['const isLast = ends || refusal.ends', 'const isLast = ends'],
  ),
  mutant(
    'closed-after-404',
    { en: 'every error ends the connection', es: 'cualquier error termina la conexión' },
    ['not-found-goes-on', 'method-post', 'method-put', 'method-delete', 'method-head', 'method-brew'],
    ['const isLast = ends || refusal.ends', 'const isLast = true'],
  ),
  mutant(
    'characters-counted',
    {
      en: 'Content-Length counts characters, not octets',
      es: 'Content-Length cuenta caracteres, no octetos',
    },
    ['length'],
    ['`Content-Length: ${content.length}`', '`Content-Length: ${content.toString().length}`'],
  ),
  mutant(
    'text-mode',
    { en: 'files are read as text', es: 'los ficheros se leen como texto' },
    ['octets'],
    [
      'await readFile(file).catch(() => undefined)',
      "await readFile(file, 'utf8').then((text) => Buffer.from(text)).catch(() => undefined)",
    ],
  ),
  mutant(
    'one-type',
    { en: 'every file is HTML', es: 'todo fichero es HTML' },
    ['types'],
    ['`Content-Type: ${type}`', '`Content-Type: text/html`'],
  ),
  mutant(
    'any-extension',
    { en: 'files of unknown extensions are served', es: 'se sirven ficheros de extensión desconocida' },
    ['type-unsupported'],
    [
      'if (type === undefined) throw new Refusal(415)',
      "if (type === undefined) return void send(socket, 200, [], Buffer.from('?'), ends) === undefined",
    ],
  ),
  mutant(
    'close-ignored',
    { en: 'Connection: close is not obeyed', es: 'no se respeta Connection: close' },
    ['close', 'length'],
    ['|| /\\bclose\\b/.test(options)', ''],
  ),
  mutant(
    'old-version-kept',
    { en: 'a connection in HTTP/1.0 is kept open', es: 'una conexión en HTTP/1.0 se mantiene abierta' },
    ['version-1.0'],
    ["const isOver = version === 'HTTP/1.0' ||", 'const isOver ='],
  ),
  mutant(
    'kept-too-short',
    { en: 'connections are kept for five seconds', es: 'las conexiones se mantienen cinco segundos' },
    ['persistence', 'persistence-renewed'],
    ['const KEPT = 10_000', 'const KEPT = 5_000'],
  ),
  mutant(
    'kept-for-ever',
    { en: 'connections are kept for ever', es: 'las conexiones se mantienen para siempre' },
    ['persistence'],
    ['socket.setTimeout(KEPT, () => socket.destroy())', ''],
  ),
  mutant(
    'head-served',
    { en: 'HEAD is answered as GET', es: 'HEAD se responde como GET' },
    ['method-head'],
    ["if (['HEAD', 'POST',", "if (method === 'HEAD') method = 'GET'\n    if (['POST',"],
  ),
  mutant(
    'no-allow',
    { en: '405 does not say what is allowed', es: '405 no dice qué se permite' },
    ['method-post', 'method-put', 'method-delete', 'method-head'],
    ["throw new Refusal(405, ends, ['Allow: GET'])", 'throw new Refusal(405, ends)'],
  ),
  mutant(
    'bare-404',
    { en: '404 without a page', es: '404 sin página' },
    ['not-found'],
    [
      "const body = method === 'HEAD' ? '' : page",
      "const body = method === 'HEAD' || refusal.status === 404 ? '' : page",
    ],
  ),
]
