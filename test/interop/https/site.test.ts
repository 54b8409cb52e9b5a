/** What surrounds the site of `https`: redirection and HSTS, the identity page, certificates of the scenario's own, and new ones while it runs. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'
import { missing } from '../../tool.ts'
import { run } from '../http/program.ts'
import { authorityIn, domain, openssl } from './forge.ts'

const skip = missing('curl', 'openssl')
const files = { 'www/index.html': 'start', 'www/a b.html': 'other' }
const DAY = 86_400_000
const scenario = (options: string): string => `domain: ${domain}\nservices:\n  https: { ${options} }\n`
const rootOf = (lab: TestLab): string => join(lab.stateFolder, 'certs', 'cacert.pem')

async function curl(lab: TestLab, ...words: readonly string[]): Promise<string> {
  const { out, error } = await run('curl', '-sS', '-i', '--cacert', rootOf(lab), ...words)
  return out.toString() + error
}

test('plain HTTP is sent to HTTPS, which tells browsers to stay', { skip }, async () => {
  await using lab = await openLab(scenario('redirect: true, hsts: 31536000, cookie: false'), { files })
  const { host, port } = lab.address('https', 'redirect')
  const secure = lab.address('https', 'https').port
  const plain = await curl(lab, `http://${host}:${port}/a%20b.html?x=%0d%0a`)
  assert.match(plain, /^HTTP\/1\.1 301 /)
  assert.ok(plain.includes(`\r\nLocation: https://${host}:${secure}/a%20b.html?x=%0d%0a\r\n`), plain)
  // RFC 6797 §7.2: never over plain HTTP.
  assert.doesNotMatch(plain, /Strict-Transport-Security/i)
  const named = await curl(lab, '-H', `Host: www.${domain}:80`, `http://${host}:${port}/`)
  assert.ok(named.includes(`Location: https://www.${domain}:${secure}/\r\n`))
  const head = await curl(lab, '-I', `http://${host}:${port}/`)
  assert.match(head, /^HTTP\/1\.1 301 [^]*\r\n\r\n$/)
  assert.match(await curl(lab, '-X', 'POST', `http://${host}:${port}/`), /^HTTP\/1\.1 (?:405|501) /)
  const followed = await curl(lab, '-L', `http://${host}:${port}/a%20b.html`)
  assert.match(followed, /Strict-Transport-Security: max-age=31536000\r\n[^]*other$/)
  const gone = await curl(lab, `https://${host}:${secure}/none.html`)
  assert.match(gone, /^HTTP\/1\.1 404 [^]*Strict-Transport-Security: max-age=31536000\r\n/)
})

test('the visit counter is for TLS alone, and for none of the http service', { skip }, async () => {
  await using lab = await openLab(`${scenario('')}  http: {}\n`, { files })
  const { host, port } = lab.address('https', 'https')
  assert.match(
    await curl(lab, `https://${host}:${port}/`),
    /\r\nSet-Cookie: visits=1; [^\r]*; SameSite=Lax; Secure\r\n/,
  )
  const plain = lab.address('http', 'http').port
  assert.match(
    await curl(lab, `http://${host}:${plain}/`),
    /\r\nSet-Cookie: visits=1; [^\r]*; SameSite=Lax\r\n/,
  )
})

test('the identity page tells what was agreed on, in both languages', { skip }, async () => {
  await using lab = await openLab(scenario('cookie: false'), { files })
  const { host, port } = lab.address('https', 'https')
  const url = `https://${host}:${port}/identity`
  const english = await curl(lab, url)
  assert.match(
    english,
    /<html lang="en">[^]*asks no client[^]*TLSv1\.3[^]*TLS_AES_128_GCM_SHA256[^]*http\/1\.1/,
  )
  assert.match(english, /Cache-Control: no-store\r\n/)
  const spanish = await curl(lab, '-H', 'Accept-Language: es', '--tls-max', '1.2', url)
  assert.match(spanish, /<html lang="es">[^]*no pide certificado[^]*TLSv1\.2[^]*TLS_ECDHE_ECDSA/)
  const name = '<script>.example.org'
  const odd = connect({ host, port, servername: name, rejectUnauthorized: false })
  await once(odd, 'secureConnect')
  const answer = await ask(odd, '/identity')
  assert.doesNotMatch(answer, /<script>/)
  odd.destroy()
})

test('the identity page may have another place, or none', { skip }, async () => {
  for (const [option, path, status] of [
    ['identity: /who', '/who', '200'],
    ['identity: false', '/identity', '404'],
  ] as const) {
    await using lab = await openLab(scenario(`cookie: false, ${option}`), {
      files: { ...files, 'www/index.html': 'start' },
    })
    const { host, port } = lab.address('https', 'https')
    const output = await curl(lab, `https://${host}:${port}${path}`)
    assert.match(output, new RegExp(`^HTTP/1\\.1 ${status === '404' ? '4\\d\\d' : status} `))
  }
})

test("a certificate of the scenario's own is the one that is shown", { skip }, async () => {
  using folder = temporaryFolder()
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '5']
  const words = [
    'req',
    '-x509',
    ...kind,
    '-subj',
    '/CN=own.example.org',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ]
  openssl(folder.path, ...words, '-keyout', 'own.key', '-out', 'own.pem')
  const own = readFileSync(join(folder.path, 'own.pem'), 'utf8')
  const option = 'certificate: { certificate: own.pem, key: own.key }'
  await using lab = await openLab(scenario(`cookie: false, ${option}`), {
    files: { ...files, 'own.pem': own, 'own.key': readFileSync(join(folder.path, 'own.key'), 'utf8') },
  })
  const { host, port } = lab.address('https', 'https')
  const { out } = await run(
    'curl',
    '-sS',
    '--cacert',
    join(folder.path, 'own.pem'),
    `https://${host}:${port}/`,
  )
  assert.equal(out.toString(), 'start')
  const { error } = await run('curl', '-sS', '--cacert', rootOf(lab), `https://${host}:${port}/`)
  assert.match(error, /certificate/)
})

/** A connection that stays open, and the serial number of the certificate it was shown, whatever the machine's clock says of that. */
async function open(lab: TestLab): Promise<TLSSocket & { readonly serial: string }> {
  const { host, port } = lab.address('https', 'https')
  const socket = connect({ host, port, rejectUnauthorized: false, servername: `www.${domain}` })
  await once(socket, 'secureConnect')
  return Object.assign(socket, { serial: socket.getPeerX509Certificate()?.serialNumber ?? '' })
}

/** One request in a connection that stays open. */
async function ask(socket: TLSSocket, path: string): Promise<string> {
  socket.setEncoding('utf8')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: www.${domain}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [string]
  return answer
}

/** Resolves when new clients are shown another certificate than this one. */
async function renewed(lab: TestLab, serial: string): Promise<string> {
  let shown = serial
  await until(async () => {
    const socket = await open(lab)
    shown = socket.serial
    socket.destroy()
    return shown !== serial
  }, 'the renewal')
  return shown
}

test('a new certificate takes the place of the old one without a restart', { skip }, async () => {
  await using lab = await openLab(scenario('cookie: false, idleTimeout: 3600'), { files })
  const certs = authorityIn(join(lab.stateFolder, 'certs'))
  await new Promise((done) => setTimeout(done, 400))
  const old = await open(lab)
  assert.match(await ask(old, '/'), /start$/)
  await certs.revoke(old.serial, 'superseded')
  // An hour after the start the service looks, a moment before the connection has been idle for an hour.
  lab.clock.advance(3_600_000 - 200)
  const second = await renewed(lab, old.serial)
  assert.match(await ask(old, '/'), /start$/)
  old.destroy()
  lab.clock.advance(61 * DAY)
  await renewed(lab, second)
  assert.equal(lab.journal.since(0, ['service.started']).length, 1)
})
