/** The verbs of `lab cert` that make, change and list certificates, in both languages. */
import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { requestWords } from '../interop/certs/request.ts'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run } from '../program.ts'
import { missing } from '../tool.ts'
import { makeCertPlace, openssl, read, serialIn } from './cert.ts'

const skip = missing('openssl')
const place = makeCertPlace()
const { certs, cert, done } = place
const modeOf = (...names: readonly string[]): number => statSync(join(...names)).mode & 0o777

before(async () => {
  await done('init')
  await done('issue', 'www.sstt9721.org')
  await done('issue', 'nombre1_9721', '--client')
})

test('init makes an authority once, of the keys that are asked for, and says in both languages what it did', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  const own = join(folder.path, '.lab', 'sstt', 'certs')
  const first = await run(['cert', 'init', '--key', 'rsa4096'], at)
  assert.equal(
    first.out,
    `${own}: the authority is made. Clients must be told to trust cacert.pem: lab cert trust\n`,
  )
  const { publicKey } = new X509Certificate(read(own, 'cacert.pem'))
  assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, 4096)
  const second = await run(['cert', 'init', '--intermediate', '--key', 'p384', '--lang', 'es'], at)
  assert.match(second.out, /la autoridad ya existía[^]*intermediate: está creada una autoridad intermedia/)
  assert.ok(new X509Certificate(read(own, 'cacert.pem')).publicKey.equals(publicKey))
  const third = await run(['cert', 'init', '--intermediate', '--key', 'p256'], at)
  assert.match(third.out, /was there already[^]*--key p256 changes nothing/)
  assert.deepEqual(readdirSync(join(own, 'private')), ['cakey.pem'])
  for (const name of ['private/cakey.pem', 'intermediate/private/cakey.pem'])
    assert.equal(modeOf(own, name), 0o600)
  await run(['cert', 'issue', 'a.sstt9721.org', '--out', 'a'], at)
  const chain = read(folder.path, 'a', 'chain.pem')
  assert.equal(chain.match(/BEGIN CERTIFICATE/g)?.length, 2)
  assert.match((await run(['cert', 'list'], at)).out, /telelab intermediate [0-9a-f]{8} +valid until/)
})

test('eight that make the authority at once make one', async () => {
  using folder = temporaryFolder()
  const finished = await Promise.all(
    Array.from({ length: 8 }, () => run(['cert', 'init', '--intermediate'], { folder: folder.path })),
  )
  assert.deepEqual(
    finished.map(({ code, err }) => [code, err]),
    Array.from({ length: 8 }, () => [0, '']),
  )
  const { code, out } = await run(['cert', 'issue', 'a.sstt9721.org', '--out', 'a'], { folder: folder.path })
  assert.equal(code, 0, out)
  const [root, leaf, below] = [
    'a/ca.pem',
    'a/certificate.pem',
    '.lab/sstt/certs/intermediate/cacert.pem',
  ].map((name) => new X509Certificate(read(folder.path, name)))
  assert.ok(root && leaf && below)
  assert.ok(leaf.verify(below.publicKey) && below.verify(root.publicKey))
})

test('list tells name, end and state, in both languages and as JSON', async () => {
  assert.match(await done('list'), /^[0-9A-F]{32} {2}www\.sstt9721\.org +valid until 20\d\d-\d\d-\d\d$/m)
  assert.match(
    await done('list', '--lang', 'es'),
    /^[0-9A-F]{32} {2}nombre1_9721 +válido hasta el 20\d\d-\d\d-\d\d$/m,
  )
  const entries = JSON.parse(await done('list', '--json')) as { subject: string }[]
  assert.equal(entries[0]?.subject, '/O=telelab/CN=www.sstt9721.org')
  using empty = temporaryFolder()
  const { out } = await run(['cert', 'list', '--lang', 'es'], { folder: empty.path })
  assert.equal(out, 'todavía no hay nada certificado; lab cert issue NOMBRE lo hace\n')
})

test('issue writes key, certificate, chain and root, the key for its owner alone even over an older file', async () => {
  writeFiles(place.path, { 'mine/key.pem': 'older' })
  const out = await done(
    'issue',
    'shop.sstt9721.org',
    'pop.sstt9721.org',
    '--address',
    '127.0.0.1',
    '--key',
    'rsa2048',
    '--days',
    '7',
    '--peer',
    '--out',
    'mine',
  )
  assert.match(
    out,
    /mine\/key\.pem {2}the private key\n[^]*: DNS:shop\.sstt9721\.org, DNS:pop\.sstt9721\.org, IP Address:127\.0\.0\.1; valid until/,
  )
  assert.deepEqual(readdirSync(join(place.path, 'mine')).toSorted(), [
    'ca.pem',
    'certificate.pem',
    'chain.pem',
    'key.pem',
  ])
  assert.equal(modeOf(place.path, 'mine', 'key.pem'), 0o600)
  const leaf = new X509Certificate(read(place.path, 'mine', 'certificate.pem'))
  assert.ok(leaf.checkPrivateKey(createPrivateKey(read(place.path, 'mine', 'key.pem'))))
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  const days = (leaf.validToDate.getTime() - Date.now()) / 86_400_000
  assert.ok(days > 6.9 && days <= 7)
})

test("sign certifies the key of a student's request, for its names or for others", { skip }, async () => {
  const request = join(place.path, 'request.pem')
  await openssl(...requestWords(request, '/CN=by.sstt9721.org'))
  assert.match(
    await done('sign', 'request.pem', '--out', 'signed', '--lang', 'es'),
    /: DNS:by\.sstt9721\.org; válido hasta el/,
  )
  assert.deepEqual(readdirSync(join(place.path, 'signed')).toSorted(), [
    'ca.pem',
    'request-certificate.pem',
    'request-chain.pem',
  ])
  assert.match(await done('sign', request, 'nombre2_9721', '--client'), /email:nombre2_9721@sstt9721\.org/)
  assert.match(await done('show', 'request.pem'), /by\.sstt9721\.org/)
  const exported = await cert('export', 'by.sstt9721.org', '--password', 'x')
  assert.equal(exported.code, 1)
  assert.match(exported.err, /^lab cert: the authority does not have the key of [0-9A-F]{32}: /)
})

test('renew keeps names and purpose, makes a new key, and says that the earlier one holds', async () => {
  for (const [name, options, usage] of [
    ['nombre5_9721', ['--client'], ['1.3.6.1.5.5.7.3.2']],
    ['host.sstt9721.org', ['--peer'], ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']],
    ['web.sstt9721.org', ['--address', '::1'], ['1.3.6.1.5.5.7.3.1']],
  ] as const) {
    const made = await done('issue', name, ...options)
    const path = join(certs, 'out', name)
    const earlier = new X509Certificate(read(path, 'certificate.pem'))
    const out = await done('renew', name, '--lang', 'es')
    assert.match(
      out,
      new RegExp(`el anterior, ${serialIn(made)}, sigue valiendo; si no debe: lab cert revoke`),
    )
    const later = new X509Certificate(read(path, 'certificate.pem'))
    assert.deepEqual(later.keyUsage, usage)
    assert.equal(later.subjectAltName, earlier.subjectAltName)
    assert.ok(!later.publicKey.equals(earlier.publicKey))
  }
})

test('revoke takes effect, once, and of several of one name wants to know which', async () => {
  const [first, second] = [
    await done('issue', 'two.sstt9721.org'),
    await done('issue', 'two.sstt9721.org'),
  ].map(serialIn)
  assert.ok(first !== undefined && second !== undefined)
  for (const [language, said] of [
    ['en', `2 certificates are "two.sstt9721.org": say which by its serial number: ${first}, ${second}`],
    ['es', `2 certificados son "two.sstt9721.org": di cuál con su número de serie: ${first}, ${second}`],
  ] as const)
    assert.deepEqual(await cert('revoke', 'two.sstt9721.org', '--lang', language), {
      code: 2,
      out: '',
      err: `lab cert: ${said}\n`,
    })
  const colons = first.toLowerCase().replaceAll(/..(?=.)/g, '$&:')
  assert.match(
    await done('revoke', colons, '--reason', 'superseded'),
    /: revoked; it counts no more from the next/,
  )
  assert.match(
    await done('revoke', first.slice(0, 12), '--reason', 'keyCompromise', '--lang', 'es'),
    /ya estaba revocado/,
  )
  assert.match(
    await done('list'),
    new RegExp(`^${first}  two\\.sstt9721\\.org +revoked on [-0-9]+ \\(superseded\\)$`, 'm'),
  )
  assert.match(await done('show', first, '--lang', 'es'), /Revocado {2}.*superseded/)
  const { code, err } = await cert('verify', first)
  assert.equal(code, 1)
  assert.match(err, /^it was revoked at .* \(superseded\)\n$/)
  // The other one is the only one left.
  assert.match(await done('revoke', 'two.sstt9721.org'), new RegExp(`^${second} `))
})

test(
  'export writes PKCS #12, modern or legacy, where --out says, for its owner alone',
  { skip },
  async () => {
    mkdirSync(join(place.path, 'folder'))
    const usual = join(certs, 'out', 'nombre1_9721', 'nombre1_9721.p12')
    const paths: readonly (readonly [out: string | undefined, path: string])[] = [
      [undefined, usual],
      ['mine.p12', join(place.path, 'mine.p12')],
      ['deep/er/mine.p12', join(place.path, 'deep', 'er', 'mine.p12')],
      ['folder', join(place.path, 'folder', 'nombre1_9721.p12')],
      ['new/', join(place.path, 'new', 'nombre1_9721.p12')],
      [join(place.path, 'whole.p12'), join(place.path, 'whole.p12')],
    ]
    for (const [out, path] of paths) {
      const words = [
        'export',
        'nombre1_9721',
        '--password',
        'secret',
        ...(out === undefined ? [] : ['--out', out]),
      ]
      assert.match(await done(...words), new RegExp(`^${path} {2}the key`))
      assert.equal(modeOf(path), 0o600)
    }
    const environment = { LAB_PASSWORD: 'of the variable' }
    const words = ['cert', 'export', 'nombre1_9721', '--legacy', '--out', 'old.p12']
    const { code } = await run(words, { folder: place.path, environment })
    assert.equal(code, 0)
    const told = async (name: string, password: string, ...more: string[]): Promise<string> =>
      openssl(
        'pkcs12',
        '-in',
        join(place.path, name),
        '-info',
        '-nokeys',
        '-passin',
        `pass:${password}`,
        ...more,
      )
    assert.match(
      await told('mine.p12', 'secret'),
      /^(?=[^]*AES-256-CBC)(?=[^]*friendlyName: telelab root)[^]*friendlyName: nombre1_9721/,
    )
    assert.match(await told('old.p12', 'of the variable', '-legacy'), /3-KeyTripleDES|RC2/i)
  },
)
