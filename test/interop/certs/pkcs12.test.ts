/** PKCS #12 as OpenSSL's program and Python's cryptography read and write it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { exportPkcs12, Pkcs12Error, readPkcs12 } from '../../../certs/pkcs12.ts'
import { missing, missingPython, PYTHON } from '../../tool.ts'

const skip = missing('openssl')
const kinds = {
  'P-256': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  RSA: ['-newkey', 'rsa:2048'],
} as const
const passwords = ['secret', '', 'contraseña €𝄞']

interface Made {
  readonly key: string
  readonly certificate: string
  readonly root: string
}

function run(program: string, ...options: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, options, { encoding: 'utf8', timeout: 20_000 })
  return { status, stdout, output: stdout + stderr }
}

function openssl(...options: readonly string[]): string {
  const { status, output } = run('openssl', ...options)
  assert.equal(status, 0, `openssl ${options.join(' ')}: ${output}`)
  return output
}

/** Makes a root and what it signs, all with OpenSSL: root.pem, leaf.pem and leaf.key. */
async function make(folder: string, kind: readonly string[]): Promise<Made> {
  const path = (name: string) => join(folder, name)
  const fresh = ['req', '-x509', '-nodes', '-days', '30', ...kind]
  openssl(...fresh, '-subj', '/O=telelab/CN=the root', '-keyout', path('root.key'), '-out', path('root.pem'))
  const signer = ['-CA', path('root.pem'), '-CAkey', path('root.key')]
  openssl(...fresh, ...signer, '-subj', '/CN=nombre1', '-keyout', path('leaf.key'), '-out', path('leaf.pem'))
  const text = (name: string) => readFile(path(name), 'utf8')
  return { key: await text('leaf.key'), certificate: await text('leaf.pem'), root: await text('root.pem') }
}

/** The PEM blocks of a text, in their order. */
function blocks(text: string): string[] {
  return (text.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []).map((block) => `${block}\n`)
}

for (const [kind, options] of Object.entries(kinds)) {
  for (const encryption of ['modern', 'legacy'] as const) {
    test(`openssl pkcs12 reads what is exported: ${kind}, ${encryption}`, { skip }, async () => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'pkcs12-'))
      const { key, certificate, root } = await make(folder.path, options)
      const path = join(folder.path, 'out.p12')
      for (const password of passwords) {
        await writeFile(
          path,
          await exportPkcs12({ key, certificate, chain: [root], name: 'nombre 1', password, encryption }),
        )
        for (const legacy of encryption === 'legacy' ? [[], ['-legacy']] : [[]]) {
          const text = openssl(
            'pkcs12',
            '-in',
            path,
            '-info',
            '-nodes',
            '-passin',
            `pass:${password}`,
            ...legacy,
          )
          assert.deepEqual(blocks(text).toSorted(), [certificate, root, key].toSorted())
          const ids = text.match(/localKeyID: [0-9A-F ]+/g) ?? []
          assert.equal(ids.length, 2, text)
          assert.equal(new Set(ids.map((id) => id.trim())).size, 1)
          // It writes these names in Latin-1; python3 sees other letters below.
          assert.deepEqual(text.match(/friendlyName: .+/g), [
            'friendlyName: nombre 1',
            'friendlyName: the root',
            'friendlyName: nombre 1',
          ])
          const words =
            encryption === 'modern'
              ? [
                  /MAC: sha256, Iteration 10000/,
                  /PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256/g,
                ]
              : [/MAC: sha1, Iteration 2048/, /pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048/g]
          for (const pattern of words) assert.match(text, pattern)
        }
        const other = run('openssl', 'pkcs12', '-in', path, '-noout', '-passin', 'pass:other')
        assert.match(other.output, /invalid password/)
      }
    })
  }

  test(`what openssl pkcs12 writes is read: ${kind}`, { skip }, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'pkcs12-'))
    const path = (name: string) => join(folder.path, name)
    const { key, certificate, root } = await make(folder.path, options)
    const expected = { key, certificate, chain: [root] }
    const write = async (password: string, ...more: readonly string[]) => {
      const given = ['-inkey', path('leaf.key'), '-in', path('leaf.pem'), '-certfile', path('root.pem')]
      openssl('pkcs12', '-export', ...given, '-out', path('in.p12'), '-passout', `pass:${password}`, ...more)
      return readFile(path('in.p12'))
    }
    const tripleDes = ['-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES']
    for (const password of passwords) {
      for (const form of [
        [],
        [...tripleDes, '-macalg', 'SHA1'],
        ['-legacy', ...tripleDes, '-macalg', 'SHA1'],
        ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-192-CBC', '-macalg', 'SHA512', '-iter', '5000'],
        ['-certpbe', 'DES-EDE3-CBC', '-keypbe', 'PBE-SHA1-2DES', '-macalg', 'SHA384', '-nomaciter'],
        ['-certpbe', 'NONE', '-keypbe', 'NONE', '-macalg', 'SHA224', '-caname', 'x', '-name', 'y'],
      ]) {
        assert.deepEqual(await readPkcs12(await write(password, ...form), password), expected, form.join(' '))
      }
    }
    const isRefused = (reason: string, words: RegExp) => (error: unknown) => {
      assert.ok(error instanceof Pkcs12Error && error.reason === reason, String(error))
      assert.match(error.message, words)
      return true
    }
    await assert.rejects(readPkcs12(await write('secret'), 'other'), isRefused('password', /password/))
    await assert.rejects(
      readPkcs12(await write('secret', '-legacy'), 'secret'),
      isRefused('unsupported', /RC2-40.*openssl pkcs12 -legacy/),
    )
    // What the message advises, with the passwords that it asks for.
    const advised = ['-passin', 'pass:secret', '-passout', 'pass:secret']
    const between = path('all.pem')
    openssl('pkcs12', '-legacy', '-in', path('in.p12'), '-out', between, ...advised)
    openssl('pkcs12', '-export', '-in', between, '-out', path('new.p12'), ...advised)
    assert.deepEqual(await readPkcs12(await readFile(path('new.p12')), 'secret'), expected)
    await assert.rejects(
      readPkcs12(await write('secret', '-nomac'), 'secret'),
      isRefused('unsupported', /no MAC/),
    )
  })
}

const python = `
import sys
from cryptography.hazmat.primitives.serialization import *
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.hazmat.primitives import hashes
folder, encryption, password = sys.argv[1], sys.argv[2], sys.argv[3].encode()
store = pkcs12.load_pkcs12(open(folder + '/out.p12', 'rb').read(), password)
def show(certificate): return [certificate.friendly_name.decode(), certificate.certificate.public_bytes(Encoding.PEM).decode()]
print([show(store.cert), [show(one) for one in store.additional_certs]] == [['ñandú €', open(folder + '/leaf.pem').read()], [['the root', open(folder + '/root.pem').read()]]])
print(store.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() == open(folder + '/leaf.key').read())
builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(3000)
if encryption == 'legacy':
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())
else:
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
chain = [one.certificate for one in store.additional_certs]
open(folder + '/in.p12', 'wb').write(pkcs12.serialize_key_and_certificates(b'yo', store.key, store.cert.certificate, chain, builder.build(password)))
`

test(
  'python3 cryptography reads what is exported, and what it writes is read',
  { skip: skip || missingPython('cryptography') },
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'pkcs12-'))
    for (const kind of Object.values(kinds)) {
      const { key, certificate, root } = await make(folder.path, kind)
      for (const encryption of ['modern', 'legacy'] as const) {
        const password = 'contraseña €𝄞'
        await writeFile(
          join(folder.path, 'out.p12'),
          await exportPkcs12({ key, certificate, chain: [root], name: 'ñandú €', password, encryption }),
        )
        const { output } = run(PYTHON, '-c', python, folder.path, encryption, password)
        assert.equal(output, 'True\nTrue\n')
        assert.deepEqual(await readPkcs12(await readFile(join(folder.path, 'in.p12')), password), {
          key,
          certificate,
          chain: [root],
        })
      }
      assert.ok(new X509Certificate(certificate).checkIssued(new X509Certificate(root)))
    }
  },
)
