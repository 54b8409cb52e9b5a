import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { launchBrowser } from '../../browser.ts'
import type { HttpAnswer } from '../../../lab/kit/http/answer.ts'
import type { HttpRequest } from '../../../lab/kit/http/request.ts'
import { HttpServer } from '../../../lab/kit/http/server.ts'
import { decodePath } from '../../../lab/kit/http/target.ts'
import { Gate } from '../../../lab/web/auth/auth.ts'
import { protect } from '../../../lab/web/auth/options.ts'
import { missing, missingPython, PYTHON } from '../../tool.ts'
import { accountsOf, countingRandom } from '../../unit/http/auth.ts'
import { ManualClock } from '../../unit/http/clock.ts'
import { run, type Output } from './program.ts'

const users = { ana: 'secret', josé: 'contraseña: ñ' }
const rules = {
  '/basic/': { scheme: 'basic', realm: 'Staff only', users },
  '/accounts/': { scheme: 'basic' },
  '/digest/': { scheme: 'digest', realm: 'Staff only', users },
}

/** What makes a browser open several connections at once. */
const images = Array.from({ length: 20 }, (_, at) => `<img src="${at}.png">`).join('')

/** A server that tells who was let in, and what it saw. */
interface GuardedServer extends AsyncDisposable {
  readonly base: string
  readonly clock: ManualClock
  /** Status of each answer, with the reason of a refusal. */
  readonly seen: string[]
}

async function open(): Promise<GuardedServer> {
  const clock = new ManualClock()
  const gate = new Gate(protect.parse(rules), {
    clock,
    random: countingRandom(),
    accounts: accountsOf(['ana']),
  })
  const seen: string[] = []
  const answer = async (request: HttpRequest): Promise<HttpAnswer> => {
    // A visit that takes five minutes; the connections do not notice.
    if (request.path === '/later') clock.advance(300_000)
    const decoded = decodePath(request.path)
    const verdict = 'path' in decoded ? await gate.judge(request, decoded.path) : undefined
    if (verdict === undefined) return { status: 200, fields: '', body: 'open' }
    if ('why' in verdict) {
      seen.push(`${verdict.status} ${verdict.why}`)
      return { status: verdict.status, fields: verdict.challenge, body: verdict.why }
    }
    seen.push('200')
    const body = Buffer.from(`user ${verdict.user}${request.path.endsWith('/page') ? images : ''}`)
    return { status: 200, fields: `Content-Type: text/html; charset=utf-8\r\n${verdict.fields}`, body }
  }
  const server = new HttpServer({ clock: new ManualClock(), server: 'test', methods: ['GET', 'HEAD'] })
  const listener = createServer((socket) => {
    socket.on('error', () => undefined)
    server.serve(socket, {
      answer,
      refuse: ({ status, reason }) => ({ status, fields: '', body: reason }),
      answered: () => undefined,
      failed: (error) => assert.fail(String(error)),
      closed: () => undefined,
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  assert.ok(address !== null && typeof address === 'object')
  return {
    base: `http://127.0.0.1:${address.port}`,
    clock,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.close()
      listener.close()
      await once(listener, 'close')
    },
  }
}

const text = ({ out }: Output): string => out.toString()

test('curl --basic', { skip: missing('curl') }, async () => {
  await using server = await open()
  const get = async (folder: string, user: string): Promise<string> =>
    text(await run('curl', '-s', '--basic', '-u', user, `${server.base}${folder}`))
  assert.equal(await get('/basic/', 'ana:secret'), 'user ana')
  assert.equal(await get('/basic/', 'josé:contraseña: ñ'), 'user josé')
  assert.equal(await get('/%42asic/a?b', 'ana:wrong'), 'auth-wrong')
  assert.equal(await get('/accounts/', 'Ana:ana'), 'user ana')
  assert.equal(await get('/accounts/', 'ana:secret'), 'auth-wrong')
  assert.equal(await get('/digest/', 'ana:secret'), 'auth-wrong')
  assert.equal(
    text(await run('curl', '-s', '--anyauth', '-u', 'ana:secret', `${server.base}/basic/`)),
    'user ana',
  )
  assert.equal(text(await run('curl', '-s', `${server.base}/basic/`)), 'auth-missing')
})

test('curl --digest', { skip: missing('curl') }, async () => {
  await using server = await open()
  const { base, seen, clock } = server
  const get = (user: string, ...more: string[]): Promise<Output> =>
    run('curl', '-sv', '--digest', '-u', user, ...more)
  const { out, error } = await get('ana:secret', `${base}/digest/`, `${base}/digest/b?c=d&e=%20`)
  assert.equal(out.toString(), 'user anauser ana')
  assert.match(error, /^> Authorization: Digest .*algorithm=SHA-256/m)
  assert.match(error, /^< Authentication-Info: rspauth="[\da-f]{64}", qop=auth, cnonce=".+", nc=00000001/m)
  // It forgets the nonce with each address.
  assert.deepEqual(seen.splice(0), ['401 auth-missing', '200', '401 auth-missing', '200'])
  assert.equal(text(await get('josé:contraseña: ñ', `${base}/digest/`)), 'user josé')
  assert.equal(text(await get('ana:wrong', `${base}/digest/`)), 'auth-wrong')
  assert.equal(text(await get('ana:secret', '--anyauth', `${base}/digest/`)), 'user ana')
  assert.match((await get('ana:secret', '-I', `${base}/digest/`)).error, /^< HTTP\/1\.1 200 /m)
  assert.equal(text(await get('ana:secret', '-x', base, 'http://lab.test/digest/a?b')), 'user ana')
  seen.splice(0)
  // The field that curl sent last is worth nothing to who has seen it.
  const field = [...error.matchAll(/^> (Authorization: Digest .*?)\r?$/gm)].at(-1)?.[1] ?? ''
  assert.equal(text(await run('curl', '-s', '-H', field, `${base}/digest/b?c=d&e=%20`)), 'auth-stale')
  assert.equal(text(await run('curl', '-s', '-H', field, `${base}/digest/`)), 'auth-uri')
  clock.advance(300_000)
  assert.equal(text(await run('curl', '-s', '-H', field, `${base}/digest/b?c=d&e=%20`)), 'auth-stale')
})

test('wget --http-user', { skip: missing('wget') }, async () => {
  await using server = await open()
  const get = (folder: string, password: string): Promise<Output> =>
    run('wget', '-qO-', '--http-user=ana', `--http-password=${password}`, `${server.base}${folder}`)
  for (const folder of ['/basic/', '/digest/', '/digest/b?c=d']) {
    assert.equal(text(await get(folder, 'secret')), 'user ana', folder)
    // 6: the name or the password was refused
    assert.equal((await get(folder, 'wrong')).code, 6, folder)
  }
})

const python = `
import sys, urllib.request as u
base, folder, password = sys.argv[1:4]
store = u.HTTPPasswordMgrWithDefaultRealm()
store.add_password(None, base, 'ana', password)
opener = u.build_opener(u.ProxyHandler({}), u.HTTPBasicAuthHandler(store), u.HTTPDigestAuthHandler(store))
print(opener.open(base + folder).read().decode(), end='')
`

const requests = `
import sys, requests
base, scheme, password = sys.argv[1:4]
kinds = {'basic': requests.auth.HTTPBasicAuth, 'digest': requests.auth.HTTPDigestAuth}
session = requests.Session()
session.trust_env = False
session.auth = kinds[scheme]('ana', password)
for path in ['/', '/a?b=c', '/../later', '/']:
    print(session.get(base + '/' + scheme + path).text, end=' ')
`

test('python3 urllib', { skip: missing(PYTHON) }, async () => {
  await using server = await open()
  const get = (folder: string, password: string): Promise<Output> =>
    run(PYTHON, '-c', python, server.base, folder, password)
  assert.equal(text(await get('/basic/', 'secret')), 'user ana')
  assert.match((await get('/basic/', 'wrong')).error, /401/)
  // It reads the first challenge alone, and knew no SHA-256 before 3.14.
  const { out, error } = await get('/digest/', 'secret')
  assert.match(
    `${out.toString()}${error}`,
    /^user ana$|Unsupported digest authentication algorithm 'SHA-256'/,
  )
})

test('python3 requests', { skip: missingPython('requests') }, async () => {
  await using server = await open()
  for (const scheme of ['basic', 'digest']) {
    const get = (password: string): Promise<Output> =>
      run(PYTHON, '-c', requests, server.base, scheme, password)
    assert.equal(text(await get('secret')), 'user ana user ana open user ana ', scheme)
    assert.equal(text(await get('wrong')), 'auth-wrong auth-wrong open auth-wrong ', scheme)
  }
  // It uses its nonce for as long as it lives, and answers the new one that comes with stale=true by itself.
  assert.deepEqual(server.seen.slice(6, 11), ['401 auth-missing', '200', '200', '401 auth-stale', '200'])
})

test(
  'Chromium asks once, and its parallel connections share the nonce',
  { skip: missing('chromium') },
  async () => {
    await using server = await open()
    const browser = await launchBrowser()
    try {
      const httpCredentials = { username: 'ana', password: 'secret' }
      for (const folder of ['basic', 'digest']) {
        const context = await browser.newContext({ httpCredentials })
        const page = await context.newPage()
        await page.goto(`${server.base}/${folder}/page`)
        assert.match((await page.textContent('body')) ?? '', /user ana/)
        const [first, ...seen] = server.seen.splice(0)
        assert.equal(first, '401 auth-missing')
        assert.deepEqual(
          seen,
          Array.from({ length: 21 }, () => '200'),
        )
      }
    } finally {
      await browser.close()
    }
  },
)
