/** Captures that are spoilt: nothing throws, nothing hangs, nobody earns points for what breaks the reader. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { judged, type Wanted } from './captured.ts'
import { conversation, dialogue, ethernet, exchange, pcap, pcapng, tcp, udp } from './frames.ts'

/** Never there, so that all of each file is read. */
const never: Wanted = [
  { 'dns.answered': { name: 'never.test' } },
  { 'http.requested': { path: '/never' } },
  { 'smtp.accepted': { from: 'never@never.test' } },
  { 'pop3.logged-in': { account: 'never' } },
  { 'tls.handshaken': { name: 'never.test' } },
]

const hello = Buffer.concat([
  Buffer.from('16030100300100002c0303', 'hex'),
  Buffer.alloc(32, 7),
  Buffer.from('000002c02f01000001000000', 'hex'),
])

const frames = [
  ...exchange('lab.test', 15),
  ethernet(udp('[2001:db8::9]:4000', '[2001:db8::1]:53', Buffer.from('not dns'))),
  ...[
    conversation(
      dialogue(
        '> GET / HTTP/1.1\n> Host: a\n> \n< HTTP/1.1 200 OK\n< Transfer-Encoding: chunked\n< \n< 1\n< x\n< 0\n< ',
      ),
      { server: '10.0.0.1:80' },
    ),
    conversation(
      dialogue(
        '< 220 x\n> EHLO a\n< 250 x\n> AUTH PLAIN\n< 334 \n> AGEAYg==\n< 235 x\n> MAIL FROM:<a@b.test>\n< 250 x\n> BDAT 2 LAST\n> \n< 250 x',
      ),
      { server: '10.0.0.1:25' },
    ),
    conversation(
      dialogue(
        '< +OK x\n> USER a\n< +OK\n> PASS b\n< +OK\n> LIST\n< +OK\n< 1 2\n< .\n> RETR 1\n< +OK\n< x\n< .',
      ),
      { server: '10.0.0.1:110' },
    ),
    conversation(
      [
        ['>', hello],
        ['<', hello],
      ],
      { server: '10.0.0.1:443' },
    ),
  ]
    .flat()
    .map((each) => ethernet(each)),
]

function chanceFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 9) % below
  }
}

/** The file with some octets changed, taken away or put in. */
function spoilt(file: Buffer, chance: (below: number) => number): Buffer {
  const octets = [...file]
  for (let change = chance(12); change >= 0; change -= 1) {
    const at = chance(octets.length)
    const what = chance(8)
    if (what === 0) octets.splice(at, chance(9))
    else if (what === 1) octets.splice(at, 0, chance(256), chance(256))
    else octets[at] = what < 5 ? (octets[at] ?? 0) ^ (1 << chance(8)) : chance(256)
  }
  return Buffer.from(octets)
}

for (const [name, file] of [
  ['pcap', pcap(frames)],
  ['pcapng', pcapng(frames, { isBig: true })],
  ['gzip', gzipSync(pcapng(frames))],
] as const) {
  await test(`300 spoilt files of ${name} fail the check, and break nothing`, async () => {
    const seed = Number(process.env['SEED'] ?? 20_261_121)
    const chance = chanceFrom(seed)
    for (let round = 0; round < 300; round += 1) {
      const { outcome, reason } = await judged(spoilt(file, chance), never)
      assert.equal(outcome, 'failed', `SEED=${seed}, round ${round}: ${reason?.en}`)
      assert.ok(!/itself could not/.test(reason?.en ?? ''), `SEED=${seed}, round ${round}`)
    }
  })
}

await test('spoilt frames in a file that is right', async () => {
  const chance = chanceFrom(7)
  for (let round = 0; round < 300; round += 1) {
    const list = frames.map((frame) => (chance(3) === 0 ? spoilt(frame, chance) : frame))
    const { outcome, assertions } = await judged(pcap(list), never)
    assert.equal(outcome, 'failed')
    assert.ok(!assertions.some(({ title }) => title.en.includes('the lab itself')), `round ${round}`)
  }
})

await test('floods are bounded: of connections, of segments that wait, of questions without answers', async () => {
  const flood: Buffer[] = []
  for (let index = 0; index < 10_000; index += 1) {
    const port = 1024 + (index % 60_000)
    const sequence = 1000 + index * 3
    flood.push(
      ethernet(tcp(`10.0.${index % 250}.9:${port}`, '10.0.0.1:80', { sequence, payload: 'GET / HT' })),
    )
    // The first octets never come.
    flood.push(
      ethernet(
        tcp('10.9.9.9:40000', '10.0.0.1:25', { sequence: 5000 + index * 700, payload: 'x'.repeat(500) }),
      ),
    )
    flood.push(exchange('lab.test', 1, { id: index % 65_536 })[0] ?? Buffer.alloc(0))
  }
  const before = process.memoryUsage().rss
  const octets = pcap([ethernet(tcp('10.9.9.9:40000', '10.0.0.1:25', { sequence: 10, flags: 2 })), ...flood])
  const { outcome } = await judged(octets, never)
  assert.equal(outcome, 'failed')
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024
  assert.ok(grown < 250, `${grown} MB more`)
})
