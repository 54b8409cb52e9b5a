import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { createNetworks } from '../../../lab/kit/networks.ts'
import type { Asked } from '../../../services/dns/query.ts'
import type { Reply } from '../../../services/dns/reply.ts'
import { isNewer } from '../../../services/dns/zone/serial.ts'
import type { Transfer } from '../../../services/dns/transfer/transfer.ts'
import { Transfers } from '../../../services/dns/transfer/transfers.ts'
import { findType } from '../../../services/dns/records/types.ts'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { frame } from '../../../services/dns/wire/framing.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { buildZone } from '../../../services/dns/zone/zone.ts'
import { loadZones } from '../../../services/dns/zone/zones.ts'
import { openStream, queryFor, serverOf, type NameServer } from '../../conformance/dns/subject.ts'
import { changesSince, records, transfer } from '../../conformance/dns/transfer.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'
import { heap } from '../../heap.ts'

const HEAD = '$TTL 1h\n@ SOA dns host 7 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\n'
const AXFR = { type: 'AXFR' }

async function open(zone: string, log: string[] = []): Promise<TestLab & { readonly subject: NameServer }> {
  const note = (fields: object, message: string): void =>
    void log.push(`${message} ${JSON.stringify(fields)}`)
  const lab = await openLab(
    'domain: conformance.test\nservices: { dns: { zone: zone.db, allowTransfer: [127.0.0.1] } }',
    { files: { 'zone.db': zone }, log: () => ({ debug: note, info: note, warn: note, error: note }) },
  )
  return Object.assign(lab, { subject: serverOf(lab) })
}

test('RFC 1982 §3.2: serial numbers are compared on a circle', () => {
  const cases: readonly [number, number, boolean][] = [
    [1, 0, true],
    [0, 1, false],
    [7, 7, false],
    [0, 0xffff_ffff, true],
    [100, 0xffff_fff0, true],
    [0x7fff_ffff, 0, true],
    [0x8000_0000, 0, false],
    [0, 0x8000_0000, false],
    [0x8000_0001, 0, false],
    [2_000_000_000, 1, true],
  ]
  for (const [serial, other, expected] of cases)
    assert.equal(isNewer(serial, other), expected, `${serial} ${other}`)
})

test('a large zone comes in many messages, each with room for its pointers, and is told once', async () => {
  const hosts = Array.from(
    { length: 3000 },
    (_, index) => `host${index} A 10.0.${index >> 8}.${index & 0xff}`,
  )
  await using lab = await open(`${HEAD}${hosts.join('\n')}\n`)
  const messages = await transfer(lab.subject, queryFor('@', { ...AXFR, id: 9 }))
  assert.ok(messages.length > 3, `${messages.length} messages`)
  const sent = records(messages.flatMap(({ answer }) => answer))
  assert.equal(sent.length, 3000 + 4)
  assert.equal(new Set(sent.map(({ owner, type }) => `${owner.key} ${type}`)).size, 3000 + 3)
  assert.deepEqual(
    messages.map(({ questions }) => questions.length),
    messages.map((_, index) => (index === 0 ? 1 : 0)),
  )
  const size = messages.map((message) => encodeMessage(message).length)
  assert.ok(Math.max(...size) < 0x4000)
  await until(() => lab.journal.since(0, ['dns.transferred']).length === 1)
  const { ms, size: told, ...data } = lab.journal.since(0, ['dns.transferred'])[0]?.data ?? {}
  assert.deepEqual(data, {
    client: '127.0.0.1',
    zone: 'conformance.test',
    type: 'AXFR',
    serial: 7,
    messages: messages.length,
    records: 3004,
  })
  assert.deepEqual([typeof ms, told], ['number', size.reduce((sum, each) => sum + each, 0)])
  assert.deepEqual(lab.journal.since(0, ['dns.answered', 'dns.refused']), [])
})

test('one record set goes on over messages', async () => {
  const texts = Array.from({ length: 1000 }, (_, index) => `many TXT "${String(index).padStart(100, '.')}"`)
  await using lab = await open(`${HEAD}${texts.join('\n')}\n`)
  const messages = await transfer(lab.subject, queryFor('@', AXFR))
  const data = messages.flatMap(({ answer }) =>
    answer.filter(({ type }) => type === 16).map((set) => set.data),
  )
  assert.ok(data.length > 5)
  assert.equal(new Set(data.flat().map(String)).size, 1000)
})

test('a record that fits no message ends the transfer without its end, and is told to the author', async () => {
  const log: string[] = []
  await using lab = await open(`${HEAD}large TYPE65280 \\# 65500 ${'ab'.repeat(65_500)}\n`, log)
  await assert.rejects(transfer(lab.subject, queryFor('@', AXFR)), /has ended/)
  assert.deepEqual(lab.journal.since(0, ['dns.transferred']), [])
  assert.ok(
    log.some((line) => /a zone transfer was cut short.*too large.*conformance\.test/.test(line)),
    log.join('\n'),
  )
})

/** A lab whose zone is some megabytes, more than the system's buffers hold when it is asked for ten times. */
function openHeavy(log: string[] = []): Promise<TestLab & { readonly subject: NameServer }> {
  const heavy = Array.from(
    { length: 100 },
    (_, index) => `h${index} TYPE65280 \\# 30000 ${'cd'.repeat(30_000)}`,
  )
  return open(`${HEAD}${heavy.join('\n')}\n`, log)
}

test('who does not read holds no more than a message, and loses its transfers after a while', async () => {
  const log: string[] = []
  await using lab = await openHeavy(log)
  const before = heap()
  using stream = await openStream(lab.subject)
  stream.socket.pause()
  stream.send(...Array.from({ length: 10 }, (_, id) => queryFor('@', { ...AXFR, id })))
  await until(() => lab.journal.since(0, ['dns.queried']).length === 10)
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.ok(heap() - before < 8_000_000)
  // All places are taken, for everyone.
  const [refused] = await transfer(lab.subject, queryFor('@', AXFR))
  assert.equal(refused?.rcode, 2)
  lab.clock.advance(10_000)
  await until(() => log.filter((line) => line.startsWith('a zone transfer was cut short')).length === 10)
  const whole = await transfer(lab.subject, queryFor('@', AXFR))
  assert.equal(records(whole.flatMap(({ answer }) => answer)).length, 104)
})

test('who may not have the zone does not get what somebody else was told before', async () => {
  await using lab = await open(HEAD)
  const query = changesSince('conformance.test.', 7)
  const codes: number[] = []
  for (const host of ['127.0.0.1', '127.0.0.2', '127.0.0.1']) {
    const socket = createSocket('udp4')
    socket.bind(0, host)
    socket.send(query, lab.subject.address.port, lab.subject.address.host)
    const [octets] = (await once(socket, 'message')) as [Buffer]
    codes.push(octets.readUInt16BE(2) & 0xf)
    socket.close()
  }
  assert.deepEqual(codes, [0, 5, 0])
})

test('other clients are answered while zones are sent', async () => {
  await using lab = await openHeavy()
  const slow = await Promise.all(Array.from({ length: 5 }, () => openStream(lab.subject)))
  for (const stream of slow) {
    stream.socket.pause()
    stream.send(queryFor('@', { ...AXFR, id: 1 }), queryFor('@', { ...AXFR, id: 2 }))
  }
  using quick = await openStream(lab.subject)
  for (let id = 0; id < 50; id += 1) {
    quick.send(queryFor('dns', { id }))
    assert.equal((await quick.receive()).id, id)
  }
  for (const stream of slow) stream[Symbol.dispose]()
})

test('a client that goes away frees its place at once', async () => {
  const log: string[] = []
  await using lab = await openHeavy(log)
  for (let round = 0; round < 3; round += 1) {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => connected(lab)))
    for (const socket of sockets) socket.write(frame(queryFor('@', AXFR)))
    await until(() => lab.journal.since(0, ['dns.queried']).length === 10 * (round + 1))
    for (const socket of sockets) socket.resetAndDestroy()
    await until(() => log.filter((line) => line.startsWith('a zone transfer')).length === 10 * (round + 1))
  }
})

async function connected(lab: TestLab): Promise<Socket> {
  const socket = connect({ ...lab.address('dns', 'dns') })
  await once(socket, 'connect')
  socket.pause()
  return socket
}

test('ten transfers at once and no more, each place given back once', () => {
  const { zones } = loadZones(
    { zone: 'z' },
    { text: () => HEAD },
    { domain: 'conformance.test', address: '127.0.0.1' },
  )
  const [loaded] = zones
  const zone = buildZone(loaded?.entries ?? [])
  const transfers = new Transfers(
    { zones: () => new Map([[zone.apex.key, zone]]), allow: createNetworks(['127.0.0.1']) },
    {
      clock: { now: () => 0, timer: () => assert.fail(), wait: () => assert.fail() },
      record: () => undefined,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    },
  )
  const running: Transfer[] = []
  const ask = (): Reply | 'under way' | undefined =>
    transfers.answer(
      askedBy((each) => void running.push(each)),
      (_query, reply) => encodeMessage({ ...reply, id: 0, flags: 0, opcode: 0, questions: [] }),
    )
  for (let count = 0; count < 10; count += 1) assert.equal(ask(), 'under way')
  assert.notEqual(ask(), 'under way')
  const [first, second] = running
  first?.end()
  first?.end()
  assert.equal(first?.next(), undefined)
  assert.equal(ask(), 'under way')
  assert.notEqual(ask(), 'under way')
  while (second?.next() !== undefined);
  assert.deepEqual([first?.isWhole, second?.isWhole], [false, true])
  assert.equal(ask(), 'under way')
  assert.notEqual(ask(), 'under way')
})

function askedBy(take: (transfer: Transfer) => void): Asked {
  const question = { name: parseName('conformance.test.', ROOT), type: findType('AXFR')?.code ?? 0, class: 1 }
  return {
    client: { host: '127.0.0.1', connection: 1, transport: 'tcp', transfer: take },
    question,
    questions: [question],
    name: 'conformance.test',
    type: 'AXFR',
    at: 0,
    size: 0,
    id: 0,
    flags: 0,
    opcode: 0,
    authority: [],
    edns: undefined,
    options: { cookie: undefined, wantsIdentity: false, wantsKeepalive: false },
    cookie: undefined,
    isRecursive: false,
  }
}
