import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { nameOf, printName, ROOT } from '../../../services/dns/wire/name.ts'
import { checkData, findType, printData, targetOf, typeName } from '../../../services/dns/records/types.ts'
import { parseFile } from '../../../services/dns/zone/parser.ts'
import { dataArbitrary } from './arbitrary.ts'

test('data that is printed is parsed back to the same octets', () => {
  fc.assert(
    fc.property(dataArbitrary, ({ type, data }) => {
      const text = `@ 1 ${typeName(type)} ${printData(type, data)}`
      const { records, problems } = parseFile('f', ROOT, () => text)
      assert.deepEqual(problems, [], text)
      assert.deepEqual(records[0]?.data.toString('hex'), data.toString('hex'), text)
      checkData(type, data)
    }),
    { numRuns: 1000 },
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

test('names that data leads on to are found at their place', () => {
  const host = nameOf(Buffer.from('\u0004host\u0000', 'latin1'))
  assert.equal(printName(targetOf(15, Buffer.concat([Buffer.alloc(2), host.wire])) ?? ROOT), 'host.')
  assert.equal(printName(targetOf(33, Buffer.concat([Buffer.alloc(6), host.wire])) ?? ROOT), 'host.')
  assert.equal(targetOf(1, Buffer.alloc(4)), undefined)
})
