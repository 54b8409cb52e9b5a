/** Requests that have been spoiled, as an attacker or a broken program would. */
import type { Random } from '../../../lab/service.ts'
import { malformed } from '../../conformance/http/malformed.ts'
import { smuggling } from '../../conformance/http/smuggling.ts'

const browser =
  'Host: localhost:8080\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: es-ES,es;q=0.8,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n'

/** Requests that are served or refused for good reasons. */
export const sound: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /index.html HTTP/1.0\r\n\r\n',
  'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'GET /es.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'GET http://a:80/style.css?x=1&y=%20 HTTP/1.1\r\nHost: b\r\n\r\n',
  'GET /a%20b.txt HTTP/1.1\r\nHost: [::1]:80\r\n\r\n',
  'GET /sub HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /sub/../%2e%2e/secret.html HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /gone HTTP/1.1\r\nHost: a\r\nAccept-Language: es;q=1, en;q=0.1\r\n\r\n',
  'GET /program.exe HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /large.txt HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /large.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-99,200-299,-5\r\n\r\n',
  'GET /picture.JPG HTTP/1.1\r\nHost: a\r\nRange: bytes=2-\r\nIf-Range: "x"\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: W/"a", "b", *\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: Sun, 06 Nov 2044 08:49:37 GMT\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nIf-Match: "x"\r\nIf-Unmodified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde',
  'GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc',
  'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
  'OPTIONS / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
  ...['1', '9', '10', '0', '-1', 'x'].map(
    (visits) => `GET / HTTP/1.1\r\n${browser}Cookie: a="b"; visits=${visits}; c=d\r\n\r\n`,
  ),
]

const unsound = [...malformed, ...smuggling].map(([, raw]) => raw)
const samples: readonly string[] = [
  // As many of the one sort as of the other.
  ...Array.from({ length: Math.ceil(unsound.length / sound.length) }, () => sound).flat(),
  ...unsound,
]

/** What changes the meaning of what stands around it. */
const INSERTIONS: readonly string[] = [
  [
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '"',
    '=',
    '%',
    '%2',
    '%00',
    '\xff',
    '\x16',
  ],
  ['/', '//', '/../', '/%2e%2e/', '\\', '?', '#', '*', 'HTTP/1.1', 'GET / HTTP/1.1\r\n', '-1', '0', '5'],
  ['18446744073709551616', 'a'.repeat(9000), 'X: y\r\n'.repeat(120), `X: ${'b'.repeat(33_000)}\r\n`],
  ['Content-Length: 4\r\n', 'Transfer-Encoding: chunked\r\n', 'Host: b\r\n', 'Connection: close\r\n'],
  ['Expect: 100-continue\r\n', 'Range: bytes=0-0,1-1,-1\r\n', 'Upgrade: h2c\r\n', 'Cookie: visits=9\r\n'],
].flat()

type Mutation = (text: string, random: Random, other: string) => string

const replaceAt = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to)

const swapLines: Mutation = (text, random) => {
  const lines = text.split('\r\n')
  const at = random.integer(0, lines.length)
  const [line = ''] = lines.splice(at, random.integer(0, 2))
  lines.splice(random.integer(0, lines.length + 1), 0, line)
  return lines.join('\r\n')
}

const MUTATIONS: readonly Mutation[] = [
  // Single bits.
  (text, random) => {
    let spoiled = text
    for (let count = random.integer(1, 5); count > 0 && spoiled !== ''; count -= 1) {
      const at = random.integer(0, spoiled.length)
      const octet = spoiled.charCodeAt(at) ^ (1 << random.integer(0, 8))
      spoiled = replaceAt(spoiled, at, at + 1, String.fromCharCode(octet))
    }
    return spoiled
  },
  // Cut short.
  (text, random) => text.slice(0, random.integer(0, text.length + 1)),
  // The start of one and the end of another.
  (text, random, other) =>
    text.slice(0, random.integer(0, text.length + 1)) + other.slice(random.integer(0, other.length + 1)),
  // A part twice, or not at all.
  (text, random) => {
    const [from, to] = [random.integer(0, text.length + 1), random.integer(0, text.length + 1)]
    return text.slice(0, from) + text.slice(to)
  },
  // Something in between.
  (text, random) => {
    const at = random.integer(0, text.length + 1)
    return replaceAt(text, at, at, pick(random, INSERTIONS))
  },
  // A line elsewhere, or twice.
  swapLines,
  // One inside another.
  (text, random, other) => {
    const at = random.integer(0, text.length + 1)
    return replaceAt(text, at, at, other)
  },
]

/** Changes one of the samples once or a few times; one character for each octet. */
export function spoil(random: Random): string {
  let text = pick(random, samples)
  for (let count = random.integer(1, 4); count > 0; count -= 1)
    text = pick(random, MUTATIONS)(text, random, pick(random, samples))
  return text.slice(0, 65_536)
}

/** One of some values. */
export function pick<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[random.integer(0, values.length)]
  if (value === undefined) throw new Error('there is nothing to pick from')
  return value
}
