/** The order of TCP: what was sent is read, however the capture has it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judged, told, type Wanted } from './captured.ts'
import {
  conversation,
  cut,
  dialogue,
  ethernet,
  FLAGS,
  pcap,
  question,
  tcp,
  udp,
  type Talk,
} from './frames.ts'

const server = '10.0.0.1:53'
const asked = question('lab.test', 15)
const web: Talk = { server: '10.0.0.1:80', most: 20 }
const talk = [
  ...dialogue('> GET /one HTTP/1.1\n> Host: lab.test\n> '),
  ...dialogue('< HTTP/1.1 200 OK\n< Content-Length: 0\n< '),
  ...dialogue('> GET /two HTTP/1.1\n> Host: lab.test\n> '),
  ...dialogue('< HTTP/1.1 404 Not Found\n< Content-Length: 3\n< \n< x'),
]
const one: Wanted = { 'http.requested': { path: '/one', status: 200, reused: false } }
const two: Wanted = { 'http.requested': { path: '/two', status: 404 } }
const segments = conversation(talk, web)
/** Where the segments are: the heads of both requests and answers end there, counted from 1. */
const whole = await told(pcap(segments.map((each) => ethernet(each))), two)

function framed(list: readonly Buffer[]): Buffer {
  return pcap(list.map((each) => ethernet(each)))
}

function without(...indices: readonly number[]): Buffer[] {
  return segments.filter((_, index) => !indices.includes(index))
}

function swapped(at: number, other: number): Buffer[] {
  const list = [...segments]
  ;[list[at], list[other]] = [list[other] ?? asked, list[at] ?? asked]
  return list
}

await test('a connection that is whole', async () => {
  assert.equal(segments.length, 20)
  assert.equal(await told(framed(segments), one), 'passed 6,9')
  assert.equal(whole, 'passed 12,16')
  const again: Wanted = { 'http.requested': { path: '/two', reused: true } }
  assert.equal(await told(framed(segments), again), whole)
})

const orders: readonly (readonly [string, readonly Buffer[], 'passed' | 'failed', 'passed' | 'failed'])[] = [
  ['two segments in the other order', swapped(4, 5), 'passed', 'passed'],
  ['a request after its answer', swapped(5, 8), 'passed', 'passed'],
  ['every segment twice', segments.flatMap((each) => [each, each]), 'passed', 'passed'],
  [
    'all segments from the end to the beginning, but for the handshake',
    [...segments.slice(0, 3), ...segments.slice(3).toReversed()],
    'passed',
    'passed',
  ],
  ['without the handshake', segments.slice(3), 'passed', 'passed'],
  ['without the SYN', segments.slice(1), 'passed', 'passed'],
  ['without the answer to the SYN', without(1), 'passed', 'passed'],
  ['with the beginning of the second request alone', segments.slice(0, 10), 'passed', 'failed'],
  ['from the first answer on', segments.slice(6), 'failed', 'passed'],
  ['from the second request on', segments.slice(9), 'failed', 'passed'],
  ['with a segment of the first request lost', without(4), 'failed', 'failed'],
  ['with a segment of the second request lost', without(10), 'passed', 'failed'],
  ['with a segment of the second answer lost', without(14), 'passed', 'failed'],
  ['with the acknowledgment of the handshake alone lost', without(2), 'passed', 'passed'],
]

for (const [name, list, first, second] of orders) {
  await test(`a connection ${name}`, async () => {
    const octets = framed(list)
    const found = [await judged(octets, one), await judged(octets, two)].map(({ outcome }) => outcome)
    assert.deepEqual(found, [first, second])
  })
}

await test('what is lost is told, with the frame behind the gap', async () => {
  const { assertions } = await judged(framed(without(10)), two)
  assert.ok(
    assertions.some(({ title }) =>
      title.en.startsWith('before frame 11 octets of its connection are not in the capture'),
    ),
    JSON.stringify(assertions),
  )
  assert.ok(assertions.some(({ title }) => title.es.startsWith('antes de la trama 11 faltan en la captura')))
})

await test('a segment of which only the beginning was kept', async () => {
  const kept = segments.map((each, index) => (index === 10 ? cut(ethernet(each), 60) : ethernet(each)))
  const { outcome, assertions } = await judged(pcap(kept), two)
  assert.equal(outcome, 'failed')
  assert.ok(
    assertions.some(({ title }) => title.en.startsWith('of frame 11 only the beginning was captured')),
  )
})

await test('the first segment of which only the beginning was kept, at a port of the service', async () => {
  const [get = asked] = segments.slice(3)
  const { assertions } = await judged(
    pcap([...segments.slice(0, 3).map((each) => ethernet(each)), cut(ethernet(get), 57)]),
    one,
  )
  assert.ok(assertions.some(({ title }) => title.en.startsWith('of frame 4 only the beginning was captured')))
})

await test('a connection that goes on while thousands of others come and go', async () => {
  const others = Array.from({ length: 12_000 }, (_, index) => udp(`10.1.0.9:${1024 + index}`, server, asked))
  const parts = segments.map((each, index) => [each, ...others.slice(index * 600, (index + 1) * 600)])
  assert.match(await told(framed(parts.flat()), two), /^passed/)
})

await test('segments that overlap, the second time with other octets', async () => {
  const again = (sequence: number, payload: string): Buffer =>
    tcp('10.0.0.9:40000', web.server, { sequence, payload, acknowledgment: 2_000_001 })
  const list = [
    ...segments.slice(0, 3),
    again(1001, 'GET /on'),
    again(1003, 'ZZZZZe HTTP/1.1\r\n'),
    again(1019, '\r\n'),
  ]
  const rest = conversation(dialogue('< HTTP/1.1 200 OK\n< Content-Length: 0\n< '), {
    ...web,
    starts: [1021, 2_000_001],
    handshake: false,
  })
  assert.equal(await told(framed([...list, ...rest]), one), 'passed 6,9')
})

await test('sequence numbers that come round', async () => {
  const list = conversation(talk, { ...web, starts: [2 ** 32 - 30, 2 ** 32 - 3] })
  assert.equal(await told(framed(list), two), whole)
})

await test('ports that are used again', async () => {
  const again = conversation(
    talk.slice(0, 6).map(([from, what]) => [from, what.replace('/one', '/three')] as const),
    {
      ...web,
      starts: [70_000, 90_000],
    },
  )
  const list = [...segments, ...again]
  const three: Wanted = { 'http.requested': { path: '/three', reused: false } }
  assert.equal(await told(framed(list), three), 'passed 27,30')
  // A SYN that comes late is of the connection that it has opened.
  assert.equal(
    await told(framed([...segments.slice(0, 8), ...segments.slice(0, 1), ...segments.slice(8)]), two),
    'passed 13,17',
  )
})

await test('a reset ends the waiting', async () => {
  const reset = tcp('10.0.0.9:40000', web.server, { sequence: 1061, flags: FLAGS.rst })
  const { assertions } = await judged(framed([...without(4).slice(0, 8), reset]), one)
  assert.ok(
    assertions.some(({ title }) => title.en.startsWith('before frame 5 octets')),
    JSON.stringify(assertions),
  )
})

await test('any order in which segments may be captured says the same', async () => {
  let state = 42
  const chance = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % below
  }
  for (let round = 0; round < 200; round += 1) {
    const list = segments.slice(3)
    for (let change = 0; change < 10; change += 1) {
      const [at, other] = [chance(list.length), chance(list.length)]
      if (chance(3) === 0) list.splice(at, 0, list[other] ?? asked)
      else [list[at], list[other]] = [list[other] ?? asked, list[at] ?? asked]
    }
    const octets = framed([...segments.slice(0, 3), ...list])
    assert.equal((await judged(octets, one)).outcome, 'passed', `round ${round}`)
    assert.equal((await judged(octets, two)).outcome, 'passed', `round ${round}`)
  }
})
