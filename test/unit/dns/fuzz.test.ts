import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage, MessageError } from '../../../services/dns/wire/message.ts'
import { fuzzForwarding, openPoisoned } from './fuzz-upstream.ts'
import { fuzzDatagrams, fuzzStreams, openFuzzed, samplesOf } from './fuzz.ts'

test('spoiled datagrams are answered within bounds or not at all', async () => {
  await using service = await openFuzzed()
  const samples = await samplesOf(service)
  const { decoded, answered } = await fuzzDatagrams(service, samples, { count: 10_000, seed: 'short' })
  // The mutations are neither all fatal nor all harmless.
  assert.ok(decoded > 1000 && decoded < 9000, `${decoded} decoded`)
  assert.ok(answered > 1000 && answered < 9000, `${answered} answered`)
})

test('spoiled messages in a stream do not disturb those behind them', async () => {
  await using service = await openFuzzed()
  const answered = await fuzzStreams(service, await samplesOf(service), { count: 2000, seed: 'short' })
  assert.ok(answered > 500, `${answered} answered`)
})

test('spoiled and poisoned answers of other servers end in an answer within bounds, without the poison', async () => {
  await using service = await openPoisoned('short')
  const codes = await fuzzForwarding(service, 600)
  assert.deepEqual(
    [...codes.keys()].filter((code) => ![0, 2, 3].includes(code)),
    [],
  )
  for (const code of [0, 3]) assert.ok((codes.get(code) ?? 0) > 30, `${codes.get(code)} of code ${code}`)
})

/** Octets that count how often single ones are looked at. */
function counted(octets: Buffer): { readonly octets: Buffer; readonly looks: () => number } {
  let count = 0
  const proxy = new Proxy(octets, {
    get(target, property) {
      if (typeof property === 'string' && /^\d+$/.test(property)) count += 1
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { octets: proxy, looks: () => count }
}

function header(answers: number): Buffer {
  const octets = Buffer.from([0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  octets.writeUInt16BE(answers, 6)
  return octets
}

/** A record of opaque data, whose owner is the root. */
function opaque(data: Buffer): Buffer {
  const head = Buffer.from([0, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  head.writeUInt16BE(data.length, 9)
  return Buffer.concat([head, data])
}

/** A record without data whose owner is a pointer. */
function pointing(target: number): Buffer {
  const record = Buffer.from([0, 0, 0xff, 1, 0, 1, 0, 0, 0, 0, 0, 0])
  record.writeUInt16BE(0xc000 | target)
  return record
}

/** Octets of a bomb: as many as pointers can reach, though a message may be longer. */
const SIZE = 0x4000

/** Pointers that each lead to the one before, and then as many records as fit whose owners enter at the last. */
function bombOf(jumps: number, label: string): Buffer {
  const start = 12 + 11
  const link = label.length === 0 ? 2 : label.length + 3
  const chain = Buffer.alloc(1 + jumps * link)
  for (let jump = 0; jump < jumps; jump += 1) {
    const at = 1 + jump * link
    if (label.length > 0) chain.write(`${String.fromCodePoint(label.length)}${label}`, at, 'latin1')
    chain.writeUInt16BE(0xc000 | (start + (jump === 0 ? 0 : 1 + (jump - 1) * link)), at + link - 2)
  }
  const entry = pointing(start + 1 + (jumps - 1) * link)
  const count = Math.floor((SIZE - start - chain.length) / entry.length)
  return Buffer.concat([header(count + 1), opaque(chain), ...Array.from({ length: count }, () => entry)])
}

const BOMBS: readonly [string, Buffer][] = [
  ['100 jumps an owner', bombOf(100, '')],
  ['120 jumps an owner', bombOf(120, '')],
  ['1000 jumps an owner', bombOf(1000, '')],
  ['120 jumps and labels an owner', bombOf(120, 'a')],
  ['names of four long labels by jumps', bombOf(4, 'a'.repeat(60))],
  ['names of five long labels by jumps', bombOf(5, 'a'.repeat(60))],
  ['owners that point at each other', Buffer.concat([header(2), pointing(24), pointing(12)])],
  ['owners that point at themselves', Buffer.concat([header(1), pointing(12)])],
  ['65,535 records that are not there', header(0xffff)],
]

for (const [what, octets] of BOMBS) {
  test(`a bomb of ${what} costs no more than a bounded number of looks an octet`, () => {
    const spy = counted(octets)
    try {
      decodeMessage(spy.octets)
    } catch (error) {
      assert.ok(error instanceof MessageError, String(error))
    }
    assert.ok(spy.looks() <= 32 * octets.length, `${spy.looks()} looks at ${octets.length} octets`)
  })
}

test('loops of pointers are refused after a few looks, however long the message', () => {
  const padding = Buffer.alloc(60_000)
  for (const start of [
    [0xc0, 12],
    [1, 97, 0xc0, 12],
    [0xc0, 14, 0xc0, 12],
  ]) {
    const octets = Buffer.concat([
      Buffer.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
      Buffer.from([...start, 0, 1, 0, 1]),
      padding,
    ])
    const spy = counted(octets)
    assert.throws(() => decodeMessage(spy.octets), MessageError)
    assert.ok(spy.looks() <= 16, `${spy.looks()} looks`)
  }
})
