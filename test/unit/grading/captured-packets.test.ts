/** Link layers and IP: what was sent is read, however the capture has it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judged, told, type Wanted } from './captured.ts'
import { answer, cut, ethernet, pcap, question, udp } from './frames.ts'

const mx: Wanted = { 'dns.answered': { name: 'lab.test', type: 'MX' } }
const asked = question('lab.test', 15)
const answered = answer(asked)
const [client, server] = ['10.0.0.9:40000', '10.0.0.1:53']
const [client6, server6] = ['[2001:db8::9]:40000', '[2001:db8::1]:53']
const both = [udp(client, server, asked), udp(server, client, answered)]
const both6 = [udp(client6, server6, asked), udp(server6, client6, answered)]

function behind(head: Buffer, packets: readonly Buffer[] = both): Buffer[] {
  return packets.map((packet) => Buffer.concat([head, packet]))
}

function cooked(type: number): Buffer {
  const head = Buffer.alloc(16)
  head.writeUInt16BE(type, 14)
  return head
}

function cooked2(type: number): Buffer {
  const head = Buffer.alloc(20)
  head.writeUInt16BE(type, 0)
  return head
}

const layers: readonly (readonly [string, number, readonly Buffer[]])[] = [
  ['Ethernet', 1, both.map((packet) => ethernet(packet))],
  ['Ethernet with IPv6', 1, both6.map((packet) => ethernet(packet))],
  ['a VLAN', 1, both.map((packet) => ethernet(packet, [0x8100]))],
  ['a VLAN in another', 1, both6.map((packet) => ethernet(packet, [0x88a8, 0x8100]))],
  [
    'frames filled up to their least length',
    1,
    both.map((packet) => Buffer.concat([ethernet(packet), Buffer.alloc(30)])),
  ],
  ['raw IP', 101, both],
  ['raw IP, by the number of OpenBSD', 14, both6],
  ['IPv4 alone', 228, both],
  ['IPv6 alone', 229, both6],
  ['the loopback of BSD, little-endian', 0, behind(Buffer.from([2, 0, 0, 0]))],
  ['the loopback of macOS with IPv6', 0, behind(Buffer.from([30, 0, 0, 0]), both6)],
  ['the loopback of OpenBSD', 108, behind(Buffer.from([0, 0, 0, 24]), both6)],
  ['Linux cooked', 113, behind(cooked(0x0800))],
  ['Linux cooked, second form', 276, behind(cooked2(0x86dd), both6)],
]

for (const [name, link, frames] of layers)
  await test(`DNS over ${name}`, async () =>
    assert.equal(await told(pcap(frames, { link }), mx), 'passed 1,2'))

const options = Buffer.from([0, 0, 1, 4, 0, 0, 0, 0])
const packets: readonly (readonly [string, readonly Buffer[], string])[] = [
  [
    'a length that the network card was to fill in',
    both.map((_, index) => udp(...way(index), message(index), { length: 0 })),
    'passed 1,2',
  ],
  [
    'hop-by-hop and destination options',
    both6.map((_, index) =>
      udp(...way6(index), message(index), {
        extensions: [
          [0, options],
          [60, options],
        ],
      }),
    ),
    'passed 1,2',
  ],
  [
    'a fragment header of a whole packet',
    both6.map((_, index) => udp(...way6(index), message(index), { extensions: [[44, Buffer.alloc(8)]] })),
    'passed 1,2',
  ],
  ['fragments', both.map((_, index) => udp(...way(index), message(index), { fragment: 0x2000 })), 'failed'],
  [
    'fragments of IPv6',
    both6.map((_, index) =>
      udp(...way6(index), message(index), { extensions: [[44, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]] }),
    ),
    'failed',
  ],
  ['multicast DNS', [udp('10.0.0.9:5353', '224.0.0.251:5353', asked)], 'failed'],
]

function way(index: number): [string, string] {
  return index === 0 ? [client, server] : [server, client]
}

function way6(index: number): [string, string] {
  return index === 0 ? [client6, server6] : [server6, client6]
}

function message(index: number): Buffer {
  return index === 0 ? asked : answered
}

for (const [name, list, expected] of packets)
  await test(`packets with ${name}`, async () => {
    const file = pcap(list.map((packet) => ethernet(packet)))
    assert.equal(await told(file, mx), expected)
  })

const notes: readonly (readonly [string, Buffer, RegExp])[] = [
  [
    'a link layer that is not read',
    pcap(both, { link: 105 }),
    /^frame 1, and 1 more could not be read: its link layer/,
  ],
  [
    'fragments',
    pcap([ethernet(udp(client, server, asked, { fragment: 0x2000 }))]),
    /^frame 1 could not be read: it is a fragment/,
  ],
  [
    'a snapshot length',
    pcap([cut(ethernet(both[0] ?? asked), 50)]),
    /^frame 1 could not be read: too little of it was captured/,
  ],
]

for (const [name, file, note] of notes) {
  await test(`${name}: the check says what was not read`, async () => {
    const { outcome, assertions } = await judged(file, mx)
    assert.equal(outcome, 'failed')
    assert.ok(
      assertions.some(({ title }) => note.test(title.en)),
      JSON.stringify(assertions),
    )
    assert.ok(assertions.every(({ title, weight }) => weight === 0 || title.en.includes('was answered')))
  })
}
