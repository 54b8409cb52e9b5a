/** Client certificates at the `https` service, shown by openssl and curl: what holds, what is refused, and with which alert. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, after, test } from 'node:test'
import { createAuthority, type Authority } from '../../../certs/authority.ts'
import { openLab, temporaryFolder, type TestLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { run } from '../http/program.ts'

const skip = missing('openssl', 'curl')
const domain = 'sstt9721.org'
const DAY = 86_400_000

interface Shown {
  readonly key: string
  readonly chain: string
}

const folder = temporaryFolder()
let certs: Authority
let labs: Readonly<Record<'required' | 'optional', TestLab>>

function authorityIn(path: string, now = Date.now(), name = domain): Authority {
  return createAuthority({
    folder: path,
    domain: name,
    addresses: ['127.0.0.1'],
    clock: { now: () => now },
    random: { bytes: (count) => randomBytes(count) },
  })
}

before(async () => {
  const open = async (client: string): Promise<TestLab> =>
    openLab(
      `domain: ${domain}\nservices:\n  https: { client: ${client}, clientPaths: [/private/], cookie: false }\n`,
      {
        files: { 'www/index.html': 'start', 'www/private/index.html': 'private' },
      },
    )
  const required = await open('required')
  labs = { required, optional: await open('optional') }
  certs = authorityIn(join(required.stateFolder, 'certs'))
})

after(async () => {
  for (const lab of Object.values(labs)) await lab[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

function write(name: string, { key, chain }: Shown): readonly [cert: string, key: string] {
  mkdirSync(folder.path, { recursive: true })
  const paths = [join(folder.path, `${name}.pem`), join(folder.path, `${name}.key`)] as const
  writeFileSync(paths[0], chain)
  writeFileSync(paths[1], key)
  return paths
}

/** What openssl s_client prints when it shows a certificate and asks for the start page. */
async function connect(lab: TestLab, version: string, shown: Shown | undefined): Promise<string> {
  const { port } = lab.address('https', 'https')
  const certificate = shown === undefined ? [] : write('shown', shown)
  const [cert, key] = certificate
  const words = [
    's_client',
    version,
    '-connect',
    `127.0.0.1:${port}`,
    '-quiet',
    '-servername',
    `www.${domain}`,
  ]
  const client = spawn('openssl', [
    ...words,
    ...(cert !== undefined && key !== undefined ? ['-cert', cert, '-key', key] : []),
  ])
  let output = ''
  client.stdout.on('data', (text) => (output += String(text)))
  client.stderr.on('data', (text) => (output += String(text)))
  client.stdin.on('error', () => undefined)
  client.stdin.write('GET / HTTP/1.0\r\n\r\n')
  const late = setTimeout(() => client.kill(), 10_000)
  await new Promise((done) => client.once('close', done))
  clearTimeout(late)
  return output
}

function openssl(cwd: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', words, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

/** A certificate signed with the lab's own key, but outside of its register and rules. */
function forged(
  name: string,
  extensions: string,
  days = '5',
  issuer = join(labs.required.stateFolder, 'certs'),
): Shown {
  const cwd = folder.path
  writeFileSync(join(cwd, `${name}.ext`), extensions)
  openssl(
    cwd,
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
  )
  openssl(
    cwd,
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    join(issuer, 'cacert.pem'),
    '-CAkey',
    join(issuer, 'private', 'cakey.pem'),
    '-CAcreateserial',
    '-CAserial',
    join(cwd, 'serial'),
    '-days',
    days,
    '-extfile',
    `${name}.ext`,
    '-out',
    `${name}.pem`,
  )
  const read = (file: string): string => spawnSync('cat', [join(cwd, file)], { encoding: 'utf8' }).stdout
  return { key: read(`${name}.key`), chain: read(`${name}.pem`) }
}

const client = { names: ['nombre1_9721'], purpose: 'client' } as const
const CLIENT = 'extendedKeyUsage=clientAuth'

const cases: readonly (readonly [
  title: string,
  make: () => Promise<Shown | undefined> | Shown | undefined,
  alert: RegExp | undefined,
])[] = [
  ['a client of the lab', () => certs.issueNew(client), undefined],
  ['an RSA key', () => certs.issueNew(client, 'rsa2048'), undefined],
  ['a key on P-384', () => certs.issueNew(client, 'p384'), undefined],
  ['a peer', () => certs.issueNew({ names: [`host.${domain}`], purpose: 'peer' }), undefined],
  ['no certificate', () => undefined, /alert number 116/],
  ['a server', () => certs.issueNew({ names: [`www.${domain}`], purpose: 'server' }), /alert number 43/],
  [
    'an expired one',
    () => authorityIn(stored(), Date.now() - 20 * DAY).issueNew({ ...client, days: 10 }),
    /alert number 45/,
  ],
  ['one of tomorrow', () => authorityIn(stored(), Date.now() + 20 * DAY).issueNew(client), /alert number 42/],
  [
    'a revoked one',
    async () => {
      const made = await certs.issueNew(client)
      const [, entry] = (await certs.list()).slice(-2)
      assert.ok(entry)
      await certs.revoke(entry.serial, 'keyCompromise')
      return made
    },
    /alert number 44/,
  ],
  [
    'one of another authority',
    () => authorityIn(join(folder.path, 'other')).issueNew(client),
    /alert number 48/,
  ],
  [
    'one of another authority with the same name',
    async () => {
      const other = join(folder.path, 'twin')
      await authorityIn(other).authority()
      const subject = spawnSync(
        'openssl',
        ['x509', '-in', join(stored(), 'cacert.pem'), '-noout', '-subject', '-nameopt', 'compat'],
        { encoding: 'utf8' },
      )
      const name = subject.stdout.trim().replace(/^subject=/, '')
      openssl(
        folder.path,
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        name,
        '-keyout',
        join(other, 'private', 'cakey.pem'),
        '-out',
        join(other, 'cacert.pem'),
        '-days',
        '5',
      )
      return forged('twinned', CLIENT, '5', other)
    },
    /alert number 48/,
  ],
  [
    'a self-signed one',
    () => {
      openssl(
        folder.path,
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=nombre1_9721',
        '-keyout',
        'self.key',
        '-out',
        'self.pem',
        '-days',
        '5',
      )
      const read = (file: string): string =>
        spawnSync('cat', [join(folder.path, file)], { encoding: 'utf8' }).stdout
      return { key: read('self.key'), chain: read('self.pem') }
    },
    /alert number 48/,
  ],
  ['one that the register does not know', () => forged('unregistered', CLIENT), /alert number 48/],
]

function stored(): string {
  return join(labs.required.stateFolder, 'certs')
}

for (const [title, make, alert] of cases)
  for (const version of ['-tls1_3', '-tls1_2']) {
    test(
      `${title} with ${version.slice(1)}: ${alert === undefined ? 'is let in' : 'is refused'}`,
      { skip },
      async () => {
        const shown = await make()
        const output = await connect(labs.required, version, shown)
        if (alert === undefined) return assert.match(output, /HTTP\/1\.1 200 OK[^]*start$/)
        assert.doesNotMatch(output, /HTTP\/1\.1/)
        // Below TLS 1.3 Node can only hang up.
        if (version === '-tls1_3') assert.match(output, alert)
        const refused = labs.required.journal.since(0, ['tls.refused']).at(-1)
        assert.equal(refused?.data?.['version'], version === '-tls1_3' ? 'TLSv1.3' : 'TLSv1.2')
      },
    )
  }

test('where it is optional a page says why, and only some folders are closed', { skip }, async () => {
  const lab = labs.optional
  const { port } = lab.address('https', 'https')
  const own = authorityIn(join(lab.stateFolder, 'certs'))
  const root = join(lab.stateFolder, 'certs', 'cacert.pem')
  const at = `https://www.${domain}:${port}`
  const curl = async (path: string, ...words: readonly string[]): Promise<string> => {
    const name = `www.${domain}:${port}:127.0.0.1`
    const { out } = await run('curl', '-sS', '-i', '--cacert', root, '--resolve', name, ...words, at + path)
    return out.toString()
  }
  assert.match(await curl('/'), /200 OK[^]*start$/)
  assert.match(
    await curl('/private/', '-H', 'Accept-Language: es'),
    /403 Forbidden[^]*no ha mostrado ninguno/,
  )
  assert.match(await curl('/%70rivate'), /403 Forbidden/)
  const [cert, key] = write('good', await own.issueNew(client))
  assert.match(await curl('/private/', '--cert', cert, '--key', key), /200 OK[^]*private$/)
  assert.match(
    await curl('/identity', '--cert', cert, '--key', key),
    /proves that you are <b>nombre1_9721<\/b>/,
  )
  const users = lab.journal.since(0, ['http.answered']).map(({ data }) => data?.['user'])
  assert.deepEqual(users, [undefined, undefined, undefined, 'nombre1_9721', 'nombre1_9721'])
  const [entry] = (await own.list()).slice(-1)
  assert.ok(entry)
  await own.revoke(entry.serial, 'superseded')
  assert.match(await curl('/private/', '--cert', cert, '--key', key), /403 Forbidden[^]*has been revoked/)
})
