/** The suite `tls`: it passes on our server and on a small right one, and each of its cases fails on one that is wrong. */
import assert from 'node:assert/strict'
import { constants } from 'node:crypto'
import { before, describe, test } from 'node:test'
import type { CheckTarget } from '../../../lab/check.ts'
import { checks } from '../../../services/https/checks.ts'
import { openLab } from '../../lab.ts'
import { missesOf, resultsOf, share } from './suite.ts'
import { openCabinet, openSite, type Cabinet, type Wrong } from './wrong-tls.ts'

const suite = (await checks.suites?.())?.['tls']
assert.ok(suite !== undefined)

const WEAK = 'DEFAULT@SECLEVEL=0'
const only = (problem: string) => (each: string | undefined) => each === undefined || each === problem
const shows =
  (flaw: string) =>
  ({ flawed }: Cabinet): Wrong => ({ certificate: flawed[flaw] ?? assert.fail(flaw) })

/** Which case fails on which wrong server. */
const MUTANTS: readonly (readonly [id: string, wrong: Wrong | ((cabinet: Cabinet) => Wrong)])[] = [
  ['handshake', { isMute: true }],
  ['tls1_3', { options: { maxVersion: 'TLSv1.2' } }],
  ['newest', { options: { maxVersion: 'TLSv1.2' } }],
  ['tls1_2', { options: { minVersion: 'TLSv1.3' } }],
  ['no-tls1_1', { options: { minVersion: 'TLSv1.1', ciphers: WEAK } }],
  ['no-tls1', { options: { minVersion: 'TLSv1', ciphers: WEAK } }],
  ['no-null', { options: { ciphers: 'ECDHE+AESGCM:eNULL@SECLEVEL=0' } }],
  ['no-null', { options: { ciphers: 'ECDHE+AESGCM:aNULL@SECLEVEL=0' } }],
  [
    'forward-secrecy',
    (cabinet) => ({
      ...shows('weak key')(cabinet),
      options: { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256@SECLEVEL=0' },
    }),
  ],
  ['authenticated-cipher', { options: { ciphers: 'ECDHE-ECDSA-AES128-SHA256' } }],
  ['no-sha1', { options: { ciphers: WEAK, sigalgs: 'ECDSA+SHA256:ECDSA+SHA1' } }],
  ['groups', { options: { ecdhCurve: 'P-384' } }],
  ['alpn', { options: { ALPNProtocols: [] } }],
  ['alpn-unknown', { options: { ALPNProtocols: undefined, ALPNCallback: ({ protocols }) => protocols[0] } }],
  ['resumption-2', { options: { secureOptions: constants.SSL_OP_NO_TICKET } }],
  ['resumption-3', { options: { secureOptions: constants.SSL_OP_NO_TICKET } }],
  ['no-renegotiation', { options: { secureOptions: 0 } }],
  ['close-notify', { without: 21 }],
  ['name', shows('wrong name')],
  ['name', shows('common name alone')], // INetSim
  ['chain', shows('self-signed')], // INetSim
  ['chain', shows('broken chain')],
  ['chain', shows('other authority')],
  ['dates', shows('expired')],
  ['dates', shows('not yet valid')],
  ['lifetime', shows('long')],
  ['strength', (cabinet) => ({ ...shows('weak key')(cabinet), options: { ciphers: WEAK } })],
  ['purpose', shows('for clients')],
  [
    'sni',
    {
      options: {
        SNICallback: (_name, done) => done(_name === 'lab.test' ? null : new Error('no'), undefined),
      },
    },
  ],
  ['staple', { staple: Buffer.from('nonsense') }],
  ['client-asked', { asks: false }], // INetSim
  ['client-accepted', { letsIn: () => false }],
  ['client-none', { letsIn: only('UNABLE_TO_GET_ISSUER_CERT') }],
  ['client-self-signed', { letsIn: () => true }],
  ['client-forged', { letsIn: () => true }],
  ['client-expired', { letsIn: only('CERT_HAS_EXPIRED') }],
  ['client-revoked', { letsIn: only('CERT_REVOKED') }],
  ['client-purpose', { letsIn: only('INVALID_PURPOSE') }],
  [
    'plain-http',
    { clear: (socket, first) => first[0] === 71 && socket.end('HTTP/1.1 200 OK\r\n\r\nhi') !== undefined },
  ],
  ['garbage', { clear: (_socket, first) => first[0] === 99 }],
  ['redirect', { redirect: ['302 Found', 'https://lab.test/'] }],
  ['hsts', { hsts: 'max-age=soon' }],
]

describe('the suite tls', () => {
  let cabinet: Cabinet
  before(async () => {
    cabinet = await openCabinet()
  })

  test('has 20 cases or more, each with its words', () => {
    assert.ok(suite.cases.length >= 20, String(suite.cases.length))
    for (const { id, title, hint, reference } of suite.cases)
      assert.ok(title.en !== title.es && hint !== undefined && reference.length > 0, id)
  })

  for (const client of ['off', 'required'] as const) {
    test(`gives our server all its points, clients ${client}`, async () => {
      await using lab = await openLab(
        `domain: lab.test\naccounts: [{ name: ana }]\nservices:\n  https: { client: ${client}, redirect: true, hsts: 300, staple: true }\n`,
        { files: { 'www/index.html': 'start' } },
      )
      const { certificates } = lab.world
      const [good, expired, other] = await Promise.all([
        certificates.issue({ names: ['ana'], purpose: 'client' }),
        certificates.issue({ names: ['ana'], purpose: 'client', flaw: 'expired' }),
        certificates.issue({ names: ['www.lab.test'], purpose: 'server' }),
      ])
      const target: CheckTarget = {
        endpoints: { https: lab.address('https', 'https'), redirect: lab.address('https', 'redirect') },
        domain: 'lab.test',
        accounts: [],
        authority: await certificates.authority(),
        ...(client === 'required' && {
          identity: { certificate: good.chain, key: good.key },
          refused: {
            expired: { certificate: expired.chain, key: expired.key },
            purpose: { certificate: other.chain, key: other.key },
          },
        }),
      }
      assert.deepEqual(missesOf(await resultsOf(suite, target)), [])
    })
  }

  test('gives a small right server all its points', async () => {
    await using site = await openSite(cabinet)
    const results = await resultsOf(suite, site.target)
    assert.deepEqual(missesOf(results), [])
    assert.equal(results.length, suite.cases.length)
    assert.equal(share(results), 100)
  })

  for (const [index, [id, wrong]] of MUTANTS.entries()) {
    test(`${id} fails on the wrong server ${index}`, async () => {
      await using site = await openSite(cabinet, typeof wrong === 'function' ? wrong(cabinet) : wrong)
      const results = await resultsOf(suite, site.target, [id])
      const result = results.find((each) => each.id.endsWith(`.${id}`))
      assert.equal(result?.outcome, 'failed', missesOf(results).join('\n'))
      assert.ok(result.score < result.points)
    })
  }

  test('every case has a wrong server', () => {
    const caught = new Set(MUTANTS.map(([id]) => id))
    assert.deepEqual(
      suite.cases.map(({ id }) => id).filter((id) => !caught.has(id)),
      [],
    )
  })
})
