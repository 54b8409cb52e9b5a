import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Accounts, Peer, World } from '../../../lab/service.ts'
import { createAccounts } from '../../../lab/world/accounts.ts'
import { Logins } from '../../../services/mail/login.ts'
import { mailOptions } from '../../../services/mail/options.ts'
import { random, stillClock } from '../world/fakes.ts'

const local = { host: '127.0.0.1', port: 25 }
const peer = (host: string): Peer => ({ host, port: 40_000, connection: 1, local })

function createLogins(options: object = {}, waits: number[] = []): Logins {
  const clock = {
    ...stillClock(),
    wait: (milliseconds: number) => {
      waits.push(milliseconds)
      return Promise.resolve()
    },
  }
  const entries = [{ name: 'ana', password: 'secret' }]
  const accounts: Accounts = createAccounts({ entries, domain: () => 'lab.test', clock, random })
  const world = { domain: 'lab.test', accounts } as World
  return new Logins({ clock, random, world, config: mailOptions.parse(options) })
}

test('the salts of unknown names come with as many rounds as those of accounts', async () => {
  const logins = createLogins()
  const rounds = await Promise.all(
    ['ana', 'nobody'].map(async (name) => {
      const step = await logins
        .open('scram-sha-256', '127.0.0.1')
        ?.step(Buffer.from(`n,,n=${name},r=0123456789abcdef`))
      return step?.kind === 'challenge' ? /,i=(\d+)$/.exec(step.octets.toString())?.[1] : undefined
    }),
  )
  assert.ok(rounds[0] !== undefined)
  assert.equal(rounds[1], rounds[0])
})

test('a name may have a domain of the service, in any letter case', async () => {
  const logins = createLogins({ domains: ['other.test'] })
  for (const name of ['ana', 'ANA', 'ana@lab.test', 'Ana@LAB.test', 'ana@other.test'])
    assert.deepEqual(await logins.check(name, 'secret', '127.0.0.1'), {
      name: 'ana',
      address: 'ana@lab.test',
    })
  for (const name of ['ana@else.test', 'ana@', '@lab.test', 'nobody', ''])
    assert.equal(await logins.check(name, 'secret', '127.0.0.1'), 'rejected')
})

test('a wrong login is answered late, by either way', async () => {
  const waits: number[] = []
  const logins = createLogins({ failureDelay: 2 }, waits)
  assert.equal(await logins.check('ana', 'wrong', '127.0.0.1'), 'rejected')
  assert.deepEqual(waits, [2000])
  const step = await logins.open('plain', '127.0.0.1')?.step(Buffer.from('\0ana\0wrong'))
  assert.deepEqual(step, { kind: 'failed', why: 'rejected', name: 'ana' })
  assert.deepEqual(waits, [2000, 2000])
  assert.equal((await logins.open('plain', '127.0.0.1')?.step(Buffer.from('\0ana\0secret')))?.kind, 'done')
  assert.deepEqual(waits, [2000, 2000])
})

test('one address with many logins takes no place from others', async () => {
  const logins = createLogins({ failureDelay: 0 })
  const order: unknown[] = []
  const many = Array.from({ length: 60 }, async () => {
    order.push(await logins.check('ana', 'wrong', '192.168.56.66'))
  })
  const other = await logins.check('ana', 'secret', '192.168.56.7')
  assert.equal(typeof other, 'object')
  assert.ok(order.length < 40, String(order.length))
  await Promise.all(many)
  assert.deepEqual(new Set(order), new Set(['rejected']))
})

test('only mechanisms of the options are opened', () => {
  const logins = createLogins({ mechanisms: ['PLAIN'] })
  assert.ok(logins.open('PLAIN', '127.0.0.1'))
  assert.equal(logins.open('LOGIN', '127.0.0.1'), undefined)
})

for (const [plaintext, host, isAllowed] of [
  ['refused', '127.0.0.1', false],
  ['loopback', '127.0.0.2', true],
  ['loopback', '::ffff:127.0.0.1', true],
  ['loopback', '::1', true],
  ['loopback', '192.168.56.101', false],
  ['allowed', '192.168.56.101', true],
] as const) {
  test(`plaintext: ${plaintext} has ${host} ${isAllowed ? 'send' : 'not send'} its password in clear`, () => {
    const logins = createLogins({ plaintext })
    assert.equal(logins.isClearAllowed(peer(host), false), isAllowed)
    assert.equal(logins.mechanisms(peer(host), false).includes('PLAIN'), isAllowed)
    assert.ok(logins.mechanisms(peer(host), false).includes('SCRAM-SHA-256'))
    assert.ok(logins.mechanisms(peer(host), true).includes('PLAIN'))
  })
}
