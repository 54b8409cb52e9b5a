import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { createHmac, pbkdf2Sync } from 'node:crypto'
import { inspect } from 'node:util'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  accountNameProblem,
  createAccounts,
  foldAccountName,
  type AccountEntry,
} from '../../../lab/world/accounts.ts'
import type { ScramVerifier } from '../../../lab/service.ts'
import { random, stillClock } from './fakes.ts'

function make(entries: readonly AccountEntry[], clock = stillClock()) {
  return createAccounts({ entries, domain: () => 'sstt9721.org', clock, random })
}

const always = (): boolean => true

/** Whether a verifier stands for a password, computed apart from the code under test. */
function stands(verifier: ScramVerifier | undefined, hash: 'sha1' | 'sha256', password: string): boolean {
  assert.ok(verifier)
  const length = hash === 'sha1' ? 20 : 32
  const salted = pbkdf2Sync(password, verifier.salt, verifier.iterations, length, hash)
  return createHmac(hash, salted).update('Server Key').digest().equals(verifier.serverKey)
}

test('accounts are listed in order, with addresses of the domain, and found without letter case', () => {
  const accounts = make([{ name: 'nombre2_9721' }, { name: 'Nombre1_9721' }])
  const second = { name: 'Nombre1_9721', address: 'Nombre1_9721@sstt9721.org' }
  assert.deepEqual(accounts.list(), [{ name: 'nombre2_9721', address: 'nombre2_9721@sstt9721.org' }, second])
  assert.deepEqual(accounts.find('nOMBRE1_9721'), second)
  for (const name of ['nombre3', '', '__proto__', 'constructor', '../nombre1_9721', 'nombre1_9721 ']) {
    assert.equal(accounts.find(name), undefined, name)
  }
})

test('without a password the name, as written, is the password', async () => {
  const accounts = make([
    { name: 'nombre1_9721' },
    { name: 'Ana' },
    { name: 'other', password: 'contrase\u00F1a' },
  ])
  assert.equal(await accounts.verify('NOMBRE1_9721', 'nombre1_9721'), true)
  assert.equal(await accounts.verify('ana', 'Ana'), true)
  assert.equal(await accounts.verify('ana', 'ana'), false)
  assert.equal(await accounts.verify('other', 'contrasen\u0303a'), true)
  assert.equal(await accounts.verify('other', 'other'), false)
})

test('verify answers alike before and after the first use, for right, wrong and impossible passwords', async () => {
  const accounts = make([{ name: 'one', password: 'right' }])
  const answers = async () => [
    await accounts.verify('one', 'wrong'),
    await accounts.verify('one', ''),
    await accounts.verify('one', 'x'.repeat(5000)),
    await accounts.verify('one', 'right\0'),
    await accounts.verify('nobody', 'right'),
    await accounts.verify('../one', 'right'),
    await accounts.verify('one', 'right'),
    await accounts.verify('one', 'wrong'),
  ]
  const expected = [false, false, false, false, false, false, true, false]
  assert.deepEqual(await answers(), expected)
  assert.deepEqual(await answers(), expected)
})

test('a right password is recognised again when the short memory of it has ended', async () => {
  const clock = stillClock()
  const accounts = make([{ name: 'one' }], clock)
  for (const [at, password, answer] of [
    [0, 'one', true],
    [599_999, 'one', true],
    [600_000, 'two', false],
    [600_000, 'one', true],
  ] as const) {
    clock.time = at
    assert.equal(await accounts.verify('one', password), answer)
  }
})

for (const hash of ['sha1', 'sha256'] as const) {
  test(`the ${hash} verifier stands for the password, is salted, and stays the same`, async () => {
    const accounts = make([
      { name: 'one', password: 'same' },
      { name: 'two', password: 'same' },
    ])
    const [one, again, two] = await Promise.all([
      accounts.scram('ONE', hash, always),
      accounts.scram('one', hash, always),
      accounts.scram('two', hash, always),
    ])
    assert.ok(stands(one, hash, 'same') && stands(two, hash, 'same') && !stands(one, hash, 'other'))
    assert.equal(one, again)
    assert.ok(one && two && !one.salt.equals(two.salt) && one.iterations >= 4096)
    assert.equal(await accounts.verify('one', 'same'), true)
    assert.equal(await accounts.scram('one', hash, always), one)
    assert.equal(await accounts.scram('three', hash, always), undefined)
  })
}

test('a new list keeps the verifiers of unchanged passwords and drops those of others', async () => {
  const accounts = make([{ name: 'stays' }, { name: 'changes', password: 'old' }, { name: 'leaves' }])
  const before = await accounts.scram('stays', 'sha256', always)
  const changing = await accounts.scram('changes', 'sha256', always)
  assert.equal(await accounts.verify('changes', 'old'), true)
  accounts.update([
    { name: 'changes', password: 'new' },
    { name: 'Stays', password: 'stays' },
    { name: 'comes' },
  ])
  assert.deepEqual(
    accounts.list().map(({ name }) => name),
    ['changes', 'Stays', 'comes'],
  )
  assert.equal(await accounts.scram('stays', 'sha256', always), before)
  assert.equal(await accounts.verify('changes', 'old'), false)
  assert.equal(await accounts.verify('changes', 'new'), true)
  assert.notEqual(await accounts.scram('changes', 'sha256', always), changing)
  assert.ok(stands(await accounts.scram('changes', 'sha256', always), 'sha256', 'new'))
  assert.equal(await accounts.verify('leaves', 'leaves'), false)
  assert.equal(await accounts.verify('comes', 'comes'), true)
})

test('a password replaced while it is being derived or compared is not accepted afterwards', async () => {
  const accounts = make([{ name: 'one', password: 'first' }])
  const pending = [accounts.verify('one', 'first'), accounts.scram('one', 'sha256', always)]
  accounts.update([{ name: 'one', password: 'second' }])
  await Promise.all(pending)
  assert.equal(await accounts.verify('one', 'first'), false)
  assert.equal(await accounts.verify('one', 'second'), true)
  assert.ok(stands(await accounts.scram('one', 'sha256', always), 'sha256', 'second'))
})

test('a right password that is remembered does not wait with the others', async () => {
  const clock = stillClock()
  const accounts = createAccounts({
    entries: [{ name: 'one' }],
    domain: () => 'a.org',
    clock,
    random,
    waiting: 0,
  })
  const refused = async () => {
    const logins = await Promise.allSettled(Array.from({ length: 5 }, () => accounts.verify('one', 'one')))
    return logins.filter(({ status }) => status === 'rejected').length
  }
  assert.deepEqual([await refused(), await refused()], [3, 0])
  clock.time += 600_000
  assert.equal(await refused(), 3)
})

test('a wrong list is refused whole', async () => {
  const accounts = make([{ name: 'one', password: 'first' }])
  for (const wrong of [
    [{ name: 'one', password: 'second' }, { name: '..' }],
    [{ name: 'one', password: 'second' }, { name: 'ONE' }],
    [{ name: 'one', password: '' }],
    [
      { name: 'one', password: 'second' },
      { name: 'two', password: 'a\nb' },
    ],
    Array.from({ length: 10_001 }, (_, place) => ({ name: `n${place}` })),
  ]) {
    assert.throws(() => accounts.update(wrong), Error)
    assert.throws(() => make(wrong), Error)
  }
  assert.equal(await accounts.verify('one', 'first'), true)
})

test('nothing that can be printed holds a password', async () => {
  const accounts = make([{ name: 'one', password: 'sesame-open' }])
  await accounts.verify('one', 'sesame-open')
  assert.ok(!inspect(accounts, { depth: 20, showHidden: true }).includes('sesame-open'))
})

test('more logins at a time than can wait are refused rather than queued', async () => {
  const accounts = createAccounts({
    entries: [{ name: 'one' }],
    domain: () => 'a.org',
    clock: stillClock(),
    random,
    waiting: 3,
  })
  const logins = ['one', 'nobody', 'one', 'nobody', 'one', 'nobody'].map((name) => accounts.verify(name, 'x'))
  const answers = await Promise.allSettled(logins)
  assert.deepEqual(
    answers.map(({ status }) => status === 'rejected'),
    [false, false, false, false, false, true],
  )
})

test('names that are unsafe as a folder or a local part are refused', () => {
  const safe = ['a', 'nombre1_9721', 'A.b-c_d', '-', 'x'.repeat(64)]
  const unsafe = [
    '',
    '.',
    '..',
    '...',
    '.a',
    'a.',
    'a..b',
    'a/b',
    '../a',
    'a\\b',
    'a b',
    'a\0',
    'a\n',
    'a@b',
    'a:b',
  ]
  for (const name of safe) assert.equal(accountNameProblem(name), undefined, name)
  // The last one is the Kelvin sign, whose lower case is an ASCII k.
  for (const name of [...unsafe, '\u00F1', 'x'.repeat(65), '\u212A']) {
    const problem = accountNameProblem(name)
    assert.ok(problem?.en && problem.es, name)
    assert.equal(foldAccountName(name), undefined)
  }
})

test('any text either folds to a safe name or is refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('a', 'Z', '.', '/', '_', '\0') }),
      ),
      (name) => {
        const folded = foldAccountName(name)
        assert.ok(folded === undefined || /^[a-z0-9_-][a-z0-9_.-]{0,63}$/.test(folded))
      },
    ),
  )
})

test('a wrong SCRAM login takes the same work for every name, at its first use and later', async () => {
  const accounts = make([{ name: 'new' }, { name: 'used' }])
  await accounts.scram('used', 'sha256', always)
  const work: string[] = []
  const hook = createHook({ init: (_id, type) => /^(?:PBKDF2|SCRYPT)/.test(type) && work.push(type) })
  const workOf = async (name: string, isRight: boolean): Promise<string[]> => {
    work.length = 0
    accounts.scramSalt(name, 'sha256')
    await accounts.scram(name, 'sha256', () => isRight)
    return work.toSorted()
  }
  hook.enable()
  try {
    const first = await workOf('new', false)
    assert.deepEqual(first, ['PBKDF2REQUEST', 'PBKDF2REQUEST', 'SCRYPTREQUEST'])
    for (const name of ['new', 'used', 'nobody', 'nobody'])
      assert.deepEqual(await workOf(name, false), first, name)
    assert.deepEqual(await workOf('used', true), [])
  } finally {
    hook.disable()
  }
})
