/** The versions and cipher suites of each policy, found as testssl.sh does: what was chosen is no longer offered the next time. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Address } from '../../../lab/service.ts'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { domain, openssl } from './forge.ts'
import { converse, outcomeOf, visit } from './s-client.ts'

const skip = missing('openssl')

/** A lab whose certificate has a key of this kind. */
function openWith(key: 'ecdsa' | 'rsa', policy: string): Promise<TestLab> {
  using folder = temporaryFolder()
  const kind = key === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  const words = ['req', '-x509', '-newkey', ...kind, '-nodes', '-subj', `/CN=www.${domain}`, '-days', '5']
  openssl(folder.path, ...words, '-keyout', 'key.pem', '-out', 'certificate.pem')
  const read = (name: string): string => readFileSync(`${folder.path}/${name}`, 'utf8')
  const options = `certificate: { certificate: certificate.pem, key: key.pem }, policy: ${policy}, cookie: false`
  return openLab(`domain: ${domain}\nservices:\n  https: { ${options} }\n`, {
    files: {
      'www/index.html': 'start',
      'certificate.pem': read('certificate.pem'),
      'key.pem': read('key.pem'),
    },
  })
}

/** All that the server accepts of TLS 1.2, what it likes best first. */
async function accepted(at: Address): Promise<readonly string[]> {
  const found: string[] = []
  for (;;) {
    const rest = ['ALL:COMPLEMENTOFALL:@SECLEVEL=0', ...found.map((name) => `!${name}`)].join(':')
    const output = await visit(at, '-tls1_2', '-cipher', rest)
    const [, name] = /^New, .*Cipher is ((?!\(NONE\))\S+)/m.exec(output) ?? []
    if (name === undefined) return found
    assert.ok(!found.includes(name))
    found.push(name)
  }
}

/** Which of the versions, and of the suites of TLS 1.3, are accepted. */
async function versions(at: Address): Promise<string> {
  const found: string[] = []
  for (const version of ['tls1', 'tls1_1', 'tls1_2', 'tls1_3'])
    if (outcomeOf(await visit(at, `-${version}`, '-cipher', 'ALL:@SECLEVEL=0')) === 'in') found.push(version)
  for (const suite of [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_CCM_SHA256',
    'TLS_AES_128_CCM_8_SHA256',
  ])
    if (outcomeOf(await visit(at, '-tls1_3', '-ciphersuites', suite)) === 'in') found.push(suite.slice(4))
  return found.join(' ')
}

const TLS_13 = 'tls1_3 AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256'

for (const key of ['ecdsa', 'rsa'] as const) {
  const upper = key.toUpperCase()

  test(`modern, ${key}: TLS 1.3 alone`, { skip }, async () => {
    await using lab = await openWith(key, 'modern')
    const at = lab.address('https', 'https')
    assert.equal(await versions(at), TLS_13)
    assert.match(await visit(at, '-tls1_2'), /alert number 70/)
  })

  test(`intermediate, ${key}: forward secrecy and authenticated encryption`, { skip }, async () => {
    await using lab = await openWith(key, 'intermediate')
    const at = lab.address('https', 'https')
    assert.equal(await versions(at), `tls1_2 ${TLS_13}`)
    assert.deepEqual(await accepted(at), [
      `ECDHE-${upper}-AES128-GCM-SHA256`,
      `ECDHE-${upper}-AES256-GCM-SHA384`,
      `ECDHE-${upper}-CHACHA20-POLY1305`,
    ])
  })

  test(`document-2019, ${key}: also CBC and, with RSA, no forward secrecy`, { skip }, async () => {
    await using lab = await openWith(key, 'document-2019')
    const at = lab.address('https', 'https')
    assert.equal(await versions(at), 'tls1_2')
    const names = await accepted(at)
    assert.ok(names.includes(`ECDHE-${upper}-AES256-SHA`), names.join(' '))
    assert.equal(names.includes('AES256-SHA'), key === 'rsa')
    assert.deepEqual(
      names.filter((name) => /NULL|ADH|AECDH|RC4|DES|MD5|EXP|PSK|SRP/.test(name)),
      [],
    )
  })
}

for (const policy of ['intermediate', 'document-2019'])
  test(`${policy}: nobody renegotiates`, { skip }, async () => {
    await using lab = await openWith('rsa', policy)
    const output = await converse(lab.address('https', 'https'), 'R\n', '-tls1_2')
    assert.match(output, /RENEGOTIATING[^]*no renegotiation/)
  })
