import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { replay, type CaptureEvent } from '../../../lab/capture/replay.ts'
import type { Direction, Flow } from '../../../lab/wire/flow.ts'
import { flowOf } from './flow.ts'
import { blocksIn, frameOf, optionsOf, packetOf, type Frame } from './reader.ts'

const subject = { scenario: 'sstt', student: '9721', language: 'en', address: '10.0.0.5' } as const

interface Seen {
  readonly frames: (Frame & { readonly at: number; readonly comment: string | undefined })[]
  readonly types: number[]
  readonly secrets: string[]
}

function read(capture: Buffer): Seen {
  const { blocks, rest } = blocksIn(capture)
  assert.equal(rest, 0)
  return {
    types: blocks.map(({ type }) => type),
    frames: blocks
      .filter(({ type }) => type === 6)
      .map((block) => {
        const { frame, at, comment } = packetOf(block)
        return { ...frameOf(frame), at, comment }
      }),
    secrets: blocks
      .filter(({ type }) => type === 10)
      .map(({ body }) => body.toString('latin1', 8, 8 + body.readUInt32LE(4))),
  }
}

const bits = (flags: number): string =>
  ['F', 'S', 'R', 'P', 'A'].filter((_, bit) => (flags & (1 << bit)) !== 0).join('')
const flagsOf = (capture: Buffer): string[] => read(capture).frames.map(({ flags }) => bits(flags))

/** What each side sent, put together by sequence numbers as a receiver does; fails if an end does what TCP does not. */
function streamsOf(frames: readonly Frame[]): Map<string, Buffer> {
  const next = new Map<string, number>()
  const pieces = new Map<string, Buffer[]>()
  const unacknowledged = new Map<string, number>()
  for (const { source, destination, flags, sequence, acknowledgment, payload } of frames) {
    const expected = next.get(source)
    if (expected !== undefined && (flags & 4) === 0) assert.equal(sequence, expected)
    if ((flags & 16) !== 0) {
      assert.equal(acknowledgment, next.get(destination))
      unacknowledged.set(destination, 0)
    }
    next.set(source, (sequence + payload.length + ((flags & 3) === 0 ? 0 : 1)) >>> 0)
    unacknowledged.set(source, (unacknowledged.get(source) ?? 0) + payload.length)
    assert.ok((unacknowledged.get(source) ?? 0) <= 2 * 65_535)
    pieces.set(source, [...(pieces.get(source) ?? []), payload])
  }
  return new Map([...pieces].map(([source, list]) => [source, Buffer.concat(list)]))
}

const piece = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 60_000, max: 200_000 }).map((size) => new Uint8Array(size).fill(size % 251)),
  },
)
const step = fc.oneof(
  fc.record({
    kind: fc.constant('passed' as const),
    direction: fc.constantFrom<Direction>('in', 'out'),
    octets: piece.map((octets) => Buffer.from(octets)),
  }),
  fc.record({ kind: fc.constantFrom('delivered' as const, 'upgrading' as const, 'secured' as const) }),
  fc.record({
    kind: fc.constant('secret' as const),
    line: fc.stringMatching(/^[0-9a-f]{4,9}$/).map((text) => Buffer.from(`${text}\n`)),
  }),
)

test('what any sequence of events carried can be read back, with right checksums, lengths and numbers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(step, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.constantFrom<Direction | undefined>('in', 'out', undefined),
      fc.array(fc.constantFrom<Direction>('in', 'out'), { maxLength: 2 }),
      (conversations, isSix, reset, ends) => {
        const host = isSix ? '::1' : '127.0.0.1'
        const flows = conversations.map((_, index) =>
          flowOf(index + 1, { local: { host, port: 7 }, remote: { host, port: 40_001 + index } }),
        )
        let at = 1_700_000_000_000_000
        const events: CaptureEvent[] = flows.map((flow) => ({ at: (at += 1), flow, kind: 'opened' }))
        const longest = Math.max(...conversations.map((steps) => steps.length))
        for (let turn = 0; turn < longest; turn += 1)
          for (const [index, flow] of flows.entries()) {
            const happened = conversations[index]?.[turn]
            if (happened !== undefined) events.push({ at: (at += 3), flow, ...happened })
          }
        for (const flow of flows) {
          for (const direction of ends) events.push({ at: (at += 1), flow, kind: 'ended', direction })
          events.push({ at: (at += 1), flow, kind: 'closed', reset })
        }
        const { frames, secrets } = read(replay(events, subject))
        for (const [index, flow] of flows.entries()) {
          const port = `:${flow.remote.port}`
          const own = frames.filter(
            ({ source, destination }) => source.endsWith(port) || destination.endsWith(port),
          )
          assert.ok(own.every(({ length }) => length <= 65_535))
          assert.ok(own.every((frame, each) => each === 0 || frame.at >= (own[each - 1]?.at ?? 0)))
          assert.deepEqual(own.map(({ comment }) => comment !== undefined).lastIndexOf(true), 0)
          const streams = [...streamsOf(own)]
          for (const direction of ['in', 'out'] as const) {
            const sent = (conversations[index] ?? []).flatMap((each) =>
              each.kind === 'passed' && each.direction === direction ? [each.octets] : [],
            )
            const stream = streams.find(([source]) => source.endsWith(port) === (direction === 'in'))
            assert.deepEqual(stream?.[1] ?? Buffer.alloc(0), Buffer.concat(sent))
          }
        }
        const told = conversations
          .flat()
          .flatMap((each) => (each.kind === 'secret' ? [String(each.line)] : []))
        assert.deepEqual(secrets.join('').split('\n').toSorted(), told.join('').split('\n').toSorted())
      },
    ),
    { numRuns: 150 },
  )
})

test('how connections begin and end', () => {
  const flow = flowOf(1)
  const out = flowOf(2, { direction: 'outbound', endpoint: '' })
  const played = (
    own: Flow,
    ...events: (
      | Omit<Extract<CaptureEvent, { kind: 'closed' }>, 'at' | 'flow'>
      | { kind: 'opened' | 'connected' }
      | { kind: 'ended'; direction: Direction }
    )[]
  ): string =>
    flagsOf(
      replay(
        events.map((event, at) => ({ at, flow: own, ...event })),
        subject,
      ),
    ).join(' ')
  const opened = { kind: 'opened' } as const
  const table: readonly (readonly [string, string])[] = [
    [played(flow, opened, { kind: 'closed', reset: 'out' }), 'S RA'],
    [
      played(
        flow,
        opened,
        { kind: 'ended', direction: 'in' },
        { kind: 'ended', direction: 'out' },
        { kind: 'closed' },
      ),
      'S SA A FA A FA A',
    ],
    [played(flow, opened, { kind: 'ended', direction: 'out' }, { kind: 'closed' }), 'S SA A FA A'],
    [
      played(flow, opened, { kind: 'ended', direction: 'in' }, { kind: 'closed', reset: 'out' }),
      'S SA A FA A RA',
    ],
    [
      played(flow, opened, { kind: 'ended', direction: 'in' }, { kind: 'closed', reset: 'in' }),
      'S SA A FA A RA',
    ],
    [played(out, opened, { kind: 'closed', reset: 'in' }), 'S RA'],
    [played(out, opened, { kind: 'closed' }), 'S'],
    // The lab's own firewall let nothing out.
    [played(out, opened, { kind: 'closed', reset: 'out' }), ''],
    [played(out, opened, { kind: 'connected' }, { kind: 'closed' }), 'S SA A FA A'],
  ]
  for (const [found, expected] of table) assert.equal(found, expected)
})

test('secrets come before what they are for, and the times stay those of arrival', () => {
  const flow = flowOf(1)
  const tell = (at: number, event: object): CaptureEvent => ({ at, flow, ...event }) as CaptureEvent
  const octets = Buffer.from('x')
  const capture = replay(
    [
      tell(1, { kind: 'opened' }),
      tell(2, { kind: 'passed', direction: 'in', octets }),
      tell(3, { kind: 'secret', line: Buffer.from('SECRET\n') }),
      tell(4, { kind: 'passed', direction: 'out', octets }),
      tell(5, { kind: 'delivered' }),
      tell(6, { kind: 'passed', direction: 'out', octets }),
      tell(7, { kind: 'closed' }),
    ],
    subject,
  )
  const { types, frames } = read(capture)
  assert.deepEqual(types, [0x0a0d0d0a, 1, 6, 6, 6, 10, 6, 6, 6, 6, 6, 5])
  assert.deepEqual(frames.map(({ at }) => at).slice(0, 6), [1, 1, 1, 2, 4, 6])
})

test('addresses that the system does not tell, and those of two spellings', () => {
  const ends = (more: Partial<Flow>): string[] => {
    const flow = flowOf(3, { transport: 'udp', ...more })
    const events: CaptureEvent[] = [
      { at: 1, flow, kind: 'opened' },
      { at: 1, flow, kind: 'passed', direction: 'in', octets: Buffer.from('?') },
      { at: 2, flow, kind: 'closed' },
    ]
    return read(replay(events, subject)).frames.flatMap(({ source, destination }) => [source, destination])
  }
  const at = (host: string, port: number): { host: string; port: number } => ({ host, port })
  assert.deepEqual(ends({ local: at('0.0.0.0', 53), remote: at('127.0.0.1', 9) }), [
    '7f000001:9',
    '7f000001:53',
  ])
  assert.deepEqual(ends({ local: at('::', 53), remote: at('::ffff:10.0.0.7', 9) }), [
    '0a000007:9',
    '0a000005:53',
  ])
  assert.deepEqual(ends({ local: at('::ffff:127.0.0.1', 53), remote: at('::ffff:127.0.0.1', 9) }), [
    '7f000001:9',
    '7f000001:53',
  ])
  assert.deepEqual(ends({ local: at('', 0), remote: at('10.9.9.9', 53), direction: 'outbound' }), [
    '0a090909:53',
    '0a000005:32771',
  ])
  assert.deepEqual(ends({ local: at('', 0), remote: at('name.test', 53), direction: 'outbound' }), [
    '00000000:53',
    '0a000005:32771',
  ])
})

test('datagrams, with checksums that are never 0', () => {
  const flow = flowOf(1, { transport: 'udp' })
  const events = (payload: Buffer): CaptureEvent[] => [
    { at: 1, flow, kind: 'opened' },
    { at: 1, flow, kind: 'passed', direction: 'in', octets: payload },
    { at: 2, flow, kind: 'closed' },
  ]
  for (let value = 0; value < 65_536; value += 1) {
    if (value % 97 !== 0 && value < 60_000) continue
    const { frames } = read(replay(events(Buffer.of(value >> 8, value & 0xff)), subject))
    assert.equal(frames.length, 1)
  }
  assert.equal(read(replay(events(Buffer.alloc(65_507)), subject)).frames[0]?.length, 65_535)
  assert.equal(read(replay(events(Buffer.alloc(65_508)), subject)).frames.length, 0)
})

test('the file says whose it is, and how many packets there were', () => {
  const flow = flowOf(1)
  const { blocks } = blocksIn(
    replay(
      [
        { at: 1, flow, kind: 'opened' },
        { at: 2, flow, kind: 'closed' },
      ],
      { ...subject, language: 'es' },
    ),
  )
  const [section, described] = blocks
  const last = blocks.at(-1)
  assert.ok(section && described && last)
  assert.equal(optionsOf(section, 16).get(4)?.toString(), 'telelab')
  assert.equal(optionsOf(described, 8).get(2)?.toString(), 'echo')
  assert.match(
    optionsOf(described, 8).get(3)?.toString() ?? '',
    /escenario sstt, estudiante 9721; las tramas están reconstruidas/,
  )
  assert.equal(optionsOf(last, 12).get(4)?.readBigUInt64LE(), 5n)
  const comment = blocks.find(({ type }) => type === 6)
  assert.match(
    comment === undefined ? '' : (packetOf(comment).comment ?? ''),
    /^tramas reconstruidas por telelab .*; echo, echo, conexión 1; /,
  )
})
