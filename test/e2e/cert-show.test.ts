/** The verbs of `lab cert` that tell of certificates and change none, in both languages. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { temporaryFolder } from '../lab.ts'
import { run } from '../program.ts'
import { missing } from '../tool.ts'
import { makeCertPlace, openssl, read } from './cert.ts'

const skip = missing('openssl')
const place = makeCertPlace()
const { certs, done } = place

before(() => done('issue', 'www.sstt9721.org'))

test(
  'show explains what is named by name, serial number or file, and the authority without a name',
  { skip },
  async () => {
    const serial = new X509Certificate(read(certs, 'out', 'www.sstt9721.org', 'certificate.pem')).serialNumber
    await openssl(
      'x509',
      '-in',
      join(certs, 'cacert.pem'),
      '-outform',
      'DER',
      '-out',
      join(place.path, 'root.der'),
    )
    await done('crl', '--out', 'list.pem')
    for (const [wanted, en, es] of [
      ['www.sstt9721.org', /Subject {2}O=telelab, CN=www\.sstt9721\.org/, /Titular|Sujeto/],
      [serial.slice(0, 8), /CN=www\.sstt9721\.org/, /Clave pública/],
      [join('.lab', 'sstt', 'certs', 'cacert.pem'), /This is an authority/, /autoridad/],
      ['root.der', /Name constraints, critical/, /Restricciones/i],
      ['ca', /Issuer and subject are the same/, /Huella/],
      ['list.pem', /Revoked/, /Revocado/],
    ] as const) {
      assert.match(await done('show', wanted), en)
      assert.match(await done('show', wanted, '--lang', 'es'), es)
    }
    const rows = JSON.parse(await done('show', '--json')) as { title: { en: string } }[]
    assert.ok(rows.some(({ title }) => title.en.startsWith('Name constraints')))
  },
)

test('verify says what holds, also of files as PEM and DER', { skip }, async () => {
  const path = join(certs, 'out', 'www.sstt9721.org', 'certificate.pem')
  await openssl('x509', '-in', path, '-outform', 'DER', '-out', join(place.path, 'www.der'))
  for (const wanted of ['www.sstt9721.org', path, 'www.der', 'ca'])
    assert.match(await done('verify', wanted), /^the certificate holds: /)
  using other = temporaryFolder()
  const elsewhere = await run(['cert', 'verify', path, '--lang', 'es'], { folder: other.path })
  assert.deepEqual(
    [elsewhere.code, elsewhere.err],
    [1, 'no está firmado por la autoridad de este laboratorio\n'],
  )
})

test('crl prints a list that openssl reads, of what signs and of the root', { skip }, async () => {
  for (const which of [[], ['issuer'], ['root']]) {
    writeFileSync(join(place.path, 'crl.pem'), await done('crl', ...which))
    const words = ['crl', '-in', join(place.path, 'crl.pem'), '-CAfile', join(certs, 'cacert.pem'), '-noout']
    assert.match(await openssl(...words), /verify OK/)
  }
})

test('trust tells how to install the root, and installs nothing', async () => {
  const english = await done('trust')
  assert.match(english, /Nothing is installed by itself\./)
  for (const name of ['Firefox', 'Chromium', 'Thunderbird', 'Gajim', 'Debian', 'macOS', 'Windows'])
    assert.match(english, new RegExp(`^${name}`, 'm'))
  assert.ok(english.includes(join(certs, 'cacert.pem')))
  assert.match(await done('trust', '--lang', 'es'), /Nada se instala solo/)
})
