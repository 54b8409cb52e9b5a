import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../../../lab/host/random.ts'
import { Cache } from '../../../services/dns/forward/cache.ts'
import { relevantPart } from '../../../services/dns/forward/relevance.ts'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import {
  decodeMessage,
  MessageError,
  type Message,
  type RecordSet,
} from '../../../services/dns/wire/message.ts'
import { isWithin, parseName, ROOT, WireError } from '../../../services/dns/wire/name.ts'
import { Forwarding } from './forwarding.ts'
import { address, named, openUpstream, soa } from './upstream.ts'

const OWN = parseName('own.test.', ROOT).key
const QUESTION = { name: parseName('a.far.test.', ROOT), type: 1, class: 1 }
const EMPTY: Message = {
  id: 4711,
  flags: 0x8180,
  opcode: 0,
  rcode: 0,
  questions: [QUESTION],
  answer: [],
  authority: [],
  additional: [],
}

/** Record sets of many types, with data that hold a name at some place; those that the codec lets through. */
const ODD: readonly RecordSet[] = Array.from({ length: 2000 }, (_, index) => ({
  ...address('a.far.test.', 1),
  type: index % 70,
  data: [Buffer.concat([Buffer.alloc(index % 29), parseName('b.own.test.', ROOT).wire])],
})).filter(isCarried)

function isCarried(set: RecordSet): boolean {
  try {
    const [carried] = decodeMessage(encodeMessage({ ...EMPTY, answer: [set] })).answer
    return carried?.data[0]?.length === set.data[0]?.length
  } catch (error) {
    if (error instanceof WireError) return false
    throw error
  }
}

const ANSWER: Message = {
  ...EMPTY,
  answer: [
    named('a.far.test.', 'CNAME', 'b.far.test.'),
    named('b.far.test.', 'CNAME', 'www.own.test.'),
    address('b.far.test.', 1),
    address('www.own.test.', 2),
    ...ODD.filter((_, index) => index % 40 === 0),
  ],
  authority: [
    soa('far.test.', 300),
    named('far.test.', 'NS', 'ns.far.test.'),
    named('own.test.', 'NS', 'ns.far.test.'),
  ],
  additional: [address('ns.far.test.', 3)],
  edns: { size: 1232, version: 0, dnssec: true, options: Buffer.alloc(0) },
}

/** Octets of an answer, some of them changed, cut or doubled, the id left as it is. */
function* mutants(count: number, seed: string): Generator<Buffer> {
  const random = createRandom(seed)
  const whole = encodeMessage(ANSWER)
  for (let index = 0; index < count; index += 1) {
    const octets = Buffer.from(whole)
    for (let left = random.integer(0, 6); left > 0; left -= 1)
      octets[random.integer(2, octets.length)] = random.integer(0, 256)
    const end = random.integer(0, 4) === 0 ? random.integer(2, octets.length) : octets.length
    yield octets.subarray(0, end)
  }
}

test('whatever an answer says, nothing of the own zones is passed on, and what is kept can be sent', () => {
  const cache = new Cache({ octets: 1_000_000, stale: 0 })
  let understood = 0
  for (const octets of mutants(10_000, 'relevance')) {
    let message: Message
    try {
      message = decodeMessage(octets)
    } catch (error) {
      assert.ok(error instanceof MessageError)
      continue
    }
    const isOwn = (key: string): boolean => isWithin(key, OWN)
    const part = relevantPart({ question: QUESTION, message, dnssec: true, isOwn })
    if (part === undefined) continue
    understood += 1
    const sets = [...part.answer, ...part.authority, ...part.additional]
    assert.ok(sets.every((set) => !isOwn(set.owner.key) && set.ttl <= 604_800 && set.class === 1))
    cache.put('k', QUESTION, part, 0)
    encodeMessage({ ...ANSWER, ...(cache.get('k', 1) ?? part) })
  }
  assert.ok(understood > 500, `${understood} answers were understood`)
})

test('data of any type and form is passed on as it is', () => {
  assert.ok(ODD.length > 500, `${ODD.length} of them`)
  for (const set of ODD) {
    const question = { ...QUESTION, type: set.type }
    const message = decodeMessage(encodeMessage({ ...EMPTY, questions: [question], answer: [set] }))
    const part = relevantPart({ question, message, dnssec: true, isOwn: () => false })
    assert.deepEqual(part?.answer[0]?.data, set.data)
  }
})

test('no answer brings the forwarder down, and no socket stays open', async () => {
  const answers = mutants(600, 'forwarder')
  await using upstream = await openUpstream((asked) => {
    const { value } = answers.next()
    if (!Buffer.isBuffer(value) || value.length < 2) return []
    value.writeUInt16BE(asked.id, 0)
    return [value]
  })
  await using forwarding = new Forwarding([upstream.address, upstream.address])
  for (let index = 0; index < 200; index += 1) {
    const found = await forwarding.askInTime('a.far.test.', { dnssec: index % 2 === 0 })
    assert.ok('answer' in found || found.failure.text !== '')
    forwarding.clock.advance(90_000)
  }
  await forwarding.settle()
  assert.equal(forwarding.connections, 0)
})
