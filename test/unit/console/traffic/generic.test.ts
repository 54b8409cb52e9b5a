/** What is shown of a protocol that nobody reads, and of one whose reader is broken. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Event, Kept } from '../../../../lab/console/traffic/event.ts'
import { genericDissector } from '../../../../lab/console/traffic/generic.ts'
import { stepIn, stepsOf } from '../../../../lab/console/traffic/ladder.ts'
import { inLanguage } from '../../../../lab/kit/dissect/said.ts'
import type { Beginning, Dissector, Step } from '../../../../lab/service.ts'
import { temporaryFolder } from '../../../lab.ts'
import { dropService } from '../../../services.ts'
import { datagram, open, talk, until } from '../../../talk.ts'
import { conversationsOf, lines, openLooking, stepsOfNewest, type Looking } from './looking.ts'

/** A lab with services of a course: an echo, one with datagrams, a caller, and two whose readers are broken. */
async function openServices(): Promise<Looking> {
  using folder = temporaryFolder()
  const reader = (dissector: string): string =>
    `{ tcp: { transport: 'tcp', standard: 7, fallback: 7007 } }, dissector: ${dissector}`
  const start = `await ctx.tcp('tcp', (socket) => { socket.pipe(socket) })`
  dropService(folder.path, 'echo')
  dropService(folder.path, 'datagrams', {
    start: "await ctx.udp('udp', (message) => message.length > 3 ? Buffer.from(message) : undefined)",
    endpoints: "{ udp: { transport: 'udp', standard: 7, fallback: 7007 } }",
  })
  dropService(folder.path, 'caller', {
    start: `await ctx.tcp('caller', (socket) => {
      socket.once('data', async (port) => {
        const out = await ctx.connect({ host: '127.0.0.1', port: Number(port) }).catch(() => undefined)
        if (out === undefined) return void socket.end('refused')
        out.write('hello'); out.once('data', (bytes) => { out.end(); socket.end(bytes) })
      })
    })`,
  })
  dropService(folder.path, 'thrower', {
    start,
    endpoints: reader(
      `async () => () => ({ read: (from, octets) => { if (octets[0] === 33) throw new Error('no reader of exclamations'); return [{ from, kind: 'request', text: 'understood' }] } })`,
    ),
  })
  dropService(folder.path, 'unloadable', {
    start,
    endpoints: reader(`async () => { throw new Error('there is no such file') }`),
  })
  const names = ['echo', 'datagrams', 'caller', 'thrower', 'unloadable']
  return openLooking(`services: { ${names.map((name) => `${name}: {}`).join(', ')} }`, {
    services: [folder.path],
  })
}

test('text is shown line by line, other octets as numbers', async () => {
  await using looking = await openServices()
  const { lab } = looking
  await talk(lab.address('echo', 'echo'), 'one\r\ntwo\r\n')
  assert.deepEqual(
    lines(await stepsOfNewest(looking, 'echo')).filter((line) => line.includes('data')),
    ['> data: one', '> data: two', '< data: one', '< data: two'],
  )
  await datagram(lab.address('datagrams', 'udp'), Buffer.from('16030100ff', 'hex'))
  assert.deepEqual(lines(await stepsOfNewest(looking, 'datagrams')), [
    '> data: 5 octets: 16 03 01 00 ff',
    '< data: 5 octets: 16 03 01 00 ff',
  ])
  await datagram(lab.address('datagrams', 'udp'), 'hm', 100)
  assert.deepEqual(lines(await stepsOfNewest(looking, 'datagrams')), ['> data: hm', '- event: no answer'])
})

test('a connection that the service opens: asked for, taken or refused', async () => {
  await using looking = await openServices()
  const { lab } = looking
  assert.equal(await talk(lab.address('caller', 'caller'), String(lab.address('echo', 'echo').port)), 'hello')
  const texts = async (): Promise<readonly string[]> => lines(await stepsOfNewest(looking, 'caller'))
  assert.deepEqual(
    (await texts()).slice(0, 4),
    ['> event: TCP SYN', '> event: TCP open (SYN, SYN-ACK, ACK)', '< data: hello', '> data: hello'].toSorted(
      (a, b) =>
        Number(b.includes('event')) - Number(a.includes('event')) ||
        Number(a[0] === '<') - Number(b[0] === '<'),
    ),
  )
  const told = (await conversationsOf(looking)).findLast(({ direction }) => direction === 'outbound')
  assert.equal(told?.server, `127.0.0.1:${lab.address('echo', 'echo').port}`)
  assert.match(told.client, /^127\.0\.0\.1:\d+$/)
  assert.equal(await talk(lab.address('caller', 'caller'), '1'), 'refused')
  assert.deepEqual(await texts(), ['> event: TCP SYN', '< event: TCP refused (RST)'])
  assert.equal((await conversationsOf(looking)).at(-1)?.isRefused, true)
})

test('a connection that is cut, by either end or a firewall', async () => {
  await using looking = await openServices()
  const { lab } = looking
  const rude = await open(lab.address('echo', 'echo'))
  rude.write('x')
  await once(rude, 'data')
  rude.resetAndDestroy()
  assert.equal(lines(await stepsOfNewest(looking, 'echo')).at(-1), '> event: TCP reset (RST)')
  await open(lab.address('echo', 'echo'))
  await until(() => lab.wire.flows().length === 1)
  lab.wire.cut(lab.wire.flows()[0]?.id ?? 0)
  await until(() => lab.wire.flows().length === 0)
  assert.equal((await conversationsOf(looking)).at(-1)?.reset, 'server')
  using _firewall = lab.wire.attach({ name: 'firewall', opened: () => 'refuse' })
  await talk(lab.address('echo', 'echo'), 'x')
  assert.deepEqual(lines(await stepsOfNewest(looking, 'echo')), [
    '> event: TCP SYN',
    '< event: TCP refused (RST)',
  ])
})

test('a broken reader gives way to the plain view from where it broke, and is told of once', async () => {
  await using looking = await openServices()
  const { lab } = looking
  for (const text of ['a', '!\r\n', '!?\r\n']) {
    await talk(lab.address('thrower', 'tcp'), text)
    await talk(lab.address('unloadable', 'tcp'), text)
    const data = async (service: string): Promise<readonly string[]> =>
      lines(await stepsOfNewest(looking, service)).filter(
        (line) => line.startsWith('> ') && !line.includes('TCP'),
      )
    assert.deepEqual(await data('thrower'), [
      text === 'a' ? '> request: understood' : `> data: ${text.trim()}`,
    ])
    assert.deepEqual(await data('unloadable'), [`> data: ${text.trim()}`])
  }
  assert.equal(looking.complaints.length, 2)
  assert.match(looking.complaints.join('\n'), /no reader of exclamations/)
})

/** The texts of a conversation, pieces of the client and the server in turn. */
function read(...pieces: readonly string[]): string {
  const dissector = genericDissector('tcp')
  const steps: Step[] = []
  for (const [index, piece] of pieces.entries())
    steps.push(...dissector.read(index % 2 === 0 ? 'client' : 'server', Buffer.from(piece)))
  steps.push(...(dissector.end?.() ?? []))
  return steps.map(({ text }) => inLanguage(text, 'en')).join('\n')
}

test('what the usual protocols have passwords in is left out', () => {
  const cases = [
    [['USER ana\r\nPASS open-sesame\r\n'], 'USER ana\nPASS ••••'],
    [['AUTH PLAIN b3Blbi1zZXNhbWU=\r\n'], 'AUTH PLAIN ••••'],
    [
      [
        'AUTH LOGIN\r\n',
        '334 VXNlcm5hbWU6\r\n',
        'open-sesame\r\n',
        '334 x\r\n',
        'open-sesame\r\n',
        '235 ok\r\n',
        'NOOP\r\n',
      ],
      undefined,
    ],
    [['a1 LOGIN ana open-sesame\r\n'], 'a1 LOGIN ana ••••'],
    [['Authorization: Basic open-sesame\r\n'], 'Authorization: Basic ••••'],
    [['Authorization: open-sesame\r\n'], 'Authorization: ••••'],
    [['Cookie: session=open-sesame\r\n'], 'Cookie: ••••'],
    [["<auth mechanism='PLAIN'>open-sesame</auth>"], "<auth mechanism='PLAIN'>••••</auth>"],
    [['x=1&password=open-sesame&y=2'], 'x=1&password=••••&y=2'],
    [['PA', '', 'SS open-', '', 'sesame\r\n'], undefined],
  ] as const
  for (const [pieces, text] of cases) {
    const shown = read(...pieces)
    assert.doesNotMatch(shown, /sesame|b3Bl/)
    if (text !== undefined) assert.equal(shown, text)
  }
  assert.match(read(...cases[2][0]), /NOOP$/)
})

test('a line that comes in pieces is one line, and a flood of lines a few', () => {
  const dissector = genericDissector('tcp')
  assert.deepEqual(
    [...'hello'].flatMap((letter) => dissector.read('client', Buffer.from(letter))),
    [],
  )
  assert.deepEqual(
    dissector.read('client', Buffer.from('\r\nnext')).map(({ text }) => text),
    ['hello'],
  )
  assert.deepEqual(
    dissector.read('server', Buffer.from('answer')).map(({ text }) => text),
    ['next', 'answer'],
  )
  assert.match(read('x\n'.repeat(1000)), /… 980 lines more$/)
  assert.match(read('x\n'.repeat(10_000)), /… 20000 octets in all$/)
})

test('nothing is thrown and nothing invisible is shown, whatever comes', () => {
  const piece = fc.tuple(fc.constantFrom('client', 'server'), fc.oneof(fc.uint8Array(), fc.string()))
  fc.assert(
    fc.property(fc.array(piece), fc.constantFrom('tcp', 'udp'), (pieces, transport) => {
      const dissector = genericDissector(transport)
      const steps = pieces.flatMap(([from, octets]) => dissector.read(from, Buffer.from(octets)))
      for (const { text } of [...steps, ...(dissector.end?.() ?? [])])
        assert.doesNotMatch(inLanguage(text, 'es'), /[\p{Cc}\u202e]/u)
    }),
  )
})

/** A connection of which these events are kept. */
function keptOf(events: readonly Event[]): Kept {
  const address = { host: '127.0.0.1', port: 25 }
  return {
    flow: {
      id: 1,
      service: 'mail',
      endpoint: 'smtp',
      transport: 'tcp',
      direction: 'inbound',
      local: address,
      remote: address,
      openedAt: at,
    },
    openedAt: at,
    closedAt: undefined,
    reset: undefined,
    octets: { in: 0, out: 0 },
    isTls: events.some(({ kind }) => kind === 'upgrading'),
    isWhole: false,
    isRefused: false,
    account: undefined,
    touched: 1,
    events: () => events,
  }
}

const at = 1

function said(direction: 'in' | 'out', text: string, kind: 'bytes' | 'plain' = 'bytes'): Event {
  return { kind, at, direction, octets: Buffer.from(text, 'latin1') }
}

test('what is said after a gap is read again when the context is clear', () => {
  const kept = keptOf([
    { kind: 'opened', at },
    said('in', 'AUTH LOGIN\r\n'),
    { kind: 'gap', at },
    said('in', 'b3Blbi1zZXNhbWU=\r\n'),
    said('out', '334 UGFzc3dvcmQ6\r\n'),
    said('in', 'b3Blbi1zZXNhbWU=\r\n'),
    said('out', '235 welcome\r\n'),
    said('in', 'NOOP\r\n'),
  ])
  assert.deepEqual(
    lines([...stepsOf(kept, () => genericDissector('tcp'))].flat().map((step) => stepIn(step, 'en'))),
    [
      '> event: TCP open (SYN, SYN-ACK, ACK)',
      '> data: AUTH LOGIN',
      '- event: … octets that were not kept',
      '> data: NOOP',
    ],
  )
})

test('a dissector is told whether it begins with a connection, behind STARTTLS or after a gap', () => {
  const hello = said('in', '\x16\x03\x01\x00\x00')
  const upgrading: Event = { kind: 'upgrading', at }
  const gap: Event = { kind: 'gap', at }
  const inside = said('in', 'x', 'plain')
  const spoken = [said('out', '220 x\r\n'), said('in', 'STARTTLS\r\n')]
  const cases: readonly (readonly [events: readonly Event[], begun: readonly Beginning[]])[] = [
    [spoken, ['start']],
    [
      [upgrading, hello, inside],
      ['start', 'start'],
    ],
    [
      [hello, upgrading, inside],
      ['start', 'start'],
    ],
    [
      [...spoken, upgrading, hello, inside],
      ['start', 'upgraded'],
    ],
    [
      [...spoken, hello, upgrading, inside],
      ['start', 'upgraded'],
    ],
    [
      [...spoken, gap, said('out', '250 x\r\n')],
      ['start', 'middle'],
    ],
    [
      [...spoken, upgrading, hello, gap, inside, said('out', 'y', 'plain')],
      ['start', 'middle', 'middle'],
    ],
  ]
  for (const [events, expected] of cases) {
    const begun: Beginning[] = []
    const make = (begin: Beginning): Dissector => {
      begun.push(begin)
      return genericDissector('tcp')
    }
    assert.ok([...stepsOf(keptOf([{ kind: 'opened', at }, ...events]), make)].flat().length > 0)
    assert.deepEqual(begun, expected)
  }
})

test('octets that no step stands for go to the next of that end that does not know its own', () => {
  const dissector: Dissector = {
    read: (from, octets) =>
      String(octets) === 'part'
        ? []
        : [
            { from, kind: 'data', text: 'known', octets: 3 },
            { from, kind: 'data', text: 'unknown' },
            { from, kind: 'data', text: 'nothing left' },
          ],
  }
  const kept = keptOf([said('out', 'other'), said('in', 'part'), said('in', '1234567')])
  assert.deepEqual(
    [...stepsOf(kept, () => dissector)]
      .flat()
      .filter(({ from }) => from === 'client')
      .map(({ octets }) => octets),
    [3, 8, 0],
  )
})
