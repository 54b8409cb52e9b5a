// RFC 6265: the cookie that counts visits, or by which nginx (userid) and Apache (mod_usertrack) know a visitor again
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviates, openForAllTests, openSubject, parseAnswers, type Parsed, type Reasons } from './subject.ts'

const server = openForAllTests(() =>
  openSubject('{ cookie: { name: visits, lifetime: 120 } }', '', {
    nginx:
      'userid on; userid_name visits; userid_path /; userid_expires 120s; userid_flags httponly samesite=lax;',
    apache: `CookieTracking on
CookieName visits
CookieStyle Cookie
CookieExpires "2 minutes"
CookieHTTPOnly on
CookieSameSite Lax`,
  }),
)

async function visit(fields = ''): Promise<Parsed> {
  const [answer] = parseAnswers(await server.subject.ask(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`))
  assert.ok(answer)
  assert.equal(answer.status, 200)
  return answer
}

const cookieOf = ({ fields }: Parsed): string => fields.get('set-cookie') ?? ''

const shortYear = 'its year has two digits, where §4.1.1 has the date of RFC 1123'
const age = 'it says Max-Age, which §4.1.2.2 has as well'

test('§4.1.1: Set-Cookie is a pair of a token and cookie-octets, with attributes', async () => {
  const [pair = '', ...attributes] = cookieOf(await visit()).split('; ')
  assert.match(pair, /^visits=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/)
  for (const attribute of attributes) assert.match(attribute, /^[A-Za-z-]+(?:=[ -:<-~]+)?$/)
  const names = attributes.map((attribute) => attribute.toLowerCase().split('=', 1)[0])
  assert.equal(new Set(names).size, names.length, 'each once')
})

test('§4.1.1: Expires is a date of RFC 1123', deviates({ nginx: shortYear, apache: age }), async () => {
  const [, date = ''] = /; expires=([^;]*)/i.exec(cookieOf(await visit())) ?? []
  assert.equal(new Date(date).toUTCString(), date)
})

test('§5.2, §5.3: a browser keeps it for two minutes from the answer on', async () => {
  const answer = await visit()
  const [, seconds] = /; max-age=(\d+)/i.exec(cookieOf(answer)) ?? []
  const [, date = ''] = /; expires=([^;]*)/i.exec(cookieOf(answer)) ?? []
  const lifetime =
    seconds === undefined
      ? (browserTime(date) - Date.parse(answer.fields.get('date') ?? '')) / 1000
      : Number(seconds)
  assert.ok(Math.abs(lifetime - 120) <= 1, `${lifetime} s`)
})

/** As a browser reads a date: its parts wherever they stand (RFC 6265 §5.1.1). */
function browserTime(text: string): number {
  const [, clock = ''] = /(\d{1,2}:\d{1,2}:\d{1,2})/.exec(text) ?? []
  const [, day = '', month = '', year = ''] = /(\d{1,2})[ -]([A-Z][a-z]{2})[ -](\d{2,4})/.exec(text) ?? []
  return Date.parse(`${day} ${month} ${Number(year) < 70 ? Number(year) + 2000 : year} ${clock} GMT`)
}

test('§5.2.4-§5.2.6: it holds for the whole site, and no script reads it', async () => {
  const attributes = cookieOf(await visit())
    .toLowerCase()
    .split('; ')
    .slice(1)
  for (const each of ['path=/', 'httponly', 'samesite=lax']) assert.ok(attributes.includes(each), each)
  assert.ok(!attributes.includes('secure'), '§4.1.2.5: it would never come back over http')
})

test('§3: one answer sets it once', async () => {
  const text = await server.subject.ask('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(text.match(/^set-cookie: visits=/gim)?.length, 1)
})

/** Whether the server knows the visitor: nothing new is set, or the count goes on. */
const isKnown = (answer: Parsed): boolean =>
  !answer.fields.has('set-cookie') || cookieOf(answer).startsWith('visits=2;')

// `PAIR` stands for the cookie that was set.
const brought: readonly (readonly [fields: string, known: boolean, reasons?: Reasons])[] = [
  ['Cookie: PAIR', true],
  ['cookie: PAIR', true],
  ['Cookie: a=b; PAIR', true],
  ['Cookie: PAIR; a=b', true],
  ['Cookie: a=b;PAIR', true],
  ['Cookie: a=; PAIR', true],
  ['Cookie: a=b=c; PAIR', true],
  ['Cookie: a="b"; PAIR', true],
  ['Cookie: a; PAIR', true],
  ['Cookie: a=b\r\nCookie: PAIR', true],
  ['Cookie: PAIR\r\nCookie: a=b', true],
  ['Cookie: xPAIR', false],
  ['Cookie: a=PAIR', false],
  ['Cookie: a=b', false],
  ['Cookie:', false],
  ['Cookie: visits', false],
  ['Cookie: visits=', false],
  ['X-Cookie: PAIR', false],
  ['Set-Cookie: PAIR', false],
]

for (const [fields, known, reasons = {}] of brought) {
  test(
    `§4.2, §5.4: ${JSON.stringify(fields)} ${known ? 'brings it' : 'does not'}`,
    deviates(reasons),
    async () => {
      const [pair = ''] = cookieOf(await visit()).split(';')
      assert.equal(isKnown(await visit(`${fields.replace('PAIR', pair)}\r\n`)), known)
    },
  )
}

test(
  '§5.4: the name is told from one in other letters',
  deviates({ nginx: 'it knows the name in any letters' }),
  async () => {
    const [pair = ''] = cookieOf(await visit()).split(';')
    assert.equal(isKnown(await visit(`Cookie: ${pair.replace('visits', 'VISITS')}\r\n`)), false)
  },
)
