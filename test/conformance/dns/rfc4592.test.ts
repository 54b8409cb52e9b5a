import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask, lines, openSubject, SOA, type Subject } from './subject.ts'

let subject: Subject
before(async () => {
  subject = await openSubject()
})
after(() => subject[Symbol.asyncDispose]())

const ANY = (name: string): readonly string[] => [`${name}.conformance.test. 3600 TXT "any"`]

const CASES: readonly [string, string, string, number, readonly string[]][] = [
  ['§2.2.1: a name that is not there', 'x.wild', 'TXT', 0, ANY('x.wild')],
  ['§2.2.1: some labels down', 'x.y.z.wild', 'TXT', 0, ANY('x.y.z.wild')],
  ['§2.2.1: without such data', 'x.wild', 'SRV', 0, []],
  ['§2.2.1: a name that is there', 'real.wild', 'TXT', 0, []],
  ['§2.2.1: a name below one that is there', 'x.real.wild', 'TXT', 3, []],
  ['§2.2.2: an empty non-terminal is there', 'host.wild', 'TXT', 0, []],
  ['§2.2.2: a name below an empty non-terminal', 'x.host.wild', 'TXT', 3, []],
  ['§2.2.2: the name above the asterisk', 'wild', 'TXT', 0, []],
  ['§2.3: the asterisk asked for by name', '*.wild', 'TXT', 0, ANY('*.wild')],
  ['§2.3: an asterisk within a name is a label like others', 'x.*.wild', 'TXT', 3, []],
]

for (const [what, name, type, rcode, answer] of CASES) {
  test(`${what}: ${name} ${type}`, async () => {
    const found = await ask(subject, name, { type })
    assert.deepEqual([found.rcode, lines(found.answer)], [rcode, answer])
    if (answer.length === 0) assert.deepEqual(lines(found.authority), [SOA])
  })
}

test('§3.3.1: a synthesized answer has its additional section', async () => {
  const { answer, additional } = await ask(subject, 'x.wild', { type: 'MX' })
  assert.deepEqual(lines(answer), ['x.wild.conformance.test. 3600 MX 10 mail.conformance.test.'])
  assert.ok(lines(additional).includes('mail.conformance.test. 3600 A 192.0.2.2'))
})
