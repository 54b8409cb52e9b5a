import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { BODIES, bodyOf, sendLetters } from './hard-mail.ts'
import { openMailLab } from './mail-lab.ts'
import { Thunderbird } from './thunderbird.ts'

const skip = missing('thunderbird', 'certutil')

for (const [security, means] of [
  ['none', 'in clear'],
  ['starttls', 'over STARTTLS'],
  ['tls', 'over TLS'],
] as const)
  test(`Thunderbird fetches its mail and sends some, ${means}`, { skip }, async () => {
    await using mail = await openMailLab()
    await sendLetters(mail)
    const before = mail.lab.journal.last
    const root = await mail.authority()
    await using thunderbird = await Thunderbird.open(mail, { name: 'ben', security, root })

    assert.deepEqual(await thunderbird.fetch(), ['dots', 'año', 'empty', 'From', 'large'])
    assert.deepEqual(thunderbird.inbox.map(bodyOf), BODIES)
    // It was told to leave nothing on the server.
    assert.deepEqual(mail.stored('ben'), [])

    await thunderbird.send('ana@lab.test', 'Año', 'línea\n.\n..\n')
    const [text = '', ...others] = mail.stored('ana')
    assert.deepEqual(others, [])
    assert.match(text, /^User-Agent: Mozilla Thunderbird/m)
    assert.match(text, /^Subject: =\?UTF-8\?Q\?A=C3=B1o\?=/m)
    assert.equal(Buffer.from(bodyOf(text), 'latin1').toString(), 'línea\n.\n..\n')

    const kinds = ['pop3.logged-in', 'pop3.retrieved', 'pop3.deleted', 'smtp.accepted', 'smtp.delivered']
    const facts = mail.lab.journal.since(before, kinds)
    assert.deepEqual(
      facts.map(({ kind, data }) => [kind, data?.['account']]),
      [
        ['pop3.logged-in', 'ben'],
        ...BODIES.map(() => ['pop3.retrieved', 'ben']),
        ...BODIES.map(() => ['pop3.deleted', 'ben']),
        ['smtp.accepted', 'ben'],
        ['smtp.delivered', 'ana'],
      ],
    )
    assert.equal(facts[0]?.data?.['secure'], security !== 'none')
    assert.equal(facts.at(-2)?.data?.['protocol'], security === 'none' ? 'ESMTPA' : 'ESMTPSA')
  })

test('Thunderbird shows that a password is wrong', { skip }, async () => {
  await using mail = await openMailLab()
  const account = { name: 'ben', password: 'wrong', security: 'none' } as const
  await using thunderbird = await Thunderbird.open(mail, account)
  await assert.rejects(thunderbird.fetch(), /shows: Login to server .* with username ben failed/)
  await assert.rejects(thunderbird.send('ana@lab.test', 'x', 'x'), /shows: Login to server .* failed/)
  const told = mail.lab.journal.since(0, ['pop3.refused', 'smtp.refused'])
  assert.deepEqual(new Set(told.map(({ kind }) => kind)), new Set(['pop3.refused', 'smtp.refused']))
  for (const { data } of told) assert.equal(data?.['account'], 'ben')
})

test('Thunderbird says nothing to a server whose root it does not know', { skip }, async () => {
  await using mail = await openMailLab()
  await using thunderbird = await Thunderbird.open(mail, { name: 'ben', security: 'starttls' })
  await assert.rejects(thunderbird.fetch(), /SEC_ERROR_UNKNOWN_ISSUER/)
  await assert.rejects(thunderbird.send('ana@lab.test', 'x', 'x'), /SEC_ERROR_UNKNOWN_ISSUER/)
  const kinds = ['pop3.logged-in', 'pop3.refused', 'smtp.accepted', 'smtp.refused']
  assert.deepEqual(mail.lab.journal.since(0, kinds), [])
})
