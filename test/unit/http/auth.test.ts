import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { foldPath } from '../../../lab/web/auth/fold.ts'
import { authReasons } from '../../../lab/web/auth/words.ts'
import { accountsOf, basic, digest, judge, nonceOf, openGate, outcome } from './auth.ts'

const rule = { scheme: 'basic', realm: 'Staff only', users: { ana: 'secret', José: 'contraseña: ñ' } }

test('a folder asks for a name and a password in UTF-8 (RFC 7617 §2, §2.1)', async () => {
  const { gate } = openGate({ '/private/': rule })
  const refusal = {
    status: 401,
    challenge: 'WWW-Authenticate: Basic realm="Staff only", charset="UTF-8"\r\n',
  }
  assert.deepEqual(await judge(gate, '/private/'), { why: 'auth-missing', ...refusal })
  assert.deepEqual(await judge(gate, '/private/', ['Basic YTpi']), { why: 'auth-wrong', ...refusal })
  assert.deepEqual(await judge(gate, '/private/', [basic('ana:secret')]), { user: 'ana', fields: '' })
})

test('only the right name with its own password is let in', async () => {
  const { gate } = openGate({ '/private/': rule })
  const outcomes: readonly (readonly [readonly string[], string])[] = [
    [[basic('José:contraseña: ñ')], 'user José'],
    [[basic('José:contraseña: ñ'.normalize('NFD'))], 'user José'],
    [[basic('José:contraseña: ñ', 'latin1')], 'auth-wrong'],
    [[basic('ana:secret').replace('Basic', 'bASIC  ')], 'user ana'],
    [[basic('ana:contraseña: ñ')], 'auth-wrong'],
    [[basic('ana:Secret')], 'auth-wrong'],
    [[basic('ana:secret ')], 'auth-wrong'],
    [[basic('Ana:secret')], 'auth-wrong'],
    [[basic('ana:')], 'auth-wrong'],
    [[basic(':secret')], 'auth-wrong'],
    [[basic('__proto__:secret')], 'auth-wrong'],
    [[''], 'auth-wrong'],
    [['Basic'], 'auth-wrong'],
    [['Bearer YW5hOnNlY3JldA=='], 'auth-wrong'],
    [['Basic username="ana", password="secret"'], 'auth-wrong'],
    [[`${basic('ana:secret')}, ${basic('ana:secret')}`], 'auth-wrong'],
    [[basic('ana:secret'), basic('ana:secret')], 'auth-wrong'],
  ]
  for (const [fields, expected] of outcomes)
    assert.equal(await outcome(gate, '/private/a', fields), expected, fields.join(' | '))
})

test('no spelling of a path passes by, and the longest prefix decides', async () => {
  const { gate } = openGate({
    '/private/': rule,
    '/private/deep/': { scheme: 'digest', users: { eva: 'other' } },
    '/año/': rule,
  })
  const closed = [
    '/private/',
    '/private',
    '/private/a.html?b',
    '/%70rivate/',
    '/%50RIVATE/a',
    '/PRIVATE/a',
    '/Private/a',
    'http://a/private/',
    'http://other/Private/',
    '/private./a',
    '/private%20/a',
    '/private.%20./a',
    '/pr%E2%80%8Bivate/',
    '/pr%C4%B1vate/',
    '/a%C3%B1o/',
    '/an%CC%83o/',
    '/A%C3%91O/x',
  ]
  for (const target of closed) assert.equal(await outcome(gate, target), 'auth-missing', target)
  for (const target of ['/', '/private.html', '/privates/', '/a/private/', '/prívate/'])
    assert.equal(await outcome(gate, encodeURI(target)), 'open', target)
  assert.equal(await outcome(gate, '/private/deeper', [basic('ana:secret')]), 'user ana')
  for (const target of ['/private/deep', '/private/deep/', '/private/DEEP/a', '/private/dee%70/'])
    assert.equal(await outcome(gate, target, [basic('ana:secret')]), 'auth-wrong', target)
  const uri = '/private/deep/a'
  const answer = { nonce: await nonceOf(gate, uri), uri, user: 'eva', password: 'other' }
  assert.equal(await outcome(gate, uri, [digest(answer)]), 'user eva')
})

test('whatever stands behind a prefix, its folder stays closed; without rules all is open', async () => {
  const { gate } = openGate({ '/private/': rule })
  const letter = fc.constantFrom('/', '.', ' ', 'a', 'Σ', 'ß', '\u0301', '\u200d', '／', '\ud800', 'İ')
  fc.assert(
    fc.property(fc.array(letter), fc.boolean(), (letters, isUpper) => {
      const path = `/private/${letters.join('')}`
      assert.ok(foldPath(isUpper ? path.toUpperCase() : path).startsWith(foldPath('/private/')))
    }),
  )
  assert.equal(foldPath(`/${'. '.repeat(50_000)}x`).length, 100_002)
  assert.equal(await outcome(gate, '/open.html', [basic('ana:wrong')]), 'open')
  assert.equal(await outcome(openGate({}).gate, '/private/'), 'open')
  assert.equal(await outcome(openGate({ '/': rule }).gate, '/a'), 'auth-missing')
})

test("without users, the lab's accounts may enter", async () => {
  const { gate } = openGate({ '/private/': { scheme: 'basic' } }, accountsOf(['ana']))
  assert.equal(await outcome(gate, '/private/', [basic('ana:ana')]), 'user ana')
  assert.equal(await outcome(gate, '/private/', [basic('ANA:ana')]), 'user ana')
  for (const text of ['ana:ANA', 'eva:eva', 'ana:', ':', '../ana:ana'])
    assert.equal(await outcome(gate, '/private/', [basic(text)]), 'auth-wrong', text)
})

test('a login that finds too many waiting is told to come back', async () => {
  const { gate } = openGate({ '/private/': { scheme: 'basic' } }, accountsOf(['ana'], 1))
  const logins = Array.from({ length: 5 }, () => judge(gate, '/private/', [basic('ana:wrong')]))
  const verdicts = await Promise.all(logins)
  const reasons = verdicts.map((verdict) => (verdict !== undefined && 'why' in verdict ? verdict.why : ''))
  assert.deepEqual(reasons, ['auth-wrong', 'auth-wrong', 'auth-wrong', 'auth-busy', 'auth-busy'])
  assert.deepEqual(verdicts[4], { why: 'auth-busy', status: 503, challenge: 'Retry-After: 2\r\n' })
})

test('each refusal has a text in both languages', () => {
  for (const { en, es } of Object.values(authReasons))
    assert.ok(en.length > 20 && es.length > 20 && en !== es)
})
