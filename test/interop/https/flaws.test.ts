/** What is wrong with a client's certificate besides its dates, which OpenSSL judges by the machine's clock and `https` by the lab's. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { authorityIn, CLIENT, domain, Forge, openssl, type Shown, type Wish } from './forge.ts'
import { outcomeOf, showing, visit } from './s-client.ts'

const skip = missing('openssl')
const DAY = 86_400_000
const scenario = `domain: ${domain}\nservices:\n  https: { client: required, cookie: false }\n`
const files = { 'www/index.html': 'start' }
const folder = temporaryFolder()
const forge = new Forge(folder.path)
let ahead: TestLab
let below: TestLab

const storedIn = (lab: TestLab): string => join(lab.stateFolder, 'certs')

/** How a client fares over TLS 1.3, and what the journal says of it. */
async function fare(lab: TestLab, shown: Shown): Promise<readonly [outcome: string, problem: unknown]> {
  const since = lab.journal.last
  const words = ['-tls1_3', '-cipher', 'DEFAULT@SECLEVEL=0', ...showing(forge, shown)]
  const seen = outcomeOf(await visit(lab.address('https', 'https'), ...words))
  return [seen, lab.journal.since(since, ['tls.refused', 'tls.handshaken']).at(-1)?.data?.['problem']]
}

before(async () => {
  if (skip !== false) return
  ahead = await openLab(scenario, { files })
  ahead.clock.advance(25 * DAY)
  below = await openLab(scenario, { files })
})

after(async () => {
  await ahead?.[Symbol.asyncDispose]()
  await below?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

/** Certificates of the lab's present, which is the machine's future. */
const wishes: readonly (readonly [title: string, wish: Wish, outcome: string, problem?: string])[] = [
  ['nothing', {}, 'in'],
  ['nothing, with an RSA key', { key: ['rsa:2048'] }, 'in'],
  ['nothing, with an Ed448 key', { key: ['ed448'] }, 'in'],
  [
    'nothing, with all that may be critical',
    {
      extensions:
        'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,clientAuth\n' +
        `nsCertType=client\nsubjectAltName=critical,email:nombre1_9721@${domain}\n1.2.3.4=DER:0500`,
    },
    'in',
  ],
  ['an RSA key of 1024 bits', { key: ['rsa:1024'] }, 'alert 42', 'client-weak'],
  ['a signature over SHA-1', { digest: 'sha1' }, 'alert 42', 'client-weak'],
  [
    'a critical unknown extension',
    { extensions: `${CLIENT}\n1.2.3.4=critical,DER:0500` },
    'alert 46',
    'client-extension',
  ],
  [
    'a key that may only encipher',
    { extensions: `${CLIENT}\nkeyUsage=critical,keyEncipherment` },
    'alert 43',
    'client-purpose',
  ],
  [
    "Netscape's type of a server",
    { extensions: `${CLIENT}\nnsCertType=server` },
    'alert 43',
    'client-purpose',
  ],
  ['a server', { extensions: 'extendedKeyUsage=serverAuth' }, 'alert 43', 'client-purpose'],
  [
    'a mailbox outside of the name constraints',
    { extensions: `${CLIENT}\nsubjectAltName=email:ana@example.com` },
    'alert 46',
    'client-names',
  ],
]

for (const [title, wish, outcome, problem] of wishes)
  test(`in the machine's future, wrong with it is ${title}: ${problem ?? 'let in'}`, { skip }, async () => {
    const shown = forge.register(storedIn(ahead), { ...wish, starts: Date.now() + 20 * DAY, days: '60' })
    assert.deepEqual(await fare(ahead, shown), [outcome, problem])
  })

test("in the machine's future a revoked one is refused", { skip }, async () => {
  const shown = forge.register(storedIn(ahead), { starts: Date.now() + 20 * DAY, days: '60' })
  const path = forge.write('later.pem', shown.chain)
  openssl(storedIn(ahead), 'ca', '-config', 'openssl.cnf', '-revoke', path)
  assert.deepEqual(await fare(ahead, shown), ['alert 44', 'client-revoked'])
})

test(
  'what the root has issued counts on when there is an intermediate, as far as its register goes',
  { skip },
  async () => {
    const root = storedIn(below)
    const [early, gone] = [forge.register(root), forge.register(root)]
    assert.deepEqual(await fare(below, early), ['in', undefined])
    const certs = authorityIn(root, Date.now(), true)
    const late = await certs.issueNew({ names: ['nombre1_9721'], purpose: 'client' })
    assert.notEqual(await certs.issuer(), await certs.authority())
    assert.deepEqual(await fare(below, late), ['in', undefined])
    assert.deepEqual(await fare(below, early), ['in', undefined])
    assert.deepEqual(await fare(below, gone), ['in', undefined])
    openssl(root, 'ca', '-config', 'openssl.cnf', '-revoke', forge.write('gone.pem', gone.chain))
    assert.deepEqual(await fare(below, gone), ['alert 44', 'client-revoked'])
    assert.deepEqual(await fare(below, forge.sign(root)), ['alert 48', 'client-unknown'])
  },
)
