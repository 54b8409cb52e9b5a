import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ask,
  exchange,
  FLAGS,
  isElsewhere,
  lines,
  openForAllTests,
  openSubject,
  queryFor,
} from './subject.ts'

const skip = isElsewhere && 'needs a server of the zone dname.test'

const subject = openForAllTests(() => openSubject({ zones: { 'dname.test': 'dname.db' } }))

const SOA = 'dname.test. 300 SOA ns.dname.test. hostmaster.dname.test. 1 3600 900 604800 300'
const ORIGIN = '.dname.test.'
const OLD = 'old.dname.test. 600 DNAME new.dname.test.'

interface Case {
  readonly what: string
  readonly name: string
  readonly type: string
  readonly rcode: number
  readonly answer: readonly string[]
}

const CASES: readonly Case[] = [
  {
    what: '§2.2, §3.1: a name below is redirected by a CNAME with the TTL of the DNAME',
    name: 'a.old',
    type: 'A',
    rcode: 0,
    answer: ['a.new.dname.test. 3600 A 192.0.2.3', 'a.old.dname.test. 600 CNAME a.new.dname.test.', OLD],
  },
  {
    what: '§2.2: several labels are kept',
    name: 'b.c.old',
    type: 'A',
    rcode: 0,
    answer: [
      'b.c.new.dname.test. 3600 A 192.0.2.4',
      'b.c.old.dname.test. 600 CNAME b.c.new.dname.test.',
      OLD,
    ],
  },
  {
    what: '§2.3: the owner itself is not redirected',
    name: 'old',
    type: 'A',
    rcode: 0,
    answer: ['old.dname.test. 3600 A 192.0.2.2'],
  },
  {
    what: '§2.3: the owner itself has no such data',
    name: 'old',
    type: 'AAAA',
    rcode: 0,
    answer: [],
  },
  { what: '§3.2: the DNAME can be asked for', name: 'old', type: 'DNAME', rcode: 0, answer: [OLD] },
  {
    what: '§3.2: a CNAME asked for below is the one that is made',
    name: 'a.old',
    type: 'CNAME',
    rcode: 0,
    answer: ['a.old.dname.test. 600 CNAME a.new.dname.test.', OLD],
  },
  {
    what: '§3.2: a DNAME asked for below is looked for at the new name',
    name: 'a.old',
    type: 'DNAME',
    rcode: 0,
    answer: ['a.old.dname.test. 600 CNAME a.new.dname.test.', OLD],
  },
  {
    what: '§3.2, RFC 6604 §3: the new name does not exist',
    name: 'zz.old',
    type: 'A',
    rcode: 3,
    answer: ['old.dname.test. 600 DNAME new.dname.test.', 'zz.old.dname.test. 600 CNAME zz.new.dname.test.'],
  },
  {
    what: '§3.2: the tree of new names does not exist',
    name: 'x.gone',
    type: 'A',
    rcode: 3,
    answer: [
      'gone.dname.test. 3600 DNAME nothing.dname.test.',
      'x.gone.dname.test. 3600 CNAME x.nothing.dname.test.',
    ],
  },
  {
    what: '§3.2: one DNAME leads to another',
    name: 'a.hop',
    type: 'A',
    rcode: 0,
    answer: [
      'a.hop.dname.test. 3600 CNAME a.old.dname.test.',
      'a.new.dname.test. 3600 A 192.0.2.3',
      'a.old.dname.test. 600 CNAME a.new.dname.test.',
      'hop.dname.test. 3600 DNAME old.dname.test.',
      OLD,
    ],
  },
  {
    what: '§3.2: an alias leads to a DNAME',
    name: 'alias',
    type: 'A',
    rcode: 0,
    answer: [
      'a.new.dname.test. 3600 A 192.0.2.3',
      'a.old.dname.test. 600 CNAME a.new.dname.test.',
      'alias.dname.test. 3600 CNAME a.old.dname.test.',
      OLD,
    ],
  },
  {
    what: '§3.2: the new name is elsewhere',
    name: 'x.y.away',
    type: 'A',
    rcode: 0,
    answer: [
      'away.dname.test. 3600 DNAME elsewhere.example.',
      'x.y.away.dname.test. 3600 CNAME x.y.elsewhere.example.',
    ],
  },
  {
    what: '§3.3: a wildcard at the new name',
    name: 'x.any.old',
    type: 'TXT',
    rcode: 0,
    answer: [
      OLD,
      'x.any.new.dname.test. 3600 TXT "made for all"',
      'x.any.old.dname.test. 600 CNAME x.any.new.dname.test.',
    ],
  },
]

for (const { what, name, type, rcode, answer } of CASES) {
  test(`${what}: ${name} ${type}`, { skip }, async () => {
    const found = await ask(subject, name + ORIGIN, { type })
    assert.deepEqual([found.rcode, lines(found.answer)], [rcode, answer.toSorted()])
    assert.equal(found.flags & FLAGS.authoritative, FLAGS.authoritative)
    const isDenial = rcode === 3 || (answer.length === 0 && rcode === 0)
    if (isDenial) assert.deepEqual(lines(found.authority), [SOA])
  })
}

test('§3.2: the DNAME stands before the CNAME that is made of it', { skip }, async () => {
  const { answer } = await ask(subject, `a.old${ORIGIN}`)
  assert.deepEqual(
    answer.map((set) => set.type),
    [39, 5, 1],
  )
})

test('§2.2, §3.2: a new name over 255 octets is YXDOMAIN, with the DNAME', { skip }, async () => {
  const label = 'm'.repeat(63)
  const { rcode, answer } = await ask(subject, `${label}.${label}.long${ORIGIN}`)
  assert.equal(rcode, 6)
  assert.deepEqual(
    answer.map((set) => set.type),
    [39],
  )
})

test('§2.2: the longest name that fits is not too long', { skip }, async () => {
  // 255 octets less 3 labels of 63, the origin and the final zero.
  const room = 255 - 3 * 64 - 'dname.test'.length - 2
  const { rcode } = await ask(subject, `${'m'.repeat(room - 1)}.long${ORIGIN}`)
  assert.equal(rcode, 3)
  assert.equal((await ask(subject, `${'m'.repeat(room)}.long${ORIGIN}`)).rcode, 6)
})

test('§3.2: redirections that go round end', { skip }, async () => {
  const { answer } = await ask(subject, `x.round${ORIGIN}`)
  assert.ok(answer.length > 1 && answer.length <= 40, String(answer.length))
})

test('§3.2: the new name is below a cut', { skip }, async () => {
  const { answer, authority, additional, rcode } = await ask(subject, `x.cutnew${ORIGIN}`)
  assert.equal(rcode, 0)
  assert.deepEqual(lines(answer), [
    'cutnew.dname.test. 3600 DNAME sub.dname.test.',
    'x.cutnew.dname.test. 3600 CNAME x.sub.dname.test.',
  ])
  assert.deepEqual(lines(authority), ['sub.dname.test. 3600 NS ns.sub.dname.test.'])
  assert.deepEqual(lines(additional), ['ns.sub.dname.test. 3600 A 192.0.2.5'])
})

test('§2.5: the name in the data of a DNAME is not compressed', { skip }, async () => {
  const octets = await exchange(subject, queryFor(`old${ORIGIN}`, { type: 'DNAME' }))
  assert.ok(octets.includes(Buffer.from('\u0003new\u0005dname\u0004test\0', 'latin1')))
})

test('§2.2: the name is compared without letter case', { skip }, async () => {
  const { answer } = await ask(subject, `A.OLD${ORIGIN}`)
  assert.ok(lines(answer).includes('a.new.dname.test. 3600 A 192.0.2.3'), lines(answer).join('\n'))
})
