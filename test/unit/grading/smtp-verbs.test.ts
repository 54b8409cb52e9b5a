/** What tasks say of mail, on the facts that our service records and on what a probe finds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SeenFact } from '../../../lab/check.ts'
import { createContext } from '../../../lab/grading/context.ts'
import type { FactData } from '../../../lab/service.ts'
import { checks } from '../../../services/mail/checks.ts'
import { letter, post } from '../../../services/mail/checks/maildrop.ts'
import { until } from '../../talk.ts'
import { ourMail } from './mail-target.ts'

const fact = (kind: string, data: FactData): SeenFact => ({
  seq: 1,
  at: 0,
  service: 'mail',
  connection: 1,
  kind,
  data,
})

const accepted = fact('smtp.accepted', {
  from: 'a@client.example',
  to: ['ana@lab.test', 'ben@lab.test'],
  account: 'ana',
  protocol: 'esmtpsa',
  subject: 'Fwd: x7y8z9 as promised',
})
const CASES = [
  ['smtp.accepted', accepted, { to: 'BEN@lab.test', account: 'ana', tls: true }, { to: 'other@lab.test' }],
  ['smtp.accepted', accepted, { from: 'a@client.example' }, { tls: false }],
  ['smtp.accepted', accepted, { subject: 'X7Y8Z9' }, { subject: 'x7y8z8' }],
  [
    'smtp.bounced',
    fact('smtp.bounced', { from: 'ana@lab.test', recipient: 'x@partner.test' }),
    { recipient: 'x@partner.test' },
    { from: 'ben@lab.test' },
  ],
  [
    'pop3.refused',
    fact('pop3.refused', { account: 'ana', why: 'locked' }),
    { account: 'ana', why: 'locked' },
    { why: 'fault' },
  ],
  [
    'smtp.delivered',
    fact('smtp.delivered', { recipient: 'ana@lab.test', account: 'ana' }),
    { account: 'ana' },
    { account: 'ben' },
  ],
  ['smtp.refused', fact('smtp.refused', { code: 550, why: 'unknown' }), { code: 550 }, { code: 535 }],
  [
    'pop3.logged-in',
    fact('pop3.logged-in', { account: 'ana', mechanism: 'USER', secure: false, messages: 0 }),
    { account: 'ana', secure: false, messages: 0 },
    { secure: true },
  ],
  ['pop3.retrieved', fact('pop3.retrieved', { account: 'ana' }), { account: 'ana' }, { account: 'ben' }],
  ['pop3.deleted', fact('pop3.deleted', { account: 'ana' }), {}, { account: 'ben' }],
] as const

for (const [name, seen, right, wrong] of CASES) {
  test(`${name} tells a fact that is as wanted from one that is not: ${JSON.stringify(right)}`, () => {
    const verb = checks.verbs[name]
    assert.ok(verb?.kind === 'evidence')
    const holds = (settings: object): boolean =>
      verb.judge(seen, verb.settings.parse(settings)).every((each) => each.holds)
    assert.deepEqual([holds(right), holds(wrong)], [true, false])
    const { en, es } = verb.title(right)
    assert.notEqual(en, es)
  })
}

test('smtp.takes and pop3.holds ask the target', async () => {
  await using mail = await ourMail()
  const ask = async (name: string, settings: object): Promise<boolean> => {
    const verb = checks.verbs[name]
    assert.ok(verb?.kind === 'probe')
    await using context = createContext(mail.target, { seed: 'x', signal: new AbortController().signal })
    return (await verb.run(context, verb.settings.parse(settings))).assertions.every((each) => each.holds)
  }
  assert.equal(await ask('smtp.takes', { to: 'ana@lab.test' }), true)
  assert.equal(await ask('smtp.takes', { to: 'nobody@lab.test' }), false)
  assert.equal(await ask('smtp.takes', { to: 'x@elsewhere.example', refuses: true }), true)
  assert.equal(await ask('pop3.holds', { account: 'ana' }), false)
  await using context = createContext(mail.target, { seed: 'y', signal: new AbortController().signal })
  await post(context, [letter(mail.target, 'a bird', 'a ñandú\r\n')])
  await until(
    () => ask('pop3.holds', { account: 'ana', subject: 'a bird', contains: 'ñandú' }),
    'the message',
  )
  assert.equal(await ask('pop3.holds', { account: 'ana', subject: 'nothing like it' }), false)
})
