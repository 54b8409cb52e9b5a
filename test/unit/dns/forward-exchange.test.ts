import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { frame } from '../../../services/dns/wire/framing.ts'
import { decodeMessage, type Message } from '../../../services/dns/wire/message.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { lines } from '../../conformance/dns/subject.ts'
import { Forwarding } from './forwarding.ts'
import { address, answerTo, named, openUpstream, type Script, type Upstream } from './upstream.ts'

const WWW = ['www.far.test. 60 A 198.51.100.1']

/** A right answer. */
function good(asked: Message): Buffer {
  return answerTo(asked, { answer: [address('www.far.test.', 1)] })
}

/** What the forwarder makes of one upstream: the answer's lines, or the failure. */
async function outcome(
  script: Script,
  serve?: (socket: Socket) => void,
): Promise<{ readonly upstream: Upstream; readonly result: unknown }> {
  await using upstream = await openUpstream(script, { ...(serve && { serve }) })
  await using forwarding = new Forwarding([upstream.address])
  const found = await forwarding.askInTime('www.far.test.')
  await forwarding.settle()
  assert.equal(forwarding.connections, 0, 'a socket was left open')
  if (!('failure' in found)) return { upstream, result: lines(found.answer) }
  const { code, text } = found.failure
  return { upstream, result: [code, text.replaceAll(upstream.address, 'HOST')] }
}

test('RFC 5452 §9.2: each question has an id and a port of its own', async () => {
  await using upstream = await openUpstream((asked) => [good(asked)])
  await using forwarding = new Forwarding([upstream.address])
  for (let index = 0; index < 8; index += 1) await forwarding.ask(`n${index}.far.test.`)
  assert.ok(new Set(upstream.asked.map((asked) => asked.id)).size > 6)
  assert.ok(upstream.ports.size > 4)
})

test('a question goes out as it came, with RD, EDNS and what the client wishes', async () => {
  await using upstream = await openUpstream((asked) => [good(asked)])
  await using forwarding = new Forwarding([upstream.address])
  await forwarding.ask('wWw.Far.test.')
  await forwarding.ask('www.far.test.', { dnssec: true })
  await forwarding.ask('www.far.test.', { checkingDisabled: true })
  assert.deepEqual(
    upstream.asked.map(({ flags, edns, questions }) => [
      flags,
      edns?.size,
      edns?.dnssec,
      questions[0]?.name.wire.toString('latin1'),
    ]),
    [
      [0x0100, 1232, false, '\u0003wWw\u0003Far\u0004test\0'],
      [0x0100, 1232, true, '\u0003www\u0003far\u0004test\0'],
      [0x0110, 1232, false, '\u0003www\u0003far\u0004test\0'],
    ],
  )
})

test('RFC 5452 §9.1: answers to another question, id or opcode, queries and garbage are passed over', async () => {
  const bad = (asked: Message, parts: Partial<Message>): Buffer =>
    answerTo(asked, { answer: [address('www.far.test.', 9)], ...parts })
  const question = { name: parseName('www.far.test.', ROOT), type: 1, class: 1 }
  const { result } = await outcome((asked) => [
    Buffer.from('garbage'),
    Buffer.alloc(0),
    bad(asked, { id: asked.id ^ 1 }),
    bad(asked, { questions: [{ ...question, name: parseName('www.near.test.', ROOT) }] }),
    bad(asked, { questions: [{ ...question, type: 28 }] }),
    bad(asked, { questions: [{ ...question, class: 3 }] }),
    bad(asked, { questions: [question, question] }),
    bad(asked, { questions: [] }),
    bad(asked, { flags: 0x0100 }),
    bad(asked, { opcode: 2 }),
    good(asked),
  ])
  assert.deepEqual(result, WWW)
})

test('a server that folds the letter case of the question is understood', async () => {
  await using upstream = await openUpstream((asked) => [
    answerTo(asked, {
      questions: [{ name: parseName('www.far.test.', ROOT), type: 1, class: 1 }],
      answer: [address('www.far.test.', 1)],
    }),
  ])
  await using forwarding = new Forwarding([upstream.address])
  const found = await forwarding.ask('WWW.far.TEST.')
  assert.deepEqual('answer' in found && lines(found.answer), WWW)
})

test('RFC 7766 §5: an answer with TC is asked for again over TCP', async () => {
  const { result } = await outcome((asked, transport) => [
    transport === 'udp' ? answerTo(asked, { flags: 0x8380 }) : good(asked),
  ])
  assert.deepEqual(result, WWW)
})

test('an answer that is cut in the middle of a record is asked for over TCP if it has TC', async () => {
  const { result } = await outcome((asked, transport) => {
    if (transport === 'tcp') return [good(asked)]
    const cut = answerTo(asked, { flags: 0x8380, answer: [named('www.far.test.', 'CNAME', 'a.far.test.')] })
    return [cut.subarray(0, -15)]
  })
  assert.deepEqual(result, WWW)
})

test('an answer of 64 KB is taken', async () => {
  const strings = Buffer.concat(
    Array.from({ length: 253 }, () => Buffer.concat([Buffer.of(255), Buffer.alloc(255)])),
  )
  const text = { ...address('www.far.test.', 1), type: 16, data: [strings] }
  await using upstream = await openUpstream((asked, transport) => [
    answerTo(asked, transport === 'udp' ? { flags: 0x8380 } : { answer: [text], edns: undefined }),
  ])
  await using forwarding = new Forwarding([upstream.address])
  const found = await forwarding.askInTime('www.far.test.', { type: 'TXT' })
  assert.deepEqual('answer' in found && found.answer[0]?.data[0]?.length, 253 * 256)
})

test('a hundred strangers are passed over, and with more the question goes over TCP', async () => {
  for (const count of [100, 101, 5000]) {
    const { upstream, result } = await outcome((asked, transport) => [
      ...Array.from({ length: transport === 'udp' ? count : 0 }, () => Buffer.from('garbage')),
      good(asked),
    ])
    assert.deepEqual(result, WWW)
    assert.equal(upstream.asked.length, count > 100 ? 2 : 1)
  }
})

test('a flood of garbage over TCP ends it', async () => {
  const { result } = await outcome((asked, transport) =>
    transport === 'udp'
      ? [answerTo(asked, { flags: 0x8380 })]
      : Array.from({ length: 200 }, () => Buffer.from('garbage')),
  )
  assert.deepEqual(result, [24, 'HOST sent too much that is no answer, over TCP'])
})

test('an answer that has TC over TCP too is no answer', async () => {
  const { result } = await outcome((asked) => [answerTo(asked, { flags: 0x8380 })])
  assert.deepEqual(result, [24, 'HOST cut its answer short, over TCP'])
})

test('a malformed answer ends it at once', async () => {
  const { upstream, result } = await outcome((asked) => [Buffer.concat([good(asked), Buffer.of(0)])])
  assert.deepEqual(result, [24, 'HOST sent a malformed answer: octets follow the end of the message'])
  assert.equal(upstream.asked.length, 1)
})

const STREAMS: readonly [string, (socket: Socket) => void, number, string][] = [
  ['closes', (socket) => socket.end(), 23, 'closed the connection'],
  ['resets', (socket) => void socket.resetAndDestroy(), 23, 'reset the connection'],
  ['says nothing', () => undefined, 22, 'did not answer in time'],
  ['sends an empty message', (socket) => socket.write(Buffer.from([0, 0])), 22, 'did not answer in time'],
  [
    'dribbles',
    (socket) => {
      const timer = setInterval(() => socket.write(Buffer.of(9)), 1)
      socket.on('close', () => clearInterval(timer))
    },
    22,
    'did not answer in time',
  ],
]

for (const [what, serve, code, text] of STREAMS) {
  test(`a server that ${what} over TCP fails with that reason`, async () => {
    const { result } = await outcome((asked) => [answerTo(asked, { flags: 0x8380 })], serve)
    assert.deepEqual(result, [code, `HOST ${text}, over TCP`])
  })
}

test('an answer that comes over TCP octet by octet is taken, as is one behind strangers', async () => {
  const serve = (socket: Socket): void => {
    socket.once('data', (chunk) => {
      const asked = decodeMessage(Buffer.from(chunk).subarray(2))
      const octets = Buffer.concat([frame(Buffer.from('garbage')), frame(good(asked))])
      for (const octet of octets) socket.write(Buffer.of(octet))
    })
  }
  const { result } = await outcome((asked) => [answerTo(asked, { flags: 0x8380 })], serve)
  assert.deepEqual(result, WWW)
})

for (const rcode of [1, 2, 4]) {
  test(`RFC 6891 §6.2.2: failure ${rcode} without question and EDNS makes the question go without EDNS, now and later`, async () => {
    await using upstream = await openUpstream((asked) => [
      asked.edns === undefined ? good(asked) : answerTo(asked, { rcode, questions: [], edns: undefined }),
    ])
    await using forwarding = new Forwarding([upstream.address])
    const found = await forwarding.ask('www.far.test.')
    assert.deepEqual('answer' in found && lines(found.answer), WWW)
    await forwarding.ask('www2.far.test.')
    forwarding.clock.advance(601_000)
    await forwarding.ask('www3.far.test.')
    assert.deepEqual(
      upstream.asked.map(({ edns }) => edns !== undefined),
      [true, false, false, true, false],
    )
  })
}

test('a server that fails either way is asked no third time', async () => {
  const { upstream, result } = await outcome((asked) => [answerTo(asked, { rcode: 1 })])
  assert.deepEqual([result, upstream.asked.length], [[0, 'HOST answered FORMERR'], 2])
})

test('a failure that is not of the form is no reason to leave EDNS out', async () => {
  const { upstream, result } = await outcome((asked) => [answerTo(asked, { rcode: 2 })])
  assert.deepEqual([result, upstream.asked.length], [[0, 'HOST answered SERVFAIL'], 1])
})
