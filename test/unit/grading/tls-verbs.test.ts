/** What tasks say of TLS, on facts, on a site, and on files that are handed in. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { CheckFailure, type SeenFact } from '../../../lab/check.ts'
import { createContext } from '../../../lab/grading/context.ts'
import type { FactData } from '../../../lab/service.ts'
import { checks } from '../../../services/https/checks.ts'
import { exportPkcs12 } from '../../../certs/pkcs12.ts'
import { openCabinet, openSite } from './wrong-tls.ts'

const fact = (kind: string, data: FactData): SeenFact => ({
  seq: 1,
  at: 0,
  service: 'https',
  connection: 1,
  kind,
  data,
})

const CASES = [
  [
    'tls.handshaken',
    fact('tls.handshaken', { version: 'TLSv1.3', user: 'ana', subject: 'CN=ana' }),
    { version: 'TLSv1.3', account: 'ana', subject: 'ana' },
    { account: 'ben' },
  ],
  [
    'tls.refused',
    fact('tls.refused', { problem: 'client-expired' }),
    { why: 'client-expired' },
    { why: 'client-revoked' },
  ],
  [
    'tls.refused',
    fact('tls.failed', { why: 'ERR_SSL_UNSUPPORTED_PROTOCOL' }),
    { why: 'UNSUPPORTED_PROTOCOL' },
    { why: 'NO_SHARED' },
  ],
] as const

for (const [name, seen, right, wrong] of CASES) {
  test(`${seen.kind} is told by ${JSON.stringify(right)}`, () => {
    const verb = checks.verbs[name]
    assert.ok(verb?.kind === 'evidence')
    const holds = (settings: object): boolean =>
      verb.judge(seen, verb.settings.parse(settings)).every((each) => each.holds)
    assert.deepEqual([holds(right), holds(wrong)], [true, false])
  })
}

test('tls.shows looks at the certificate of a name', async () => {
  const cabinet = await openCabinet()
  await using site = await openSite(cabinet)
  const verb = checks.verbs['tls.shows']
  assert.ok(verb?.kind === 'probe')
  await using context = createContext(site.target, { seed: 'x', signal: new AbortController().signal })
  const ask = async (settings: object): Promise<boolean> =>
    (await verb.run(context, verb.settings.parse(settings))).assertions.every((each) => each.holds)
  assert.equal(await ask({ name: 'www.lab.test' }), true)
  assert.equal(await ask({ name: 'mail.lab.test' }), false)
})

test('certificate.chain judges PEM, DER and PKCS#12', async () => {
  const cabinet = await openCabinet()
  const { authority, server, flawed } = cabinet
  const verb = checks.verbs['certificate.chain']
  assert.ok(verb?.kind === 'artifact')
  const target = { endpoints: {}, domain: 'lab.test', accounts: [], authority }
  const judge = async (file: Buffer | string, settings: object = {}): Promise<boolean> =>
    (await verb.judge(Buffer.from(file), verb.settings.parse(settings), target)).assertions.every(
      (each) => each.holds,
    )
  const wanted = { name: 'www.lab.test', purpose: 'server' }
  assert.equal(await judge(server.certificate, wanted), true)
  assert.equal(await judge(server.certificate, { purpose: 'client' }), false)
  assert.equal(await judge(new X509Certificate(server.certificate).raw, wanted), true)
  for (const flaw of ['expired', 'self-signed', 'other authority', 'weak key', 'broken chain'])
    assert.equal(await judge(flawed[flaw]?.certificate ?? '', wanted), false, flaw)
  const file = await exportPkcs12({
    ...server,
    chain: [],
    name: 'www',
    password: 'secret',
    encryption: 'modern',
  })
  assert.equal(await judge(file, { ...wanted, passphrase: 'secret' }), true)
  await assert.rejects(judge(file, { passphrase: 'wrong' }), CheckFailure)
  await assert.rejects(judge('nothing'), CheckFailure)
  // Node takes such a certificate, and throws when its key is looked at.
  const damaged = Buffer.from(new X509Certificate(server.certificate).raw)
  const key = damaged.indexOf(Buffer.from('2a8648ce3d030107', 'hex'))
  assert.ok(key > 0)
  damaged.fill(0xff, key + 12, key + 20)
  await assert.rejects(judge(damaged), CheckFailure)
})

test('certificate.flawed tells each flaw from the others, and a site from another', async () => {
  const { authority, server, flawed } = await openCabinet()
  const verb = checks.verbs['certificate.flawed']
  assert.ok(verb?.kind === 'artifact')
  const target = { endpoints: {}, domain: 'lab.test', accounts: [], authority }
  const judge = async (file: string, flaw: string, name = 'www.lab.test'): Promise<boolean> =>
    (await verb.judge(Buffer.from(file), verb.settings.parse({ flaw, name }), target)).assertions.every(
      (each) => each.holds,
    )
  const flaws = ['expired', 'not yet valid', 'self-signed', 'other authority', 'weak key', 'broken chain']
  for (const shown of [...flaws, 'wrong name', 'for clients'])
    for (const flaw of flaws)
      assert.equal(await judge(flawed[shown]?.certificate ?? '', flaw), shown === flaw, `${shown} as ${flaw}`)
  for (const flaw of flaws) {
    assert.equal(await judge(server.certificate, flaw), false, flaw)
    assert.equal(await judge(authority, flaw), false, flaw)
    assert.equal(await judge(flawed[flaw]?.certificate ?? '', flaw, 'mail.lab.test'), false, flaw)
  }
  await assert.rejects(judge('nothing', 'expired'), CheckFailure)
})
