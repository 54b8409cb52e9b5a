import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { EvidenceVerb, SeenFact } from '../../../lab/check.ts'
import { EvidenceJudge, type WantedFacts } from '../../../lab/grading/evidence.ts'
import { OWN } from '../../../lab/grading/own-probes.ts'

/** A fact of the kind with the letter that is wanted. */
function verb(kind: string): EvidenceVerb {
  return {
    kind: 'evidence',
    summary: { en: 'facts of a test', es: 'hechos de una prueba' },
    settings: z.unknown(),
    facts: [kind],
    title: (letter) => ({ en: `${kind} ${String(letter)}`, es: `${kind} ${String(letter)} (es)` }),
    judge: ({ data }, letter) => [
      {
        title: { en: 'the letter', es: 'la letra' },
        holds: data?.['letter'] === letter,
        difference: { expected: String(letter), actual: JSON.stringify(data?.['letter']) ?? '' },
      },
      { title: { en: 'there is one', es: 'hay una' }, holds: data?.['letter'] !== undefined },
    ],
  }
}

const said = verb('test.said')

function wanted(
  mode: 'all' | 'order',
  letters: string,
  more: Partial<WantedFacts> = {},
): readonly [WantedFacts] {
  return [{ id: 'task', mode, steps: [...letters].map((settings) => ({ verb: said, settings })), ...more }]
}

/** Facts of one letter each, a second apart; a space is a second in which nothing happens. */
function facts(letters: string, data: SeenFact['data'] = {}, connection?: number): SeenFact[] {
  return [...letters].flatMap((letter, index) =>
    letter === ' '
      ? []
      : [
          {
            seq: index + 1,
            at: index * 1000,
            service: 'test',
            connection,
            kind: 'test.said',
            data: { ...data, letter },
          },
        ],
  )
}

const table: readonly (readonly [string, 'all' | 'order', string, string, number | undefined, string])[] = [
  ['one is there', 'all', 'a', 'xax', undefined, 'passed 2'],
  ['one is not there', 'all', 'a', 'xyz', undefined, 'failed 3'],
  ['nothing at all', 'all', 'a', '', undefined, 'failed '],
  ['all, whatever the order', 'all', 'abc', 'cab', undefined, 'passed 2,3,1'],
  ['all but one', 'all', 'abc', 'ca', undefined, 'failed 2,1'],
  ['all in time', 'all', 'ab', 'a  ba', 2000, 'passed 5,4'],
  ['all, too far apart', 'all', 'ab', 'a  b', 2000, 'failed 1,4'],
  ['in order', 'order', 'abc', 'axbxc', undefined, 'passed 1,3,5'],
  ['in another order', 'order', 'abc', 'cba', undefined, 'failed 3,1'],
  ['the same thing twice', 'order', 'aa', 'a', undefined, 'failed 1'],
  ['the same thing twice, twice', 'order', 'aa', 'aa', undefined, 'passed 1,2'],
  ['in order, in time', 'order', 'ab', 'a   ab', 1000, 'passed 5,6'],
  ['in order, too late', 'order', 'ab', 'a  b', 1000, 'failed 1'],
]

for (const [name, mode, letters, seen, within, expected] of table) {
  await test(name, () => {
    const judge = new EvidenceJudge(wanted(mode, letters, within === undefined ? {} : { within }))
    for (const fact of facts(seen)) judge.see(fact)
    const result = judge.result('task')
    const held = result?.assertions.every(({ holds }) => holds)
    assert.equal(held, result?.outcome === 'passed')
    const numbers = result?.evidence?.facts ?? []
    const known = expected.replace(/ .*/, '')
    assert.equal(result?.outcome, known)
    if (known === 'passed' || seen === '') assert.equal(`${result.outcome} ${numbers.join(',')}`, expected)
    else assert.ok(numbers.length > 0)
  })
}

await test('what came nearest tells what was wrong, and earns nothing', () => {
  const judge = new EvidenceJudge(wanted('all', 'ab'))
  for (const fact of facts('bx')) judge.see(fact)
  const result = judge.result('task')
  assert.deepEqual(
    result?.assertions.map(({ title, holds, weight, difference }) => [
      title.en,
      holds,
      weight,
      difference?.actual,
    ]),
    [
      ['test.said a', false, undefined, undefined],
      ['the letter', false, 0, '"x"'],
      ['there is one', true, 0, undefined],
      ['test.said b', true, undefined, undefined],
    ],
  )
})

await test('of an order the first step that is missing is told, and how many come after it', () => {
  const judge = new EvidenceJudge(wanted('order', 'abcd'))
  for (const fact of facts('ax')) judge.see(fact)
  const { assertions = [] } = judge.result('task') ?? {}
  const steps = assertions.filter(({ weight = 1 }) => weight > 0)
  assert.deepEqual(
    steps.map(({ title, holds, weight }) => [title.en, holds, weight]),
    [
      [said.title('a').en, true, undefined],
      [said.title('b').en, false, undefined],
      ['2 more steps come after it', false, 2],
    ],
  )
  // Who tried a step too early knows of it.
  judge.see({ ...facts('d')[0], seq: 9 } as SeenFact)
  assert.match(JSON.stringify(judge.result('task')), /fact 9 is of this kind[^]*one more step/)
})

const login: SeenFact = {
  seq: 1,
  at: 0,
  service: 'test',
  connection: 7,
  kind: 'test.logged-in',
  data: { account: 'alice', client: '127.0.0.1' },
}

await test('whose doing it is: the fact says it, or its connection has said it before', () => {
  const own = { account: 'alice', client: '127.0.0.1' }
  const cases: readonly (readonly [string, Partial<WantedFacts>, readonly SeenFact[], boolean])[] = [
    ['the fact says the account', { account: 'alice' }, facts('a', own), true],
    ['another account', { account: 'bob' }, facts('a', own), false],
    ['no account', { account: 'bob' }, facts('a'), false],
    [
      'the login on the connection',
      { account: 'alice' },
      [{ ...login, connection: 7 }, ...facts('a', {}, 7)],
      true,
    ],
    [
      'a login on another one',
      { account: 'alice' },
      [{ ...login, connection: 8 }, ...facts('a', {}, 7)],
      false,
    ],
    [
      'a login on the connection that was refused',
      { account: 'alice' },
      [{ ...login, kind: 'test.refused' }, ...facts('a', {}, 7)],
      false,
    ],
    ['the user of a certificate', { account: 'alice' }, facts('a', { user: 'alice', client: '::1' }), true],
    ['the client', { client: '127.0.0.0/8' }, facts('a', own), true],
    ['another client', { client: '10.0.0.0/8' }, facts('a', own), false],
    [
      'the client that has opened the connection',
      { client: '127.0.0.1' },
      [
        { ...login, kind: 'connection.opened', data: { address: '127.0.0.1', port: 40_000 } },
        ...facts('a', {}, 7),
      ],
      true,
    ],
    [
      'the client of the connection',
      { client: '127.0.0.1' },
      [{ ...login, connection: 7 }, ...facts('a', {}, 7)],
      true,
    ],
  ]
  for (const [name, more, seen, isFound] of cases) {
    const judge = new EvidenceJudge(wanted('all', 'a', more))
    for (const fact of seen) judge.see(fact)
    assert.equal(judge.result('task')?.outcome, isFound ? 'passed' : 'failed', name)
  }
})

await test("the lab's own probes count for nobody, whoever comes after them", () => {
  const judge = new EvidenceJudge(wanted('all', 'a'))
  judge.see({ seq: 1, at: 0, service: 'lab', connection: 7, kind: OWN, data: undefined })
  for (const fact of facts('a', {}, 7)) judge.see(fact)
  assert.equal(judge.result('task')?.outcome, 'failed')
  for (const fact of facts('a', {}, 8)) judge.see(fact)
  assert.equal(judge.result('task')?.outcome, 'passed')
})

await test('a verb that fails is broken, and spoils nothing but its own task', () => {
  const bad: EvidenceVerb = {
    ...said,
    judge: () => {
      throw new Error('oops')
    },
  }
  const both = [
    ...wanted('all', 'a'),
    { ...wanted('all', 'a')[0], id: 'bad', steps: [{ verb: bad, settings: 'a' }] },
  ]
  const told: string[] = []
  const judge = new EvidenceJudge(both, { broken: (id) => told.push(id) })
  for (const fact of facts('xa')) judge.see(fact)
  assert.equal(judge.result('task')?.outcome, 'passed')
  assert.equal(judge.result('bad')?.outcome, 'broken')
  assert.deepEqual(told, ['bad'])
})

await test('it tells once what is found, and looks at no more of it', () => {
  const passed: string[] = []
  const judge = new EvidenceJudge(wanted('all', 'a'), { passed: (id) => passed.push(id) })
  for (const fact of facts('aaa')) judge.see(fact)
  assert.deepEqual(passed, ['task'])
})
