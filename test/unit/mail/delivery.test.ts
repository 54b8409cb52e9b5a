import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../../../lab/host/random.ts'
import type { Lookup, MailHost } from '../../../lab/kit/resolver.ts'
import { HeaderScanner } from '../../../services/mail/delivery/header.ts'
import { receivedField } from '../../../services/mail/delivery/trace.ts'
import { keyOf } from '../../../services/mail/queue/entry.ts'
import { HostFinder, splitHostPort } from '../../../services/mail/queue/hosts.ts'
import { clientAt } from './office.ts'

type Zone = Readonly<Record<string, readonly (string | MailHost)[] | 'failed'>>

/** Answers from a table whose keys are `MX name`. */
function look<Value extends string | MailHost>(zone: Zone, type: string) {
  return async (name: string): Promise<Lookup<Value>> => {
    const found = zone[`${type} ${name}`]
    if (found === 'failed') return { kind: 'failed', why: 'broken' }
    if (found !== undefined) return { kind: 'found', records: found as readonly Value[], ttl: 1 }
    const isThere = Object.keys(zone).some((key) => key.endsWith(` ${name}`))
    return { kind: 'none', missing: isThere ? 'data' : 'name', ttl: 1 }
  }
}

async function find(zone: Zone, domain = 'd.test', routes: Record<string, string> = {}): Promise<string> {
  const finder = new HostFinder({
    config: { routes, outgoingPort: 25 },
    hostname: 'mail.lab.test',
    resolver: { a: look(zone, 'A'), aaaa: look(zone, 'AAAA'), mx: look(zone, 'MX') },
    random: createRandom('x'),
    own: () => [{ host: '127.0.0.1', port: 25 }],
  })
  const found = await finder.find(domain)
  if ('kind' in found) return `${found.kind} ${found.reply.code} ${found.reply.status}`
  return found.map(({ name, host, port }) => `${name} ${host} ${port}`).join(', ')
}

const mx = (preference: number, host: string): MailHost => ({ preference, host })

test('mail goes to the hosts of the MX records, the best first', async () => {
  const hosts = { 'A a': ['192.0.2.1'], 'A b': ['192.0.2.2', '192.0.2.3'], 'AAAA b': ['2001:db8::2'] }
  assert.equal(
    await find({ ...hosts, 'MX d.test': [mx(20, 'a'), mx(10, 'b')] }),
    'b 192.0.2.2 25, b 192.0.2.3 25, b 2001:db8::2 25, a 192.0.2.1 25',
  )
  assert.equal(await find({ ...hosts, 'MX d.test': [mx(10, 'gone'), mx(20, 'a')] }), 'a 192.0.2.1 25')
  const broken = { ...hosts, 'MX d.test': [mx(10, 'x')], 'A x': 'failed' } as const
  assert.equal(await find(broken), 'deferred 451 4.4.3')
})

test('hosts of one preference are tried in any order', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const zone = Object.fromEntries(names.map((name, index) => [`A ${name}`, [`192.0.2.${index}`]]))
  const finder = new HostFinder({
    config: { routes: {}, outgoingPort: 25 },
    hostname: 'mail.lab.test',
    resolver: {
      a: look(zone, 'A'),
      aaaa: look(zone, 'AAAA'),
      mx: look({ 'MX d.test': names.map((name) => mx(5, name)) }, 'MX'),
    },
    random: createRandom('x'),
    own: () => [],
  })
  const firsts = new Set<string>()
  for (let turn = 0; turn < 40; turn += 1) {
    const found = await finder.find('d.test')
    if (!('kind' in found)) firsts.add(found[0]?.name ?? '')
  }
  assert.ok(firsts.size > 3)
})

test('a domain without MX is its own mail host, and one that is not there is told at once', async () => {
  assert.equal(await find({ 'A d.test': ['192.0.2.9'] }), 'd.test 192.0.2.9 25')
  assert.equal(await find({ 'AAAA d.test': ['2001:db8::9'] }), 'd.test 2001:db8::9 25')
  assert.equal(await find({ 'TXT d.test': ['x'] }), 'failed 550 5.4.4')
  assert.equal(await find({}), 'failed 550 5.1.2')
  assert.equal(await find({ 'MX d.test': 'failed' }), 'deferred 451 4.4.3')
  assert.equal(await find({ 'MX d.test': [mx(0, '')] }), 'failed 556 5.1.10')
  assert.equal(await find({}, '[192.0.2.7]'), '[192.0.2.7] 192.0.2.7 25')
  assert.equal(await find({}, '[IPv6:2001:db8::7]'), '[IPv6:2001:db8::7] 2001:db8::7 25')
  assert.equal(await find({}, '[nonsense]'), 'failed 550 5.1.2')
})

test('this server is never its own next server: only better ones are', async () => {
  const hosts = { 'A a': ['192.0.2.1'], 'A mail.lab.test': ['127.0.0.1'], 'A us': ['127.0.0.1'] }
  const ours = { ...hosts, 'MX d.test': [mx(10, 'a'), mx(20, 'mail.lab.test'), mx(30, 'c')] }
  assert.equal(await find(ours), 'a 192.0.2.1 25')
  assert.equal(
    await find({ ...hosts, 'MX d.test': [mx(10, 'Mail.Lab.Test'), mx(20, 'a')] }),
    'failed 554 5.4.6',
  )
  assert.equal(await find({ ...hosts, 'MX d.test': [mx(10, 'us'), mx(20, 'a')] }), 'failed 554 5.4.6')
  assert.equal(await find({ ...hosts, 'MX d.test': [mx(10, 'us'), mx(10, 'a')] }), 'failed 554 5.4.6')
  assert.equal(await find({}, '[127.0.0.1]'), 'failed 554 5.4.6')
})

test('a route comes before MX, that of the domain before that of all', async () => {
  const zone = { 'A relay.test': ['192.0.2.4'], 'MX d.test': [mx(1, 'a')], 'A a': ['192.0.2.1'] }
  assert.equal(await find(zone, 'd.test', { 'd.test': '127.0.0.1:2525' }), '127.0.0.1 127.0.0.1 2525')
  assert.equal(await find(zone, 'd.test', { '*': 'relay.test' }), 'relay.test 192.0.2.4 25')
  assert.equal(await find(zone, 'd.test', { '*': 'relay.test', 'd.test': '[::1]:26' }), '::1 ::1 26')
  assert.equal(await find(zone, 'd.test', { '*': 'localhost:99' }), 'localhost localhost 99')
  assert.equal(await find(zone, 'constructor', { 'd.test': '127.0.0.1' }), 'failed 550 5.1.2')
  assert.deepEqual(splitHostPort('[2001:db8::1]', 53), { host: '2001:db8::1', port: 53 })
})

test('a header is seen to its end, whatever the pieces, and no line of it is kept', () => {
  const text =
    'Received: a\r\n\tb\r\nRECEIVED : c\r\nX-Received: d\r\ndate: x\r\nReceivedx: e\r\n\r\nReceived: f\r\n'
  for (const size of [1, 3, 5, 11, 1000]) {
    const scanner = new HeaderScanner()
    const octets = Buffer.from(text)
    let end: number | undefined
    for (let at = 0; at < octets.length;) {
      let stop = Math.min(at + size, octets.length)
      if (octets[stop - 1] === 13) stop += 1
      const found = scanner.scan(octets.subarray(at, stop))
      if (found !== undefined) end = at + found
      at = stop
    }
    assert.equal(end, text.indexOf('\r\n\r\n') + 2, `${size}`)
    assert.deepEqual(
      [scanner.received, scanner.hasDate, scanner.hasMessageId, scanner.isBare],
      [2, true, false, false],
    )
  }
  const endless = new HeaderScanner()
  const begun = performance.now()
  for (let turn = 0; turn < 200; turn += 1) endless.scan(Buffer.alloc(65_536, 'x'))
  assert.ok(performance.now() - begun < 1000)
})

test('a client cannot write into the field that tells of it', () => {
  const field = receivedField({
    id: 'x',
    client: clientAt('2001:db8::1', 'smtp', { name: 'a b\r\nSubject: c ;()<>', protocol: 'ESMTPS' }),
    hostname: 'mail.lab.test',
    sender: 'a\r\nb@x.test',
    recipient: undefined,
    at: 0,
  })
  assert.match(
    field,
    /^Received: from a\?b\?\?Subject:\?c\?\?\?\?\?\? \(\[IPv6:2001:db8::1\]\)\r\n\tby mail\.lab\.test with ESMTPS \(telelab\)\r\n\t\(envelope-from <a\?\?b@x\.test>\)\r\n\tid x; /,
  )
})

test('recipients go the same way however their domain is written', () => {
  const to = (address: string, account?: string): string =>
    keyOf({
      address,
      asked: [],
      state: 'waiting',
      attempts: 0,
      next: 0,
      ...(account !== undefined && { account }),
    })
  assert.deepEqual(
    ['a@b.test', 'c@B.TEST', 'd@b.test.'].map((address) => to(address)),
    Array(3).fill('b.test'),
  )
  assert.equal(to('ana@lab.test', 'ana'), 'account ana')
})
