import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account, Accounts } from '../../../lab/service.ts'
import { mailOptions } from '../../../services/mail/options.ts'
import { Directory } from '../../../services/mail/policy/directory.ts'
import { admit } from '../../../services/mail/queue/admission.ts'

const NAMES = ['ana', 'ben', 'eva']

/** What addresses come to, and how often an account was looked for. */
function admitted(aliases: object, addresses: readonly string[]) {
  let looked = 0
  const find = (name: string): Account | undefined => {
    looked += 1
    return NAMES.includes(name.toLowerCase())
      ? { name: name.toLowerCase(), address: `${name}@lab.test` }
      : undefined
  }
  const none = (): never => assert.fail('nobody logs in here')
  const list = (): readonly Account[] => []
  const accounts: Accounts = { list, find, verify: none, scram: none, scramSalt: none }
  const world = { domain: 'lab.test', address: '127.0.0.1', accounts }
  const directory = new Directory({ config: mailOptions.parse({ aliases }), world })
  const recipients = addresses.map((address) => ({ address, notify: undefined, original: undefined }))
  const places = admit(directory, recipients, 0)
  return { looked, places: Object.fromEntries(places.map(({ address, asked }) => [address, asked])) }
}

test('an alias for a thousand is followed once for a hundred tags, and not all of those are kept', () => {
  const far = Array.from({ length: 999 }, (_, place) => `user${place}@far.test`)
  const tags = Array.from({ length: 100 }, (_, place) => `all+${place}@lab.test`)
  const { looked, places } = admitted({ all: ['ana', ...far] }, tags)
  assert.equal(Object.keys(places).length, 1000)
  assert.ok(looked < 300, String(looked))
  assert.deepEqual(places['ana@lab.test'], tags.slice(0, 20))
  assert.deepEqual(places['user998@far.test'], tags.slice(0, 20))
})

test('what leads to one place by several ways is kept once, with those that led there', () => {
  const aliases = { all: ['ana', 'ben'], 'ben+list': ['eva'] }
  const { places } = admitted(aliases, [
    'ANA@lab.test',
    'all@lab.test',
    'ben+list@lab.test',
    'ben+x@lab.test',
    'Ben@far.test',
    'ben@far.test',
    'ANA@lab.test',
  ])
  assert.deepEqual(places, {
    'ANA@lab.test': ['ANA@lab.test', 'all@lab.test'],
    'ben@lab.test': ['all@lab.test', 'ben+x@lab.test'],
    'eva@lab.test': ['ben+list@lab.test'],
    'Ben@far.test': ['Ben@far.test'],
    'ben@far.test': ['ben@far.test'],
  })
})
