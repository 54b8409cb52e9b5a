import assert from 'node:assert/strict'
import { Packet } from 'dns2'
import { test } from 'node:test'
import { LabClock } from '../../../lab/host/clock.ts'
import { createRandom } from '../../../lab/host/random.ts'
import { Sockets } from '../../../lab/host/sockets.ts'
import { LookupCache } from '../../../lab/kit/resolver/cache.ts'
import { Resolver, type Lookup } from '../../../lab/kit/resolver.ts'
import type { Address } from '../../../lab/service.ts'
import { Wire } from '../../../lab/wire/wire.ts'
import { Blocklists } from '../../../services/mail/policy/blocklist.ts'
import { openLab } from '../../lab.ts'
import { reply, TestNameServer, type Answering } from './name-server.ts'
import { stillClock } from '../world/fakes.ts'

const { A, AAAA, CNAME, MX, TXT } = { ...Packet.TYPE }

class Asker extends Resolver implements AsyncDisposable {
  readonly #sockets: Sockets
  readonly #clock: LabClock

  constructor(server: Address | undefined, timeout = 200) {
    const clock = new LabClock()
    const sockets = new Sockets({
      instance: 'x',
      wire: new Wire(
        () => 0,
        () => undefined,
      ),
      log: { debug() {}, info() {}, warn() {}, error() {} },
      locate: () => assert.fail('it listens to nobody'),
    })
    super({
      connect: (target) => sockets.connect(target),
      server: () => server,
      clock,
      random: createRandom(),
      timeout,
    })
    this.#sockets = sockets
    this.#clock = clock
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sockets.close()
    this.#clock.close()
  }
}

async function ask<Value>(
  answering: Answering,
  look: (resolver: Resolver) => Promise<Lookup<Value>>,
): Promise<Lookup<Value> & { readonly asked: readonly string[] }> {
  await using server = await TestNameServer.open(answering)
  await using asker = new Asker(server.address)
  const answer = await look(asker)
  return { ...answer, asked: server.asked }
}

test('the lab’s own name server is asked for addresses, mail hosts and texts', async () => {
  const long = 'x'.repeat(255)
  const zone = `$TTL 600
@ SOA ns admin 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www CNAME host
host A 192.0.2.1
host A 192.0.2.2
host AAAA 2001:db8::1
mapped AAAA ::ffff:192.0.2.1
@ MX 10 mx1
@ MX 20 mx2.away.test.
null MX 0 .
text TXT "one ${long.slice(4)}" "two"
`
  await using lab = await openLab('domain: lab.test\nservices:\n  dns: { zone: zone.db }\n', {
    files: { 'zone.db': zone },
  })
  await using asker = new Asker(lab.address('dns', 'dns'))
  assert.deepEqual(await asker.a('www.lab.test'), {
    kind: 'found',
    records: ['192.0.2.1', '192.0.2.2'],
    ttl: 600,
  })
  assert.deepEqual(await asker.aaaa('WWW.lab.test.'), { kind: 'found', records: ['2001:db8::1'], ttl: 600 })
  assert.deepEqual(await asker.aaaa('mapped.lab.test'), {
    kind: 'found',
    records: ['::ffff:c000:201'],
    ttl: 600,
  })
  const mx = await asker.mx('lab.test')
  assert.ok(mx.kind === 'found')
  assert.deepEqual(
    mx.records.toSorted((a, b) => a.preference - b.preference),
    [
      { preference: 10, host: 'mx1.lab.test' },
      { preference: 20, host: 'mx2.away.test' },
    ],
  )
  assert.deepEqual(await asker.mx('null.lab.test'), {
    kind: 'found',
    records: [{ preference: 0, host: '' }],
    ttl: 600,
  })
  assert.deepEqual(await asker.txt('text.lab.test'), {
    kind: 'found',
    records: [`one ${long.slice(4)}two`],
    ttl: 600,
  })
  assert.deepEqual(await asker.mx('host.lab.test'), { kind: 'none', missing: 'data', ttl: 60 })
  assert.deepEqual(await asker.a('nobody.lab.test'), { kind: 'none', missing: 'name', ttl: 60 })
  assert.equal((await asker.a('not ours.test')).kind, 'none')
  assert.equal((await asker.a('www.google.com')).kind, 'failed')
})

test('an answer that is cut short is asked for again over TCP', async () => {
  const answers = Array.from({ length: 40 }, (_, index) => ({ type: A, address: `10.0.0.${index}` }))
  const found = await ask(
    (_name, _type, transport, query) => {
      if (transport === 'tcp') return answers
      const cut = reply(query)
      cut.header.tc = 1
      return cut.toBuffer()
    },
    (resolver) => resolver.a('big.test'),
  )
  assert.ok(found.kind === 'found')
  assert.equal(found.records.length, 40)
  assert.deepEqual(found.asked, ['A big.test', 'TCP A big.test'])
})

test('a server that is silent is asked three times, and one that fails too', async () => {
  let count = 0
  const third = await ask(
    () => ((count += 1) < 3 ? undefined : [{ type: A, address: '192.0.2.1' }]),
    (resolver) => resolver.a('x.test'),
  )
  assert.equal(third.kind, 'found')
  const silent = await ask(
    () => undefined,
    (resolver) => resolver.a('x.test'),
  )
  assert.equal(silent.asked.length, 3)
  assert.ok(silent.kind === 'failed')
  assert.match(silent.why, /port \d+: does not answer/)
  for (const [rcode, why] of [
    [2, /SERVFAIL/],
    [5, /REFUSED/],
    [9, /RCODE 9/],
  ] as const) {
    const answer = await ask(
      (_name, _type, _transport, query) => reply(query, [], rcode).toBuffer(),
      (resolver) => resolver.a('x.test'),
    )
    assert.ok(answer.kind === 'failed')
    assert.match(answer.why, why)
  }
  await using nobody = new Asker(undefined)
  assert.equal((await nobody.a('x.test')).kind, 'failed')
})

test('messages that answer another question, or are no sound answer, are not listened to', async () => {
  const good = { type: A, address: '192.0.2.1' }
  const wrong: Readonly<Record<string, (packet: Packet) => Buffer>> = {
    'another id': (packet) => {
      packet.header.id ^= 1
      return packet.toBuffer()
    },
    'another name': (packet) => {
      packet.questions = [new Packet.Question('other.test', A, 1)]
      return packet.toBuffer()
    },
    'another type': (packet) => {
      packet.questions = [new Packet.Question('x.test', AAAA, 1)]
      return packet.toBuffer()
    },
    'a question': (packet) => {
      packet.header.qr = 0
      return packet.toBuffer()
    },
    'more records than there are': (packet) => {
      const octets = packet.toBuffer()
      octets.writeUInt16BE(65_535, 6)
      return octets
    },
    'cut off': (packet) => packet.toBuffer().subarray(0, -1),
    nothing: () => Buffer.alloc(0),
  }
  for (const [what, make] of Object.entries(wrong)) {
    let count = 0
    const begun = performance.now()
    const answer = await ask(
      (_name, _type, _transport, query) => ((count += 1) === 1 ? make(reply(query, [good])) : [good]),
      (resolver) => resolver.a('x.test'),
    )
    assert.equal(answer.kind, 'found', what)
    assert.equal(answer.asked.length, 2, what)
    assert.ok(performance.now() - begun < 2000, what)
  }
})

test('an option of 8 KB, which the codec would read bit by bit, does not hold the lab up', async () => {
  const begun = performance.now()
  const answer = await ask(
    (_name, _type, transport, query) => {
      const packet = reply(query, [{ type: A, address: '192.0.2.1' }])
      if (transport === 'udp') packet.header.tc = 1
      const octets = packet.toBuffer()
      octets.writeUInt16BE(1, 10)
      const option = Buffer.alloc(11 + 4 + 8192)
      option.writeUInt16BE(41, 1)
      option.writeUInt16BE(4 + 8192, 9)
      option.writeUInt16BE(65_001, 11)
      option.writeUInt16BE(8192, 13)
      return transport === 'udp' ? octets : Buffer.concat([octets, option])
    },
    (resolver) => resolver.a('x.test'),
  )
  assert.equal(answer.kind, 'found')
  assert.ok(performance.now() - begun < 500)
})

test('aliases are followed, within a message and beyond, but not in circles', async () => {
  const found = await ask(
    (name) => {
      if (name === 'a.test')
        return [
          { type: CNAME, domain: 'b.test' },
          { name: 'b.test', type: CNAME, domain: 'c.test' },
        ]
      return [{ type: MX, priority: 5, exchange: 'mx.test' }]
    },
    (resolver) => resolver.mx('a.test'),
  )
  assert.deepEqual(found, {
    kind: 'found',
    records: [{ preference: 5, host: 'mx.test' }],
    ttl: 300,
    asked: ['MX a.test', 'MX c.test'],
  })
  const circle = await ask(
    (name) => [{ type: CNAME, domain: name === 'a.test' ? 'b.test' : 'a.test' }],
    (resolver) => resolver.a('a.test'),
  )
  assert.equal(circle.kind, 'failed')
  assert.equal(circle.asked.length, 8)
})

test('answers are kept for their time, and failures for half a minute', async () => {
  const clock = stillClock()
  const cache = new LookupCache<string>(clock)
  let count = 0
  const look = (answer: Lookup<string>) => (): Promise<Lookup<string>> => {
    count += 1
    return Promise.resolve(answer)
  }
  const found = look({ kind: 'found', records: ['x'], ttl: 100 })
  const failed = look({ kind: 'failed', why: 'x' })
  await Promise.all([cache.get('a', found), cache.get('a', found)])
  clock.time += 99_000
  await cache.get('a', found)
  assert.equal(count, 1)
  clock.time += 1000
  await cache.get('a', found)
  await cache.get('b', failed)
  clock.time += 29_000
  await cache.get('b', failed)
  assert.equal(count, 3)
  clock.time += 1000
  await cache.get('b', failed)
  assert.equal(count, 4)
})

test('an answer is kept a day at the most, whatever it says', async () => {
  const clock = stillClock()
  const cache = new LookupCache<string>(clock)
  let count = 0
  const look = (): Promise<Lookup<string>> => {
    count += 1
    return Promise.resolve({ kind: 'found', records: ['x'], ttl: 2 ** 31 - 1 })
  }
  for (const [seconds, asked] of [
    [0, 1],
    [86_399, 1],
    [1, 2],
  ] as const) {
    clock.time += seconds * 1000
    await cache.get('a', look)
    assert.equal(count, asked)
  }
})

test('a client is refused whose address a list has, IPv4 or IPv6, with the reason of the list', async () => {
  const listed = ['2.2.0.192.bl.test', `${'1.0.0.0.'.concat('0.'.repeat(20))}8.b.d.0.1.0.0.2.bl.test`]
  const answering: Answering = (name, type, _transport, query) => {
    if (name.endsWith('broken.test')) return undefined
    if (name.endsWith('wild.test')) return type === A ? [{ type: A, address: '203.0.113.1' }] : []
    if (!listed.includes(name)) return reply(query, [], 3).toBuffer()
    return type === A
      ? [{ type: A, address: '127.0.0.2' }]
      : [{ type: TXT, data: ['see ', 'http://bl.test/\x07'] }]
  }
  await using server = await TestNameServer.open(answering)
  await using asker = new Asker(server.address, 50)
  const lists = new Blocklists(['broken.test', 'wild.test', 'bl.test'], asker, new LabClock())
  const refusal = await lists.judge('192.0.2.2')
  assert.deepEqual(refusal, {
    code: 550,
    status: '5.7.1',
    text: '192.0.2.2 is listed at bl.test: see http://bl.test/?',
  })
  assert.deepEqual(await lists.judge('::ffff:192.0.2.2'), refusal)
  assert.match((await lists.judge('2001:db8::1'))?.text ?? '', /^2001:db8::1 is listed/)
  assert.equal(await lists.judge('192.0.2.3'), undefined)
  const before = server.asked.length
  await lists.judge('192.0.2.2')
  await lists.judge('192.0.2.3')
  assert.ok(server.asked.length - before <= 1, 'answers are kept')
})
