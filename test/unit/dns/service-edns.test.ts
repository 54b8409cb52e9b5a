import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Query } from '../../../services/dns/query.ts'
import { encodeReply, failure } from '../../../services/dns/reply.ts'
import { decodeMessage, type Message } from '../../../services/dns/wire/message.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { option, optionsOf } from '../../conformance/dns/cookie.ts'
import { ask, askStream, exchange, queryFor, type Asking, serverOf } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'

const ZONE = '$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\nwww A 127.0.0.1\n'

function open(options: string): Promise<TestLab> {
  return openLab(`domain: conformance.test\nservices: { dns: { ${options} } }`, {
    files: { 'zone.db': ZONE },
  })
}

/** The extended error of an answer (RFC 8914), as its code and its text. */
function reasonOf(message: Message): string {
  const octets = Buffer.from(optionsOf(message).get(15) ?? '', 'hex')
  return octets.length < 2 ? '' : `${octets.readUInt16BE(0)} ${octets.toString('utf8', 2)}`
}

const REASONS: readonly [string, string, Asking, number, RegExp][] = [
  ['a name of nobody', 'www.example.net.', {}, 5, /^20 .*no zone/],
  ['another class', 'www', { class: 4 }, 5, /^21 .*class IN/],
  ['another opcode', 'www', { opcode: 2 }, 4, /^21 /],
  ['a transfer', '@', { type: 'AXFR' }, 5, /^18 .*transfers/],
  ['a transfer of no zone', 'www', { type: 'AXFR' }, 9, /^20 /],
  ['a NOTIFY', '@', { type: 'SOA', opcode: 4 }, 5, /^20 .*primary/],
  ['a cookie that is none', 'www', { edns: { options: option(10, '0102') } }, 1, /^0 .*cookie/],
  ['a good question', 'www', {}, 0, /^$/],
]

for (const [what, name, asking, rcode, reason] of REASONS) {
  test(`who asks with EDNS learns the reason, nobody else does: ${what}`, async () => {
    await using lab = await open('zone: zone.db')
    const found = await ask(serverOf(lab), name, { edns: {}, ...asking })
    assert.equal(found.rcode, rcode)
    assert.match(reasonOf(found), reason)
    if (asking.edns !== undefined) return
    const bare = await ask(serverOf(lab), name, asking)
    assert.deepEqual([bare.rcode, bare.edns], [rcode, undefined])
  })
}

test('recursion is refused with its reason to those who may not have it, or do not ask for it', async () => {
  const forwarder = "zone: zone.db, forwarders: ['127.0.0.1:9']"
  await using closed = await open(`${forwarder}, allowRecursion: [10.0.0.0/8]`)
  assert.match(
    reasonOf(await ask(serverOf(closed), 'a.example.', { edns: {}, flags: 0x0100 })),
    /^18 .*recursion/,
  )
  await using lab = await open(forwarder)
  assert.match(reasonOf(await ask(serverOf(lab), 'a.example.', { edns: {} })), /^20 .*RD/)
  const why = [...closed.journal.since(0, ['dns.refused']), ...lab.journal.since(0, ['dns.refused'])]
  assert.deepEqual(
    why.map((entry) => entry.data?.['why']),
    ['recursion', 'recursion not desired'],
  )
})

test('options make no answer longer than the client takes', async () => {
  await using lab = await open(`zone: zone.db, identity: ${'i'.repeat(63)}`)
  const long = `${'x'.repeat(63)}.${'y'.repeat(63)}.${'z'.repeat(63)}.${'w'.repeat(40)}.example.`
  const options = Buffer.concat([option(10, '01'.repeat(8)), option(3, ''), option(11, '')])
  const query = queryFor(long, { edns: { size: 512, options } })
  const octets = await exchange(serverOf(lab), query)
  assert.ok(octets.length <= 512, String(octets.length))
  const found = decodeMessage(octets)
  assert.equal(optionsOf(found).get(3), Buffer.from('i'.repeat(63)).toString('hex'))
  assert.deepEqual([optionsOf(found).has(10), optionsOf(found).has(15)], [true, true])
})

test('a long reason is left out where it does not fit', () => {
  const name = parseName(`${`${'x'.repeat(63)}.`.repeat(3)}${'w'.repeat(61)}.`, ROOT)
  const query: Query = {
    client: { host: '127.0.0.1', connection: 0, transport: 'udp' },
    at: 0,
    size: 300,
    id: 1,
    flags: 0,
    opcode: 0,
    questions: [{ name, type: 1, class: 1 }],
    authority: [],
    edns: { size: 512, version: 0, dnssec: false, options: Buffer.alloc(0) },
    options: { cookie: undefined, wantsIdentity: true, wantsKeepalive: true },
    cookie: undefined,
    isRecursive: false,
  }
  const reply = failure(2, { extendedError: { code: 0, text: 'e'.repeat(200) } })
  const encode = (identity: string): Message =>
    decodeMessage(encodeReply(query, reply, { udpSize: 1232, identity: Buffer.from(identity) }))
  assert.deepEqual([...optionsOf(encode('i'.repeat(20))).keys()], [3, 15])
  assert.deepEqual([...optionsOf(encode('i'.repeat(21))).keys()], [3])
})

test('the server tells its name and version, unless told not to', async () => {
  const texts = async (lab: TestLab): Promise<readonly string[]> => {
    const names = ['version.bind.', 'version.server.', 'hostname.bind.', 'id.server.', 'authors.bind.']
    const found = await Promise.all(
      names.map((name) =>
        ask(serverOf(lab), name, { type: 'TXT', class: 3, edns: { options: option(3, '') } }),
      ),
    )
    return found.map((each) => each.answer[0]?.data[0]?.toString('latin1', 1) ?? String(each.rcode))
  }
  await using lab = await open('zone: zone.db')
  assert.deepEqual(await texts(lab), ['telelab', 'telelab', 'dns', 'dns', '5'])
  await using other = await open('zone: zone.db, version: "", identity: north')
  assert.deepEqual(await texts(other), ['5', '5', 'north', 'north', '5'])
  const { answer, authority, flags } = await ask(serverOf(lab), 'ID.server.', { type: 'ANY', class: 3 })
  assert.deepEqual([answer[0]?.ttl, answer[0]?.class, authority.length, flags & 0x0400], [0, 3, 0, 0x0400])
  const none = await ask(serverOf(lab), 'id.server.', { type: 'A', class: 3 })
  assert.deepEqual([none.rcode, none.answer.length], [0, 0])
})

test('RFC 5001: who asks for the name server identifier gets it', async () => {
  await using lab = await open('zone: zone.db')
  const found = await ask(serverOf(lab), 'www', { edns: { options: option(3, '') } })
  assert.equal(optionsOf(found).get(3), Buffer.from('dns').toString('hex'))
  assert.equal(optionsOf(await ask(serverOf(lab), 'www', { edns: {} })).has(3), false)
})

test('RFC 7828: over TCP the idle timeout is told to those who ask, over UDP it is not', async () => {
  await using lab = await open('zone: zone.db')
  const asking = { edns: { options: option(11, '') } }
  assert.equal(optionsOf(await askStream(serverOf(lab), 'www', asking)).get(11), '0064')
  assert.equal(optionsOf(await ask(serverOf(lab), 'www', asking)).has(11), false)
  assert.equal(optionsOf(await askStream(serverOf(lab), 'www', { edns: {} })).has(11), false)
})
