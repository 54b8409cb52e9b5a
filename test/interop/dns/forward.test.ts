import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { openLab, temporaryFolder, writeFiles, type TestLab } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { named, ServerProgram, unbound } from './program.ts'

const execute = promisify(execFile)
const skip = missing('dig', 'delv', 'named', 'unbound', 'dnssec-keygen', 'dnssec-signzone')

const SOA = '$TTL 1h\n@ SOA ns host 1 1h 15m 1w 5m\n@ NS ns\nns A 127.0.0.1\n'

/** A TXT set of twelve strings of 250 octets, too long for UDP. */
const BIG = Array.from({ length: 12 }, (_, index) => `big TXT "${String(index).padStart(250, '-')}"`).join(
  '\n',
)

/** The zones of the world outside, by their names. */
const WORLD: Readonly<Record<string, string>> = {
  '.': '$TTL 1h\n. SOA ns.far.test. host 1 1h 15m 1w 5m\n. NS ns.far.test.\n',
  'far.test': `${SOA}${BIG}
@ MX 10 mail
mail A 192.0.2.25
www A 192.0.2.80
www AAAA 2001:db8::80
alias CNAME www
away CNAME www.other.test.
lost CNAME nothing.other.test.
empty CNAME www.other.test.
home CNAME www.own.test.
around CNAME out.own.test.
circle CNAME circle.own.test.
*.wild A 192.0.2.42
a.b.deep A 192.0.2.43
tree DNAME wild
_sip._udp SRV 1 2 5060 www
odd TYPE65280 \\# 4 01020304
Case.MiXeD A 192.0.2.44
`,
  'other.test': `${SOA}www A 192.0.2.81\n`,
}

/** The zone of the lab, and of the BIND beside it. */
const OWN = `${SOA}www A 192.0.2.1
out CNAME www.far.test.
lost CNAME nothing.far.test.
empty CNAME www.far.test.
big CNAME big.far.test.
circle CNAME circle.far.test.
near CNAME www
`

let world: ServerProgram
let resolver: ServerProgram
let peer: ServerProgram
let lab: TestLab
let anchor: string
const folder = temporaryFolder()

before(async () => {
  if (skip !== false) return
  const signed = await sign('signed.test', `${SOA}www A 192.0.2.90\n*.wild A 192.0.2.91\n`)
  anchor = signed.anchor
  const files = Object.entries({ ...WORLD, 'signed.test': signed.zone })
  world = await ServerProgram.open(
    named(
      'recursion no;',
      Object.fromEntries(files.map(([name], index) => [name, `type primary; file "${index}.db";`])),
      Object.fromEntries(files.map(([, text], index) => [`${index}.db`, text])),
    ),
  )
  resolver = await ServerProgram.open(resolverOf(world))
  const forwarding = `recursion yes; forward only; forwarders { 127.0.0.1 port ${resolver.port}; };`
  peer = await ServerProgram.open(
    named(forwarding, { 'own.test': 'type primary; file "own.db";' }, { 'own.db': OWN }),
  )
  lab = await openForwarding([resolver.address])
})
after(async () => {
  await lab?.[Symbol.asyncDispose]()
  for (const server of [peer, resolver, world]) await server?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

function resolverOf(servers: ServerProgram): Parameters<typeof ServerProgram.open>[0] {
  const at = servers.address.replace(':', '@')
  return unbound([...Object.keys(WORLD), 'signed.test'].map((zone) => `${zone}=${at}`))
}

/** Signs a zone as BIND's tools do; the anchor is what delv is to trust. */
async function sign(name: string, text: string): Promise<{ readonly zone: string; readonly anchor: string }> {
  writeFiles(folder.path, { [name]: text })
  const options = { cwd: folder.path }
  const { stdout } = await execute(
    'dnssec-keygen',
    ['-q', '-a', 'ECDSAP256SHA256', '-f', 'KSK', name],
    options,
  )
  await execute('dnssec-signzone', ['-q', '-z', '-S', '-x', '-o', name, name], options)
  const key = readFileSync(join(folder.path, `${stdout.trim()}.key`), 'utf8')
  const data = /DNSKEY (\d+ \d+ \d+) (.+)/.exec(key)
  return {
    zone: readFileSync(join(folder.path, `${name}.signed`), 'utf8'),
    anchor: `trust-anchors { ${name}. static-key ${data?.[1] ?? ''} "${data?.[2] ?? ''}"; };`,
  }
}

function openForwarding(forwarders: readonly string[], more = ''): Promise<TestLab> {
  const list = forwarders.map((each) => `"${each}"`).join(', ')
  return openLab(`domain: own.test\nservices: { dns: { zone: own.db, forwarders: [${list}]${more} } }`, {
    files: { 'own.db': OWN },
  })
}

async function dig(port: number, ...options: readonly string[]): Promise<string> {
  const all = ['@127.0.0.1', '-p', String(port), '+tries=1', '+time=8', '+nocookie', ...options]
  return (await execute('dig', all)).stdout
}

function ask(of: TestLab, ...options: readonly string[]): Promise<string> {
  return dig(of.address('dns', 'dns').port, ...options)
}

/**
 * What of an answer must be the same whoever gives it: code, flags, and the sections as sorted lines in lower case
 * without times to live; BIND adds servers that it remembers from other answers.
 */
function gist(output: string): unknown {
  const section = (title: string): readonly string[] =>
    (new RegExp(`;; ${title} SECTION:\n([^]*?)\n\n`).exec(output)?.[1] ?? '')
      .split('\n')
      .map((line) =>
        line
          .toLowerCase()
          .replace(/^(\S+)\s+\d+\s+/, '$1 ')
          .replaceAll(/\s+/g, ' '),
      )
      .toSorted()
  return {
    code: /status: (\w+)/.exec(output)?.[1],
    flags: /flags: ([^;]*);/.exec(output)?.[1],
    dnssec: /EDNS: version: 0, flags:( do)?;/.test(output),
    answer: section('ANSWER'),
    authority: section('AUTHORITY').filter((line) => line !== '' && !/^\S+ in ns /.test(line)),
  }
}

const QUESTIONS: readonly (readonly string[])[] = [
  ['www.far.test'],
  ['www.far.test', 'AAAA'],
  ['WwW.fAr.TeSt'],
  ['case.mixed.far.test'],
  ['far.test', 'MX'],
  ['far.test', 'SOA'],
  ['far.test', 'NS'],
  ['_sip._udp.far.test', 'SRV'],
  ['odd.far.test', 'TYPE65280'],
  ['nothing.far.test'],
  ['www.far.test', 'TXT'],
  ['deep.far.test'],
  ['b.deep.far.test'],
  ['nothing.deep.far.test'],
  ['any.thing.wild.far.test'],
  ['any.thing.wild.far.test', 'MX'],
  ['alias.far.test'],
  ['alias.far.test', 'CNAME'],
  ['alias.far.test', 'MX'],
  ['away.far.test'],
  ['lost.far.test'],
  ['empty.far.test', 'MX'],
  ['home.far.test'],
  ['around.far.test'],
  ['x.tree.far.test'],
  ['tree.far.test', 'DNAME'],
  ['nothing.nowhere'],
  ['.', 'NS'],
  ['out.own.test'],
  ['out.own.test', 'CNAME'],
  ['out.own.test', 'AAAA'],
  ['lost.own.test'],
  ['empty.own.test', 'MX'],
  ['near.own.test'],
  ['nothing.own.test'],
  ['big.far.test', 'TXT'],
  ['big.own.test', 'TXT'],
  ['big.far.test', 'TXT', '+ignore', '+bufsize=512'],
  ['+tcp', 'www.far.test'],
  ['+noedns', 'www.far.test'],
  ['+cd', 'www.far.test'],
  ['+dnssec', 'www.signed.test'],
  ['+dnssec', 'nothing.signed.test'],
  ['+dnssec', 'www.signed.test', 'TXT'],
  ['+dnssec', 'x.wild.signed.test'],
  ['signed.test', 'DNSKEY'],
  ['+norecurse', 'near.own.test'],
]

for (const question of QUESTIONS) {
  test(
    `dig ${question.join(' ')}: the lab answers as BIND does, both forwarding to unbound`,
    { skip },
    async () => {
      const expected = gist(await dig(peer.port, ...question))
      assert.deepEqual(gist(await ask(lab, ...question)), expected)
      assert.deepEqual(gist(await ask(lab, ...question)), expected, 'from memory')
    },
  )
}

test('dig asks again over TCP for what the forwarder has by TCP', { skip }, async () => {
  const output = await ask(lab, 'big.far.test', 'TXT')
  assert.match(output, /Truncated, retrying in TCP mode/)
  assert.match(output, /ANSWER: 12,/)
})

test('delv validates what passes through the lab, and that there is nothing', { skip }, async () => {
  writeFiles(folder.path, { anchor })
  const delv = async (...options: readonly string[]): Promise<string> => {
    const port = String(lab.address('dns', 'dns').port)
    const given = ['@127.0.0.1', '-p', port, '-a', join(folder.path, 'anchor'), '+root=signed.test']
    const { stdout } = await execute('delv', [...given, ...options])
    return stdout
  }
  assert.match(await delv('www.signed.test'), /fully validated\nwww\.signed\.test\./)
  assert.match(await delv('x.wild.signed.test'), /fully validated\nx\.wild\.signed\.test\./)
  assert.match(await delv('nothing.signed.test'), /negative response, fully validated/)
  assert.match(await delv('www.signed.test', 'TXT'), /negative response, fully validated/)
})

test(
  'an authoritative server serves as forwarder for its own zones, and is told apart for others',
  { skip },
  async () => {
    await using near = await openForwarding([world.address])
    assert.match(await ask(near, 'www.far.test'), /status: NOERROR[^]*192\.0\.2\.80/)
    assert.match(await ask(near, 'away.far.test'), /status: NOERROR[^]*192\.0\.2\.81/)
    assert.match(await ask(near, 'lost.far.test'), /status: NXDOMAIN[^]*CNAME[^]*SOA/)
  },
)

test(
  'a server that is killed is a server failure that says so; started again, it answers',
  { skip },
  async () => {
    await using server = await ServerProgram.open(resolverOf(world))
    await using near = await openForwarding([server.address])
    assert.match(await ask(near, 'www.far.test'), /status: NOERROR/)
    await server.kill()
    const failure = new RegExp(
      String.raw`status: SERVFAIL[^]*EDE: 23 \(Network Error\): \(${server.address} refused the connection\)`,
    )
    assert.match(await ask(near, 'mail.far.test'), failure)
    assert.match(await ask(near, 'mail.far.test'), /EDE: 13 \(Cached Error\)/)
    assert.match(await ask(near, 'www.far.test'), /status: NOERROR/)
    await server.start()
    assert.match(await ask(near, 'www.other.test'), /status: NOERROR[^]*192\.0\.2\.81/)
    near.clock.advance(5100)
    assert.match(await ask(near, 'mail.far.test'), /status: NOERROR[^]*192\.0\.2\.25/)
  },
)

test('with a second server nobody notices that the first is killed', { skip }, async () => {
  await using first = await ServerProgram.open(resolverOf(world))
  await using near = await openForwarding([first.address, resolver.address])
  for (const name of ['www.far.test', 'mail.far.test', 'alias.far.test', 'away.far.test', 'www.other.test']) {
    assert.match(await ask(near, name), /status: NOERROR/, name)
    await first.kill()
  }
})

test('old answers are served while the server is dead, if the scenario wants them', { skip }, async () => {
  await using server = await ServerProgram.open(resolverOf(world))
  await using near = await openForwarding([server.address], ', serveStale: 86400')
  await ask(near, 'www.far.test')
  await ask(near, 'nothing.far.test')
  await server.kill()
  near.clock.advance(7_200_000)
  assert.match(
    await ask(near, 'www.far.test'),
    /status: NOERROR[^]*EDE: 3 \(Stale Answer\)[^]*www\.far\.test\.\t+30\tIN\tA\t192\.0\.2\.80/,
  )
  assert.match(await ask(near, 'nothing.far.test'), /status: NXDOMAIN[^]*EDE: 19 \(Stale NXDOMAIN Answer\)/)
})

test('a black hole at the head of the list is passed over after three questions', { skip }, async () => {
  const hole = createSocket('udp4')
  let swallowed = 0
  hole.on('message', () => {
    swallowed += 1
  })
  hole.bind(0, '127.0.0.1')
  await once(hole, 'listening')
  try {
    await using near = await openForwarding([`127.0.0.1:${hole.address().port}`, resolver.address])
    for (const name of ['www.far.test', 'mail.far.test', 'alias.far.test', 'away.far.test', 'www.other.test'])
      assert.match(await ask(near, name), /status: NOERROR/, name)
    assert.equal(swallowed, 3)
  } finally {
    hole.close()
  }
})
