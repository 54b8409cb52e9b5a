/** Wrong web servers, each with one rule broken, and the cases of the suites that must tell. */
import { SECRET } from '../../../lab/web/checks/site.ts'
import { always, answering, misreading, page, without, type Mutant } from './http-mutant.ts'
import { courseworkMutants } from './http-mutants-coursework.ts'
import { pass } from './http-proxy.ts'

const syntax = [
  ...'line-short line-blank field-blank field-colon field-zero host-missing host-twice'.split(' '),
  ...'host-syntax length-syntax length-twice length-and-chunks line-long head-long'.split(' '),
]
const outside = 'outside-plain outside-encoded outside-slash outside-tricks outside-absolute path-zero'.split(
  ' ',
)

/** What research has measured in INetSim 1.3.2. */
export const inetsim: readonly Mutant[] = [
  {
    title: 'INetSim: always Connection: Close, one request a connection',
    fails: ['persistent', 'pipelined', 'not-found-goes-on'],
    spoil: () => ({
      request: (text) => text.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
    }),
  },
  {
    title: 'INetSim: fields in another order each time',
    fails: ['order-of-fields'],
    spoil: () => {
      let turn = 0
      return {
        answer(text) {
          const [head = '', ...body] = text.split('\r\n\r\n')
          const [line = '', ...fields] = head.split('\r\n')
          turn += 1
          const turned = [...fields.slice(turn % fields.length), ...fields.slice(0, turn % fields.length)]
          return [[line, ...turned].join('\r\n'), ...body].join('\r\n\r\n')
        },
      }
    },
  },
  misreading('INetSim: two Host fields', ['host-twice'], (text) => text.replace(/Host: other.*\r\n/, '')),
  misreading('INetSim: a length and chunks together', ['length-and-chunks'], (text) =>
    text.replace(/Content-Length: 5\r\n/, ''),
  ),
  answering('INetSim: no validators', ['validators'], without('ETag', 'Last-Modified')),
  misreading(
    'INetSim: conditions and ranges are ignored',
    ['not-modified', 'range'],
    without('If-None-Match', 'If-Modified-Since', 'Range'),
  ),
  answering('INetSim: a 404 says that the request could not be understood', ['not-found'], (text) =>
    text.startsWith('HTTP/1.1 404')
      ? page('404 Not Found', 'Your browser sent a request that this server could not be understood.')
      : text,
  ),
  always(
    'INetSim: 200 for every path',
    ['not-found', 'page', ...outside, ...syntax, 'method-unknown', 'type-unsupported', 'forbidden-path'],
    page('200 OK', '<h1>This is the default page</h1>', 'Connection: close\r\n'),
  ),
  answering('INetSim: no cookies', ['cookie-first'], without('Set-Cookie')),
  {
    title: 'INetSim: ten clients at a time',
    fails: ['concurrent'],
    spoil: () => {
      let count = 0
      return {
        serve(client, right) {
          count += 1
          client.once('close', () => (count -= 1))
          if (count > 10) client.destroy()
          else pass(client, right(), {})
        },
      }
    },
  },
]

const answers: readonly Mutant[] = [
  always(
    'an empty page for everything',
    [
      ...'start-page page folder types octets large-file query decoded absolute-form'.split(' '),
      ...'not-found version-later http-1.0 half-closed slow-client neighbours empty-line'.split(' '),
      'http-1.0-chunks',
    ],
    page('200 OK', ''),
  ),
  answering('LF for the ends of lines', ['status-line'], (text) => text.replaceAll('\r\n', '\n')),
  answering('no reason and no blank', ['status-line'], (text) =>
    text.replace('HTTP/1.1 200 OK', 'HTTP/1.1 200'),
  ),
  answering('no Date', ['date'], without('Date')),
  answering('a Date in Spanish', ['date'], (text) => text.replace(/Date: \w+/, 'Date: Dom')),
  answering('the wrong day of the week', ['date'], (text) =>
    text.replace(/Date: (\w+)/, (_, day) => `Date: ${day === 'Mon' ? 'Tue' : 'Mon'}`),
  ),
  answering('one octet less', ['length'], (text) => text.replace('Content-Length: 27', 'Content-Length: 26')),
  answering('an octet too many behind the body', ['length'], (text) => `${text}\n`),
  answering('text/plain for all', ['types'], (text) =>
    text.replace(/Content-Type: [^\r]*/, 'Content-Type: text/plain'),
  ),
  answering('the picture ends at its first zero', ['octets'], (text) =>
    text.includes('JFIF') ? text.replace(/\0/g, ' ') : text,
  ),
  answering('a page of plain text for 404', ['not-found'], (text) =>
    text.replace(/Content-Type: text\/html[^\r]*/, 'Content-Type: text/plain'),
  ),
  answering('404 is 200', ['not-found', 'not-found-goes-on'], (text) =>
    text.replace('404 Not Found', '200 OK'),
  ),
  {
    title: 'large files are cut at 64 KB',
    fails: ['large-file', 'half-closed', 'http-1.0-chunks'],
    spoil: () => {
      return {
        serve(client, right) {
          let sent = 0
          pass(client, right(), {
            answer(text) {
              const left = text.slice(0, Math.max(0, 65_536 - sent))
              sent += text.length
              if (sent >= 65_536) client.end(left, 'latin1')
              return sent >= 65_536 ? '' : left
            },
          })
        },
      }
    },
  },
  misreading('the query belongs to the path', ['query'], (text) => text.replace('?', '%3F')),
  misreading('paths are not decoded', ['decoded'], (text) => text.replace('/%', '/%25')),
  misreading('the path of an absolute form is not looked for', ['absolute-form'], (text) =>
    text.replace('GET http://', 'GET /http://'),
  ),
]

/** Sends the request with which a page is got where another one should be refused. */
const asPage = (text: string): string => {
  const rest = text.includes('HTTP/1.1\r\n') ? '' : 'Connection: close\r\n'
  return `GET /page.html HTTP/1.1\r\nHost: a\r\n${rest}\r\n`
}

const requests: readonly Mutant[] = [
  misreading(
    'every request that cannot be read is one for a page',
    [...syntax, 'version-syntax', 'method-letters', 'method-unknown', 'method-not-allowed'],
    (text) =>
      text.length > 8000 || !/^GET \/\S* HTTP\/1\.1\r\nHost: [!-~]+\r\n\r\n$/.test(text)
        ? asPage(text)
        : text,
  ),
  answering('405 without Allow', ['method-not-allowed', 'method-post'], without('Allow')),
  misreading(
    'every method is GET',
    [
      'method-post',
      'method-put',
      'method-delete',
      'method-head',
      'method-brew',
      'method-not-allowed',
      'method-unknown',
      'method-letters',
    ],
    (text) => text.replace(/^[A-Za-z]+ /, 'GET '),
  ),
  answering(
    'errors for methods are 400',
    ['method-post', 'method-put', 'method-delete', 'method-head', 'method-brew'],
    (text) => text.replace(/^HTTP\/1.1 (?:405|501)/, 'HTTP/1.1 400'),
  ),
  {
    title: 'a body for HEAD',
    fails: ['head', 'method-head'],
    spoil: () => {
      let isHead = false
      return {
        request(text) {
          isHead = text.startsWith('HEAD')
          return text
        },
        answer: (text) => (isHead ? `${text.replace(/Content-Length: \d+/, 'Content-Length: 4')}body` : text),
      }
    },
  },
  answering('later versions are not served', ['version-later', 'version-major'], () =>
    page('404 Not Found', '404', 'Connection: close\r\n'),
  ),
  misreading('no empty line is skipped', ['empty-line'], (text) =>
    text.startsWith('\r\n') ? `\r\n\r\n\r\n${text}` : text,
  ),
  {
    title: 'it falls over TLS',
    fails: ['no-http'],
    spoil: () => {
      let isDead = false
      return {
        serve(client, right) {
          client.once('data', (chunk: Buffer) => {
            isDead ||= chunk[0] === 0x16
            if (isDead) {
              client.destroy()
              return
            }
            const behind = right()
            pass(client, behind, {})
            behind.write(chunk)
          })
        },
      }
    },
  },
  {
    title: 'the octets of a body are a request',
    fails: ['body-length', 'body-chunks'],
    spoil: () => ({
      request: (text) =>
        text
          .replace(/(?:Content-Length|Transfer-Encoding): .*\r\n/, '')
          .replace(/\r\n\r\n[0-9a-f]+\r\n/, '\r\n\r\n')
          .replace('\r\n0\r\n\r\n', ''),
    }),
  },
  {
    title: 'what lies outside is shown',
    fails: [...outside, 'forbidden-path'],
    spoil: () => ({
      serve: (client) =>
        client.on('data', () =>
          client.end(page('403 Forbidden', `root:x:0:0\n${SECRET}`, 'Connection: close\r\n')),
        ),
    }),
  },
]

const connections: readonly Mutant[] = [
  misreading('Connection: close is ignored', ['close'], (text) => text.replace(/Connection: close\r\n/, '')),
  {
    title: 'one request of those that come at once is answered',
    fails: ['pipelined', 'body-length'],
    spoil: () => ({ request: (text) => `${text.split('\r\n\r\n', 1)[0] ?? ''}\r\n\r\n` }),
  },
  misreading('HTTP/1.0 connections stay open', ['http-1.0'], (text) =>
    text.replace(/HTTP\/1\.0\r\n/, 'HTTP/1.1\r\nHost: a\r\n'),
  ),
  misreading('HTTP/1.0 needs Host', ['http-1.0', 'http-1.0-chunks'], (text) =>
    text.replace('HTTP/1.0', 'HTTP/1.1'),
  ),
  answering('chunks for HTTP/1.0', ['http-1.0-chunks'], (text) =>
    text
      .replace(/Content-Length: 300000/, 'Transfer-Encoding: chunked')
      .replace('\r\n\r\n', '\r\n\r\n493E0\r\n'),
  ),
  {
    title: 'who closes a half is gone',
    fails: ['half-closed'],
    spoil: () => ({
      serve(client, right) {
        client.on('end', () => client.destroy())
        const behind = right()
        client.on('data', (chunk) => setTimeout(() => behind.write(chunk), 30))
        behind.pipe(client)
      },
    }),
  },
  misreading('one read is one request', ['slow-client'], (text) =>
    text.includes('\r\n\r\n') ? text : `${text}\r\n\r\n`,
  ),
  {
    title: 'one client after the other',
    fails: ['neighbours', 'concurrent'],
    spoil: () => {
      let last: Promise<unknown> = Promise.resolve()
      return {
        serve(client, right) {
          const closed = new Promise((resolve) => client.once('close', resolve))
          const before = last
          last = before.then(() => closed)
          void before.then(() => pass(client, right(), {}))
        },
      }
    },
  },
]

const ranges: readonly Mutant[] = [
  answering('a 304 with another status', ['not-modified'], (text) =>
    text.replace('304 Not Modified', '200 OK'),
  ),
  misreading('every condition is that nothing has changed', ['not-modified'], (text) =>
    text.replace('If-None-Match: "another"', 'If-None-Match: *'),
  ),
  misreading('ranges begin at 1', ['range'], (text) => text.replace('bytes=2-5', 'bytes=1-4')),
  answering('no Content-Range', ['range'], without('Content-Range')),
  answering('416 is 200', ['range-behind'], (text) => text.replace('416 ', '400 ')),
]

/** All wrong servers. */
export const mutants: readonly Mutant[] = [
  ...inetsim,
  ...answers,
  ...requests,
  ...connections,
  ...ranges,
  ...courseworkMutants,
]
