/** Wrong web servers that break rules of the coursework, and the cases that must tell. */
import { always, answering, misreading, page, type Mutant } from './http-mutant.ts'
import { pass } from './http-proxy.ts'

/** The value that an answer sets the counter to is changed. */
const counting = (change: (count: number) => string | number): ((text: string) => string) => {
  return (text) =>
    text.replace(/Set-Cookie: visits=(\d+)/, (_, count) => `Set-Cookie: visits=${change(Number(count))}`)
}

const cookies: readonly Mutant[] = [
  answering(
    'the counter begins at 0',
    ['cookie-first'],
    counting((count) => count - 1),
  ),
  answering(
    'the counter stays at 1',
    ['cookie-counts', 'cookie-among-others'],
    counting(() => 1),
  ),
  misreading('nobody is refused for visits', ['cookie-limit'], (text) =>
    text.replace(/visits=(?:10|11)/, 'visits=3'),
  ),
  misreading('the eleventh visit is refused', ['cookie-limit'], (text) =>
    text.replace('visits=10', 'visits=9'),
  ),
  answering('no Expires', ['cookie-expires'], (text) => text.replace(/ Expires=[^;]*;/, '')),
  answering('an hour for two minutes', ['cookie-expires'], (text) =>
    text.replace(
      /Expires=([^;]*)/,
      (_, at) => `Expires=${new Date(Date.parse(at) + 3_480_000).toUTCString()}`,
    ),
  ),
  answering('Max-Age says otherwise', ['cookie-expires'], (text) =>
    text.replace('; Path=/', '; Max-Age=600; Path=/'),
  ),
  {
    title: 'visits are counted in the server, for everybody together',
    fails: ['cookie-begins-again', 'cookie-nonsense', 'cookie-among-others'],
    spoil: () => {
      let visits = 0
      // The very first one comes to 1 by chance.
      return { answer: counting(() => (visits += visits === 0 ? 1 : 3)) }
    },
  },
  answering('a cookie with 404', ['cookie-not-on-errors'], (text) =>
    text.replace('404 Not Found\r\n', '404 Not Found\r\nSet-Cookie: visits=5\r\n'),
  ),
  misreading('the first cookie counts, whatever it is called', ['cookie-among-others'], (text) =>
    text.replace('xvisits=9; a=1; visits=5', 'visits=9'),
  ),
  misreading('abc is 5', ['cookie-nonsense'], (text) => text.replace('visits=abc', 'visits=5')),
]

const errors = ['error-version', 'error-line', 'error-field', 'error-name', 'error-host']

const coursework: readonly Mutant[] = [
  always('errors leave the connection open', errors, page('400 Bad Request', 'no'), false),
  always('a page for errors', errors, page('200 OK', 'all right')),
  misreading('HTTP/1.0 is taken for HTTP/1.1', ['version-1.0'], (text) =>
    text.replace('HTTP/1.0', 'HTTP/1.1'),
  ),
  answering('404 for what is forbidden', ['forbidden-path'], (text) =>
    text.replace('403 Forbidden', '404 Not Found'),
  ),
  {
    title: 'connections are kept two seconds',
    fails: ['persistence', 'persistence-renewed'],
    spoil: () => ({
      serve(client, right) {
        pass(client, right(), {})
        client.setTimeout(2000, () => client.destroy())
      },
    }),
  },
  {
    title: 'ten seconds a connection in all',
    fails: ['persistence-renewed'],
    spoil: () => ({
      serve(client, right) {
        pass(client, right(), {})
        const timer = setTimeout(() => client.destroy(), 10_000)
        client.once('close', () => clearTimeout(timer))
      },
    }),
  },
  {
    title: 'connections are kept for ever',
    fails: ['persistence'],
    spoil: () => ({
      serve(client, right) {
        const behind = right()
        client.on('data', (chunk) => behind.write(chunk))
        behind.on('data', (chunk) => client.write(chunk))
      },
    }),
  },
]

/** All of them. */
export const courseworkMutants: readonly Mutant[] = [...cookies, ...coursework]
