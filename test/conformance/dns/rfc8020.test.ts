import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, openForAllTests } from './subject.ts'

const subject = openForAllTests()

// The names above names with data, in the zones under test.
const ABOVE = ['b.ent', 'ent', 'host.wild', 'wild', '_tcp', 'srv.wild', 'aliases'] as const

for (const name of ABOVE) {
  test(`§2: ${name} has names below it, so it exists`, async () => {
    assert.equal((await ask(subject, name, { type: 'TYPE1000' })).rcode, 0)
  })
}

for (const name of ['nothing', 'x.nothing', 'x.y.nothing', 'c.b.ent', 'x.c.b.ent']) {
  test(`§2: ${name} does not exist, and nothing is below it`, async () => {
    assert.equal((await ask(subject, name)).rcode, 3)
    for (const below of ['a', '*', 'a.b.c']) assert.equal((await ask(subject, `${below}.${name}`)).rcode, 3)
  })
}

test('§2: what is said of a name by letter case holds for all its cases', async () => {
  for (const name of ['NOTHING', 'nOtHiNg', 'x.NOTHING']) assert.equal((await ask(subject, name)).rcode, 3)
})
