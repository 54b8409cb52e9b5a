/** Shows client certificates to the `https` service, to Apache and to nginx, and compares what they do. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { peerNames, type Peer, type PeerName } from '../http/peer.ts'
import type { Case } from './cases.ts'
import { authorityIn, domain, Forge, type Shown } from './forge.ts'
import { openSecurePeer } from './peer.ts'
import { outcomeOf, showing, visit } from './s-client.ts'

/** The alert of each problem (RFC 8446 §6.2); 47 is OpenSSL's own, for a message that is too long. */
const alerts: Readonly<Record<string, RegExp>> = {
  'client-missing': /^alert 116$/,
  'client-unknown': /^alert 48$/,
  'client-expired': /^alert 45$/,
  'client-future': /^alert 42$/,
  'client-revoked': /^alert 44$/,
  'client-purpose': /^alert 43$/,
  'client-weak': /^alert 42$/,
  'client-extension': /^alert 46$/,
  'client-names': /^alert 46$/,
  // The client is still sending, so that the alert may be lost with the connection.
  failed: /^alert 47$|^hung up$/,
}

/** How the labs of the cases are made. */
interface CompareOptions {
  readonly intermediate: boolean
  readonly skip: string | false
}

/** A test for each case over TLS 1.3 and 1.2. */
export function compare(cases: readonly Case[], { intermediate, skip }: CompareOptions): void {
  const folder = temporaryFolder()
  const forge = new Forge(folder.path)
  const shown = new Map<Case, Shown | undefined>()
  let lab: TestLab
  let peers: Readonly<Record<PeerName, Peer>>

  before(async () => {
    if (skip !== false) return
    lab = await openLab(`domain: ${domain}\nservices:\n  https: { client: required, cookie: false }\n`, {
      files: { 'www/index.html': 'start' },
      start: false,
    })
    const root = join(lab.stateFolder, 'certs')
    const stored = intermediate ? join(root, 'intermediate') : root
    // Something is issued by the root itself, so that it has a register, too.
    await authorityIn(root).issueNew({ names: ['localhost'], purpose: 'server' })
    const certs = authorityIn(root, Date.now(), intermediate)
    const server = await certs.issueNew({ names: [`www.${domain}`], purpose: 'server' })
    await lab.start()
    const bench = { certs, stored, root, forge, folder: folder.path }
    for (const each of cases) shown.set(each, await each.make(bench))
    // With a list of one issuer nginx wants those of all.
    const crl = intermediate ? {} : { crl: await certs.crl() }
    const options = { server, authority: await certs.authority(), ...crl }
    peers = { nginx: await openSecurePeer('nginx', options), apache: await openSecurePeer('apache', options) }
  })

  after(async () => {
    await lab?.[Symbol.asyncDispose]()
    for (const name of peerNames) await peers?.[name][Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  for (const each of cases)
    for (const version of ['1_3', '1_2'] as const)
      test(`${each.title} over TLS ${version}: ${each.problem ?? 'let in'}`, { skip }, async (t) => {
        // What is weak reaches the server only from a client that does not mind.
        const words = [`-tls${version}`, '-cipher', 'DEFAULT@SECLEVEL=0', ...showing(forge, shown.get(each))]
        const ours = await judgeOurs(lab, each, version, words)
        await judgePeers(t, peers, each, { ours, words })
      })
}

/** What the lab does, beside what its journal tells. */
async function judgeOurs(
  lab: TestLab,
  { problem }: Case,
  version: '1_3' | '1_2',
  words: readonly string[],
): Promise<string> {
  const since = lab.journal.last
  const seen = outcomeOf(await visit(lab.address('https', 'https'), ...words))
  const fact = lab.journal.since(since, ['tls.refused', 'tls.failed', 'tls.handshaken']).at(-1)
  // Below TLS 1.3 Node can only hang up, where OpenSSL itself does not refuse.
  const isSilent = version === '1_2' && problem !== 'failed'
  const expected = problem === undefined ? /^in$/ : isSilent ? /^hung up$/ : alerts[problem]
  assert.match(seen, expected ?? /unknown problem/)
  const kind = problem === undefined ? 'tls.handshaken' : problem === 'failed' ? 'tls.failed' : 'tls.refused'
  assert.equal(fact?.kind, kind)
  if (kind !== 'tls.failed') assert.equal(fact?.data?.['problem'], problem)
  return seen
}

async function judgePeers(
  t: TestContext,
  peers: Readonly<Record<PeerName, Peer>>,
  { problem, otherwise }: Case,
  { ours, words }: { readonly ours: string; readonly words: readonly string[] },
): Promise<void> {
  const row = [`https: ${ours}`]
  for (const name of peerNames) {
    const theirs = outcomeOf(await visit(peers[name].address, ...words))
    row.push(`${name}: ${theirs}`)
    const isSame = otherwise?.peers.includes(name) !== true
    assert.equal(theirs === 'in', (problem === undefined) === isSame, row.join(', '))
  }
  t.diagnostic(row.join(', '))
}
