import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, exchange, lines, openForAllTests, queryFor, SOA } from './subject.ts'

const subject = openForAllTests()

test('§3: data of unknown types is octets, none included', async () => {
  assert.deepEqual(lines((await ask(subject, 'odd', { type: 'TYPE65280' })).answer), [
    String.raw`odd.conformance.test. 3600 TYPE65280 \# 4 01020304`,
  ])
  const [set] = (await ask(subject, 'empty', { type: 'TYPE65281' })).answer
  assert.deepEqual(
    set?.data.map((each) => each.length),
    [0],
  )
})

test('§3: a question for an unknown type is answered like any other', async () => {
  for (const type of ['TYPE1000', 'TYPE65279', 'TYPE65534']) {
    const { rcode, answer, authority } = await ask(subject, 'www', { type })
    assert.deepEqual([rcode, lines(answer), lines(authority)], [0, [], [SOA]])
    assert.equal((await ask(subject, 'nothing', { type })).rcode, 3)
  }
  assert.deepEqual(lines((await ask(subject, 'last', { type: 'TYPE65534' })).answer), [
    String.raw`last.conformance.test. 3600 TYPE65534 \# 1 ff`,
  ])
})

test('§4: what looks like a pointer in unknown data stays as it is, and names in it are not compressed', async () => {
  const octets = await exchange(subject, queryFor('pointer', { type: 'TYPE65282' }))
  const start = queryFor('pointer').length
  assert.deepEqual(
    [octets.readUInt16BE(start), octets.readUInt16BE(start + 2), octets.readUInt16BE(start + 10)],
    [0xc00c, 65_282, 4],
  )
  assert.equal(octets.readUInt32BE(start + 12), 0xc00cc00c)
})

test('§5: known types may be written in the generic form, and are known then', async () => {
  assert.deepEqual(lines((await ask(subject, 'generic')).answer), [
    'generic.conformance.test. 3600 A 192.0.2.13',
  ])
  const { answer, additional } = await ask(subject, 'generic', { type: 'MX' })
  assert.deepEqual(lines(answer), ['generic.conformance.test. 3600 MX 10 mail.conformance.test.'])
  assert.ok(lines(additional).includes('mail.conformance.test. 3600 A 192.0.2.2'))
})

test('§4: names in the data of a known type are compressed, however they were written', async () => {
  const octets = await exchange(subject, queryFor('generic', { type: 'MX' }))
  assert.equal(octets.toString('latin1').split('conformance').length - 1, 1)
})

test('§6: unknown data is compared bit by bit', async () => {
  assert.deepEqual(lines((await ask(subject, 'twice', { type: 'TYPE65283' })).answer), [
    String.raw`twice.conformance.test. 3600 TYPE65283 \# 2 4142`,
    String.raw`twice.conformance.test. 3600 TYPE65283 \# 2 6162`,
  ])
})

test('§3: unknown classes have no zones here', async () => {
  for (const klass of [2, 1000, 65_280]) {
    const { rcode, answer } = await ask(subject, 'www', { class: klass })
    // Refused or, as BIND has it, not implemented.
    assert.deepEqual([[4, 5].includes(rcode), lines(answer)], [true, []], `class ${klass}: ${rcode}`)
  }
})
