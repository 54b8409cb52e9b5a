import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { parseName, printName, ROOT, type Name } from '../../../services/dns/wire/name.ts'
import {
  decodeHeader,
  decodeMessage,
  MessageError,
  type Message,
  type RecordSet,
} from '../../../services/dns/wire/message.ts'
import { messageArbitrary } from './message-arbitrary.ts'

const WWW = name('www.example.org.')

function name(text: string): Name {
  return parseName(text, ROOT)
}

function message(parts: Partial<Message>): Message {
  return {
    id: 7,
    flags: 0x8000,
    opcode: 0,
    rcode: 0,
    questions: [{ name: WWW, type: 1, class: 1 }],
    answer: [],
    authority: [],
    additional: [],
    ...parts,
  }
}

function set(owner: Name, type: number, ...data: Buffer[]): RecordSet {
  return { owner, type, class: 1, ttl: 60, data }
}

/** As comparable values: names by key, octets as text. */
function plain(value: Message): unknown {
  return {
    ...value,
    questions: value.questions.map((question) => ({ ...question, name: question.name.key })),
    answer: plainSets(value.answer),
    authority: plainSets(value.authority),
    additional: plainSets(value.additional),
    edns: value.edns && { ...value.edns, options: value.edns.options.toString('hex') },
  }
}

function plainSets(list: readonly RecordSet[]): unknown {
  return list.map((each) => ({ ...each, owner: each.owner.key, data: folded(each) }))
}

// Compression may change the case of names in data (RFC 4343 §4.1).
function folded(each: RecordSet): readonly string[] {
  return each.data.map((data) =>
    data.toString('latin1').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
  )
}

test('what is encoded is decoded to the same message', () => {
  fc.assert(
    fc.property(messageArbitrary, (original) => {
      const decoded = decodeMessage(encodeMessage(original))
      assert.deepEqual(plain({ ...decoded, edns: decoded.edns }), plain({ ...original, edns: original.edns }))
    }),
    { numRuns: 400 },
  )
})

test('random octets are a message or a MessageError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => decodeOrRefuse(Buffer.from(octets))),
    { numRuns: 2000 },
  )
})

test('a changed or cut message is a message or a MessageError', () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(messageArbitrary, fc.array(change, { maxLength: 8 }), fc.nat(), (original, changes, cut) => {
      const octets = Buffer.from(encodeMessage(original))
      for (const [at, octet] of changes) octets[at % octets.length] = octet
      decodeOrRefuse(octets)
      decodeOrRefuse(octets.subarray(0, cut % octets.length))
    }),
    { numRuns: 1000 },
  )
})

function decodeOrRefuse(octets: Buffer): void {
  try {
    const decoded = decodeMessage(octets)
    if (decoded.rcode > 15 && decoded.edns === undefined) assert.fail('an extended code without OPT')
  } catch (error) {
    assert.ok(error instanceof MessageError, String(error))
  }
}

const header = Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
const BROKEN: readonly [string, number[]][] = [
  ['a pointer to itself', [0xc0, 12, 0, 1, 0, 1]],
  ['a pointer forwards', [0xc0, 14, 0, 0, 1, 0, 1]],
  ['a pointer into the header', [0xc0, 0, 0, 1, 0, 1]],
  ['a loop of two', [1, 97, 0xc0, 12, 0, 1, 0, 1]],
  ['half a pointer', [1, 97, 0xc0]],
  ['a label of 64', [64, ...Buffer.alloc(64, 97), 0, 0, 1, 0, 1]],
  ['a label that runs out', [9, 97, 0]],
  ['a question without a class', [0, 0, 1]],
  ['octets after the end', [0, 0, 1, 0, 1, 0]],
  ['a name of 256 octets', [...Buffer.from('\u0001a'.repeat(127)), 1, 97, 0, 0, 1, 0, 1]],
]

for (const [what, octets] of BROKEN) {
  test(`RFC 1035 §4.1.4: ${what} is refused`, () => {
    assert.throws(() => decodeMessage(Buffer.concat([header, Buffer.from(octets)])), MessageError)
  })
}

test('a long chain of pointers is refused before it costs much', () => {
  // Opaque data of pointers that each lead to the one before and at last to the root, then an owner that enters it.
  const jumps = 1000
  const start = 12 + 11
  const chain = Buffer.alloc(2 * jumps + 1)
  for (let jump = 0; jump < jumps; jump += 1)
    chain.writeUInt16BE(0xc000 + start + Math.max(0, 2 * jump - 1), 1 + 2 * jump)
  const first = Buffer.from([0, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  first.writeUInt16BE(chain.length, 9)
  const enter = (jump: number): Buffer => {
    const owner = Buffer.from([0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4])
    owner.writeUInt16BE(0xc000 + start + 1 + 2 * jump)
    return Buffer.concat([Buffer.from([0, 7, 0x80, 0, 0, 0, 0, 2, 0, 0, 0, 0]), first, chain, owner])
  }
  assert.equal(decodeMessage(enter(50)).answer[1]?.owner.wire.length, 1)
  assert.throws(() => decodeMessage(enter(jumps - 1)), MessageError)
})

test('fewer than 12 octets have no header', () => {
  assert.equal(decodeHeader(Buffer.alloc(11)), undefined)
  assert.deepEqual(decodeHeader(Buffer.from([1, 2, 0x81, 0x80, 0, 0, 0, 0, 0, 0, 0, 0])), {
    id: 0x0102,
    flags: 0x8180,
    opcode: 0,
  })
})

test('RFC 1035 §4.1.4: owners and names in old types are compressed, names in SRV never (RFC 2782)', () => {
  const mx = set(WWW, 15, Buffer.concat([Buffer.from([0, 10]), name('mail.example.org.').wire]))
  const octets = encodeMessage(message({ answer: [mx] }))
  // Header, question, pointer + 10 + preference + "mail" + pointer.
  assert.equal(octets.length, 12 + 21 + 2 + 10 + 2 + 5 + 2)
  const target = name('host.example.org.').wire
  const srv = set(WWW, 33, Buffer.concat([Buffer.alloc(6), target]))
  assert.equal(encodeMessage(message({ answer: [srv] })).length, 12 + 21 + 2 + 10 + 6 + target.length)
})

test('RFC 3597 §4: compressed names in the SRV data of others are written out', () => {
  const octets = Buffer.concat([
    encodeMessage(message({})),
    Buffer.from([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 8, 0, 1, 0, 2, 0, 3, 0xc0, 12]),
  ])
  octets.writeUInt16BE(1, 6)
  const data = decodeMessage(octets).answer[0]?.data[0]
  assert.deepEqual(data, Buffer.concat([Buffer.from([0, 1, 0, 2, 0, 3]), WWW.wire]))
})

test('names beyond 16 KiB are not pointed to', () => {
  const filler = Array.from({ length: 80 }, (_, index) =>
    set(name(`${index}.`), 65_280, Buffer.alloc(300, index)),
  )
  const late = [set(name('late.test.'), 1, Buffer.alloc(4)), set(name('late.test.'), 28, Buffer.alloc(16))]
  const octets = encodeMessage(message({ answer: [...filler, ...late] }))
  assert.deepEqual(
    decodeMessage(octets)
      .answer.slice(-2)
      .map((each) => printName(each.owner)),
    ['late.test.', 'late.test.'],
  )
})

test('RFC 2181 §9: what is required and does not fit sets TC, what is extra does not', () => {
  const many = set(WWW, 1, ...Array.from({ length: 100 }, (_, index) => Buffer.from([10, 0, 0, index])))
  const edns = { size: 1232, version: 0, dnssec: true, options: Buffer.alloc(0) }
  const cut = encodeMessage(message({ answer: [many], edns }), 512, 'answer')
  const decoded = decodeMessage(cut)
  assert.ok(cut.length <= 512)
  assert.equal(decoded.flags & 0x0200, 0x0200)
  assert.equal(decoded.answer.length, 0)
  assert.equal(decoded.edns?.dnssec, true)
  const one = set(WWW, 1, Buffer.from([10, 0, 0, 1]))
  const whole = decodeMessage(
    encodeMessage(message({ answer: [one], authority: [{ ...many, owner: name('x.') }] }), 512, 'answer'),
  )
  assert.equal(whole.flags & 0x0200, 0)
  assert.equal(whole.answer.length, 1)
  assert.equal(whole.authority.length, 0)
})

test('after a set is left out, no pointer leads into it', () => {
  const big = set(name('a.left.out.'), 1, ...Array.from({ length: 60 }, () => Buffer.alloc(4)))
  const small = set(name('b.left.out.'), 1, Buffer.alloc(4))
  const decoded = decodeMessage(encodeMessage(message({ additional: [big, small] }), 512, 'answer'))
  assert.deepEqual(
    decoded.additional.map((each) => printName(each.owner)),
    ['b.left.out.'],
  )
})

test('RFC 6891 §6.1.1: a second OPT, or one not at the root, is refused; the error keeps the first', () => {
  const edns = { size: 4000, version: 0, dnssec: false, options: Buffer.alloc(0) }
  const octets = encodeMessage(message({ edns }))
  const twice = Buffer.concat([octets, octets.subarray(octets.length - 11)])
  twice.writeUInt16BE(2, 10)
  assert.throws(
    () => decodeMessage(twice),
    (error) => error instanceof MessageError && error.edns?.size === 4000,
  )
  const elsewhere = encodeMessage(message({ additional: [set(WWW, 41, Buffer.alloc(0))] }))
  assert.throws(() => decodeMessage(elsewhere), MessageError)
})

test('RFC 2181 §5.2, §8: one time to live for a set, and none with the top bit', () => {
  const sets = [
    set(WWW, 1, Buffer.from([1, 1, 1, 1])),
    { ...set(WWW, 1, Buffer.from([2, 2, 2, 2])), ttl: 5 },
    { ...set(WWW, 16, Buffer.from([0])), ttl: 0x80000001 },
  ]
  assert.deepEqual(
    decodeMessage(encodeMessage(message({ answer: sets }))).answer.map((each) => [
      each.ttl,
      each.data.length,
    ]),
    [
      [5, 2],
      [0, 1],
    ],
  )
})

const BAD_DATA: readonly [string, number, number[]][] = [
  ['A of 3 octets', 1, [1, 2, 3]],
  ['AAAA of 17', 28, [...Buffer.alloc(17)]],
  ['MX without a name', 15, [0, 10]],
  ['TXT without a string', 16, []],
  ['TXT that runs out', 16, [5, 97]],
  ['SOA without numbers', 6, [0, 0]],
  ['NS with octets too many', 2, [0, 0]],
]

for (const [what, type, data] of BAD_DATA) {
  test(`${what} is refused`, () => {
    const octets = Buffer.concat([
      encodeMessage(message({})),
      Buffer.from([0, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]),
    ])
    octets.writeUInt16BE(1, 6)
    assert.throws(() => decodeMessage(octets), MessageError)
  })
}
