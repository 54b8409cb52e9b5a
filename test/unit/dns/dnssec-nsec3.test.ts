import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveNoName } from '../../../services/dns/authority/proof.ts'
import { hashName } from '../../../services/dns/dnssec/nsec3.ts'
import { TYPE } from '../../../services/dns/records/types.ts'
import { RCODE } from '../../../services/dns/wire/codes.ts'
import { parseName, printKey, ROOT } from '../../../services/dns/wire/name.ts'
import type { Zones } from '../../../services/dns/zone/lookup.ts'
import { ask } from './authority-cases.ts'
import { zonesOf } from './example.ts'

const PARAMETERS = { iterations: 12, salt: Buffer.from('aabbccdd', 'hex') }

// RFC 5155 appendix A.
const HASHES: readonly (readonly [string, string])[] = [
  ['example', '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom'],
  ['a.example', '35mthgpgcu1qg68fab165klnsnk3dpvl'],
  ['ai.example', 'gjeqe526plbf1g8mklp59enfd789njgi'],
  ['ns1.example', '2t7b4g4vsa5smi47k61mv5bv1a22bojr'],
  ['*.w.example', 'r53bq7cc2uvmubfu5ocmm6pers9tk9en'],
  ['x.y.w.example', '2vptu5timamqttgl4luu9kg21e0aor3s'],
]

for (const [name, hash] of HASHES) {
  test(`RFC 5155 appendix A: the hash of ${name}`, () => {
    assert.equal(hashName(parseName(`${name}.`, ROOT).key, PARAMETERS), hash)
  })
}

const ZONE = `$TTL 1h
@ SOA ns h 1 1h 15m 1w 5m
@ NS ns
@ NSEC3PARAM 1 0 12 aabbccdd
@ DNSKEY 257 3 13 ${Buffer.alloc(64, 1).toString('base64')}
@ RRSIG SOA 13 2 3600 20300101000000 20200101000000 1 example.org. ${Buffer.alloc(64).toString('base64')}
ns A 10.0.0.1
a.ent A 10.0.0.2
*.w A 10.0.0.3
sub NS ns.sub
ns.sub A 10.0.0.4
x.only NS ns.sub
secure NS ns.sub
secure DS 1 13 2 ${'ab'.repeat(32)}
`
const NAMES = ['@', 'ns', 'ent', 'a.ent', 'w', '*.w', 'secure']

const APEX = parseName('example.org.', ROOT)

function hashOf(name: string): string {
  return hashName(parseName(name, APEX).key, PARAMETERS)
}

/** The zone with a chain over those names and a second one, with another salt, that is not in use. */
function chained(names: readonly string[]): { readonly zones: Zones; readonly hashes: readonly string[] } {
  const hashes = names.map(hashOf).toSorted()
  const records = hashes.flatMap((hash, index) => [
    `${hash} NSEC3 1 1 12 aabbccdd ${hashes[(index + 1) % hashes.length]} A RRSIG`,
    `${hash} RRSIG NSEC3 13 3 3600 20300101000000 20200101000000 1 example.org. ${Buffer.alloc(64).toString('base64')}`,
  ])
  const other = `${'0'.repeat(32)} NSEC3 1 0 12 - ${'0'.repeat(32)} A RRSIG`
  return { zones: zonesOf({ 'a.db': `${ZONE}${records.join('\n')}\n${other}\n` }), hashes }
}

const WHOLE = chained([...NAMES, 'sub', 'only', 'x.only'])
const OPT_OUT = chained(NAMES)

/** The owners of NSEC3 records that an answer holds. */
function proofOf({ zones }: typeof WHOLE, name: string, type: string): readonly string[] {
  const found = ask(name, type, { minimal: true, dnssec: true }, zones)
  const sets = found?.authority.filter((set) => set.type === TYPE.nsec3) ?? []
  assert.equal(
    sets.length,
    found?.authority.filter((set) => set.data[0]?.readUInt16BE(0) === TYPE.nsec3 && set.type === TYPE.rrsig)
      .length,
  )
  return sets.map((set) => printKey(set.owner.key).replace('.example.org', ''))
}

/** The last hash before that of the name, around the end if need be. */
function covering({ hashes }: typeof WHOLE, name: string): string {
  const wanted = hashOf(name)
  return hashes.findLast((hash) => hash < wanted) ?? hashes.at(-1) ?? ''
}

function unique(...owners: readonly string[]): readonly string[] {
  return [...new Set(owners)]
}

test('RFC 5155 §7.2.2: no name: the closest encloser, and what spans the next closer name and the wildcard', () => {
  for (const name of ['zz', 'x.y.ent', 'p.q.r', 'b.a.ent']) {
    const encloser = name.endsWith('a.ent') ? 'a.ent' : name.endsWith('ent') ? 'ent' : '@'
    const nearer = { zz: 'zz', 'x.y.ent': 'y.ent', 'p.q.r': 'r', 'b.a.ent': 'b.a.ent' }[name] ?? ''
    const wildcard = encloser === '@' ? '*' : `*.${encloser}`
    assert.deepEqual(
      proofOf(WHOLE, name, 'A'),
      unique(hashOf(encloser), covering(WHOLE, nearer), covering(WHOLE, wildcard)),
      name,
    )
  }
})

test('RFC 5155 §7.2.3: no data: the record of the name, an empty non-terminal too', () => {
  assert.deepEqual(proofOf(WHOLE, 'ns', 'TXT'), [hashOf('ns')])
  assert.deepEqual(proofOf(WHOLE, 'ent', 'TXT'), [hashOf('ent')])
})

test('RFC 5155 §7.2.5, §7.2.6: a wildcard', () => {
  assert.deepEqual(proofOf(WHOLE, 'x.y.w', 'A'), [covering(WHOLE, 'y.w')])
  assert.deepEqual(proofOf(WHOLE, 'x.y.w', 'TXT'), unique(hashOf('w'), covering(WHOLE, 'y.w'), hashOf('*.w')))
})

test('RFC 5155 §7.2.4, §7.2.7: an unsigned delegation in the chain, and one that opted out of it', () => {
  for (const [name, type] of [
    ['sub', 'DS'],
    ['x.sub', 'A'],
  ] as const) {
    assert.deepEqual(proofOf(WHOLE, name, type), [hashOf('sub')])
    assert.deepEqual(proofOf(OPT_OUT, name, type), unique(hashOf('@'), covering(OPT_OUT, 'sub')))
  }
  assert.deepEqual(proofOf(WHOLE, 'x.secure', 'A'), [])
})

test('RFC 5155 §7.2.1: an empty non-terminal that opted out is no provable encloser', () => {
  assert.deepEqual(
    proofOf(OPT_OUT, 'y.only', 'A'),
    unique(hashOf('@'), covering(OPT_OUT, 'only'), covering(OPT_OUT, '*')),
  )
  assert.deepEqual(proofOf(OPT_OUT, 'only', 'A'), unique(hashOf('@'), covering(OPT_OUT, 'only')))
})

test('a name of as many labels as there can be costs no more hashes than a short one', () => {
  let hashes = 0
  const found = WHOLE.zones.get(APEX.key)?.nodes.get(APEX.key)
  const look = (): typeof found => {
    hashes += 1
    return found
  }
  const denial = { type: TYPE.nsec3, hashed: [], match: look, cover: look }
  const deep = parseName('x.'.repeat(120), APEX)
  proveNoName(denial, deep.key, APEX.key)
  assert.equal(hashes, 4)
})

test('RFC 5155 §7.2.8: the names of the chain do not exist', () => {
  assert.equal(ask(hashOf('ns'), 'NSEC3', undefined, WHOLE.zones)?.rcode, RCODE.NXDOMAIN)
})
