/** The authority on the web: downloads, revocations by list and by OCSP, and what it refuses. */
import assert from 'node:assert/strict'
import { randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { run as runProgram } from '../../interop/http/program.ts'
import { openLab, temporaryFolder, writeFiles } from '../../lab.ts'
import { addressesIn, launcher, run, startLab } from '../../program.ts'
import { missing } from '../../tool.ts'
import { authorityOf, block, domain, get, octets, open, openForAllTests } from './place.ts'

const skip = missing('openssl')
const files = temporaryFolder()
const places = openForAllTests()

after(() => files[Symbol.dispose]())

const server = { names: [`www.${domain}`], purpose: 'server' } as const

function write(name: string, content: string | Buffer): string {
  writeFiles(files.path, { [name]: content })
  return join(files.path, name)
}

async function openssl(...words: readonly string[]): Promise<string> {
  const { out, error } = await runProgram('openssl', ...words)
  return out.toString() + error
}

test('the root, the issuer and the lists are there, in the forms that their types name', async () => {
  for (const place of [places.plain, places.below]) {
    const root = await place.authority.authority()
    const issuer = await place.authority.issuer()
    assert.equal(root !== issuer, place === places.below)
    for (const [path, type, pem] of [
      ['/ca.pem', 'application/x-pem-file', root],
      ['/ca.der', 'application/x-x509-ca-cert', root],
      ['/ca.crt', 'application/x-x509-ca-cert', root],
      ['/issuer.der', 'application/pkix-cert', issuer],
    ] as const) {
      const answer = await get(place, path)
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, type])
      const body = await octets(answer)
      if (path.endsWith('.pem')) assert.equal(body.toString(), pem)
      else assert.deepEqual(body, new X509Certificate(pem).raw)
    }
    for (const path of ['/crl', '/root.crl'])
      assert.equal((await get(place, path)).headers.get('content-type'), 'application/pkix-crl')
  }
})

test(
  'the lists are of what signs and of the root, and openssl checks a chain with both',
  { skip },
  async () => {
    const { authority, lab } = places.below
    const { chain, certificate } = await lab.world.certificates.issue({
      names: [`a.${domain}`],
      purpose: 'server',
    })
    const lists = [await get(places.below, '/crl.pem'), await get(places.below, '/root.crl.pem')].map(
      (answer) => answer.text(),
    )
    const ca = write('both-ca.pem', await authority.authority())
    const words = ['verify', '-x509_strict', '-crl_check_all', '-CAfile', ca]
    const list = write('both.pem', (await Promise.all(lists)).join(''))
    const told = await openssl(
      ...words,
      '-CRLfile',
      list,
      '-untrusted',
      write('both-chain.pem', chain),
      write('both-leaf.pem', certificate),
    )
    assert.match(told, /OK/)
  },
)

test(
  'OCSP tells good, revoked and unknown to openssl, of leaves and of the intermediate',
  { skip },
  async () => {
    for (const place of [places.plain, places.below]) {
      const { authority, base } = place
      const ca = write('ca.pem', await authority.authority())
      const issuer = write('issuer.pem', await authority.issuer())
      const leaf = await authority.issueNew(server)
      const ask = (path: string, by = issuer): Promise<string> =>
        openssl(
          'ocsp',
          '-issuer',
          by,
          '-cert',
          path,
          '-url',
          `${base}/ocsp`,
          '-CAfile',
          ca,
          '-verify_other',
          issuer,
        )
      const path = write('leaf.pem', leaf.certificate)
      assert.match(await ask(path), /: good\n[^]*Response verify OK/)
      await authority.revoke(new X509Certificate(leaf.certificate).serialNumber, 'keyCompromise')
      assert.match(await ask(path), /: revoked\n[^]*Reason: keyCompromise[^]*Response verify OK/)
      const words = ['ocsp', '-issuer', issuer, '-serial', '0x4242', '-url', `${base}/ocsp`, '-CAfile', ca]
      assert.match(await openssl(...words, '-verify_other', issuer), /0x4242: unknown[^]*Response verify OK/)
      if (place !== places.below) continue
      assert.match(await ask(issuer, ca), /: good\n[^]*Response verify OK/)
      const other = temporaryFolder()
      const foreign = await authorityOf(join(other.path, 'x')).authority()
      assert.match(await ask(path, write('foreign.pem', foreign)), /unauthorized/i)
      other[Symbol.dispose]()
    }
  },
)

test('a revoked intermediate takes all that it has issued with it', { skip }, async () => {
  await using lab = (await open(true)).lab
  const certs = join(lab.stateFolder, 'certs')
  const authority = authorityOf(certs, true)
  const { certificate } = await authority.issueNew(server)
  const serial = new X509Certificate(certificate).serialNumber
  const own = new X509Certificate(await authority.issuer()).serialNumber
  const { certificates } = lab.world
  assert.deepEqual([await certificates.standing(serial), await certificates.standing(own)], ['good', 'good'])
  await authority.revoke(own, 'CACompromise')
  assert.deepEqual(
    [await certificates.standing(serial), await certificates.standing(own)],
    ['revoked', 'revoked'],
  )
  await assert.rejects(
    authority.issueNew(server),
    /The intermediate authority is revoked .*Move .*intermediate.* make another/,
  )
  const { host, port } = lab.address('ca', 'ca')
  const list = await octets(await fetch(`http://${host}:${port}/root.crl`))
  const told = await openssl('crl', '-inform', 'DER', '-in', write('root.crl', list), '-noout', '-text')
  assert.match(told, new RegExp(`Serial Number: ${own}`))
})

test('a request in the path of a GET gives the same answer as by POST', { skip }, async () => {
  const { authority } = places.plain
  const paths = [
    write('get-ca.pem', await authority.authority()),
    write('get.pem', (await authority.issueNew(server)).certificate),
  ] as const
  const file = join(files.path, 'request.der')
  await openssl('ocsp', '-issuer', paths[0], '-cert', paths[1], '-no_nonce', '-reqout', file)
  const request = readFileSync(file)
  const base64 = request.toString('base64')
  for (const path of [encodeURIComponent(base64), base64]) {
    const answer = await get(places.plain, `/ocsp/${path}`)
    assert.equal(answer.headers.get('content-type'), 'application/ocsp-response')
    const told = await openssl(
      'ocsp',
      '-respin',
      write('answer.der', await octets(answer)),
      '-CAfile',
      paths[0],
      '-issuer',
      paths[0],
      '-cert',
      paths[1],
    )
    assert.match(told, /: good\n[^]*Response verify OK/)
  }
  const posted = await get(places.plain, '/ocsp', { method: 'POST', body: request })
  assert.equal((await octets(posted)).readUInt8(6), 0)
})

test('what is no request is malformed to OCSP, and too much is refused', async () => {
  const malformed = Buffer.from('30030a0101', 'hex')
  for (const body of ['', 'hello', randomBytes(300), Buffer.alloc(60_000, 0x30)]) {
    const answer = await get(places.plain, '/ocsp', { method: 'POST', body: body === '' ? null : body })
    assert.deepEqual([answer.status, await octets(answer)], [200, malformed])
  }
  for (const path of ['x', '%', '%00', 'MA==', 'A'.repeat(5000)])
    assert.deepEqual(await octets(await get(places.plain, `/ocsp/${path}`)), malformed, path.slice(0, 9))
  const large = await get(places.plain, '/ocsp', { method: 'POST', body: Buffer.alloc(100_000) }).catch(
    () => undefined,
  )
  assert.ok(large === undefined || large.status === 413)
  assert.equal((await get(places.plain, '/ca.pem')).status, 200)
})

test('other addresses and methods are refused with what is allowed', async () => {
  for (const [path, method, status, allow] of [
    ['/none', 'GET', 404, null],
    ['/../private/cakey.pem', 'GET', 404, null],
    ['/private/cakey.pem', 'GET', 404, null],
    ['/ocsp', 'GET', 405, 'POST'],
    ['/ca.pem', 'POST', 405, 'GET'],
  ] as const) {
    const answer = await get(places.plain, path, { method })
    assert.deepEqual([answer.status, answer.headers.get('allow')], [status, allow], path)
  }
})

const pointersOf = (pem: string): string => new X509Certificate(pem).infoAccess ?? ''

test('certificates name the service while it runs, and afterwards no more', { skip }, async () => {
  const place = await open(true)
  await using lab = place.lab
  const { certificates } = lab.world
  const during = await certificates.issue(server)
  assert.match(
    pointersOf(during.certificate),
    new RegExp(`OCSP - URI:${place.base}/ocsp\\n.*${place.base}/issuer\\.der`),
  )
  const text = await openssl('x509', '-in', write('during.pem', during.certificate), '-noout', '-text')
  assert.match(text, new RegExp(`CRL Distribution Points:[^]*URI:${place.base}/crl\\n`))
  const own = await openssl('x509', '-in', write('own.pem', await certificates.issuer()), '-noout', '-text')
  assert.match(own, new RegExp(`URI:${place.base}/root\\.crl\\n`))
  await lab.stopService('ca')
  const { certificate } = await certificates.issue(server)
  assert.equal(pointersOf(certificate), '')
})

test('what lab cert issues names the service too, until the lab is stopped or killed', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'scenario.yaml': `title: CA\ndomain: ${domain}\nservices:\n  ca: {}\n` })
  const issue = async (): Promise<string> => {
    const words = ['cert', 'issue', `www.${domain}`, '-s', 'scenario.yaml', '--out', 'out']
    const { code, err } = await run(words, { folder: folder.path })
    assert.equal(code, 0, err)
    return pointersOf(readFileSync(join(folder.path, 'out', 'certificate.pem'), 'utf8'))
  }
  assert.equal(await issue(), '')
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    await using lab = await startLab(['-s', 'scenario.yaml', '--ports', 'any'], { folder: folder.path })
    const port = addressesIn(lab.out).at(-1)?.port
    assert.match(await issue(), new RegExp(`URI:http://127\\.0\\.0\\.1:${port}/ocsp`))
    lab.process.kill(signal)
    await lab.finished
    assert.equal(await issue(), '', signal)
  }
})

test('isPublished: false leaves the service unnamed', async () => {
  await using lab = await openLab(`domain: ${domain}\nservices:\n  ca: { isPublished: false }\n`)
  assert.equal(pointersOf((await lab.world.certificates.issue(server)).certificate), '')
})

test("the README's commands work as they stand", { skip: missing('openssl', 'curl', 'sh') }, async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'scenario.yaml': `title: CA\ndomain: ${domain}\n${block('yaml')}` })
  await using lab = await startLab(['-s', 'scenario.yaml', '--ports', 'any'], { folder: folder.path })
  const port = String(addressesIn(lab.out).at(-1)?.port)
  const outputs: string[] = []
  for (const line of block('sh').trim().split('\n')) {
    const command = line.replace(/^lab /, `"${process.execPath}" "${launcher}" `).replaceAll('8088', port)
    const { code, out, error } = await runProgram(
      'sh',
      '-c',
      `cd "${folder.path}" && LAB_STATE=.lab ${command}`,
    )
    assert.equal(code, 0, `${line}\n${error}`)
    outputs.push(out.toString() + error)
  }
  assert.match(outputs.at(-2) ?? '', /Certificate Revocation List/)
  assert.match(outputs.at(-1) ?? '', /: good\n[^]*Response verify OK/)
})
