import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../../../services/dns/wire/message.ts'
import { printName } from '../../../services/dns/wire/name.ts'
import {
  ask,
  askStream,
  exchange,
  exchangeUntil,
  FLAGS,
  lines,
  queryFor,
  serverOf,
  type NameServer,
} from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'
import { until } from '../../talk.ts'

const ZONE = `$TTL 1h
@ SOA dns host 7 1h 15m 1w 5m
@ NS dns
dns A 10.0.0.1
www A 10.0.0.2
www A 10.0.0.3
www AAAA 2001:db8::2
alias CNAME www
`

async function open(...faults: readonly string[]): Promise<TestLab & { readonly subject: NameServer }> {
  const planned = faults.map((fault) => `  - { at: dns.answer, ${fault} }`).join('\n')
  const lab = await openLab(
    `domain: conformance.test\nservices: { dns: { zone: zone.db, allowTransfer: [127.0.0.1] } }\nfaults:\n${planned}\n`,
    { files: { 'zone.db': ZONE }, seed: 'faults' },
  )
  return Object.assign(lab, { subject: serverOf(lab) })
}

/** What dig would show of a message: code, flags, answer. */
function shown({ rcode, flags, answer, authority }: Message): readonly unknown[] {
  const isAuthoritative = (flags & FLAGS.authoritative) !== 0
  const isTruncated = (flags & FLAGS.truncated) !== 0
  return [
    rcode,
    isAuthoritative,
    isTruncated,
    lines(answer).map((line) => line.split(' ').at(-1)),
    authority.length,
  ]
}

const RIGHT = [0, true, false, ['10.0.0.2', '10.0.0.3'], 1]

const FAULTS: readonly [string, readonly unknown[]][] = [
  ['rcode: SERVFAIL', [2, false, false, [], 0]],
  ['rcode: NXDOMAIN', [3, true, false, [], 0]],
  ['rcode: NOTAUTH', [9, false, false, [], 0]],
  ['lame: refused', [5, false, false, [], 0]],
  ['lame: upward', [0, false, false, [], 1]],
  ['truncate: true', [0, true, true, [], 0]],
  ['authoritative: false', [0, false, false, ['10.0.0.2', '10.0.0.3'], 1]],
  ['address: 192.0.2.66', [0, true, false, ['192.0.2.66'], 1]],
  ['address: "2001:db8::66"', RIGHT],
  ['rcode: NXDOMAIN, authoritative: false', [3, false, false, [], 0]],
  ['address: 192.0.2.66, authoritative: false', [0, false, false, ['192.0.2.66'], 1]],
]

for (const [fault, expected] of FAULTS) {
  test(`an answer with the fault ${fault}, then the right one`, async () => {
    await using lab = await open(`${fault}, times: 1`)
    assert.deepEqual(shown(await ask(lab.subject, 'www')), expected)
    assert.deepEqual(shown(await ask(lab.subject, 'www')), RIGHT)
    const told = lab.journal.since(0, ['dns.answered']).map(({ data }) => data?.['source'])
    assert.deepEqual(told, ['fault', 'zone'])
  })
}

test('an upward referral leads to the root', async () => {
  await using lab = await open('lame: upward')
  const { authority, answer } = await ask(lab.subject, 'www')
  assert.equal(answer.length, 0)
  assert.deepEqual(
    authority.map(({ owner, type }) => [printName(owner), type]),
    [['.', 2]],
  )
})

test('an address of the other family is put in place of its own', async () => {
  await using lab = await open('address: "2001:db8::66"')
  assert.deepEqual(lines((await ask(lab.subject, 'www', { type: 'AAAA' })).answer), [
    'www.conformance.test. 3600 AAAA 2001:db8::66',
  ])
})

test('an IPv4 address in the form of IPv6 keeps its sixteen octets', async () => {
  await using lab = await open('address: "::ffff:192.0.2.1"')
  assert.deepEqual(lines((await ask(lab.subject, 'www', { type: 'AAAA' })).answer), [
    'www.conformance.test. 3600 AAAA ::ffff:c000:201',
  ])
})

test('an old serial number is put in the SOA records, asked for or in support of a denial', async () => {
  await using lab = await open('serial: 3')
  assert.match(lines((await ask(lab.subject, '@', { type: 'SOA' })).answer).join(), / 3 3600 900 604800 300$/)
  assert.match(lines((await ask(lab.subject, 'none')).authority).join(), / 3 3600 900 604800 300$/)
})

test('the same holds over TCP', async () => {
  await using lab = await open('truncate: true, times: 1', 'address: 192.0.2.66, times: 1')
  assert.deepEqual(shown(await askStream(lab.subject, 'www')), [0, true, true, [], 0])
  assert.deepEqual(shown(await askStream(lab.subject, 'www')), [0, true, false, ['192.0.2.66'], 1])
})

test('octets are corrupted behind the id, as many as are asked for', async () => {
  await using lab = await open('corrupt: 3, times: 20')
  const query = queryFor('www', { id: 0x1234 })
  const corrupted: Buffer[] = []
  for (let count = 0; count < 20; count += 1) corrupted.push(await exchange(lab.subject, query))
  const right = await exchange(lab.subject, query)
  for (const octets of corrupted) {
    assert.deepEqual([octets.readUInt16BE(0), octets.length], [0x1234, right.length])
    const different = [...octets].filter((octet, at) => octet !== right[at]).length
    assert.ok(different >= 1 && different <= 3, `${different} octets differ`)
  }
  assert.ok(new Set(corrupted.map(String)).size > 10)
})

test('answers are dropped, and others are not', async () => {
  await using lab = await open('match: { name: dns.conformance.test }, drop: true')
  const answers = await exchangeUntil(
    lab.subject,
    [queryFor('dns', { id: 1 }), queryFor('www', { id: 2 })],
    () => true,
  )
  assert.deepEqual(
    answers.map((octets) => octets.readUInt16BE(0)),
    [2],
  )
})

test('a delayed answer can be wrong as well, and takes the time of the lab', async () => {
  await using lab = await open('delay: 5000, address: 192.0.2.66')
  const delayed = ask(lab.subject, 'www')
  await until(() => lab.journal.since(0, ['dns.queried']).length === 1)
  assert.deepEqual(lab.journal.since(0, ['dns.answered']), [])
  lab.clock.advance(5000)
  assert.deepEqual(shown(await delayed), [0, true, false, ['192.0.2.66'], 1])
  assert.ok(Number(lab.journal.since(0, ['dns.answered'])[0]?.data?.['ms']) >= 5000)
})

const MATCHES: readonly [string, string, Parameters<typeof ask>[2] & object, boolean][] = [
  ['name: WWW.conformance.test', 'www', {}, true],
  ['name: www.conformance.test', 'dns', {}, false],
  ['type: AAAA', 'www', {}, false],
  ['type: aaaa', 'www', { type: 'AAAA' }, true],
  ['transport: tcp', 'www', {}, false],
  ['transport: udp', 'www', {}, true],
  ['client: 127.0.0.1', 'www', {}, true],
  ['client: 127.0.0.2', 'www', {}, false],
  ['instance: dns', 'www', {}, true],
  ['instance: dns2', 'www', {}, false],
  ['name: www.conformance.test, type: A, transport: udp', 'www', {}, true],
]

for (const [match, name, asking, isHit] of MATCHES) {
  test(`{ ${match} } ${isHit ? 'fits' : 'does not fit'} ${name} ${asking.type ?? 'A'} over UDP`, async () => {
    await using lab = await open(`match: { ${match} }, rcode: SERVFAIL`)
    assert.equal((await ask(lab.subject, name, asking)).rcode, isHit ? 2 : 0)
  })
}

test('of two servers one can be lame', async () => {
  await using lab = await openLab(
    `domain: conformance.test
services:
  dns: { zone: zone.db }
  dns2: { kind: dns, zone: zone.db }
faults: [{ at: dns.answer, match: { instance: dns2 }, lame: refused }]
`,
    { files: { 'zone.db': ZONE } },
  )
  const codes: number[] = []
  for (const instance of ['dns', 'dns2']) {
    codes.push((await ask(serverOf(lab, instance), 'www')).rcode)
  }
  assert.deepEqual(codes, [0, 5])
})

test('a fault falls by its probability', async () => {
  await using lab = await open('probability: 0.5, rcode: SERVFAIL')
  const codes: number[] = []
  for (let count = 0; count < 60; count += 1) codes.push((await ask(lab.subject, 'www')).rcode)
  const failed = codes.filter((code) => code === 2).length
  assert.ok(failed > 10 && failed < 50, `${failed} of 60`)
})

test('a transfer can be refused by a fault', async () => {
  await using lab = await open('match: { type: AXFR }, rcode: SERVFAIL, times: 1')
  assert.equal((await askStream(lab.subject, '@', { type: 'AXFR' })).rcode, 2)
  assert.equal((await askStream(lab.subject, '@', { type: 'AXFR' })).answer.length, 7)
})

const WRONG: readonly [string, RegExp][] = [
  ['rcode: BROKEN', /faults\.0\.rcode|faults\[0\]\.rcode/],
  ['delay: -1', /delay/],
  ['address: www', /address/],
  ['address: "fe80::1%eth0"', /address/],
  ['corrupt: 0', /corrupt/],
  ['lame: yes', /lame/],
  ['serial: 4294967296', /serial/],
  ['duplicate: 7', /duplicate/],
]

for (const [fault, message] of WRONG) {
  test(`the scenario is refused for the fault ${fault}`, async () => {
    await assert.rejects(open(fault), message)
  })
}
