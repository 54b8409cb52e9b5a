import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestResponse, digestSecret } from '../../../lab/web/auth/digest.ts'
import { digest, judge, nonceOf, openGate, outcome, type DigestAnswer } from './auth.ts'

const rules = { '/private/': { scheme: 'digest', users: { ana: 'secret', 'Jäsøn Doe': 'Secret, or not?' } } }
const uri = '/private/page.html'

test('the responses of RFC 7616 §3.9.1', () => {
  const user = ['Mufasa', 'http-auth@example.org', 'Circle of Life'] as const
  const input = {
    method: 'GET',
    uri: '/dir/index.html',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  }
  const response = (hash: string): string => digestResponse(digestSecret(hash, ...user), { hash, ...input })
  assert.equal(response('md5'), '8ca523f5e9506fed4657c9700eebdbec')
  assert.equal(response('sha256'), '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1')
})

test('the response of RFC 7616 §3.9.2, as its erratum 4897 computes it', () => {
  const hash = 'sha512-256'
  const secret = digestSecret(hash, 'Jäsøn Doe', 'api@example.org', 'Secret, or not?')
  const response = digestResponse(secret, {
    hash,
    method: 'GET',
    uri: '/doe.json',
    nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
    nc: '00000001',
    cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
  })
  assert.equal(response, '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5')
})

test("the fields of RFC 7616 §3.9.1 are right but for the nonce, which is another server's", async () => {
  const { gate } = openGate({
    '/dir/': { scheme: 'digest', realm: 'http-auth@example.org', users: { Mufasa: 'Circle of Life' } },
  })
  const field = (algorithm: string, response: string): string =>
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", ' +
    `algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, ` +
    `cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="${response}", ` +
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
  const answers = {
    MD5: '8ca523f5e9506fed4657c9700eebdbec',
    'SHA-256': '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  }
  for (const [algorithm, response] of Object.entries(answers)) {
    assert.equal(await outcome(gate, '/dir/index.html', [field(algorithm, response)]), 'auth-stale')
    assert.equal(
      await outcome(gate, '/dir/index.html', [field(algorithm, response.replace(/.$/, '0'))]),
      'auth-wrong',
    )
  }
})

test('a challenge offers SHA-256 before MD5, with one nonce (RFC 7616 §3.7)', async () => {
  const { gate } = openGate(rules)
  const verdict = await judge(gate, uri)
  assert.ok(verdict !== undefined && 'why' in verdict)
  assert.deepEqual([verdict.why, verdict.status], ['auth-missing', 401])
  const line = (algorithm: string): string =>
    `WWW-Authenticate: Digest realm="telelab", domain="/private/", qop="auth", algorithm=${algorithm}, ` +
    'nonce="NONCE", charset=UTF-8\r\n'
  const nonces = new Set(verdict.challenge.match(/nonce="[\w-]{40}"/g))
  assert.equal(nonces.size, 1)
  assert.equal(verdict.challenge.replaceAll(/nonce="[^"]*"/g, 'nonce="NONCE"'), line('SHA-256') + line('MD5'))
  assert.notEqual(await nonceOf(gate, uri), await nonceOf(gate, uri))
})

test('who answers a challenge is let in, and the server proves itself (RFC 7616 §3.5)', async () => {
  const { gate } = openGate(rules)
  for (const algorithm of ['SHA-256', 'MD5'] as const) {
    const nonce = await nonceOf(gate, uri)
    const right = await judge(gate, uri, [digest({ nonce, uri, algorithm, nc: '0000000a' })])
    const hash = algorithm === 'MD5' ? 'md5' : 'sha256'
    const secret = digestSecret(hash, 'ana', 'telelab', 'secret')
    const input = { hash, method: '', uri, nonce, nc: '0000000a', cnonce: 'abc' }
    const proof = digestResponse(secret, input)
    assert.deepEqual(right, {
      user: 'ana',
      fields: `Authentication-Info: rspauth="${proof}", qop=auth, cnonce="abc", nc=0000000a\r\n`,
    })
  }
})

test('what clients write differently is the same answer', async () => {
  const { gate } = openGate(rules)
  const same: readonly (Omit<DigestAnswer, 'nonce' | 'uri'> & { target?: string })[] = [
    // python3 requests quotes what RFC 7616 §3.4 wants as tokens.
    { parameters: { algorithm: '"SHA-256"', qop: '"auth"', nc: '"00000001"' } },
    { algorithm: 'MD5', parameters: { algorithm: undefined } },
    { parameters: { algorithm: 'sha-256', opaque: '"anything"', userhash: 'false', unknown: '1' } },
    // RFC 9112 §3.2.2: the target with its host, the uri without.
    { target: `http://a${uri}` },
  ]
  for (const { target = uri, ...answer } of same) {
    const nonce = await nonceOf(gate, uri)
    assert.equal(await outcome(gate, target, [digest({ nonce, uri, ...answer })]), 'user ana')
  }
})

test('names beyond ASCII come in UTF-8 or as username* (RFC 7616 §3.4, §4)', async () => {
  const { gate } = openGate(rules)
  const person = { user: 'Jäsøn Doe', password: 'Secret, or not?' }
  const field = async (parameters: DigestAnswer['parameters'] = {}): Promise<string> =>
    digest({ nonce: await nonceOf(gate, uri), uri, ...person, parameters })
  const extended = "UTF-8''J%C3%A4s%C3%B8n%20Doe"
  assert.equal(await outcome(gate, uri, [await field()]), 'user Jäsøn Doe')
  for (const name of [extended, extended.replace("''", "'de'"), extended.replace('UTF', 'utf')]) {
    const value = await field({ username: undefined, 'username*': name })
    assert.equal(await outcome(gate, uri, [value]), 'user Jäsøn Doe', name)
  }
  const wrong = [
    { 'username*': extended },
    { username: '"J\xe4s\xf8n Doe"' },
    ...["UTF-8''J%E4", "ISO-8859-1''J%E4", "UTF-8''%00", 'Doe', `"UTF-8''a b"`].map((name) => ({
      username: undefined,
      'username*': name,
    })),
  ]
  for (const parameters of wrong)
    assert.equal(
      await outcome(gate, uri, [await field(parameters)]),
      'auth-wrong',
      JSON.stringify(parameters),
    )
})

test('an answer that is not what the challenge asked for is wrong', async () => {
  const { gate } = openGate(rules)
  const wrong: readonly Omit<DigestAnswer, 'nonce' | 'uri'>[] = [
    { password: 'Secret' },
    { password: '' },
    { user: 'eva' },
    { user: 'Ana' },
    { realm: 'other' },
    { method: 'HEAD' },
    ...['username', 'realm', 'nonce', 'qop', 'nc', 'cnonce', 'response'].map((name) => ({
      parameters: { [name]: undefined },
    })),
    { parameters: { algorithm: undefined } },
    { parameters: { algorithm: 'MD5' } },
    { parameters: { algorithm: 'SHA-512-256' } },
    { parameters: { algorithm: 'SHA-256-sess' } },
    { parameters: { algorithm: 'MD5-sess' } },
    { parameters: { qop: 'auth-int' } },
    { parameters: { userhash: 'true' } },
    { parameters: { response: '""' } },
    { parameters: { response: '"0"' } },
    { parameters: { response: `"${'é'.repeat(64)}"` } },
    ...['1', '0000000g', '0000000A', '000000001', '-0000001'].map((nc) => ({ nc })),
  ]
  for (const answer of wrong) {
    const field = digest({ nonce: await nonceOf(gate, uri), uri, ...answer })
    assert.equal(await outcome(gate, uri, [field]), 'auth-wrong', field)
  }
  const twice = `${digest({ nonce: await nonceOf(gate, uri), uri })}, nc=00000001`
  assert.equal(await outcome(gate, uri, [twice]), 'auth-wrong')
})

test('an answer for another page is a bad request (RFC 7616 §3.4.6)', async () => {
  const { gate } = openGate(rules)
  const answer = { nonce: await nonceOf(gate, uri), uri: '/private/other.html' }
  assert.deepEqual(await judge(gate, uri, [digest(answer)]), { why: 'auth-uri', status: 400, challenge: '' })
  for (const target of [`${uri}?a`, '/private/%70age.html', '/PRIVATE/page.html']) {
    const field = digest({ nonce: answer.nonce, uri })
    assert.equal(await outcome(gate, target, [field]), 'auth-uri', target)
  }
  assert.equal(await outcome(gate, uri, [digest({ ...answer, parameters: { uri: undefined } })]), 'auth-uri')
  assert.equal(await outcome(gate, `${uri}?a=b`, [digest({ ...answer, uri: `${uri}?a=b` })]), 'user ana')
})

test('a nonce lives for five minutes; then the new one comes with stale=true', async () => {
  const { gate, clock } = openGate(rules)
  const nonce = await nonceOf(gate, uri)
  clock.advance(299_999)
  assert.equal(await outcome(gate, uri, [digest({ nonce, uri })]), 'user ana')
  clock.advance(1)
  const late = digest({ nonce, uri, nc: '00000002' })
  const verdict = await judge(gate, uri, [late])
  assert.ok(verdict !== undefined && 'why' in verdict)
  assert.deepEqual([verdict.why, verdict.status], ['auth-stale', 401])
  assert.equal(verdict.challenge.match(/, stale=true,/g)?.length, 2)
  // Nobody learns from stale=true who does not know the password.
  assert.equal(await outcome(gate, uri, [digest({ nonce, uri, password: 'guess' })]), 'auth-wrong')
  assert.doesNotMatch((await judge(gate, uri).then(JSON.stringify)) ?? '', /stale/)
})

test('an answer is taken once, and a nonce of another folder or start never', async () => {
  const { gate, clock } = openGate({ ...rules, '/other/': rules['/private/'] })
  const nonce = await nonceOf(gate, uri)
  const field = digest({ nonce, uri })
  assert.equal(await outcome(gate, uri, [field]), 'user ana')
  assert.equal(await outcome(gate, uri, [field]), 'auth-stale')
  assert.equal(await outcome(gate, uri, [digest({ nonce, uri, cnonce: 'new' })]), 'auth-stale')
  const foreign = digest({ nonce: await nonceOf(gate, '/other/'), uri })
  assert.equal(await outcome(gate, uri, [foreign]), 'auth-stale')
  const changed = `${nonce.slice(0, -1)}${nonce.endsWith('A') ? 'B' : 'A'}`
  for (const forged of [changed, '', nonce.slice(1), `${nonce}A`])
    assert.equal(await outcome(gate, uri, [digest({ nonce: forged, uri })]), 'auth-stale', forged)
  clock.setBack(1)
  assert.equal(await outcome(gate, uri, [digest({ nonce, uri, nc: '00000002' })]), 'auth-stale')
})
