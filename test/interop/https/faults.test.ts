/** What curl and openssl say of certificates that the scenario spoils (`at: tls.certificate`). */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'
import { missing } from '../../tool.ts'
import { run } from '../http/program.ts'
import { authorityIn, domain, Forge } from './forge.ts'
import { outcomeOf, showing, visit } from './s-client.ts'

const skip = missing('curl', 'openssl')
const files = { 'www/index.html': 'start' }
const scenario = (options: string, ...faults: readonly string[]): string =>
  `domain: ${domain}\nservices:\n  https: { cookie: false${options} }\nfaults:\n` +
  faults.map((fault) => `  - { at: tls.certificate, ${fault} }\n`).join('')
const rootOf = (lab: TestLab): string => join(lab.stateFolder, 'certs', 'cacert.pem')

/** What curl prints, of the page or of what is wrong. */
async function fetchPage(lab: TestLab, ...words: readonly string[]): Promise<string> {
  const { port } = lab.address('https', 'https')
  const host = `www.${domain}:${port}`
  const trust = ['--cacert', rootOf(lab), '--resolve', `${host}:127.0.0.1`]
  const { out, error } = await run('curl', '-sS', ...trust, ...words, `https://${host}/`)
  return out.toString() + error
}

/** What s_client says of the certificate, and whether it came in. */
async function check(lab: TestLab, ...words: readonly string[]): Promise<string> {
  const trust = ['-CAfile', rootOf(lab), '-verify_hostname', `www.${domain}`]
  return visit(lab.address('https', 'https'), ...trust, ...words)
}

const shows: Readonly<Record<string, readonly [curl: RegExp, code: number]>> = {
  expired: [/certificate has expired/, 10],
  'not yet valid': [/certificate is not yet valid/, 9],
  'wrong name': [/no alternative certificate subject name matches/, 62],
  'self-signed': [/problem: self-signed certificate\n/, 18],
  'broken chain': [/unable to get local issuer certificate/, 21],
  'other authority': [/self-signed certificate in certificate chain/, 19],
  'weak key': [/EE certificate key too weak/, 66],
}

for (const [show, [words, code]] of Object.entries(shows))
  test(`${show}: curl and openssl find it, and the next client does not`, { skip }, async () => {
    // Where clients are asked OpenSSL knows issuers that it might send along.
    for (const options of ['', ', client: optional, policy: modern']) {
      await using lab = await openLab(scenario(options, `show: ${show}, times: 2`), { files })
      assert.match(await fetchPage(lab), words)
      assert.match(await check(lab), new RegExp(`Verify return code: ${code} `))
      assert.equal(await fetchPage(lab), 'start')
      assert.match(await check(lab), /Verify return code: 0 /)
      const facts = lab.journal.since(0, ['tls.handshaken', 'tls.failed'])
      assert.deepEqual(
        facts.map(({ data }) => data?.['fault']),
        [show, show, undefined, undefined],
      )
    }
  })

test(
  'over TLS 1.2, with the ciphers of the document, a weak key is shown, with a warning',
  { skip },
  async () => {
    const warned: unknown[] = []
    const quiet = (): void => undefined
    const log = { debug: quiet, info: quiet, error: quiet, warn: (fields: unknown) => warned.push(fields) }
    const text = scenario(', policy: document-2019', 'show: weak key')
    await using lab = await openLab(text, { files, log: () => log })
    for (let visits = 0; visits < 2; visits++) {
      const output = await check(lab, '-tls1_2')
      assert.match(output, /Server public key is 1024 bit/)
      assert.equal(outcomeOf(output), 'in')
    }
    assert.deepEqual(warned.slice(1), [{ fault: 'weak key' }])
  },
)

test('a session from before is not resumed, nor one from such a handshake', { skip }, async () => {
  const later = 'match: { client: 127.0.0.2 }'
  await using lab = await openLab(scenario('', `show: expired, ${later}`), { files })
  using folder = temporaryFolder()
  for (const version of ['-tls1_2', '-tls1_3']) {
    const [good, bad] = [join(folder.path, 'good'), join(folder.path, 'bad')]
    const spoilt = ['-bind', '127.0.0.2']
    assert.match(await check(lab, version, '-sess_out', good), /Verify return code: 0 /)
    assert.match(await check(lab, version, '-sess_in', good), /^Reused/m)
    const shown = await check(lab, version, ...spoilt, '-sess_in', good)
    assert.match(shown, /^New, [^]*Verify return code: 10 /m)
    await check(lab, version, ...spoilt, '-sess_out', bad)
    assert.match(await check(lab, version, '-sess_in', bad), /^New, [^]*Verify return code: 0 /m)
  }
})

test('it is made once, and anew when the server looks at its certificates', { skip }, async () => {
  await using lab = await openLab(scenario('', 'show: not yet valid'), { files })
  const serial = async (): Promise<string> => {
    const [certificate = ''] = /-----BEGIN[^]*?END CERTIFICATE-----/.exec(await check(lab)) ?? []
    return new X509Certificate(certificate).serialNumber
  }
  const [first, second] = await Promise.all([serial(), serial()])
  assert.equal(second, first)
  // Else its first day would come.
  lab.clock.advance(3_600_000)
  await until(async () => (await serial()) !== first)
})

test(
  "every host of the server shows it, and the scenario's own certificate gives way",
  { skip },
  async () => {
    const hosts = `, hosts: { blog.${domain}: { root: www } }`
    await using lab = await openLab(scenario(hosts, 'show: expired, times: 1'), { files })
    const named = ['-servername', `blog.${domain}`, '-verify_hostname', `blog.${domain}`]
    const at = lab.address('https', 'https')
    assert.match(await visit(at, '-CAfile', rootOf(lab), ...named), /Verify return code: 10 /)
    assert.match(await visit(at, '-CAfile', rootOf(lab), ...named), /Verify return code: 0 /)
    using folder = temporaryFolder()
    const own = await authorityIn(folder.path).issueNew({ names: [`www.${domain}`], purpose: 'server' })
    const option = ', names: [www.example.org], certificate: { certificate: own.pem, key: own.key }'
    const brought = { ...files, 'own.pem': own.chain, 'own.key': own.key }
    await using other = await openLab(scenario(option, 'show: expired, times: 1'), { files: brought })
    // The root is made by the first handshake with a fault.
    assert.equal(outcomeOf(await visit(other.address('https', 'https'))), 'in')
    const facts = other.journal.since(0, ['tls.handshaken']).map(({ data }) => data?.['fault'])
    assert.deepEqual(facts, ['expired'])
  },
)

test(
  'asked for a certificate of another authority, a client finds none, and its own does not do',
  { skip },
  async () => {
    await using lab = await openLab(scenario(', client: required', 'ask: other authority, times: 1'), {
      files,
    })
    using folder = temporaryFolder()
    const forge = new Forge(folder.path)
    const shown = showing(forge, forge.register(join(lab.stateFolder, 'certs')))
    const names = (output: string): string =>
      /Acceptable client certificate CA names\n([^]*?)\n(?:Requested|Client)/.exec(output)?.[1] ?? ''
    const odd = await check(lab, '-tls1_3', ...shown)
    assert.equal(names(odd), `O = telelab, CN = other-authority.${domain}`)
    assert.equal(outcomeOf(odd), 'alert 48')
    const good = await check(lab, '-tls1_3', ...shown)
    assert.match(names(good), /^O = telelab, CN = telelab root [0-9a-f]{8}$/)
    assert.equal(outcomeOf(good), 'in')
    const [refused] = lab.journal.since(0, ['tls.refused'])
    assert.deepEqual(
      [refused?.data?.['fault'], refused?.data?.['problem']],
      ['ask other authority', 'client-unknown'],
    )
  },
)

test('the OCSP answer is stapled: good, revoked by a fault, revoked in truth', { skip }, async () => {
  const hosts = `, staple: true, hosts: { blog.${domain}: { root: www } }`
  await using lab = await openLab(scenario(hosts, 'staple: revoked, times: 2'), { files })
  assert.match(await fetchPage(lab, '--cert-status'), /SSL certificate revocation reason: \(UNKNOWN\)/)
  const revoked = await check(lab, '-status')
  assert.match(revoked, /Cert Status: revoked/)
  // What openssl is not asked to look at it lets pass.
  assert.equal(outcomeOf(revoked), 'in')
  assert.equal(await fetchPage(lab, '--cert-status'), 'start')
  for (const version of ['-tls1_2', '-tls1_3'])
    for (const host of ['www', 'blog']) {
      const output = await check(lab, version, '-status', '-servername', `${host}.${domain}`)
      assert.match(output, /Cert Status: good/)
      const serial = /Serial Number: ([0-9A-F]+)/.exec(output)?.[1]
      const [certificate = ''] = /-----BEGIN[^]*?END CERTIFICATE-----/.exec(output) ?? []
      assert.equal(new X509Certificate(certificate).serialNumber, serial)
      const certs = authorityIn(join(lab.stateFolder, 'certs'))
      if (version === '-tls1_3') assert.equal(await certs.revoke(serial ?? ''), true)
    }
  assert.match(await check(lab, '-status'), /Cert Status: revoked/)
  const facts = lab.journal.since(0, ['tls.handshaken']).map(({ data }) => data?.['fault'])
  assert.deepEqual(facts.slice(0, 3), ['staple revoked', 'staple revoked', undefined])
})

test(
  'nothing is stapled unless the scenario says so, and nothing with a certificate of its own',
  { skip },
  async () => {
    await using lab = await openLab(scenario('', 'staple: revoked, times: 1'), { files })
    assert.match(await fetchPage(lab, '--cert-status'), /SSL certificate revocation reason/)
    assert.match(await check(lab, '-status'), /OCSP response: no response sent/)
    using folder = temporaryFolder()
    const own = await authorityIn(folder.path).issueNew({ names: [`www.${domain}`], purpose: 'server' })
    const option = ', staple: true, certificate: { certificate: own.pem, key: own.key }'
    const brought = { ...files, 'own.pem': own.chain, 'own.key': own.key }
    await using other = await openLab(
      scenario(option, 'show: expired, times: 1, match: { client: 127.0.0.9 }'),
      { files: brought },
    )
    const output = await visit(other.address('https', 'https'), '-status')
    assert.match(output, /OCSP response: no response sent/)
    assert.equal(outcomeOf(output), 'in')
  },
)

test('a fault may be of one instance alone', { skip }, async () => {
  const sites = 'https: { cookie: false }\n  bank: { kind: https, cookie: false }'
  const fault = '{ at: tls.certificate, match: { instance: bank }, show: expired }'
  const source = `domain: ${domain}\nservices:\n  ${sites}\nfaults: [${fault}]\n`
  await using lab = await openLab(source, { files })
  const code = async (instance: string): Promise<string> =>
    visit(lab.address(instance, 'https'), '-CAfile', rootOf(lab))
  assert.match(await code('https'), /Verify return code: 0 /)
  assert.match(await code('bank'), /Verify return code: 10 /)
})
