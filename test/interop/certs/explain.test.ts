/** The explanations against what openssl reads in the same certificates, requests and lists. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { explainCertificate, explainCrl, explainRequest, type Explanation } from '../../../certs/explain.ts'
import { labAuthority } from '../../authority.ts'
import { missing } from '../../tool.ts'

const skip = missing('openssl')
const DEBIAN = '/etc/ssl/certs'

function values(rows: readonly Explanation[], title: RegExp): string[] {
  return rows.filter(({ title: { en } }) => title.test(en)).map(({ value }) => value)
}

function level(rows: readonly Explanation[], title: RegExp): string | undefined {
  return rows.find(({ title: { en } }) => title.test(en))?.level
}

/** Runs openssl with these words in a folder; fails unless it exits with 0. */
function openssl(folder: string, words: string): string {
  const { status, stdout, stderr } = spawnSync('openssl', words.split(' '), {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
  })
  assert.equal(status, 0, `openssl ${words}: ${stderr}`)
  return stdout
}

/** What openssl says of a certificate, and the same from its explanation. */
async function compare(folder: string, file: string): Promise<readonly Explanation[]> {
  const rows = await explainCertificate(readFileSync(join(folder, file), 'utf8'), Date.now())
  const names = '-nameopt esc_2253,utf8,sname,sep_comma_plus_space'
  const asked = `-serial -subject -issuer ${names} -dates -dateopt iso_8601 -fingerprint -sha256`
  const text = openssl(folder, `x509 -noout -text -in ${file} ${asked}`)
  const line = (pattern: RegExp) => pattern.exec(text)?.[1] ?? 'none'
  const one = (title: RegExp) => values(rows, title)[0]
  assert.equal(one(/^Serial/)?.replaceAll(':', ''), line(/^serial=(.*)$/m).replace(/^00(?=..)/, ''), file)
  assert.equal(one(/^Subject$/), line(/^subject=(.*)$/m) || '-', file)
  assert.equal(one(/^Issuer$/), line(/^issuer=(.*)$/m), file)
  assert.equal(one(/^Valid from/), line(/^notBefore=(.*)Z$/m).concat(' UTC'), file)
  assert.equal(one(/^Valid to/), line(/^notAfter=(.*)Z$/m).concat(' UTC'), file)
  assert.equal(one(/SHA-256$/), line(/Fingerprint=(.*)$/im), file)
  assert.equal(one(/^Version/), `v${/Version: (\d)/.exec(text)?.[1]}`, file)
  assert.equal(one(/^Signature algorithm/), /Signature Algorithm: (\S+)/.exec(text)?.[1], file)
  const [, bits] = /Public-Key: \((\d+) bit\)/.exec(text) ?? []
  if (one(/^Public key/)?.startsWith('RSA'))
    assert.match(one(/^Public key/) ?? '', new RegExp(` ${bits}, `), file)
  const [, keyId = ''] = /Subject Key Identifier: \n\s+([0-9A-F:]+)/.exec(text) ?? []
  assert.equal(one(/^Subject key identifier/) ?? '', keyId, file)
  const count = (pattern: RegExp) =>
    (/^(\s+)(.*)$/m.exec(pattern.exec(text)?.[1] ?? '')?.[2] ?? '').split(', ')
  const usage = count(/X509v3 Key Usage:[^\n]*(\n.*)/).filter((name) => name !== '')
  assert.equal(values(rows, /^Key usage/).length, usage.length, file)
  const purposes = count(/Extended Key Usage:[^\n]*(\n.*)/).filter((name) => name !== '')
  assert.equal(values(rows, /^Extended key usage/).length, purposes.length, file)
  assert.equal(values(rows, /^Basic constraints/)[0], /CA:(TRUE|FALSE)/.exec(text)?.[0], file)
  assert.ok(!rows.some(({ text: { en } }) => en.includes('is not encoded')), file)
  return rows
}

const roots = existsSync(DEBIAN) ? globSync('*.pem', { cwd: DEBIAN }) : []

test(
  `each of Debian's roots is explained as openssl reads it`,
  { skip: skip || (roots.length === 0 && 'needs /etc/ssl/certs') },
  async () => {
    for (const file of roots) {
      const rows = await compare(DEBIAN, file)
      assert.equal(level(rows, /^Signature$/), 'plain', file)
    }
  },
)

test("the lab's own certificates", { skip }, async () => {
  using folder = makeFolder()
  const authority = labAuthority(join(folder.path, 'certs'))
  const issued = await authority.issue({ names: ['www.sstt9721.org'], addresses: ['::1'], purpose: 'server' })
  writeFileSync(join(folder.path, 'leaf.pem'), issued.certificate)
  writeFileSync(join(folder.path, 'root.pem'), issued.authority)
  const [leaf, root] = [await compare(folder.path, 'leaf.pem'), await compare(folder.path, 'root.pem')]
  assert.deepEqual(values(leaf, /^Subject alternative name/), ['www.sstt9721.org', '::1'])
  assert.ok(values(root, /^Name constraints/).includes('permitted: sstt9721.org'))
  const checked = await explainCertificate(issued.certificate, Date.now(), { issuer: issued.authority })
  assert.equal(level(checked, /^Signature$/), 'good')
  for (const rows of [leaf, root, checked])
    assert.deepEqual(
      rows.filter((row) => row.level === 'warning' || row.level === 'bad'),
      [],
    )
})

const CONFIG = `
[req]
distinguished_name = dn
[dn]
[rich]
basicConstraints = critical, CA:TRUE, pathlen:1
keyUsage = critical, digitalSignature, keyCertSign, cRLSign, decipherOnly
extendedKeyUsage = serverAuth, clientAuth, OCSPSigning, 1.2.3.4
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always, issuer:always
subjectAltName = DNS:*.example.org, IP:192.0.2.1, IP:2001:db8::1, email:a@example.org, URI:http://example.org/, RID:1.2.3, otherName:1.2.3.4;UTF8:text, dirName:dir
issuerAltName = DNS:ca.example.org
nameConstraints = critical, permitted;DNS:example.org, permitted;IP:10.0.0.0/255.0.0.0, excluded;email:.example.com
crlDistributionPoints = URI:http://example.org/a.crl, URI:http://example.org/b.crl
authorityInfoAccess = OCSP;URI:http://example.org/ocsp, caIssuers;URI:http://example.org/ca.cer
certificatePolicies = 2.23.140.1.2.1, @policy
tlsfeature = status_request
noCheck = yes
nsComment = "made by openssl"
2.25.329800735698586629295641978511506172918 = critical, DER:05:00
[dir]
CN = Some One
[policy]
policyIdentifier = 1.3.5.8
CPS.1 = http://example.org/cps
userNotice.1 = @notice
[notice]
explicitText = "A notice"
[leaf]
extendedKeyUsage = serverAuth
[wrong]
keyUsage = keyCertSign
[san]
subjectAltName = DNS:www.example.org
`

function makeFolder() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'explain-'))
  writeFileSync(join(folder.path, 'c.cnf'), CONFIG)
  return folder
}

const keys = {
  rsa1024: 'RSA -pkeyopt rsa_keygen_bits:1024',
  rsa2048: 'RSA -pkeyopt rsa_keygen_bits:2048',
  p256: 'EC -pkeyopt ec_paramgen_curve:P-256',
  p521: 'EC -pkeyopt ec_paramgen_curve:P-521',
  secp256k1: 'EC -pkeyopt ec_paramgen_curve:secp256k1',
  ed25519: 'ED25519',
  ed448: 'ED448',
} as const

function makeRoot(folder: string, name: keyof typeof keys, more = ''): void {
  openssl(folder, `genpkey -algorithm ${keys[name]} -out ${name}.key`)
  const subject = '-subj /C=ES/O=A,B+C/OU=x+OU=y/CN=root'
  openssl(
    folder,
    `req -config c.cnf -x509 -new -utf8 -multivalue-rdn -key ${name}.key ${subject} -out ${name}.pem${more}`,
  )
}

test('keys of each kind, signatures of each kind', { skip }, async () => {
  using folder = makeFolder()
  const cases: readonly (readonly [keyof typeof keys, string, string, string])[] = [
    ['rsa1024', '', 'RSA 1024, e = 65537', 'bad'],
    ['rsa2048', ' -sha512', 'RSA 2048, e = 65537', 'good'],
    [
      'rsa2048',
      ' -sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:17',
      'RSA 2048, e = 65537',
      'good',
    ],
    ['p256', '', 'EC P-256', 'good'],
    ['p521', ' -sha384', 'EC P-521', 'good'],
    ['secp256k1', '', 'EC secp256k1', 'warning'],
    ['ed25519', '', 'ED25519', 'plain'],
    ['ed448', '', 'ED448', 'plain'],
  ]
  for (const [name, options, key, how] of cases) {
    makeRoot(folder.path, name, options)
    const rows = await compare(folder.path, `${name}.pem`)
    assert.deepEqual(values(rows, /^Public key/), [key])
    assert.equal(level(rows, /^Public key/), how)
    const [signature] = rows.filter(({ title: { en } }) => en === 'Signature')
    assert.match(signature?.text.en ?? '', /^It fits the key inside/, name)
  }
})

test('every extension that openssl writes', { skip }, async () => {
  using folder = makeFolder()
  makeRoot(folder.path, 'p256', ' -extensions rich')
  const rows = await compare(folder.path, 'p256.pem')
  const [keyId] = values(rows, /^Subject key identifier/)
  for (const [title, expected] of [
    [/^Basic constraints, critical/, ['CA:TRUE', 'pathlen:1']],
    [/^Key usage, critical/, ['digitalSignature', 'keyCertSign', 'cRLSign', 'decipherOnly']],
    [/^Extended key usage/, ['serverAuth', 'clientAuth', 'OCSPSigning', '1.2.3.4']],
    [
      /^Subject alternative name/,
      [
        '*.example.org',
        '192.0.2.1',
        '2001:db8::1',
        'a@example.org',
        'http://example.org/',
        '1.2.3',
        '1.2.3.4: text',
        'CN=Some One',
      ],
    ],
    [/^Issuer alternative name/, ['ca.example.org']],
    [
      /^Name constraints, critical/,
      ['permitted: example.org', 'permitted: 10.0.0.0/8', 'excluded: .example.com'],
    ],
    [/^CRL distribution/, ['http://example.org/a.crl', 'http://example.org/b.crl']],
    [/^Authority information/, ['OCSP: http://example.org/ocsp', 'CA Issuers: http://example.org/ca.cer']],
    [/^Certificate policy/, ['2.23.140.1.2.1', '1.3.5.8', 'http://example.org/cps', 'A notice']],
    [/^TLS feature/, ['status_request']],
    [/^OCSP no check/, ['-']],
    [/^Netscape comment/, ['made by openssl']],
    [/^Unknown extension, critical/, ['2.25.329800735698586629295641978511506172918: 05:00']],
  ] as const)
    assert.deepEqual(values(rows, title), expected)
  const [authorityKey, issuer, serial] = values(rows, /^Authority key/)
  assert.deepEqual(
    [authorityKey, issuer, serial],
    [keyId, values(rows, /^Subject$/)[0], values(rows, /^Serial/)[0]],
  )
})

test(
  'a signature is checked against the issuer: right, of another key, of another name, of no authority',
  { skip },
  async () => {
    using folder = makeFolder()
    const read = (file: string) => readFileSync(join(folder.path, file), 'utf8')
    makeRoot(folder.path, 'p256', ' -extensions rich')
    makeRoot(folder.path, 'ed25519', ' -extensions rich')
    openssl(folder.path, 'req -config c.cnf -new -key p256.key -subj /CN=www -out leaf.csr')
    const sign = (by: string, out: string, more: string) =>
      openssl(folder.path, `x509 -req -in leaf.csr -CA ${by}.pem -CAkey p256.key -out ${out}.pem ${more}`)
    sign('p256', 'leaf', '-extfile c.cnf -extensions leaf')
    sign('leaf', 'below', '-set_serial 0x80')
    sign('p256', 'old', '-set_serial 7')
    const verdict = async (file: string, issuer?: string) => {
      await compare(folder.path, file)
      const rows = await explainCertificate(read(file), Date.now(), {
        issuer: issuer === undefined ? issuer : read(issuer),
      })
      return level(rows, /^Signature$/)
    }
    assert.equal(await verdict('leaf.pem'), 'plain')
    assert.equal(await verdict('leaf.pem', 'p256.pem'), 'good')
    assert.equal(await verdict('leaf.pem', 'ed25519.pem'), 'bad')
    makeRoot(folder.path, 'p256', ' -extensions rich')
    assert.equal(await verdict('leaf.pem', 'p256.pem'), 'bad')
    assert.equal(await verdict('leaf.pem', 'below.pem'), 'bad')
    assert.equal(await verdict('below.pem', 'leaf.pem'), 'bad')
    const old = await explainCertificate(read('old.pem'), Date.now())
    assert.equal(level(old, /^Version/), 'warning')
    const server = await explainCertificate(read('leaf.pem'), Date.now())
    assert.equal(level(server, /^Subject alternative name/), 'bad')
  },
)

test('a request, and one that somebody changed', { skip }, async () => {
  using folder = makeFolder()
  for (const [name, algorithm] of Object.entries(keys)) {
    openssl(folder.path, `genpkey -algorithm ${algorithm} -out k.key`)
    openssl(folder.path, 'req -config c.cnf -new -key k.key -subj /O=telelab/CN=www -reqexts san -out r.csr')
    const pem = readFileSync(join(folder.path, 'r.csr'), 'utf8')
    const rows = await explainRequest(pem)
    assert.deepEqual(values(rows, /^Subject$/), ['O=telelab, CN=www'])
    assert.deepEqual(values(rows, /^Subject alternative name/), ['www.example.org'])
    assert.equal(level(rows, /^Signature$/), 'good', name)
    const octets = Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64')
    octets.write('tele1ab', octets.indexOf('telelab'))
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${octets.toString('base64')}\n-----END CERTIFICATE REQUEST-----`
    assert.equal(level(await explainRequest(changed), /^Signature$/), 'bad', name)
  }
})

test('a revocation list of openssl ca', { skip }, async () => {
  using folder = makeFolder()
  const write = (file: string, text: string) => writeFileSync(join(folder.path, file), text)
  makeRoot(folder.path, 'p256', ' -extensions rich')
  const ca =
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=7\n'
  write('ca.cnf', `${ca}crl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n`)
  write('crlnumber', '0100\n')
  const entry = (serial: string, reason: string) =>
    `R\t301231235959Z\t260102030405Z${reason}\t${serial}\tunknown\t/CN=${serial}\n`
  write('index.txt', `${entry('80', '')}${entry('1234', ',keyCompromise')}${entry('05', ',superseded')}`)
  openssl(folder.path, 'ca -config ca.cnf -gencrl -cert p256.pem -keyfile p256.key -out list.pem')
  const read = (file: string) => readFileSync(join(folder.path, file), 'utf8')
  const rows = await explainCrl(read('list.pem'), { now: Date.now() + 1000, issuer: read('p256.pem') })
  assert.deepEqual(values(rows, /^Revoked/), [
    '3',
    '05, 2026-01-02 03:04:05 UTC, superseded',
    '80, 2026-01-02 03:04:05 UTC, unspecified',
    '12:34, 2026-01-02 03:04:05 UTC, keyCompromise',
  ])
  assert.deepEqual(values(rows, /^CRL number/), ['256'])
  assert.deepEqual([level(rows, /^Signature$/), level(rows, /^Next update/)], ['good', 'good'])
  const later = await explainCrl(read('list.pem'), { now: Date.now() + 8 * 86_400_000 })
  assert.deepEqual([level(later, /^Signature$/), level(later, /^Next update/)], ['plain', 'bad'])
  makeRoot(folder.path, 'p256', ' -extensions rich')
  assert.equal(level(await explainCrl(read('list.pem'), { issuer: read('p256.pem') }), /^Signature$/), 'bad')
})
