/** The authority's folder and lists as OpenSSL's programs see them, and what they make as the authority sees it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Authority } from '../../../certs/authority.ts'
import { labAuthority } from '../../authority.ts'
import { missing } from '../../tool.ts'
import { requestWords } from './request.ts'

const skip = missing('openssl')
const server = { names: ['www.sstt9721.org'], purpose: 'server' } as const

interface Place extends AsyncDisposable {
  readonly path: string
  readonly authority: Authority
  /** Runs openssl in the authority's folder; throws with what it prints if it fails. */
  readonly openssl: (...words: readonly string[]) => string
}

async function makePlace(options: { readonly intermediate?: boolean } = {}): Promise<Place> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'openssl-ca-'))
  const path = join(folder.path, 'certs')
  const authority = labAuthority(path, options)
  return {
    path,
    authority,
    openssl(...words) {
      const { status, stdout, stderr } = spawnSync('openssl', words, { cwd: path, encoding: 'utf8' })
      assert.equal(status, 0, `openssl ${words.join(' ')}\n${stdout}${stderr}`)
      return stdout + stderr
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber

test('openssl ca goes on where the lab stopped, and the lab where openssl did', { skip }, async () => {
  await using place = await makePlace()
  const { authority, openssl } = place
  const first = serialOf((await authority.issueNew(server)).certificate)
  openssl(...requestWords('by.csr', '/CN=by.sstt9721.org'))
  openssl('ca', '-config', 'openssl.cnf', '-batch', '-in', 'by.csr', '-out', 'by.pem')
  openssl('ca', '-config', 'openssl.cnf', '-revoke', `newcerts/${first}.pem`, '-crl_reason', 'superseded')
  const second = serialOf(await readFile(join(place.path, 'by.pem'), 'utf8'))
  const third = serialOf((await authority.issueNew(server)).certificate)
  const entries = await authority.list()
  assert.deepEqual(
    entries.map(({ serial }) => serial),
    [first, second, third],
  )
  assert.equal(entries[0]?.revoked?.reason, 'superseded')
  await authority.revoke(second, 'keyCompromise')
  openssl('ca', '-config', 'openssl.cnf', '-updatedb')
  const list = openssl('ca', '-config', 'openssl.cnf', '-gencrl')
  assert.match(list, /BEGIN X509 CRL/)
})

test('the list of revocations is right for openssl, which then refuses what is on it', { skip }, async () => {
  for (const intermediate of [false, true]) {
    await using place = await makePlace({ intermediate })
    const { authority, openssl, path } = place
    const [good, bad] = [await authority.issueNew(server), await authority.issueNew(server)]
    await authority.revoke(serialOf(bad.certificate), 'keyCompromise')
    const issuer = join(path, intermediate ? 'intermediate' : '.', 'cacert.pem')
    await writeFile(join(path, 'list.pem'), await authority.crl())
    assert.match(openssl('crl', '-in', 'list.pem', '-CAfile', issuer, '-noout', '-verify'), /verify OK/)
    const text = openssl('crl', '-in', 'list.pem', '-noout', '-text')
    assert.match(text, new RegExp(`Serial Number: ${serialOf(bad.certificate)}[^]*Key Compromise`))
    assert.match(text, /X509v3 CRL Number:\s+1\n/)
    await writeFile(join(path, 'good.pem'), good.certificate)
    await writeFile(join(path, 'bad.pem'), bad.certificate)
    const check = (name: string) => {
      const words = ['verify', '-x509_strict', '-crl_check', '-CRLfile', 'list.pem', '-CAfile', 'cacert.pem']
      const chain = intermediate ? ['-untrusted', issuer] : []
      return spawnSync('openssl', [...words, ...chain, name], { cwd: path, encoding: 'utf8' })
    }
    assert.equal(check('good.pem').status, 0, check('good.pem').stderr)
    assert.match(check('bad.pem').stderr, /certificate revoked/)
  }
})

test(
  "a student's request is certified: EC, RSA and Ed25519 keys, names from the request",
  { skip },
  async () => {
    await using place = await makePlace()
    const { authority, openssl, path } = place
    await authority.authority()
    const kinds = [['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], ['rsa:2048'], ['ed25519']] as const
    for (const [index, kind] of kinds.entries()) {
      const names = 'subjectAltName=DNS:web.sstt9721.org,IP:127.0.0.1'
      openssl(...requestWords(`${index}.csr`, '/C=ES/O=UMU/CN=www.sstt9721.org', kind), '-addext', names)
      const signed = await authority.sign(await readFile(join(path, `${index}.csr`), 'utf8'), {
        purpose: 'server',
      })
      const certificate = new X509Certificate(signed.certificate)
      assert.equal(
        certificate.subjectAltName,
        'DNS:www.sstt9721.org, DNS:web.sstt9721.org, IP Address:127.0.0.1',
      )
      await writeFile(join(path, `${index}.pem`), signed.certificate)
      openssl('verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'cacert.pem', `${index}.pem`)
      const [key, own] = [
        openssl('pkey', '-in', `${index}.csr.key`, '-pubout'),
        openssl('x509', '-in', `${index}.pem`, '-noout', '-pubkey'),
      ]
      assert.equal(own, key)
    }
  },
)

test(
  'requests that were changed, are weak, or ask for too much are refused with the reason',
  { skip },
  async () => {
    await using place = await makePlace()
    const { authority, openssl, path } = place
    await authority.authority()
    const request = async (subject: string, more: readonly string[] = [], kind?: readonly string[]) => {
      openssl(...requestWords('request.csr', subject, kind), ...more)
      return readFile(join(path, 'request.csr'), 'utf8')
    }
    const www = '/CN=www.sstt9721.org'
    const right = await request(www)
    const octets = Buffer.from(right.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
    octets.writeUInt8(octets.readUInt8(octets.length - 3) ^ 1, octets.length - 3)
    const refused = [
      [octets, /signature does not fit/],
      [await request(www, [], ['rsa:1024']), /1024 bits/],
      [await request(www, ['-sha1']), /not taken/],
      [await request('/CN=www.example.com'), /restricted to sstt9721.org/],
      [await request(www, ['-addext', 'subjectAltName=URI:http://a/']), /kind of name/],
      [await request('/O=nobody'), /name or an address/],
      [
        '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n',
        /no certification request/,
      ],
      ['hello', /no certification request/],
    ] as const
    for (const [text, why] of refused)
      await assert.rejects(authority.sign(text, { purpose: 'server' }), {
        name: 'RequestError',
        message: why,
      })
    assert.equal((await authority.list()).length, 0)
  },
)
