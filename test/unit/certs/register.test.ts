import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { appendFile, mkdtempDisposable, readdir, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Authority } from '../../../certs/authority.ts'
import { Register } from '../../../certs/register.ts'
import { labAuthority } from '../../authority.ts'

const NOON = Date.UTC(2026, 10, 21, 12)
const DAY = 86_400_000
const server = { names: ['www.sstt9721.org'], purpose: 'server' } as const

function make(folder: string, now = NOON): Authority {
  return labAuthority(folder, { clock: { now: () => now } })
}

const temporary = () => mkdtempDisposable(join(tmpdir(), 'register-'))
const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber

test('what is issued stands in the index, and its certificate in newcerts', async () => {
  await using folder = await temporary()
  const { certificate, key } = await make(folder.path).issueNew(server)
  const serial = serialOf(certificate)
  assert.equal(
    await readFile(join(folder.path, 'index.txt'), 'utf8'),
    `V\t270219120000Z\t\t${serial}\tunknown\t/O=telelab/CN=www.sstt9721.org\n`,
  )
  assert.equal(await readFile(join(folder.path, 'newcerts', `${serial}.pem`), 'utf8'), certificate)
  const path = join(folder.path, 'private', `${serial}.pem`)
  assert.equal(await readFile(path, 'utf8'), key)
  if (process.platform !== 'win32') assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('a server gets the same certificate again, until it is old, revoked, or asked for otherwise', async () => {
  await using folder = await temporary()
  const first = await make(folder.path).issue(server)
  const again = await make(folder.path, NOON + 50 * DAY).issue(server)
  assert.deepEqual(again, first)
  const old = await make(folder.path, NOON + 61 * DAY).issue(server)
  assert.notEqual(old.certificate, first.certificate)
  const authority = make(folder.path, NOON + 61 * DAY)
  assert.equal((await authority.issue(server)).certificate, old.certificate)
  await authority.revoke(serialOf(old.certificate), 'keyCompromise')
  const fresh = await authority.issue(server)
  assert.notEqual(fresh.certificate, old.certificate)
  const other = await authority.issue({ ...server, purpose: 'peer' })
  assert.notEqual(other.certificate, fresh.certificate)
  assert.equal((await authority.issue(server)).certificate, fresh.certificate)
})

test('a revocation stays, with its first date and reason', async () => {
  await using folder = await temporary()
  const authority = make(folder.path)
  const serial = serialOf((await authority.issueNew(server)).certificate)
  assert.equal(await authority.revoke('00FF', 'superseded'), false)
  assert.equal(await authority.revoke(serial.toLowerCase(), 'keyCompromise'), true)
  assert.equal(await make(folder.path, NOON + DAY).revoke(serial, 'superseded'), true)
  assert.deepEqual((await make(folder.path).find(serial))?.revoked, { at: NOON, reason: 'keyCompromise' })
})

test('fifty at once, in two registers, share no serial number and lose no line', async () => {
  await using folder = await temporary()
  const [one, other] = [make(folder.path), make(folder.path)]
  const certificates = await Promise.all(
    Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : other).issueNew(server)),
  )
  const serials = new Set(certificates.map(({ certificate }) => serialOf(certificate)))
  assert.equal(serials.size, 50)
  assert.deepEqual(new Set((await one.list()).map(({ serial }) => serial)), serials)
  assert.equal((await readdir(join(folder.path, 'newcerts'))).length, 50)
})

test('half a line at the end of the index is passed over, and gone with the next certificate', async () => {
  await using folder = await temporary()
  const authority = make(folder.path)
  await authority.issueNew(server)
  await appendFile(join(folder.path, 'index.txt'), 'V\t2702191200')
  assert.equal((await authority.list()).length, 1)
  await authority.issueNew(server)
  const lines = (await readFile(join(folder.path, 'index.txt'), 'utf8')).split('\n')
  assert.deepEqual(
    lines.map((line) => line.split('\t').length),
    [6, 6, 1],
  )
})

test('what openssl wrote is read: expired ones, other reasons, years from 2050 on', async () => {
  await using folder = await temporary()
  await appendFile(
    join(folder.path, 'index.txt'),
    [
      'E\t200101000000Z\t\t01\tunknown\t/CN=old',
      'R\t20510101000000Z\t261120100000Z\t0A\tunknown\t/CN=gone',
      'R\t300101000000Z\t261120100000Z,CAkeyTime,20261119100000Z\t0B\tunknown\t/CN=odd',
      'nonsense',
      '',
    ].join('\n'),
  )
  assert.deepEqual(await new Register(folder.path).list(), [
    { serial: '01', notAfter: Date.UTC(2020, 0, 1), subject: '/CN=old' },
    {
      serial: '0A',
      notAfter: Date.UTC(2051, 0, 1),
      subject: '/CN=gone',
      revoked: { at: Date.UTC(2026, 10, 20, 10), reason: 'unspecified' },
    },
    {
      serial: '0B',
      notAfter: Date.UTC(2030, 0, 1),
      subject: '/CN=odd',
      revoked: { at: Date.UTC(2026, 10, 20, 10), reason: 'unspecified' },
    },
  ])
})

test('a list of revocations is signed anew when something changes or half a week is over, each with its number', async () => {
  await using folder = await temporary()
  let now = NOON
  const authority = labAuthority(folder.path, { clock: { now: () => now } })
  const first = await authority.crl()
  assert.equal(await authority.crl(), first)
  const { certificate } = await authority.issueNew(server)
  assert.equal(await authority.crl(), first)
  await authority.revoke(serialOf(certificate), 'superseded')
  const second = await authority.crl()
  assert.notEqual(second, first)
  now += 4 * DAY
  const third = await authority.crl()
  assert.notEqual(third, second)
  assert.equal(await readFile(join(folder.path, 'crl.pem'), 'utf8'), third)
  assert.equal(await readFile(join(folder.path, 'crlnumber'), 'utf8'), '04\n')
})

test('an intermediate signs where there is one, and goes on to', async () => {
  await using folder = await temporary()
  const clock = { now: () => NOON }
  const options = { clock, intermediate: true, keyKind: 'p384' } as const
  const made = await labAuthority(folder.path, options).issueNew(server)
  const [leaf, intermediate] = made.chain.split(/(?<=-----END CERTIFICATE-----\n)/)
  assert.ok(leaf !== undefined && intermediate !== undefined)
  const [certificate, above, root] = [leaf, intermediate, made.authority].map(
    (pem) => new X509Certificate(pem),
  )
  assert.ok(certificate && above && root)
  assert.ok(certificate.verify(above.publicKey) && above.verify(root.publicKey))
  assert.equal(above.publicKey.asymmetricKeyDetails?.namedCurve, 'secp384r1')
  const later = await labAuthority(folder.path, { clock }).issueNew(server)
  assert.equal(later.chain.slice(later.certificate.length), intermediate)
})
