import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relevantPart } from '../../../services/dns/forward/relevance.ts'
import { findType } from '../../../services/dns/records/types.ts'
import type { Message, RecordSet } from '../../../services/dns/wire/message.ts'
import { isWithin, parseName, printName, ROOT } from '../../../services/dns/wire/name.ts'
import { lines } from '../../conformance/dns/subject.ts'
import { address, named, soa } from './upstream.ts'

const OWN = parseName('own.test.', ROOT).key
const RA = 0x0080

/** A message that answers a question with nothing. */
const EMPTY_MESSAGE: Message = {
  id: 1,
  flags: 0x8180,
  opcode: 0,
  rcode: 0,
  questions: [],
  answer: [],
  authority: [],
  additional: [],
}

/** What is passed on of a message with these parts. */
function passed(
  name: string,
  parts: Partial<Message>,
  { type = 'A', dnssec = false } = {},
): ReturnType<typeof relevantPart> {
  const question = { name: parseName(name, ROOT), type: findType(type)?.code ?? 0, class: 1 }
  const message = { ...EMPTY_MESSAGE, questions: [question], ...parts }
  return relevantPart({ question, message, dnssec, isOwn: (key) => isWithin(key, OWN) })
}

/** The same as lines. */
function partOf(...about: Parameters<typeof passed>): Record<string, unknown> | undefined {
  const part = passed(...about)
  if (part === undefined) return undefined
  const { rcode, answer, authority, additional, inside, onward } = part
  return {
    rcode,
    answer: lines(answer),
    authority: lines(authority),
    additional: lines(additional),
    ...(inside && { inside: printName(inside) }),
    ...(onward && { onward: printName(onward) }),
  }
}

/** A record set of a type that is only passed through. */
function opaque(owner: string, type: string, octets = 4): RecordSet {
  return { ...address(owner, 1), type: findType(type)?.code ?? 0, data: [Buffer.alloc(octets)] }
}

const WWW = 'www.far.test. 60 A 198.51.100.1'
const EMPTY = { authority: [], additional: [] }

test('only what answers the question is passed on, and nothing of the own zones', () => {
  const found = partOf('a.far.test.', {
    answer: [
      named('b.far.test.', 'CNAME', 'www.far.test.'),
      address('dns.own.test.', 66),
      address('www.bank.test.', 66),
      address('www.far.test.', 1),
      named('a.far.test.', 'CNAME', 'b.far.test.'),
    ],
    authority: [
      named('far.test.', 'NS', 'ns.far.test.'),
      named('bank.test.', 'NS', 'ns.far.test.'),
      named('own.test.', 'NS', 'ns.far.test.'),
    ],
    additional: [address('ns.far.test.', 2), address('www.bank.test.', 66), address('dns.own.test.', 66)],
  })
  assert.deepEqual(found, {
    rcode: 0,
    answer: ['a.far.test. 60 CNAME b.far.test.', 'b.far.test. 60 CNAME www.far.test.', WWW],
    authority: ['far.test. 60 NS ns.far.test.'],
    additional: ['ns.far.test. 60 A 198.51.100.2'],
  })
})

test('records of another class are none', () => {
  const answer = [{ ...address('www.far.test.', 1), class: 3 }]
  assert.equal(partOf('www.far.test.', { answer }), undefined)
})

test('letter case does not part names', () => {
  const answer = [named('A.far.test.', 'CNAME', 'wWw.FAR.test.'), address('WWW.far.test.', 1)]
  assert.deepEqual(partOf('a.FAR.test.', { answer })?.['answer'], ['a.far.test. 60 CNAME wWw.FAR.test.', WWW])
})

test('an alias that leads into the own zones ends there, whatever is said of its target', () => {
  const answer = [named('a.far.test.', 'CNAME', 'dns.own.test.'), address('dns.own.test.', 66)]
  for (const rcode of [0, 3]) {
    assert.deepEqual(partOf('a.far.test.', { rcode, answer }), {
      ...EMPTY,
      rcode: 0,
      answer: ['a.far.test. 60 CNAME dns.own.test.'],
      inside: 'dns.own.test.',
    })
  }
})

test('an alias without an end is to be followed, with and without RA, also beside a referral', () => {
  const answer = [named('a.far.test.', 'CNAME', 'b.away.test.')]
  const expected = {
    ...EMPTY,
    rcode: 0,
    answer: ['a.far.test. 60 CNAME b.away.test.'],
    onward: 'b.away.test.',
  }
  for (const flags of [0x8180, 0x8500]) assert.deepEqual(partOf('a.far.test.', { flags, answer }), expected)
  const authority = [named('away.test.', 'NS', 'ns.away.test.')]
  assert.deepEqual(partOf('a.far.test.', { answer, authority }), expected)
})

test('RFC 6604 §3: behind an alias NXDOMAIN and no data are of its target', () => {
  const alias = [named('a.far.test.', 'CNAME', 'b.away.test.')]
  const authority = [soa('away.test.', 900)]
  for (const rcode of [0, 3]) {
    assert.deepEqual(partOf('a.far.test.', { rcode, answer: alias, authority }), {
      rcode,
      answer: ['a.far.test. 60 CNAME b.away.test.'],
      authority: ['away.test. 30 SOA . . 0 0 0 0 30'],
      additional: [],
    })
  }
})

test('a circle of aliases is cut', () => {
  const answer = [named('a.far.test.', 'CNAME', 'b.far.test.'), named('b.far.test.', 'CNAME', 'a.far.test.')]
  assert.equal(partOf('a.far.test.', { answer })?.['onward'], 'a.far.test.')
  const long = Array.from({ length: 40 }, (_, index) =>
    named(`n${index}.far.test.`, 'CNAME', `n${index + 1}.far.test.`),
  )
  assert.equal(partOf('n0.far.test.', { answer: long })?.['onward'], 'n16.far.test.')
})

test('a question for the alias itself, or for any type, follows none', () => {
  const answer = [named('a.far.test.', 'CNAME', 'www.far.test.'), address('www.far.test.', 1)]
  for (const type of ['CNAME', 'ANY'])
    assert.deepEqual(partOf('a.far.test.', { answer }, { type })?.['answer'], [
      'a.far.test. 60 CNAME www.far.test.',
    ])
})

test('RFC 6672 §3.1: the alias of a tree stands before the alias that was made of it', () => {
  const answer = [
    named('old.test.', 'DNAME', 'far.test.'),
    named('www.old.test.', 'CNAME', 'www.far.test.', 0),
    named('other.test.', 'DNAME', 'far.test.'),
    address('www.far.test.', 1),
  ]
  const part = passed('www.old.test.', { answer })
  assert.deepEqual(
    part?.answer.map((set) => set.type),
    [39, 5, 1],
  )
  assert.deepEqual(partOf('www.old.test.', { rcode: 6, answer: answer.slice(0, 1) })?.['rcode'], 6)
})

test('DNSSEC records are for those that ask for them', () => {
  const parts = {
    answer: [
      address('www.far.test.', 1),
      opaque('www.far.test.', 'RRSIG', 30),
      opaque('www.bank.test.', 'RRSIG', 30),
    ],
    authority: [named('far.test.', 'NS', 'ns.far.test.'), opaque('far.test.', 'RRSIG', 30)],
    additional: [address('ns.far.test.', 2), opaque('ns.far.test.', 'RRSIG', 30)],
  }
  const types = (dnssec: boolean): readonly unknown[] => {
    const part = passed('www.far.test.', parts, { dnssec })
    return [part?.answer, part?.authority, part?.additional].map((sets) => sets?.map((set) => set.type))
  }
  assert.deepEqual(types(true), [
    [1, 46],
    [2, 46],
    [1, 46],
  ])
  assert.deepEqual(types(false), [[1], [2], [1]])
})

test('RFC 8767 §4: no record claims more than a week', () => {
  assert.deepEqual(
    partOf('www.far.test.', { answer: [address('www.far.test.', 1, 0x7fffffff)] })?.['answer'],
    ['www.far.test. 604800 A 198.51.100.1'],
  )
})

const DENIALS: readonly [string, RecordSet, string][] = [
  ['the minimum', soa('far.test.', 900, 300), '300'],
  ['the TTL of the SOA', soa('far.test.', 200, 300), '200'],
  ['three hours at most', soa('far.test.', 90_000, 90_000), '10800'],
]

for (const [what, set, ttl] of DENIALS) {
  test(`RFC 2308 §5: that there is nothing holds for ${what}`, () => {
    for (const rcode of [0, 3]) {
      const found = partOf('no.far.test.', { rcode, authority: [set] })
      assert.deepEqual(found?.['authority'], [
        `far.test. ${ttl} SOA . . 0 0 0 0 ${set.data[0]?.readUInt32BE(18)}`,
      ])
    }
  })
}

const USELESS: readonly [string, Partial<Message>][] = [
  ['a referral', { flags: 0x8100, authority: [named('test.', 'NS', 'ns.test.')] }],
  ['a referral that claims recursion', { authority: [named('test.', 'NS', 'ns.test.')] }],
  ['nothing, without recursion', { flags: 0x8100 }],
  ['records of other names only', { answer: [address('www.bank.test.', 66)] }],
  ['the SOA of a zone elsewhere', { flags: 0x8100, authority: [soa('bank.test.', 9)] }],
]

for (const [what, parts] of USELESS) {
  test(`${what} says nothing of the question`, () => assert.equal(partOf('www.far.test.', parts), undefined))
}

test('RFC 2308 §2: without a SOA NXDOMAIN counts, and no data of a server that recurses', () => {
  assert.equal(partOf('no.far.test.', { rcode: 3, flags: 0x8100 })?.['rcode'], 3)
  assert.deepEqual(partOf('www.far.test.', { flags: 0x8100 | RA }), { ...EMPTY, rcode: 0, answer: [] })
})
