/** What `lab cert` says to wrong and to hostile input, in both languages. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run } from '../program.ts'
import { makeCertPlace, read, serialIn } from './cert.ts'

const place = makeCertPlace()
const { cert, done } = place

before(() => done('issue', 'nombre1_9721', '--client'))

const wrong: readonly (readonly [words: readonly string[], code: number, en: RegExp, es: RegExp])[] = [
  [[], 2, /say what to do: init, list/, /di qué hacer: init, list/],
  [['isue'], 2, /did you mean "issue"\?/, /¿querías decir "issue"\?/],
  [['toString'], 2, /say what to do/, /di qué hacer/],
  [['issue'], 2, /name what the certificate is for/, /di para qué es el certificado/],
  [['issue', 'www.example.com'], 2, /restricted to sstt9721\.org/, /limitada a sstt9721\.org/],
  [['issue', 'nombre1_9721'], 2, /\(--client\)/, /\(--client\)/],
  [['issue', '../../etc/passwd'], 2, /not the name of a host/, /no es el nombre de una máquina/],
  [['issue', '../x', '--client'], 2, /client's certificate cannot|name of a host|vouch/, /no puede/],
  [
    ['issue', 'a.sstt9721.org', '--address', '8.8.8.8'],
    2,
    /restricted to the loopback/,
    /limitada al bucle local/,
  ],
  [['issue', 'a.sstt9721.org', '--address', 'x'], 2, /not an IP address/, /no es una dirección IP/],
  [
    ['issue', 'a.sstt9721.org', '--days', 'ten'],
    2,
    /--days takes a number, not "ten"/,
    /--days espera un número/,
  ],
  [
    ['issue', 'a.sstt9721.org', '--days', '0'],
    2,
    /more than 0 and at most 3650 days/,
    /más de 0 y como mucho 3650 días/,
  ],
  [['issue', 'a.sstt9721.org', '--days', '99999'], 2, /at most 3650 days/, /como mucho 3650 días/],
  [['issue', 'a.sstt9721.org', '--key', 'dsa'], 2, /--key takes p256, .*not "dsa"/, /--key espera p256/],
  [['init', '--key', 'rsa1024'], 2, /--key takes/, /--key espera/],
  [
    ['issue', 'a.sstt9721.org', '--out', 'file'],
    2,
    /file is a file; --out names the folder/,
    /es un fichero; --out indica/,
  ],
  [['sign'], 2, /name a request/, /nombra una petición/],
  [['sign', 'none.csr'], 2, /none\.csr cannot be read/, /no se puede leer .*none\.csr/],
  [['sign', 'file'], 2, /no certification request/, /no es una petición de certificación/],
  [['sign', '.'], 2, /cannot be read/, /no se puede leer/],
  [['sign', 'huge'], 2, /larger than 1048576 octets/, /más de 1048576 octetos/],
  [['revoke'], 2, /name a certificate/, /nombra un certificado/],
  [
    ['revoke', 'nobody'],
    2,
    /no certificate of this authority is "nobody"/,
    /ningún certificado de esta autoridad es "nobody"/,
  ],
  [
    ['revoke', 'nombre1_9721', '--reason', 'keycompromise'],
    2,
    /did you mean "keyCompromise"/,
    /querías decir "keyCompromise"/,
  ],
  [
    ['revoke', 'nombre1_9721', '--reason', 'toString'],
    2,
    /--reason takes unspecified/,
    /--reason espera unspecified/,
  ],
  [['renew', 'nobody'], 2, /no certificate of this authority/, /ningún certificado/],
  [
    ['export', 'nombre1_9721'],
    2,
    /--password TEXT, or the variable LAB_PASSWORD/,
    /o la variable LAB_PASSWORD/,
  ],
  [['export', 'nobody', '--password', 'x'], 2, /no certificate of this/, /ningún certificado/],
  [['show', 'nobody'], 2, /no certificate of this/, /ningún certificado/],
  [['show', './none.pem'], 2, /none\.pem cannot be read/, /no se puede leer/],
  [['show', 'file'], 2, /./, /./],
  [['verify', 'file'], 2, /this is no certificate/, /esto no es un certificado/],
  [['crl', 'leaf'], 2, /takes issuer .* or root, not "leaf"/, /espera issuer/],
  [['crl', '--out', 'folder-there'], 1, /folder-there cannot be written/, /no se puede escribir/],
  [['list', '--state', '/proc/x'], 1, /\/proc\/x/, /no puede guardar su estado en \/proc\/x/],
  [['list', '--state', 'file'], 1, /file/, /file/],
]

for (const [words, code, en, es] of wrong) {
  test(`lab cert ${words.join(' ')}: exit code ${code}, and words of both languages`, async () => {
    writeFiles(place.path, { file: 'hello', huge: Buffer.alloc(1_100_000), 'folder-there/x': '' })
    for (const [language, said] of [
      ['en', en],
      ['es', es],
    ] as const) {
      const finished = await cert(...words, '--lang', language)
      assert.equal(finished.code, code, finished.err)
      assert.match(finished.err, /^lab cert: .*\n$/)
      assert.match(finished.err, said)
      assert.doesNotMatch(finished.err, /\n {4}at |internal error|error interno/)
      assert.equal(finished.out, '')
    }
  })
}

test('what is refused has certified nothing', async () => {
  const names = (JSON.parse(await done('list', '--json')) as { subject: string }[]).map(
    ({ subject }) => subject,
  )
  assert.ok(!names.includes('/O=telelab/CN=a.sstt9721.org'))
})

test('a broken key of the authority is told with what to do, in both languages', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { '.lab/sstt/certs/private/cakey.pem': 'hello' })
  for (const [language, said] of [
    ['en', /cakey\.pem, cannot be used: .* delete it/],
    ['es', /cakey\.pem, no se puede usar: .* bórralo/],
  ] as const) {
    const { code, err } = await run(['cert', 'list', '--lang', language], { folder: folder.path })
    assert.equal(code, 2)
    assert.match(err, said)
  }
})

test('a folder of certificates behind a symbolic link works, and hostile names in the index lead nowhere', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  const real = join(folder.path, 'elsewhere')
  mkdirSync(real)
  mkdirSync(join(folder.path, '.lab', 'sstt'), { recursive: true })
  symlinkSync(real, join(folder.path, '.lab', 'sstt', 'certs'))
  const { out } = await run(['cert', 'issue', 'a.sstt9721.org'], at)
  const serial = serialIn(out)
  const index = read(real, 'index.txt')
  writeFileSync(
    join(real, 'index.txt'),
    index.replace('CN=a.sstt9721.org', 'CN=..') + 'V\t270219120000Z\t\tABCD\tunknown\t/CN=\u001b[31mred\n',
  )
  const exported = await run(['cert', 'export', serial, '--password', 'x'], at)
  assert.match(exported.out, /certs\/out\/_\/_\.p12/)
  assert.deepEqual(
    readdirSync(real).filter((name) => name.endsWith('.p12')),
    [],
  )
  assert.ok(!(await run(['cert', 'list'], at)).out.includes('\u001b'))
})
