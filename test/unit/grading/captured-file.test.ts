/** The formats of captures: their frames and times are found however they were written. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { judged, told, type Wanted } from './captured.ts'
import {
  answer,
  block,
  ethernet,
  exchange,
  interfaceBlock,
  packetBlock,
  pcap,
  pcapng,
  question,
  section,
  tcp,
  udp,
  type Captured,
} from './frames.ts'

const [client, server] = ['10.0.0.9:40000', '10.0.0.1:53']
const mx: Wanted = { 'dns.answered': { name: 'lab.test', type: 'MX' } }
/** A frame of something else, the exchange that is looked for, and half a second between its datagrams. */
const other = ethernet(tcp('10.0.0.9:50000', '10.0.0.2:9', { sequence: 1, payload: 'x' }))
const [asked = Buffer.alloc(0), answered = Buffer.alloc(0)] = exchange('lab.test', 15)
const begun = Date.UTC(2026, 10, 21, 12)
const frames: readonly Captured[] = [
  { octets: other, at: begun },
  { octets: asked, at: begun + 250 },
  { octets: answered, at: begun + 750 },
]
const inHalfSecond = { mode: 'order', within: 500.5 } as const
const inLess = { mode: 'order', within: 499.5 } as const
const bothSteps: Wanted = [{ 'dns.queried': { type: 'MX' } }, mx]

function blocks(about: Parameters<typeof interfaceBlock>[0], ticks: number): Buffer {
  const { isBig = false } = about ?? {}
  return Buffer.concat([
    section(isBig),
    interfaceBlock(about),
    ...frames.map((frame) => packetBlock(frame, { isBig, ticks })),
  ])
}

const withTimes: readonly (readonly [string, Buffer])[] = [
  ['pcap', pcap(frames)],
  ['pcap of a big-endian machine', pcap(frames, { isBig: true })],
  ['pcap with nanoseconds', pcap(frames, { isNano: true })],
  ['pcap with nanoseconds of a big-endian machine', pcap(frames, { isNano: true, isBig: true })],
  ['pcapng', pcapng(frames)],
  ['pcapng of a big-endian machine', pcapng(frames, { isBig: true })],
  ['pcapng with nanoseconds', blocks({ resolution: 9 }, 1e6)],
  ['pcapng with parts of 1/1024 s', blocks({ resolution: 0x8a }, 1.024)],
  ['pcapng in milliseconds, big-endian', blocks({ resolution: 3, isBig: true }, 1)],
  ['gzip of pcap', gzipSync(pcap(frames))],
  ['gzip of pcapng', gzipSync(pcapng(frames))],
]

for (const [name, octets] of withTimes) {
  await test(`${name}: frames are numbered and timed`, async () => {
    assert.equal(await told(octets, mx), 'passed 2,3')
    assert.equal(await told(octets, bothSteps, inHalfSecond), 'passed 2,3')
    assert.match(await told(octets, bothSteps, inLess), /^failed/)
  })
}

await test('an offset of the times is added', async () => {
  const early = { octets: asked, at: begun - 3_600_000 }
  const file = Buffer.concat([
    section(),
    interfaceBlock(),
    interfaceBlock({ offset: 3600n }),
    packetBlock({ octets: asked, at: begun }),
    packetBlock({ ...early, octets: answered }, { number: 1 }),
  ])
  assert.equal(await told(file, bothSteps, { mode: 'order', within: 1 }), 'passed 1,2')
})

const numbered: readonly (readonly [string, readonly Buffer[], string])[] = [
  [
    'sections',
    [
      section(),
      interfaceBlock(),
      packetBlock(other),
      section(true),
      interfaceBlock({ isBig: true }),
      packetBlock(asked, { isBig: true }),
      packetBlock(answered, { isBig: true }),
    ],
    'passed 2,3',
  ],
  [
    'interfaces of several link layers',
    [
      section(),
      interfaceBlock({ link: 101 }),
      interfaceBlock(),
      packetBlock(udp(client, server, question('lab.test', 15))),
      packetBlock(answered, { number: 1 }),
    ],
    'passed 1,2',
  ],
  [
    'blocks without frames',
    [
      section(),
      block(4, Buffer.alloc(4)),
      interfaceBlock(),
      block(10, Buffer.alloc(3000)),
      packetBlock(asked),
      block(0x0bad, Buffer.alloc(40)),
      packetBlock(answered),
      block(5, Buffer.alloc(12)),
    ],
    'passed 1,2',
  ],
  [
    'the block of a journal, which Wireshark numbers',
    [
      section(),
      interfaceBlock(),
      block(9, Buffer.from('__REALTIME_TIMESTAMP=1\n')),
      packetBlock(asked),
      packetBlock(answered),
    ],
    'passed 2,3',
  ],
  ['simple packets', [section(), interfaceBlock(), simple(asked), simple(answered)], 'passed 1,2'],
  ['packets of the older form', [section(), interfaceBlock(), old(asked), old(answered)], 'passed 1,2'],
]

function simple(frame: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(frame.length)
  return block(3, Buffer.concat([length, frame]))
}

function old(frame: Buffer): Buffer {
  const octets = packetBlock(frame)
  octets.writeUInt32LE(2, 0)
  // Packets that were dropped stand where the newer form has the rest of the interface's number.
  octets.writeUInt16LE(77, 10)
  return octets
}

for (const [name, parts, expected] of numbered)
  await test(`pcapng with ${name}`, async () => assert.equal(await told(Buffer.concat(parts), mx), expected))

await test('a file that comes octet by octet', async () => {
  const file = pcapng(frames)
  const one = function* (): Generator<Buffer> {
    for (let at = 0; at < file.length; at += 1) yield file.subarray(at, at + 1)
  }
  assert.equal(await told(one(), mx), 'passed 2,3')
})

const none = 'neither pcapng nor pcap'
const hostile: readonly (readonly [string, Buffer, RegExp])[] = [
  ['an empty file', Buffer.alloc(0), /holds no frame|cut short after frame 0/],
  ['text', Buffer.from('No. Time Source Destination\n'), new RegExp(none)],
  ['a gzip of text', gzipSync('dig lab.test MX'), new RegExp(none)],
  ['pcap without frames', pcap([]), /holds no frame/],
  ['pcapng without frames', pcapng([]), /holds no frame/],
  ['a gzip that is cut', gzipSync(pcap(frames)).subarray(0, 40), /gzip .* damaged or cut short/],
  [
    'a gzip with a wrong octet',
    broken(gzipSync(pcap(frames)), 30),
    /gzip .* damaged or cut short|damaged|neither|claims/,
  ],
  ['a frame longer than any', broken(pcap(frames), 24 + 10, 0xff), /frame 1 claims to be longer/],
  ['a block that ends otherwise', broken(pcapng(frames), 28 - 4, 0xff), /damaged at octet 28, after frame 0/],
  [
    'a block shorter than its head',
    Buffer.concat([section(), Buffer.from([1, 0, 0, 0, 4, 0, 0, 0])]),
    /damaged at octet 36/,
  ],
  [
    'a packet of no interface',
    Buffer.concat([section(), packetBlock(asked)]),
    /damaged at octet \d+, after frame 0/,
  ],
  ['a packet that is longer than its block', longer(), /damaged at octet \d+, after frame 0/],
  ['a byte order that is none', broken(pcapng(frames), 8), /damaged/],
]

function broken(file: Buffer, at: number, octet = (file[at] ?? 0) ^ 0x55): Buffer {
  file[at] = octet
  return file
}

function longer(): Buffer {
  const packet = packetBlock(asked)
  packet.writeUInt32LE(asked.length + 4000, 20)
  return Buffer.concat([section(), interfaceBlock(), packet])
}

for (const [name, octets, message] of hostile) {
  await test(`${name}: the check fails, and says why`, async () => {
    const { outcome, reason, assertions } = await judged(octets, mx)
    assert.equal(outcome, 'failed')
    const [{ title } = { title: { en: '', es: '' } }] = assertions
    assert.match((reason ?? title).en, message)
    assert.match((reason ?? title).es, /captura|trama/)
  })
}

await test('what was read before the damage counts, and the damage is told where something is missing', async () => {
  const file = Buffer.concat([pcapng(frames), Buffer.alloc(12, 1)])
  assert.equal(await told(file, mx), 'passed 2,3')
  const { outcome, assertions } = await judged(file, { 'dns.answered': { type: 'AAAA' } })
  assert.equal(outcome, 'failed')
  const texts = assertions.map(({ title }) => title.en)
  assert.ok(
    texts.some((text) => /^the capture is damaged at octet \d+, after frame 3/.test(text)),
    texts.join('\n'),
  )
})

await test('a file that was copied while it was written is read to its last whole frame', async () => {
  const file = pcap(frames)
  assert.equal(await told(file.subarray(0, file.length - 4), { 'dns.queried': { type: 'MX' } }), 'passed 2')
  const { assertions } = await judged(file.subarray(0, file.length - 4), mx)
  assert.ok(assertions.some(({ title }) => /cut short after frame 2/.test(title.en)))
})

await test('a gzip that unpacks to more than is read ends with a message', async () => {
  const bomb = gzipSync(Buffer.concat([pcapng([asked]), block(0x0bad, Buffer.alloc(150 * 1024 * 1024))]), {
    level: 1,
  })
  const { outcome, assertions } = await judged(bomb, mx)
  assert.equal(outcome, 'failed')
  assert.ok(assertions.some(({ title }) => /only the first 128 MB are read/.test(title.en)))
})

await test('each section has interfaces of its own', async () => {
  const first = [
    section(),
    interfaceBlock({ link: 101 }),
    packetBlock(udp(client, server, question('lab.test', 15))),
  ]
  const second = [section(true), interfaceBlock({ isBig: true }), packetBlock(answered, { isBig: true })]
  assert.equal(await told(Buffer.concat([...first, ...second]), mx), 'passed 1,2')
})

await test('the answer must belong to the question', async () => {
  const strange = ethernet(udp(server, client, answer(question('other.test', 15))))
  assert.equal(await told(pcap([asked, strange]), mx), 'failed')
  assert.equal(await told(pcap([asked, strange, answered]), mx), 'passed 1,3')
  const wrong = question('lab.test', 15, 8)
  const file = pcap([asked, ethernet(udp(server, client, answer(wrong)))])
  assert.equal(await told(file, mx), 'failed')
})
