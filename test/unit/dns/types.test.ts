import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalData } from '../../../services/dns/records/canonical.ts'
import { findType, MNEMONICS, targetOf, typeName } from '../../../services/dns/records/types.ts'
import { checkData, printData } from '../../../services/dns/records/data.ts'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { decodeMessage, type Message } from '../../../services/dns/wire/message.ts'
import { parseName, printName, ROOT, WireError } from '../../../services/dns/wire/name.ts'
import { parseFile } from '../../../services/dns/zone/parser.ts'
import { dataOf, TYPE_CODES, typedArbitrary } from './types-arbitrary.ts'

for (const code of TYPE_CODES) {
  test(`data of type ${typeName(code)} is parsed back to the same octets when printed, and survives the wire`, () => {
    fc.assert(
      fc.property(dataOf(code), ({ type, data }) => {
        checkData(type, data)
        const text = `@ 1 ${typeName(type)} ${printData(type, data)}`
        const { records, problems } = parseFile('f', ROOT, () => text)
        assert.deepEqual(problems, [], text)
        assert.equal(records[0]?.data.toString('hex'), data.toString('hex'), text)
        assert.equal(
          decodeMessage(encodeMessage(messageOf(type, data))).answer[0]?.data[0]?.equals(data),
          true,
        )
      }),
      { numRuns: 150 },
    )
  })
}

function messageOf(type: number, data: Buffer): Message {
  const owner = parseName('www.example.org', ROOT)
  return {
    id: 1,
    flags: 0x8400,
    opcode: 0,
    rcode: 0,
    questions: [{ name: owner, type, class: 1 }],
    answer: [{ owner, type, class: 1, ttl: 1, data: [data] }],
    authority: [],
    additional: [],
  }
}

test('every type with a form of its own has random data in these tests', () => {
  const tested = new Set(TYPE_CODES.map(typeName))
  assert.deepEqual(
    MNEMONICS.filter((mnemonic) => !tested.has(mnemonic)),
    [],
  )
})

test('data that is cut or changed is refused as a WireError or can still be printed and read', () => {
  const changed = fc.tuple(typedArbitrary, fc.nat(), fc.nat(255), fc.boolean())
  fc.assert(
    fc.property(changed, ([{ type, data }, place, octet, isCut]) => {
      const at = data.length === 0 ? 0 : place % data.length
      const wrong = isCut ? data.subarray(0, at) : Buffer.from(data)
      if (!isCut && data.length > 0) wrong[at] = octet
      try {
        checkData(type, wrong)
      } catch (error) {
        assert.ok(error instanceof WireError)
        return
      }
      const text = `@ 1 ${typeName(type)} ${printData(type, wrong)}`
      const { records } = parseFile('f', ROOT, () => text)
      assert.equal(records[0]?.data.toString('hex'), wrong.toString('hex'), text)
      canonicalData(type, wrong)
      targetOf(type, wrong)
    }),
    { numRuns: 5000 },
  )
})

test('types are found by mnemonic and by number (RFC 3597 §5)', () => {
  assert.equal(findType('mx')?.code, 15)
  assert.equal(findType('TYPE15')?.mnemonic, 'MX')
  assert.equal(findType('type65280')?.code, 65_280)
  assert.equal(findType('TYPE65536'), undefined)
  assert.equal(findType('TYPE'), undefined)
  assert.equal(typeName(15), 'MX')
  assert.equal(typeName(65), 'HTTPS')
  assert.equal(typeName(64_000), 'TYPE64000')
})

const HOST = Buffer.from('\u0004host\u0000', 'latin1')
const OWNER = parseName('owner', ROOT)

/** Type, hexadecimal data before the host, and what is found. */
const TARGETS: readonly [string, string, string | undefined][] = [
  ['NS', '', 'host.'],
  ['CNAME', '', 'host.'],
  ['DNAME', '', 'host.'],
  ['MX', '000a', 'host.'],
  ['AFSDB', '0001', 'host.'],
  ['RT', '0001', 'host.'],
  ['KX', '0001', 'host.'],
  ['SRV', '000000010002', 'host.'],
  ['NAPTR', '00010002017302787800', 'host.'],
  ['NAPTR', '00010002014102787800', 'host.'],
  ['NAPTR', '00010002017502787800', undefined],
  ['NAPTR', '000100020002787800', undefined],
  ['NAPTR', '0001000202617802787800', undefined],
  ['SVCB', '0001', 'host.'],
  ['HTTPS', '0000', 'host.'],
  ['PTR', '', undefined],
  ['A', '00', undefined],
]

for (const [mnemonic, before, expected] of TARGETS) {
  test(`${mnemonic} ${before} leads on to ${expected ?? 'nothing'}`, () => {
    const data = Buffer.concat([Buffer.from(before, 'hex'), HOST])
    const target = targetOf(findType(mnemonic)?.code ?? 0, data, OWNER)
    assert.equal(target && printName(target), expected)
  })
}

test('a dot as the target of a service stands for its owner, as an alias for nothing (RFC 9460 §2.5)', () => {
  assert.equal(targetOf(64, Buffer.of(0, 1, 0), OWNER)?.key, OWNER.key)
  assert.equal(targetOf(65, Buffer.of(0, 1, 0), OWNER)?.key, OWNER.key)
  assert.equal(targetOf(64, Buffer.of(0, 0, 0), OWNER), undefined)
})

const UPPER = Buffer.from('\u0004AoSZ\u0000', 'latin1')
const LOWER = Buffer.from('\u0004aosz\u0000', 'latin1')

/** Type, data with names as `*`, and whether the canonical form lower-cases them. */
const CANONICAL: readonly [string, string, boolean][] = [
  ['NS', '*', true],
  ['CNAME', '*', true],
  ['PTR', '*', true],
  ['MINFO', '**', true],
  ['SOA', '**4142434445464748494a4b4c4d4e4f5051525354', true],
  ['MX', '4141*', true],
  ['RP', '**', true],
  ['AFSDB', '4141*', true],
  ['RT', '4141*', true],
  ['PX', '4141**', true],
  ['KX', '4141*', true],
  ['SRV', '414141414141*', true],
  ['NAPTR', '414141410141014100*', true],
  ['DNAME', '*', true],
  ['RRSIG', '414141414141414141414141414141414141*4141', true],
  ['NSEC', '*000140', false],
  ['SVCB', '0001*', false],
  ['HTTPS', '0001*', false],
  ['TXT', '024141', false],
  ['TYPE65280', '*', false],
]

for (const [mnemonic, data, isLowered] of CANONICAL) {
  test(`the canonical form of ${mnemonic} ${isLowered ? 'lower-cases its names only' : 'is as it was'} (RFC 4034 §6.2)`, () => {
    const [upper, lower] = [UPPER, LOWER].map((name) =>
      Buffer.from(data.replaceAll('*', name.toString('hex')), 'hex'),
    )
    const code = findType(mnemonic)?.code ?? 0
    const before = upper?.toString('hex')
    assert.equal(
      canonicalData(code, upper ?? HOST).toString('hex'),
      (isLowered ? lower : upper)?.toString('hex'),
    )
    assert.equal(upper?.toString('hex'), before)
  })
}

test('only names of the types of RFC 1035 are compressed (RFC 3597 §4)', () => {
  const name = parseName('www.example.org', ROOT)
  const lengths = ['MX', 'AFSDB', 'RT', 'KX'].map((mnemonic) => {
    const data = Buffer.concat([Buffer.of(0, 1), name.wire])
    return encodeMessage(messageOf(findType(mnemonic)?.code ?? 0, data)).length
  })
  const [mx = 0, ...others] = lengths
  assert.deepEqual(
    others.map((length) => length - mx),
    others.map(() => name.wire.length - 2),
  )
})
