import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import type { Checks } from '../../../lab/check.ts'
import { loadScenario, type Loaded } from '../../../lab/scenario/load.ts'
import type { Registry } from '../../../lab/scenario/registry.ts'
import { loadVerbs } from '../../../lab/scenario/verbs.ts'
import type { Service } from '../../../lab/service.ts'
import { taskResults } from '../../../lab/grading/tasks.ts'
import { readyTask } from '../../../lab/grading/verbs.ts'
import type { Ended } from '../../../lab/grading/runner.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'

const echo: Service = {
  name: 'echo',
  summary: { en: 'Echo', es: 'Eco' },
  config: z.strictObject({}),
  endpoints: { echo: { transport: 'tcp', standard: 7, fallback: 7007 } },
  faults: { 'echo.answer': z.strictObject({ drop: z.boolean().optional() }) },
  start: async () => undefined,
}

const summary = { en: 'Something', es: 'Algo' }
const title = () => summary

const checks: Checks = {
  verbs: {
    'echo.heard': {
      kind: 'evidence',
      summary,
      settings: z.strictObject({ word: z.string(), loud: z.boolean().optional() }),
      facts: ['echo.heard'],
      title,
      reference: 'RFC 1 §2',
      judge: () => [],
    },
    'echo.answers': {
      kind: 'probe',
      summary,
      settings: z.strictObject({ mode: z.enum(['loud', 'quiet']).optional() }),
      title,
      reference: 'RFC 862',
      reproduce: () => 'echo',
      run: () => Promise.resolve({ assertions: [] }),
    },
    'echo.file': {
      kind: 'artifact',
      summary,
      settings: z.strictObject({}),
      title,
      judge: () => Promise.resolve({ assertions: [] }),
    },
  },
}

const registry = {
  load: () => Promise.resolve(echo),
  loadChecks: () => Promise.resolve(checks),
} as unknown as Registry

async function load(tasks: string, withVerbs = true): Promise<Loaded> {
  using folder = temporaryFolder()
  const source = `title: T\naccounts: [{ name: alice }]\nservices: { echo: }\ntasks:\n${tasks}`
  writeFiles(folder.path, { 'scenario.yaml': source })
  return loadScenario(join(folder.path, 'scenario.yaml'), {
    registry,
    folders: [folder.path],
    address: '127.0.0.1',
    withVerbs,
  })
}

function told({ problems }: Loaded, language: 'en' | 'es' = 'en'): string[] {
  return problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message[language]}`)
}

const heard = 'check: { echo.heard: { word: x } }'

const mistakes: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  [
    'an unknown verb',
    '  - { id: one, title: One, check: { echo.herd: { word: x } } }\n',
    ['5:37 tasks[0].check.echo.herd: unknown key "echo.herd" (did you mean "echo.heard"?)'],
    ['5:37 tasks[0].check.echo.herd: clave desconocida "echo.herd" (¿querías decir "echo.heard"?)'],
  ],
  [
    'settings that the verb does not take',
    '  - { id: one, title: One, check: { echo.heard: { wrod: x } } }\n',
    [
      '5:37 tasks[0].check.echo.heard.word: "word" is missing',
      '5:51 tasks[0].check.echo.heard.wrod: unknown key "wrod" (did you mean "word"?)',
    ],
    [
      '5:37 tasks[0].check.echo.heard.word: falta "word"',
      '5:51 tasks[0].check.echo.heard.wrod: clave desconocida "wrod" (¿querías decir "word"?)',
    ],
  ],
  [
    'a need that is no task, and a circle',
    `  - { id: one, title: One, ${heard}, needs: [tow] }\n  - { id: two, title: Two, ${heard}, needs: [three] }\n  - { id: three, title: Three, ${heard}, needs: [two] }\n`,
    [
      '5:72 tasks[0].needs[0]: "tow" is not one of: one, two, three (did you mean "two"?)',
      '6:72 tasks[1].needs[0]: "three" needs "two" in turn, so neither could ever pass',
      '7:76 tasks[2].needs[0]: "two" needs "three" in turn, so neither could ever pass',
    ],
    [
      '5:72 tasks[0].needs[0]: "tow" no es ninguno de: one, two, three (¿querías decir "two"?)',
      '6:72 tasks[1].needs[0]: "three" necesita a su vez "two", así que ninguna podría superarse',
      '7:76 tasks[2].needs[0]: "two" necesita a su vez "three", así que ninguna podría superarse',
    ],
  ],
  [
    'a task twice, and one without a check',
    `  - { id: one, title: One, ${heard} }\n  - { id: one, title: Two }\n`,
    ['6:5 tasks[1]: "check" is missing', '6:7 tasks[1].id: there is another task "one"'],
    ['6:5 tasks[1]: falta "check"', '6:7 tasks[1].id: hay otra tarea "one"'],
  ],
  [
    'an unknown key, account and client, and a time that is none',
    `  - { id: one, tilte: One, title: One, ${heard} }\n  - { id: two, title: Two, ${heard}, account: alcie, client: nowhere }\n  - { id: three, title: Three, ${heard}, within: soon }\n`,
    [
      '5:16 tasks[0].tilte: unknown key "tilte" (did you mean "title"?)',
      '6:64 tasks[1].account: "alcie" is not one of: alice (did you mean "alice"?)',
      '6:80 tasks[1].client: "nowhere" is neither an address nor a network such as 127.0.0.0/8',
      '7:68 tasks[2].within: a time is written as in 500ms, 5s, 10min, 2h or 1d',
    ],
    [
      '5:16 tasks[0].tilte: clave desconocida "tilte" (¿querías decir "title"?)',
      '6:64 tasks[1].account: "alcie" no es ninguno de: alice (¿querías decir "alice"?)',
      '6:80 tasks[1].client: "nowhere" no es una dirección ni una red como 127.0.0.0/8',
      '7:68 tasks[2].within: un tiempo se escribe como en 500ms, 5s, 10min, 2h o 1d',
    ],
  ],
  [
    'an id that is none',
    `  - { id: Find MX, title: One, ${heard} }\n`,
    ['5:7 tasks[0].id: lower-case letters, digits and hyphens, as in find-mx'],
    ['5:7 tasks[0].id: minúsculas, cifras y guiones, como find-mx'],
  ],
  [
    'lists of checks',
    '  - { id: one, title: One, check: { order: [], within: 5s } }\n  - { id: two, title: Two, check: { all: [{ echo.heard: { word: x }, more: 1 }], wihtin: 5s } }\n',
    [
      '5:37 tasks[0].check.order: "order" takes a list of verbs, each with its settings',
      '6:43 tasks[1].check.all[0]: one verb with its settings is wanted here, as in dns.queried: { type: MX }',
      '6:82 tasks[1].check.wihtin: unknown key "wihtin" (did you mean "within"?)',
    ],
    [
      '5:37 tasks[0].check.order: "order" lleva una lista de verbos, cada uno con sus opciones',
      '6:43 tasks[1].check.all[0]: aquí va un verbo con sus opciones, como dns.queried: { type: MX }',
      '6:82 tasks[1].check.wihtin: clave desconocida "wihtin" (¿querías decir "within"?)',
    ],
  ],
  [
    'phases',
    '  - { id: one, title: One, check: { echo.answers: { mode: lowd } }, phases: [{ stop: ehco }, { fault: { at: echo.anser } }, { heal: echo.answre }] }\n  - { id: two, title: Two, check: { echo.answers: }, phases: [{ advance: soon }] }\n',
    [
      '5:53 tasks[0].check.echo.answers.mode: "lowd" is not one of: loud, quiet (did you mean "loud"?)',
      '5:80 tasks[0].phases[0].stop: "ehco" is not one of: echo (did you mean "echo"?)',
      '5:105 tasks[0].phases[1].fault.at: "echo.anser" is not one of: echo.answer (did you mean "echo.answer"?)',
      '5:127 tasks[0].phases[2].heal: "echo.answre" is not one of: echo.answer (did you mean "echo.answer"?)',
      '6:65 tasks[1].phases[0].advance: a time is written as in 500ms, 5s, 10min, 2h or 1d',
    ],
    [
      '5:53 tasks[0].check.echo.answers.mode: "lowd" no es ninguno de: loud, quiet (¿querías decir "loud"?)',
      '5:80 tasks[0].phases[0].stop: "ehco" no es ninguno de: echo (¿querías decir "echo"?)',
      '5:105 tasks[0].phases[1].fault.at: "echo.anser" no es ninguno de: echo.answer (¿querías decir "echo.answer"?)',
      '5:127 tasks[0].phases[2].heal: "echo.answre" no es ninguno de: echo.answer (¿querías decir "echo.answer"?)',
      '6:65 tasks[1].phases[0].advance: un tiempo se escribe como en 500ms, 5s, 10min, 2h o 1d',
    ],
  ],
  [
    'verbs that do not go together',
    '  - { id: one, title: One, when: ever, check: { echo.answers: } }\n  - { id: two, title: Two, check: { all: [{ echo.answers: }, { echo.heard: { word: x } }] } }\n  - { id: three, title: Three, check: { echo.file: } }\n  - { id: four, title: Four, check: { echo.heard: { word: x } }, within: 5s }\n',
    [
      '5:28 tasks[0].when: a check that asks a server, or has phases, can only look at what is so now: `when: now`',
      '6:28 tasks[1].check: verbs that look at the journal, verbs that ask a server and verbs that judge a file do not go together in one task',
      '7:5 tasks[2]: "file" is missing',
      '8:66 tasks[3].within: "within" is for checks of now; the time between several facts stands beside "order" or "all"',
    ],
    [
      '5:28 tasks[0].when: una comprobación que pregunta a un servidor, o que tiene fases, solo ve lo que ocurre ahora: `when: now`',
      '6:28 tasks[1].check: los verbos que miran el diario, los que preguntan a un servidor y los que juzgan un fichero no van juntos en una tarea',
      '7:5 tasks[2]: falta "file"',
      '8:66 tasks[3].within: "within" es para comprobaciones de ahora; el tiempo entre varios hechos va junto a "order" o "all"',
    ],
  ],
]

for (const [name, tasks, english, spanish] of mistakes) {
  await test(`a mistake in tasks: ${name}`, async () => {
    const loaded = await load(tasks)
    assert.equal(loaded.scenario, undefined)
    assert.deepEqual(told(loaded), english)
    assert.deepEqual(told(loaded, 'es'), spanish)
  })
}

await test('without verbs only the form of tasks is checked', async () => {
  const { scenario } = await load('  - { id: one, title: One, check: { none.such: { x: 1 } } }\n', false)
  assert.deepEqual(scenario?.tasks[0]?.check, {
    mode: 'all',
    steps: [{ verb: 'none.such', settings: { x: 1 } }],
  })
})

await test('a task with everything', async () => {
  const { scenario, problems } = await load(`  - id: first
    points: 2
    title: { en: First, es: Primera }
    check: { order: [{ echo.heard: { word: x } }, { echo.heard: { word: y } }], within: 5s }
    account: alice
    client: 127.0.0.0/8
    hint: { text: { en: Look, es: Mira }, cost: 0.5 }
  - id: second
    title: Second
    needs: [first]
    check: { echo.answers: }
    within: 10s
    phases:
      - { stop: echo }
      - { start: echo, advance: 2h, fault: { at: echo.answer, drop: true }, check: { echo.answers: { mode: quiet } } }
`)
  assert.deepEqual(problems, [])
  const [first, second] = scenario?.tasks ?? []
  assert.deepEqual(first?.check?.within, 5000)
  assert.deepEqual(first.hint, { text: { en: 'Look', es: 'Mira' }, cost: 0.5 })
  assert.deepEqual(second?.phases[1]?.fault, { at: 'echo.answer', drop: true })
  assert.equal(second.phases[1].advance, 7_200_000)
  const verbs = await loadVerbs(registry, scenario?.instances ?? [])
  assert.equal(first && readyTask(first, verbs).when, 'ever')
  assert.equal(first && readyTask(first, verbs).reference, 'RFC 1 §2')
  const ready = readyTask(second, verbs)
  assert.equal(ready.reference, 'RFC 862', 'each reference once')
  assert.deepEqual([ready.when, ready.group, ready.within], ['now', 'echo', 10_000])
})

await test('tasks are judged after what they need, those that change the lab alone', async () => {
  const answers = 'check: { echo.answers: }'
  const { scenario } = await load(`  - { id: alone, title: T, ${answers}, phases: [{ stop: echo }] }
  - { id: late, title: T, ${answers}, needs: [bad] }
  - { id: bad, title: T, ${answers} }
  - { id: good, title: T, ${answers}, hint: { text: Look, cost: 1 } }
  - { id: after-alone, title: T, ${answers}, needs: [alone] }
`)
  const verbs = await loadVerbs(registry, scenario?.instances ?? [])
  const judged: string[] = []
  const results = await taskResults(
    (scenario?.tasks ?? []).map((task) => readyTask(task, verbs)),
    {
      judge: async ({ planned }): Promise<Ended> => {
        judged.push(planned.id)
        if (planned.id === 'after-alone') throw new Error('oops')
        return { outcome: planned.id === 'bad' ? 'failed' : 'passed', assertions: [] }
      },
      isHintTaken: (id) => id === 'good',
      target: () => ({ endpoints: {}, domain: 'lab.test', accounts: [] }),
    },
  )
  assert.deepEqual(judged, ['bad', 'good', 'alone', 'after-alone'])
  assert.deepEqual(
    results.map(({ id, outcome }) => `${id} ${outcome}`),
    ['alone passed', 'late blocked', 'bad failed', 'good passed', 'after-alone broken'],
  )
  assert.equal(results[3]?.isHintTaken, true)
  assert.equal(results[0]?.reproduce, 'echo')
})
